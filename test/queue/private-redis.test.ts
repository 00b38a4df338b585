import { spawn } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectRedis } from '../../src/queue/connection.ts';
import { privateRedisUrl, startPrivateRedis } from '../../src/queue/private-redis.ts';
import { removeFolder } from '../kit/remove-folder.ts';
import { pathOf, requires } from '../kit/require.ts';

describe.skipIf(requires('redis'))('the private Redis', () => {
  let home: string;
  const find = { searchPath: '', preferred: requires('redis') ? '' : pathOf('redis') };
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), 'goleak-redis-'));
  });
  afterEach(() => removeFolder(home));

  it('keeps its data between runs and is joined by whoever shares its home', async () => {
    const first = await startPrivateRedis(home, find);
    const redis = connectRedis(first.url, 'worker');
    await redis.set('kept', 'yes');
    const second = await startPrivateRedis(home, { searchPath: '' });
    expect(second.joined).toBe(true);
    expect(await redis.config('GET', 'maxmemory-policy')).toContain('noeviction');
    expect(await redis.config('GET', 'appendonly')).toContain('yes');
    redis.disconnect();
    await first.stop();

    const again = await startPrivateRedis(home, find);
    const after = connectRedis(again.url, 'worker');
    expect(await after.get('kept')).toBe('yes');
    after.disconnect();
    await again.stop();
  });

  it('comes back by itself with its data when it is killed', async () => {
    const server = await startPrivateRedis(home, find);
    const redis = connectRedis(server.url, 'worker');
    await redis.set('kept', 'yes');
    const pid = Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]);
    process.kill(pid, 'SIGKILL');
    expect(await redis.get('kept')).toBe('yes');
    redis.disconnect();
    await server.stop();
  });

  it('dies with its parent even when that is killed with SIGKILL', async () => {
    const script = `
      import { startPrivateRedis } from './src/queue/private-redis.ts';
      const server = await startPrivateRedis(${JSON.stringify(home)}, ${JSON.stringify(find)});
      console.log('up');
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await new Promise((resolve) => parent.stdout.once('data', resolve));
    const redis = connectRedis(privateRedisUrl(home), 'worker');
    const pid = Number(/process_id:(\d+)/.exec(await redis.info('server'))?.[1]);
    redis.disconnect();
    parent.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  }, 30_000);
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
