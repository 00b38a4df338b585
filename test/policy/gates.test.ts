import { describe, expect, it } from 'vitest';
import { DEFAULT_PERMISSIONS } from '../../src/model/target.ts';
import { dumpPrice, type GateFacts, gateDump, gateLeakProfile, gateTrace } from '../../src/policy/gates.ts';

type Answer = 'go' | 'ask' | 'no';

const answer = (gate: typeof gateDump, facts: Partial<GateFacts>): Answer => {
  const refusal = gate({ allow: DEFAULT_PERMISSIONS, goroutines: undefined, ...facts });
  if (!refusal) return 'go';
  expect(refusal.because).toMatch(/^(Full stacks|The runtime's leak detector|No execution trace) .*\.$/);
  return refusal.offer ? 'ask' : 'no';
};
const dumpUpTo = (count: number) => ({ ...DEFAULT_PERMISSIONS, dumpUpTo: count });
const leakUpTo = (count: number) => ({ ...DEFAULT_PERMISSIONS, leakProfileUpTo: count });

describe('full stacks', () => {
  it.each<[number | undefined, Partial<GateFacts>, Answer]>([
    [undefined, {}, 'no'],
    [undefined, { consent: 'forced' }, 'no'],
    [0, {}, 'go'],
    [1_999, {}, 'go'],
    [2_000, {}, 'go'],
    [2_001, {}, 'ask'],
    [10_000, {}, 'ask'],
    [10_001, {}, 'no'],
    [2_001, { consent: 'confirmed' }, 'go'],
    [10_000, { consent: 'confirmed' }, 'go'],
    [10_001, { consent: 'confirmed' }, 'no'],
    [10_001, { consent: 'forced' }, 'go'],
    [100_000, { consent: 'forced' }, 'go'],
    [100_001, { consent: 'forced' }, 'no'],
    [1_000_000, { consent: 'forced' }, 'no'],
    [8_000, { allow: dumpUpTo(8_000) }, 'go'],
    [8_001, { allow: dumpUpTo(8_000) }, 'ask'],
    [500, { allow: dumpUpTo(100) }, 'ask'],
    [5, { allow: dumpUpTo(0), consent: 'forced' }, 'no'],
    [2_000, { automatic: true }, 'go'],
    [2_001, { automatic: true, allow: dumpUpTo(8_000) }, 'no'],
  ])('of %s goroutines with %o: %s', (goroutines, facts, expected) => {
    expect(answer(gateDump, { ...facts, goroutines })).toBe(expected);
  });

  it('print their price before anybody agrees to it', () => {
    const refusal = gateDump({ goroutines: 4_000, allow: DEFAULT_PERMISSIONS });
    expect(refusal?.because).toBe(
      'Full stacks were not fetched: 4,000 goroutines mean pauses of about 560 ms in all, 240 ms at a time, for 4.2 MiB, which somebody has to agree to first.',
    );
    expect(refusal?.offer).toEqual({ what: 'full stacks', pauseMs: 560 });
    const { pauseMs, pausesMs, bytes } = dumpPrice(10_000);
    expect([pauseMs, pausesMs, bytes].map(Math.round)).toEqual([600, 1_400, 11_000_000]);
  });
});

describe('the leak detector', () => {
  it.each<[number | undefined, Partial<GateFacts>, Answer]>([
    [undefined, {}, 'no'],
    [2_000, {}, 'go'],
    [2_001, {}, 'ask'],
    [10_000, {}, 'ask'],
    [10_001, {}, 'no'],
    [10_000, { consent: 'confirmed' }, 'go'],
    [10_001, { consent: 'confirmed' }, 'no'],
    [100_000, { consent: 'forced' }, 'go'],
    [100_001, { consent: 'forced' }, 'no'],
    [8_000, { allow: leakUpTo(8_000) }, 'go'],
    [8_001, { allow: leakUpTo(8_000) }, 'ask'],
    [5, { allow: leakUpTo(0), consent: 'confirmed' }, 'no'],
    [2_001, { automatic: true }, 'no'],
  ])('at %s goroutines with %o: %s', (goroutines, facts, expected) => {
    expect(answer(gateLeakProfile, { ...facts, goroutines })).toBe(expected);
  });
});

describe('an execution trace', () => {
  const traceUpTo = (count: number) => ({ ...DEFAULT_PERMISSIONS, traceUpTo: count });
  it.each<[number | undefined, Partial<GateFacts>, Answer]>([
    [undefined, {}, 'no'],
    [undefined, { consent: 'forced' }, 'no'],
    [2_000, {}, 'go'],
    [2_001, {}, 'ask'],
    [10_000, { consent: 'confirmed' }, 'go'],
    [10_001, { consent: 'confirmed' }, 'no'],
    [100_000, { consent: 'forced' }, 'go'],
    [100_001, { consent: 'forced' }, 'no'],
    [500, { allow: traceUpTo(500) }, 'go'],
    [501, { allow: traceUpTo(500) }, 'ask'],
    [5, { allow: traceUpTo(0), consent: 'forced' }, 'no'],
    [1, { automatic: true }, 'no'],
    [1, { automatic: true, consent: 'confirmed', allow: traceUpTo(10_000) }, 'no'],
    [1, { automatic: true, consent: 'forced', allow: traceUpTo(10_000) }, 'no'],
  ])('of %s goroutines with %o: %s', (goroutines, facts, expected) => {
    expect(answer(gateTrace, { ...facts, goroutines })).toBe(expected);
  });

  it('is for a person who asks, and says so', () => {
    expect(gateTrace({ goroutines: 5, allow: DEFAULT_PERMISSIONS, automatic: true })?.because).toBe(
      'No execution trace was recorded: only a person may ask for one.',
    );
  });
});
