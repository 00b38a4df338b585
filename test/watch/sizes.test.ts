// How large growth has to be before it is weighed at all: what is smaller than asked for has to be that much likelier, and
// what is far smaller is nobody's concern.
import { describe, expect, it } from 'vitest';
import { oddsIn } from '../../src/watch/leak.ts';
import { oddsOf } from '../../src/watch/odds.ts';
import { SIGNALS } from '../../src/watch/signals.ts';
import type { View } from '../../src/watch/view.ts';
import { DAY } from '../../src/watch/windows.ts';
import { LEAK } from './growth.ts';

const [HEAP] = SIGNALS;
const VIEW: View = { shown: [], judged: new Set(), alone: true, spacing: 1 };
const MIB = 2 ** 20;
const LARGE = { ...LEAK, slope: MIB, level: 200 * MIB, error: 0.05 * MIB };

function odds(change: Partial<typeof LEAK>): number {
  if (!HEAP) throw new Error('the heap is watched');
  return oddsIn(DAY, HEAP, { ...LARGE, ...change }, VIEW);
}

describe('the size of growth', () => {
  it('is not weighed where there is enough of it', () => {
    expect(odds({})).toBe(oddsOf(LARGE, VIEW, DAY.weights));
  });

  it.each([
    ['share', { share: 0.8 * DAY.share }],
    ['bytes', { slope: (0.8 * 2 * MIB) / LARGE.hours, error: (0.04 * 2 * MIB) / LARGE.hours }],
  ])('has to be likelier where it falls short of it: %s', (_, change) => {
    expect(odds(change)).toBeLessThan(odds({}) - 1);
    expect(odds(change)).toSatisfy(Number.isFinite);
  });

  it.each([
    ['share', { share: DAY.share / 2 }],
    ['bytes', { slope: MIB / LARGE.hours }],
    ['above earlier lives', { excess: 0.2 }],
    ['hours', { hours: DAY.watched - 1 }],
    ['hours of a first day', { hours: DAY.watchedAlone - 1, context: 0 }],
    ['order', { order: 0.4 }],
  ])('is nobody’s concern where it is far less, however likely: %s', (_, change) => {
    expect(odds({ ...change, evidence: 1e6 })).toBe(Number.NEGATIVE_INFINITY);
  });
});
