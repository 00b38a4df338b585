// What is said of a Redis, shown on real redis-servers set up well and badly.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { examineInstallation } from '../../src/doctor.ts';
import { createLog } from '../../src/log.ts';
import { answersPing, connectRedis } from '../../src/queue/connection.ts';
import { checkRedis, conditionText, watchRedis } from '../../src/queue/redis-check.ts';
import { removeFolder } from '../kit/remove-folder.ts';
import { pathOf, requires } from '../kit/require.ts';

const GOOD = ['--appendonly', 'yes', '--maxmemory-policy', 'noeviction'];
const AOF_OFF = 'the append-only file is off (kill -9 loses every accepted job): set appendonly yes';
const EVICTS = 'keys may be evicted: set maxmemory-policy noeviction';
const UNSURE = (setting: string) => `cannot tell whether ${setting} is set, and it must be`;
/** A user as a hosting company hands it out: neither INFO nor CONFIG. */
const NO_INFO = '--user default on nopass ~* &* +@all -info'.split(' ');
const SHY = [...NO_INFO, '-config'];

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const closer of closers.splice(0).reverse()) await closer();
});

/** A redis-server on a socket of its own. */
async function start(
  settings: readonly string[],
): Promise<{ redis: Redis; url: string; server: ChildProcess }> {
  const dir = mkdtempSync(join(tmpdir(), 'goleak-redis-'));
  closers.push(() => removeFolder(dir));
  const socket = join(dir, 'redis.sock');
  const common = ['--port', '0', '--unixsocket', socket, '--dir', dir, '--save', ''];
  const server = spawn(pathOf('redis'), [...common, ...settings], { stdio: 'ignore' });
  closers.push(async () => {
    server.kill('SIGKILL');
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  });
  const url = `unix://${socket}`;
  const redis = connectRedis(url, 'worker');
  closers.push(() => redis.disconnect());
  expect(await answersPing(redis, 5_000)).toBe(true);
  return { redis, url, server };
}

describe.skipIf(requires('redis'))('a Redis', () => {
  it.each([
    ['as it should be', GOOD, [], []],
    ['as it comes', [], [AOF_OFF], []],
    [
      'set up as a cache',
      ['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'],
      [AOF_OFF, EVICTS],
      [],
    ],
    ['that evicts what expires', ['--appendonly', 'yes', '--maxmemory-policy', 'volatile-ttl'], [EVICTS], []],
    ['with snapshots only', ['--save', '60', '1'], [AOF_OFF], []],
    ['full, but refusing', [...GOOD, '--maxmemory', '1mb'], [], []],
    ['whose CONFIG is renamed away', [...GOOD, '--rename-command', 'CONFIG', ''], [], []],
    ['whose INFO is forbidden', [...GOOD, ...NO_INFO], [], []],
    ['bad, whose INFO is forbidden', NO_INFO, [AOF_OFF], []],
    [
      'that tells nothing',
      [...GOOD, ...SHY],
      [],
      [UNSURE('appendonly yes'), UNSURE('maxmemory-policy noeviction')],
    ],
  ])('%s', async (_, settings, faults, unknown) => {
    const { redis, url } = await start(settings);
    const condition = await checkRedis(redis, url);
    expect(condition).toMatchObject({ faults, unknown });
    const [finding] = (
      await examineInstallation({
        redis: { client: redis, url },
        services: [],
        fetch: () => Promise.reject(),
      })
    ).filter(({ part }) => part === 'Redis');
    const state = faults.length > 0 ? 'bad' : unknown.length > 0 ? 'unsure' : 'ok';
    expect(finding).toEqual({ part: 'Redis', state, says: conditionText(condition) });
  });

  it.each([
    ['redis://10.0.0.5:6379', ['requirepass', 'TLS']],
    ['redis://:s3cret-word@10.0.0.5:6379', ['TLS']],
    ['rediss://10.0.0.5:6379', ['requirepass']],
    ['rediss://:s3cret-word@redis.internal', []],
    ['redis://localhost:6379', []],
    ['redis://127.0.0.1', []],
    ['redis://[::1]:6379', []],
    ['redis://127.evil.example', ['requirepass', 'TLS']],
  ])('reached as %s', async (url, wanted) => {
    const { redis } = await start(GOOD);
    const { faults } = await checkRedis(redis, url);
    expect(faults).toHaveLength(wanted.length);
    for (const [index, word] of wanted.entries()) expect(faults[index]).toContain(word);
    expect(faults.join()).not.toContain('s3cret');
  });

  it('is advised to write before it answers', async () => {
    const often = await start([...GOOD, '--appendfsync', 'everysec']);
    expect(conditionText(await checkRedis(often.redis, often.url))).toMatch(
      /noeviction; appendfsync always would/,
    );
    const always = await start([...GOOD, '--appendfsync', 'always']);
    expect(await checkRedis(always.redis, always.url)).toMatchObject({ faults: [], unknown: [], advice: [] });
  });

  it('that is stopped has no condition', async () => {
    const { redis, url, server } = await start(GOOD);
    server.kill('SIGSTOP');
    await expect(checkRedis(redis, url)).rejects.toThrow('no answer within 2 s');
    server.kill('SIGCONT');
  });

  it('is called degraded in the log, once, until it is mended', async () => {
    const { redis, url } = await start([]);
    const log = createLog('test', 'silent');
    const said: string[] = [];
    log.warn = ((words: string) => said.push(words)) as never;
    const told = await new Promise<boolean>((resolve) => {
      closers.push(watchRedis({ redis, url }, log, resolve).stop);
    });
    expect(told).toBe(true);
    expect(said).toEqual([`degraded: Redis may lose what was accepted: ${AOF_OFF}`]);
    await redis.config('SET', 'appendonly', 'yes');
    expect((await checkRedis(redis, url)).faults).toEqual([]);
  });
});
