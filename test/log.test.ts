import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { describeError, redact } from '../src/log.ts';

describe('the log', () => {
  it.each([
    ['xoxb-1234567890-abcdefghij', 'a bot token'],
    ['xapp-1-A0-123456-abcdef', 'an app token'],
    ['Bearer abcdefghijklmnop', 'a bearer token'],
    ['AKIAABCDEFGHIJKLMNOP', 'an AWS key'],
    ['redis://:hunter2hunter2@redis.internal:6379', 'a Redis password without a user'],
    ['https://user:hunter2hunter2@host/', 'credentials in an address'],
  ])('takes %s out (%s)', (secret) => {
    const line = redact(JSON.stringify({ msg: `it said ${secret} and more` }));
    expect(line).toContain('[redacted]');
    expect(line).not.toMatch(/hunter2|xoxb-1|xapp-1|abcdefghijklmnop|AKIA/);
    expect(() => JSON.parse(line)).not.toThrow();
  });

  it('takes out what is known to be secret, whatever it looks like', () => {
    const script = `
      import { createLog } from './src/log.ts';
      const log = createLog('test', 'info', ['0123456789abcdef', 'short']);
      log.error({ err: new Error('signed with 0123456789abcdef') }, 'in short: 0123456789abcdef');`;
    const { stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    const line = stderr.split('\n').find((each) => each.startsWith('{')) ?? '';
    expect(JSON.parse(line)).toMatchObject({ msg: 'in short: [redacted]', process: 'test' });
    expect(stderr).not.toContain('0123456789abcdef');
  });

  it('drops the requests that clients attach to their errors, and bounds the rest', () => {
    const error = Object.assign(new Error('x'.repeat(100_000), { cause: new Error('socket hang up') }), {
      code: 'slack_webapi_request_error',
      original: { config: { headers: { Authorization: 'secret' } } },
      data: { ok: false, error: 'invalid_auth', response_metadata: {} },
    });
    const described = describeError(error);
    expect(described).toMatchObject({ code: 'slack_webapi_request_error', said: 'invalid_auth' });
    expect(described).toMatchObject({ cause: { message: 'socket hang up' } });
    expect(JSON.stringify(described)).not.toContain('Authorization');
    expect(JSON.stringify(described).length).toBeLessThan(20_000);
  });
});
