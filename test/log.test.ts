import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { describeError } from '../src/log.ts';

describe('the log', () => {
  it('takes out secrets wherever they are planted, at every level, and stays JSON', () => {
    const script = `
      import { createLog } from './src/log.ts';
      const secrets = ['known-0123456789abcdef'];
      const log = createLog('test', 'debug', secrets);
      const planted = ['known-0123456789abcdef', 'xoxb-1-planted-planted', 'Bearer planted.planted',
        'redis://:planted-planted@redis:6379', 'short'];
      for (const level of ['debug', 'info', 'warn', 'error', 'fatal']) {
        for (const secret of planted) {
          const request = { config: { headers: { 'x-api-key': 'planted in a header' } } };
          const error = Object.assign(new Error('with ' + secret), request, { cause: new Error(secret) });
          log[level](secret);
          log[level]({ field: secret, nested: { deep: [secret] } }, 'said ' + secret);
          log[level]({ err: error }, 'it broke');
          log[level](error);
          log[level]({ error, lost: new AggregateError([error], secret) }, 'under other names');
          log.child({ request: secret })[level]('from a child');
        }
      }
      secrets.push('learnt-later-0123456');
      log.info('learnt-later-0123456');`;
    const { stderr } = spawnSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    const lines = stderr.split('\n').filter((line) => line.startsWith('{'));
    expect(lines).toHaveLength(5 * 5 * 6 + 1);
    for (const line of lines) expect(JSON.parse(line)).toMatchObject({ process: 'test' });
    expect(stderr).not.toMatch(/0123456|planted/);
    expect(stderr).toContain('short');
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
