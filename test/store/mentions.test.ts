import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openMentionStore } from '../../src/store/mentions.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';

describe.skipIf(requires('redis'))('owners told', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await openTestRedis();
  }, 30_000);
  afterAll(() => server?.close());

  it('are told of a leak by one request in a week, however often its thread is brought up to date', async () => {
    const { mayTell } = openMentionStore(server.redis);
    expect(await mayTell('payments-svc', 'flush', 'first')).toBe(true);
    expect(await mayTell('payments-svc', 'flush', 'first')).toBe(true);
    expect(await mayTell('payments-svc', 'flush', 'second')).toBe(false);
    expect(await mayTell('payments-svc', 'other', 'second')).toBe(true);
    expect(await mayTell('ledger-svc', 'flush', 'second')).toBe(true);
    const [key = ''] = await server.redis.keys('*payments-svc:flush');
    const left = await server.redis.ttl(key);
    expect(left).toBeGreaterThan(6 * 86_400);
    expect(left).toBeLessThanOrEqual(7 * 86_400);
  });
});
