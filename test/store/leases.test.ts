import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Holder, type LeaseStore, openLeaseStore } from '../../src/store/leases.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';

const by = (request: string, attempt = '1'): Holder => ({ request, attempt });

describe.skipIf(requires('redis'))('a lease', () => {
  let server: TestRedis;
  let leases: LeaseStore;
  let count = 0;
  const fresh = () => `target:h:${++count}`;
  /** As if its holder had last been heard of so long ago. */
  const silence = async (name: string, token: string, ms: number): Promise<void> => {
    await server.redis.zincrby(`{goleak}:lease:${name}`, -ms, token);
  };
  beforeAll(async () => {
    server = await openTestRedis();
    leases = openLeaseStore(server.redis);
  }, 30_000);
  afterAll(() => server?.close());

  it('has one holder, however many ask at once', async () => {
    const name = fresh();
    const asked = Array.from({ length: 50 }, (_, at) => leases.take(name, by(`r${at}`), 1));
    expect((await Promise.all(asked)).filter((lease) => lease !== undefined)).toHaveLength(1);
  });

  it('has as many holders as there is room for', async () => {
    const name = fresh();
    const asked = Array.from({ length: 20 }, (_, at) => leases.take(name, by(`r${at}`), 3));
    expect((await Promise.all(asked)).filter((lease) => lease !== undefined)).toHaveLength(3);
  });

  it('is free again when it is given back, and only by its holder', async () => {
    const name = fresh();
    const mine = await leases.take(name, by('r1'), 1);
    await leases.give({ name, token: 'r2/1/somebody-else' });
    expect(await leases.take(name, by('r2'), 1)).toBeUndefined();
    if (mine) await leases.give(mine);
    expect(await leases.take(name, by('r2'), 1)).toBeDefined();
  });

  it('goes to whoever was accepted first of those in line, one at a time', async () => {
    const name = fresh();
    await leases.line(name, 'r3', 300);
    await leases.line(name, 'r2', 200);
    await leases.line(name, 'r2', 200);
    const next = async (): Promise<string | undefined> => {
      const lease = await leases.take(name, by('r1'), 1);
      return lease && leases.give(lease);
    };
    expect([await next(), await next(), await next()]).toEqual(['r2', 'r3', undefined]);
  });

  it('is lost by a holder who was not heard of for its whole length, and not taken back by him', async () => {
    const name = fresh();
    const mine = await leases.take(name, by('r1'), 1);
    if (!mine) throw new Error('not taken');
    expect(await leases.renew([mine])).toBe(true);
    await silence(name, mine.token, 25_001);
    expect(await leases.renew([mine])).toBe(false);
    const theirs = await leases.take(name, by('r2'), 1);
    await leases.give(mine);
    expect(theirs && (await leases.renew([theirs]))).toBe(true);
  });

  it('renews all places of a holder or none', async () => {
    const [one, two] = await Promise.all([
      leases.take(fresh(), by('r1'), 1),
      leases.take(fresh(), by('r1'), 1),
    ]);
    if (!one || !two) throw new Error('not taken');
    await leases.give(two);
    expect(await leases.renew([one, two])).toBe(false);
    expect(await leases.renew([one])).toBe(true);
    expect(await leases.renew([])).toBe(true);
  });

  it('passes from a silent attempt to the next one of the same request, but not from one that is heard', async () => {
    const name = fresh();
    const killed = await leases.take(name, by('r1', '1'), 1);
    if (!killed) throw new Error('not taken');
    expect(await leases.take(name, by('r1', '2'), 1)).toBeUndefined();
    await silence(name, killed.token, 7_000);
    expect(await leases.take(name, by('r10', '2'), 1)).toBeUndefined();
    expect(await leases.take(name, by('r1', '2'), 1)).toBeDefined();
    expect(await leases.renew([killed])).toBe(false);
  });
});
