import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPaceStore, type PaceStore } from '../../src/store/pace.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';

describe.skipIf(requires('redis'))('the pace', () => {
  let server: TestRedis;
  let pace: PaceStore;
  beforeAll(async () => {
    server = await openTestRedis();
    pace = openPaceStore(server.redis);
  }, 30_000);
  afterAll(() => server?.close());

  it('leaves alone what Slack asked for, and nothing else, until the time is over', async () => {
    await pace.leaveAlone('post C1', 100);
    expect(await pace.waitMs('post C1')).toBeGreaterThan(0);
    expect(await pace.waitMs('update C1')).toBe(0);
    await expect.poll(() => pace.waitMs('post C1')).toBe(0);
  });

  it('gives the turn in a channel to one at a time', async () => {
    const waits = await Promise.all(Array.from({ length: 8 }, () => pace.turn('C1', 5_000)));
    expect(waits.filter((waitMs) => waitMs === 0)).toHaveLength(1);
    expect(Math.max(...waits)).toBeLessThanOrEqual(5_000);
    expect(await pace.turn('C2', 5_000)).toBe(0);
  });
});
