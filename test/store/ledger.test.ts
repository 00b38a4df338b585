import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLedger } from '../../src/store/ledger.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';

describe.skipIf(requires('redis'))('a ledger', () => {
  let server: TestRedis;
  let count = 0;
  const open = () => openLedger(server.redis, { key: `ledger-${++count}`, prefix: 'post:', keepSeconds: 60 });
  beforeAll(async () => {
    server = await openTestRedis();
  }, 30_000);
  afterAll(() => server?.close());

  it('gives the right to post to one of many, and tells the others since when it is taken', async () => {
    const ledger = open();
    const claims = await Promise.all(Array.from({ length: 20 }, (_, at) => ledger.claim('root', 1_000 + at)));
    expect(claims.filter(({ state }) => state === 'absent')).toHaveLength(1);
    const first = claims.findIndex(({ state }) => state === 'absent');
    for (const other of claims.filter(({ state }) => state !== 'absent')) {
      expect(other).toEqual({ state: 'intent', sinceMs: 1_000 + first });
    }
    expect(await ledger.posting('detail-0')).toEqual({ state: 'absent' });
  });

  it('remembers notes and timestamps, and forgets what was taken back', async () => {
    const ledger = open();
    await ledger.claim('charts', 1);
    await ledger.annotate('charts', 2, 'F1,F2');
    expect(await ledger.claim('charts', 3)).toEqual({ state: 'intent', sinceMs: 2, note: 'F1,F2' });
    await ledger.sent('charts', '17.1');
    expect(await ledger.claim('charts', 4)).toEqual({ state: 'sent', ts: '17.1' });
    await ledger.withdraw('charts');
    expect(await ledger.claim('charts', 5)).toEqual({ state: 'absent' });
    expect(await server.redis.ttl(`ledger-${count}`)).toBeGreaterThan(0);
  });
});
