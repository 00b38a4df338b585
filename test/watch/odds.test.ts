// What is seen of growth, added up: each thing on the side it is said to be on, none able to decide alone what all
// others deny, and nothing unknown ever taken for a yes.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oddsOf, seenIn } from '../../src/watch/odds.ts';
import { DAY, WINDOWS } from '../../src/watch/windows.ts';
import { LEAK } from './growth.ts';

const ALONE = { alone: true };

describe('the odds that growth is a leak', () => {
  it.each(WINDOWS.map((window) => [window.name, window] as const))(
    'are for a plain one in %s',
    (_, { weights }) => {
      expect(oddsOf(LEAK, ALONE, weights)).toBeGreaterThan(0);
    },
  );

  it.each([
    ['no order', { order: 0.4, evidence: 12, error: 0.2 }],
    ['as fast before', { before: 1, evidence: 30 }],
    ['below what earlier lives came to', { excess: -1, evidence: 30, error: 0.15 }],
    ['nothing before and little evidence', { context: 0, evidence: 11, order: 0.7 }],
  ])('are against in a day: %s', (_, change) => {
    expect(oddsOf({ ...LEAK, ...change }, ALONE, DAY.weights)).toBeLessThan(0);
  });

  it('are no better for what is not known', () => {
    for (const { weights } of WINDOWS) {
      const odds = oddsOf(LEAK, ALONE, weights);
      for (const less of [{ loadKnown: false }, { context: 0 }])
        expect(oddsOf({ ...LEAK, ...less }, ALONE, weights)).toBeLessThanOrEqual(odds);
      expect(oddsOf(LEAK, { alone: false }, weights)).toBeLessThan(odds);
      expect(oddsOf({ ...LEAK, before: Number.NaN }, ALONE, weights)).toBe(odds);
    }
  });

  it('are less for lives that start than for one that lasts, and least where nothing else was ever seen', () => {
    const odds = (context: number, alone: boolean) => oddsOf({ ...LEAK, context }, { alone }, DAY.weights);
    expect(odds(72, true) - odds(72, false)).toBeGreaterThan(0);
    expect(odds(0, true) - odds(0, false)).toBeGreaterThan(odds(72, true) - odds(72, false));
  });

  it('are less where something fills beside growth, if starts are all that was ever seen', () => {
    const less = (context: number, alone: boolean) =>
      oddsOf({ ...LEAK, context }, { alone }, DAY.weights) -
      oddsOf({ ...LEAK, context, fills: true }, { alone }, DAY.weights);
    expect(less(0, false)).toBeGreaterThan(0);
    expect([less(72, false), less(0, true), less(72, true)]).toEqual([0, 0, 0]);
  });

  it('are finite, and rise with evidence and order, whatever else is seen', () => {
    const number = fc.double({ min: -1e9, max: 1e9, noNaN: true });
    const positive = fc.double({ min: 1e-9, max: 1e9, noNaN: true });
    fc.assert(
      fc.property(
        fc.record({ late: number, excess: number, before: number, context: positive, error: positive }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: -1, max: 1, noNaN: true }),
        (others, evidence, order) => {
          const growth = { ...LEAK, ...others, evidence, order };
          for (const { weights } of WINDOWS) {
            const odds = oddsOf(growth, ALONE, weights);
            expect(odds).toSatisfy(Number.isFinite);
            expect(oddsOf({ ...growth, evidence: 2 * evidence + 20 }, ALONE, weights)).toBeGreaterThan(odds);
            expect(oddsOf({ ...growth, order: 1 }, ALONE, weights)).toBeGreaterThanOrEqual(odds);
          }
        },
      ),
    );
  });

  it('say what was seen in numbers that are 0 where they say nothing', () => {
    expect(seenIn({ ...LEAK, evidence: 5, order: 0.5, late: 0, excess: 0 }, ALONE)).toMatchObject({
      prior: 1,
      evidence: 0,
      order: 0,
      lasting: 0,
      excess: 0,
      asBefore: 0,
      loadUnknown: 0,
      severalLives: 0,
      nothingBefore: 0,
      onlyStarts: 0,
      startsFill: 0,
    });
  });
});
