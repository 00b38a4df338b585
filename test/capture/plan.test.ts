import { describe, expect, it } from 'vitest';
import { costSentence, planSteps, refuseStep } from '../../src/capture/plan.ts';
import { DEFAULT_KINDS, DEFAULT_PERMISSIONS } from '../../src/model/target.ts';

const asks = (windowMs: number) => planSteps(DEFAULT_KINDS, windowMs);
const step = (ask: string) => {
  const found = asks(30_000).find((candidate) => candidate.ask === ask);
  if (!found) throw new Error(`no step asks for ${ask}`);
  return found;
};
const page = (goroutines: number | undefined, ...profiles: string[]) => ({
  ...(goroutines !== undefined && { goroutines }),
  profiles,
});

describe('the plan of a capture', () => {
  it('climbs from the cheapest look to the dearest, and runs the leak detector last of all', () => {
    expect(asks(2_000).map(({ ask, snapshot }) => `${snapshot}:${ask}`)).toEqual([
      '0:count',
      '0:memory',
      '0:process',
      '0:goroutine',
      '0:goroutine-text',
      '0:heap',
      '1:count',
      '1:memory',
      '1:process',
      '1:goroutine',
      '1:goroutine-text',
      '1:heap',
      '1:goroutineleak',
    ]);
  });

  it('reads memory every 5 s: 7 readings in 30 s, 13 in 60 s', () => {
    const readings = (windowMs: number) =>
      asks(windowMs)
        .filter(({ ask }) => ask === 'memory')
        .map(({ atMs }) => atMs);
    expect(readings(30_000)).toEqual([0, 5_000, 10_000, 15_000, 20_000, 25_000, 30_000]);
    expect(readings(60_000)).toHaveLength(13);
  });

  it('counts again before each full dump, so that no gate rests on an old count', () => {
    const order = asks(30_000).map(({ ask, snapshot }) => `${ask}-${snapshot}`);
    for (const snapshot of [0, 1]) {
      expect(order.indexOf(`count-${snapshot}`)).toBeLessThan(order.indexOf(`goroutine-text-${snapshot}`));
    }
  });

  it('asks only for the kinds wanted', () => {
    expect(planSteps(['heap'], 5_000).map(({ ask }) => ask)).toEqual(['count', 'heap', 'count', 'heap']);
  });
});

describe('the gates', () => {
  it.each([
    [1_999, true],
    [2_000, true],
    [2_001, false],
    [1_000_000, false],
    [undefined, false],
  ])('full stacks at %s goroutines: %s', (count, allowed) => {
    const refusal = refuseStep(step('goroutine-text'), page(count, 'goroutine'), DEFAULT_PERMISSIONS);
    expect(refusal === undefined).toBe(allowed);
  });

  it.each([
    [10_000, true],
    [10_001, false],
    [undefined, false],
  ])('the leak detector at %s goroutines: %s', (count, allowed) => {
    const refusal = refuseStep(step('goroutineleak'), page(count, 'goroutineleak'), DEFAULT_PERMISSIONS);
    expect(refusal === undefined).toBe(allowed);
  });

  it('passes over the leak detector in silence where the service has none', () => {
    expect(refuseStep(step('goroutineleak'), page(10, 'goroutine'), DEFAULT_PERMISSIONS)).toBe('');
  });

  it('leaves even the counting profile alone above 200,000 goroutines', () => {
    expect(refuseStep(step('goroutine'), page(200_001, 'goroutine'), DEFAULT_PERMISSIONS)).toContain(
      '200,001',
    );
  });
});

describe('what a capture says it will cost', () => {
  it('names the longest pause the allowed count can bring', () => {
    const sentence = (dumpUpTo: number) =>
      costSentence(DEFAULT_KINDS, 30_000, { ...DEFAULT_PERMISSIONS, dumpUpTo });
    expect(sentence(2_000)).toContain('longer than 16 ms');
    expect(sentence(10_000)).toContain('longer than 80 ms');
    expect(sentence(2_000)).toContain('7 memory readings');
  });
});
