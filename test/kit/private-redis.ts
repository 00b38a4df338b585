// A Redis of a test's own, with a folder that goes away with it.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { connectRedis } from '../../src/queue/connection.ts';
import { startPrivateRedis } from '../../src/queue/private-redis.ts';
import { removeFolder } from './remove-folder.ts';
import { pathOf } from './require.ts';

export interface TestRedis {
  readonly redis: Redis;
  readonly close: () => Promise<void>;
}

export async function openTestRedis(): Promise<TestRedis> {
  const home = mkdtempSync(join(tmpdir(), 'goleak-store-'));
  const server = await startPrivateRedis(home, { searchPath: '', preferred: pathOf('redis') });
  const redis = connectRedis(server.url, 'worker');
  return {
    redis,
    close: async () => {
      redis.disconnect();
      await server.stop();
      removeFolder(home);
    },
  };
}
