import { describe, expect, it } from 'vitest';
import { type Circuit, failedAgain, isSlowIndex, standingOf } from '../../src/policy/circuit.ts';
import { wavesOf } from '../../src/policy/fleet.ts';

const minutes = (count: number): number => count * 60_000;
const failed = (...requests: string[]): Circuit | undefined => {
  let circuit: Circuit | undefined;
  for (const [at, request] of requests.entries()) circuit = failedAgain(circuit, request, minutes(at));
  return circuit;
};

describe('an instance that fails', () => {
  it.each<[string, Circuit | undefined, number, string]>([
    ['never', undefined, 0, 'closed'],
    ['twice', failed('a', 'b'), minutes(2), 'closed'],
    ['three times', failed('a', 'b', 'c'), minutes(2), 'open'],
    ['three times, ten minutes ago', failed('a', 'b', 'c'), minutes(12), 'half-open'],
    ['three times, almost ten minutes ago', failed('a', 'b', 'c'), minutes(12) - 1, 'open'],
    ['three attempts at one request', failed('a', 'a', 'a'), minutes(3), 'closed'],
    [
      'once more when it was tried again',
      failedAgain(failed('a', 'b', 'c'), 'd', minutes(12)),
      minutes(13),
      'open',
    ],
  ])('%s', (_, circuit, nowMs, expected) => {
    expect(standingOf(circuit, nowMs).kind).toBe(expected);
  });

  it('says until when it is left alone', () => {
    expect(standingOf(failed('a', 'b', 'c'), minutes(3))).toEqual({ kind: 'open', untilMs: minutes(12) });
  });

  it('is slow when the cheapest question takes more than a second', () => {
    expect([999, 1_000, 1_001].map(isSlowIndex)).toEqual([false, false, true]);
  });
});

describe('the waves of a fleet', () => {
  const fleet = (size: number) => Array.from({ length: size }, (_, at) => at);
  it.each([
    [1, true, undefined, 1],
    [2, true, 1, 1],
    [19, true, 1, 1],
    [20, true, 1, 2],
    [50, true, 1, 5],
    [50, false, undefined, 5],
  ])('%i instances, all wanted %s: canary %s, then %i at once', (size, all, canary, atOnce) => {
    const waves = wavesOf(fleet(size), { all, first: 1 });
    expect([waves.canary, waves.atOnce]).toEqual([canary, atOnce]);
    expect([...waves.others, ...(canary === undefined ? [] : [canary])].sort((a, b) => a - b)).toEqual(
      fleet(size),
    );
  });
});
