import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openQueue } from '../../src/queue/queue.ts';
import { openRounds, type Rounds } from '../../src/queue/rounds.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';

const WAITING = '{goleak}:capture:prioritized';

describe.skipIf(requires('redis'))('rounds', () => {
  let server: TestRedis;
  let rounds: Rounds;
  beforeAll(async () => {
    server = await openTestRedis();
    rounds = openRounds(server.redis);
  }, 30_000);
  afterAll(() => server?.close());
  beforeEach(() => server.redis.flushall());
  const next = (service: string): Promise<number> => rounds.next(service, WAITING);
  const somebodyWaits = () => server.redis.zadd(WAITING, '1', 'some-job');

  it('have one capture of each service', async () => {
    await somebodyWaits();
    expect([await next('a'), await next('a'), await next('a'), await next('b')]).toEqual([1, 2, 3, 1]);
  });

  it('are not saved up by a service that did not ask', async () => {
    await somebodyWaits();
    await next('a');
    await rounds.reached(40);
    await rounds.reached(7);
    expect([await next('b'), await next('b'), await next('a')]).toEqual([40, 41, 40]);
  });

  it('begin anew when nobody waits', async () => {
    await somebodyWaits();
    await next('a');
    await next('a');
    await server.redis.del(WAITING);
    expect(await next('a')).toBe(1);
  });

  it('end at the lowest priority there is', async () => {
    await somebodyWaits();
    await rounds.reached(2_097_151);
    expect([await next('a'), await next('a')]).toEqual([2_097_151, 2_097_151]);
  });

  it('put one capture of a quiet service before the hundreds of a busy one', async () => {
    const queue = openQueue(server.redis);
    for (let nth = 0; nth < 200; nth++) await queue.capture({ id: `busy-${nth}`, service: 'busy' });
    await queue.capture({ id: 'quiet-0', service: 'quiet' });
    const order = await server.redis.zrange(WAITING, '0', '2');
    expect(order).toEqual(['capture-busy-0', 'capture-quiet-0', 'capture-busy-1']);
    await queue.close();
  });
});
