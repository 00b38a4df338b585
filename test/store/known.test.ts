import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { knownWords } from '../../src/known/signature.ts';
import { openKnownStore } from '../../src/store/known.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';

describe.skipIf(requires('redis'))('known signatures', () => {
  let server: TestRedis;
  beforeAll(async () => {
    server = await openTestRedis();
  }, 30_000);
  afterAll(() => server?.close());

  it('are linked to the incident they were part of, once, and say so at the next capture', async () => {
    const { note, link } = openKnownStore(server.redis);
    const look = (reportId: string, day: number) => ({
      reportId,
      atMs: Date.UTC(2026, 9, day),
      shown: [{ stableId: 'flush', label: 'chan send in flush', count: 7 }],
      isWhole: true,
    });
    const incident = { channel: 'C1', name: 'inc-2041', atMs: Date.UTC(2026, 9, 3) };
    await note('payments-svc', look('first', 3));
    await link('payments-svc', ['flush', 'never-seen'], incident);
    await link('payments-svc', ['flush'], incident);
    await link('payments-svc', [], incident);
    const known = (await note('payments-svc', look('second', 5))).get('flush');
    expect(known?.incidents).toEqual([incident]);
    expect(known && knownWords(known, 'second')).toBe('seen before in #inc-2041 on 3 Oct');
    expect([...(await note('ledger-svc', look('other', 5))).values()][0]?.incidents).toEqual([]);
  });
});
