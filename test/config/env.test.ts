// The environment: every fault at once, and what is empty is not set.
import { describe, expect, it } from 'vitest';
import { readEnv } from '../../src/config/env.ts';

describe('the environment', () => {
  it('names every faulty variable at once', () => {
    expect(() => readEnv({ PORT: 'many', LOG_LEVEL: 'loud', REDIS_URL: 'ftp://x' })).toThrow(
      /PORT.*|LOG_LEVEL/s,
    );
  });

  it('treats an empty value as not set', () => {
    expect(readEnv({ SLACK_BOT_TOKEN: '', REDIS_URL: '' })).toMatchObject({
      slack: { apiUrl: 'https://slack.com/api/' },
    });
  });

  it('refuses a token of the wrong kind', () => {
    expect(() => readEnv({ SLACK_BOT_TOKEN: 'xoxp-user-token' })).toThrow(/SLACK_BOT_TOKEN/);
  });
});
