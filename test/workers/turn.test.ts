import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createLog } from '../../src/log.ts';
import type { Lease, LeaseStore } from '../../src/store/leases.ts';
import { beginTurn, PlaceLost } from '../../workers/turn.ts';

/** Leases as somebody else sees to them. */
function world() {
  const state = {
    ours: true,
    away: false,
    now: 0,
    objection: undefined as Error | undefined,
    next: undefined as string | undefined,
  };
  const given: Lease[] = [];
  const woken: string[] = [];
  const leases: LeaseStore = {
    take: async (name, { request, attempt }) => ({ name, token: `${request}/${attempt}` }),
    renew: () => (state.away ? new Promise(() => {}) : Promise.resolve(state.ours)),
    give: async (lease) => {
      given.push(lease);
      return state.next;
    },
    line: async () => {},
  };
  const ends = new AbortController();
  const turn = beginTurn('r1', [ends.signal], {
    leases,
    objection: async () => state.objection,
    wake: async (request) => {
      woken.push(request);
    },
    log: createLog('test', 'silent'),
    now: () => state.now,
  });
  return { state, turn, ends, given, woken };
}

/** A request that is answered only by being given up. */
const hanging = (signal: AbortSignal) => () =>
  new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));

describe('a turn at a service', () => {
  it('wakes whose turn it is when it gives a place back, also at its end', async () => {
    const { state, turn, woken } = world();
    const place = await turn.take('target:h:1', 1);
    await turn.take('service:s', 1);
    state.next = 'r2';
    if (place) await turn.give(place);
    expect(woken).toEqual(['r2']);
    state.next = 'r3';
    await turn.end();
    expect(woken).toEqual(['r2', 'r3']);
  });

  it('keeps a place that is taken again, and gives it back once', async () => {
    const { turn, given } = world();
    const place = await turn.take('target:h:1', 1);
    expect(await turn.take('target:h:1', 1)).toBe(place);
    await turn.end();
    expect(given).toEqual([place]);
  });

  it('asks nothing once its place is somebody else’s', async () => {
    const { state, turn } = world();
    await turn.take('target:h:1', 1);
    expect(await turn.ask(async () => 'answer')).toBe('answer');
    state.ours = false;
    let asked = false;
    const request = turn.ask(async () => {
      asked = true;
    });
    await expect(request).rejects.toBeInstanceOf(PlaceLost);
    expect(asked).toBe(false);
    await turn.end();
  });

  it('gives up a running request within two seconds of losing its place', async () => {
    const { state, turn } = world();
    await turn.take('target:h:1', 1);
    const request = turn.ask(hanging(turn.signal));
    await sleep(50);
    state.ours = false;
    const since = Date.now();
    await expect(request).rejects.toBeInstanceOf(PlaceLost);
    expect(Date.now() - since).toBeLessThan(2_000);
    await turn.end();
  });

  it('gives up a running request, and asks nothing more, as soon as somebody objects', async () => {
    const { state, turn } = world();
    await turn.take('target:h:1', 1);
    const request = turn.ask(hanging(turn.signal));
    await sleep(50);
    state.objection = new Error('stopped');
    await expect(request).rejects.toThrow('stopped');
    await expect(turn.ask(async () => 'answer')).rejects.toThrow('stopped');
    await turn.end();
  });

  it('gives up a running request when Redis was silent for too long to be sure', async () => {
    const { state, turn } = world();
    await turn.take('target:h:1', 1);
    const request = turn.ask(hanging(turn.signal));
    await sleep(50);
    state.away = true;
    state.now += 5_001;
    await expect(request).rejects.toBeInstanceOf(PlaceLost);
    await turn.end();
  });

  it('waits out a silent Redis while nothing is asked, and leaves it when it has to end', async () => {
    const { state, turn, ends } = world();
    await turn.take('target:h:1', 1);
    state.away = true;
    state.now += 60_000;
    await sleep(1_200);
    expect(turn.signal.aborted).toBe(false);
    const request = turn.ask(async () => 'answer');
    ends.abort(new Error('leaving'));
    await expect(request).rejects.toThrow('leaving');
    await turn.end();
  });

  it('gives back what it holds', async () => {
    const { turn, given } = world();
    const first = await turn.take('target:h:1', 1);
    await turn.take('target:h:2', 1);
    if (first) await turn.give(first);
    await turn.end();
    expect(given.map(({ name }) => name)).toEqual(['target:h:1', 'target:h:2']);
  });
});
