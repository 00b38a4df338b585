import { describe, expect, it } from 'vitest';
import { costSentence, planSteps, refuseStep, restSteps, withProbe } from '../../src/capture/plan.ts';
import { CAPTURE_KINDS, DEFAULT_KINDS, DEFAULT_PERMISSIONS } from '../../src/model/target.ts';

const traced = { id: 'trace-1', atMs: 30_000, snapshot: 1, ask: 'trace', sample: false } as const;
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

describe('the looks of a check', () => {
  it('collect garbage before they look at the heap, and run the leak detector after all else of the last', () => {
    const looks = [0, 1].map((at) => restSteps(at, at === 1).map(({ ask }) => ask));
    const look = ['count', 'goroutine', 'goroutine-text', 'heap-collected', 'memory', 'process'];
    expect(looks).toEqual([look, [...look, 'goroutineleak', 'goroutineleak']]);
  });
});

describe('the plan of a capture', () => {
  it('climbs from the cheapest look to the dearest, and runs the leak detector last of all, twice', () => {
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
      '1:goroutineleak',
    ]);
  });

  it('is one snapshot without a window, the leak detector last', () => {
    expect(asks(0).map(({ id, atMs }) => `${id} ${atMs}`)).toEqual(
      ['count-0', 'memory-0', 'process-0', 'goroutine-0', 'goroutine-text-0', 'heap-0', 'goroutineleak-0']
        .map((id) => `${id} 0`)
        .concat('goroutineleak-again-0 1000'),
    );
    expect(costSentence(DEFAULT_KINDS, 0, DEFAULT_PERMISSIONS)).toMatch(
      /^goroutine profile \(full stacks only up to 2,000 goroutines\), heap profile \(no forced GC\), 1 memory reading;/,
    );
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

  it('records one trace, behind all that two snapshots are compared by and before the leak detector', () => {
    const order = (windowMs: number, looks?: 2 | 3) =>
      planSteps(['goroutine', 'heap', 'trace'], windowMs, looks).map(({ id }) => id);
    expect(order(5_000).slice(-5)).toEqual([
      'goroutine-text-1',
      'heap-1',
      'trace-1',
      'goroutineleak-1',
      'goroutineleak-again-1',
    ]);
    expect(order(5_000, 3).filter((id) => id.startsWith('trace'))).toEqual(['trace-1']);
    expect(order(0).slice(-3)).toEqual(['trace-0', 'goroutineleak-0', 'goroutineleak-again-0']);
    expect(withProbe(planSteps(CAPTURE_KINDS, 5_000)).map(({ id }) => id)).toContain('trace-1');
  });

  it('looks at how busy the process is before it records a trace, whatever else is wanted', () => {
    expect(planSteps(['trace'], 0).map(({ ask }) => ask)).toEqual(['count', 'process', 'trace']);
  });

  it('has no trace in it that nobody named', () => {
    expect(DEFAULT_KINDS).not.toContain('trace');
    expect(asks(30_000).some(({ ask }) => ask === 'trace')).toBe(false);
    expect(restSteps(0, true).some(({ ask }) => ask === 'trace')).toBe(false);
  });
});

describe('the gates', () => {
  const rules = { allow: DEFAULT_PERMISSIONS };

  it('stand before every heavy question', () => {
    expect(refuseStep(step('goroutine-text'), page(2_000, 'goroutine'), rules)).toBeUndefined();
    expect(refuseStep(step('goroutine-text'), page(2_001, 'goroutine'), rules)?.because).toContain('2,001');
    expect(refuseStep(step('goroutineleak'), page(2_000, 'goroutineleak'), rules)).toBeUndefined();
    expect(refuseStep(step('goroutineleak'), page(2_001, 'goroutineleak'), rules)?.offer).toBeDefined();
    expect(refuseStep(traced, page(2_000), rules)).toBeUndefined();
    expect(refuseStep(traced, page(2_001), rules)?.offer).toBeDefined();
  });

  it('pass over the leak detector in silence where the service has none', () => {
    expect(refuseStep(step('goroutineleak'), page(10, 'goroutine'), rules)?.because).toBe('');
  });

  it('leave even the counting profile alone above 200,000 goroutines', () => {
    expect(refuseStep(step('goroutine'), page(200_000), rules)).toBeUndefined();
    expect(refuseStep(step('goroutine'), page(200_001), rules)?.because).toContain('200,001');
  });

  it('say why only light questions are asked, and ask those', () => {
    const light = { ...rules, lightBecause: 'the heavy captures are spent' };
    const everything = page(20, 'goroutine', 'goroutineleak');
    const because = 'Full stacks and the leak detector were left out: the heavy captures are spent.';
    expect(refuseStep(step('goroutine-text'), everything, light)).toEqual({ because });
    expect(refuseStep(step('goroutineleak'), everything, light)).toEqual({ because });
    expect(refuseStep(traced, everything, light)).toEqual({
      because: 'The execution trace was left out: the heavy captures are spent.',
    });
    for (const ask of ['count', 'memory', 'process', 'goroutine', 'heap']) {
      expect(refuseStep(step(ask), everything, light)).toBeUndefined();
    }
  });
});

describe('what a capture says it will cost', () => {
  it('names the longest pause the allowed count can bring', () => {
    const sentence = (dumpUpTo: number) =>
      costSentence(DEFAULT_KINDS, 30_000, { ...DEFAULT_PERMISSIONS, dumpUpTo });
    expect(sentence(2_000)).toContain('longer than 120 ms');
    expect(sentence(10_000)).toContain('longer than 600 ms');
    expect(sentence(2_000)).toContain('7 memory readings');
  });

  it('names the trace, and up to how many goroutines it is recorded', () => {
    expect(costSentence(['trace'], 0, { ...DEFAULT_PERMISSIONS, traceUpTo: 500 })).toBe(
      'execution trace of 1 s (only up to 500 goroutines); no single pause is expected to be longer than 1 ms.',
    );
  });
});
