// What a closer look at a day adds to what is seen by the hour: it makes up for a day before which nothing was seen, and
// counts against what it does not see, or sees only as something that fills.
import { describe, expect, it } from 'vitest';
import { oddsSeen } from '../../src/watch/day.ts';
import { LEAK } from './growth.ts';

const NOTHING_BEFORE = 2.2;
const SEEN = { slope: LEAK.slope, error: 0.05 * LEAK.slope, evidence: 10, fills: false };

describe('what a closer look adds', () => {
  it('is nothing where enough was seen before, and what nothing before counts where not', () => {
    expect(oddsSeen(SEEN, LEAK, 0)).toBe(0);
    expect(oddsSeen(SEEN, LEAK, NOTHING_BEFORE)).toBe(NOTHING_BEFORE);
  });

  it.each([
    ['nothing grows', { slope: 0, error: 0 }],
    ['it hardly grows', { slope: 0.2 * LEAK.slope, error: 0.01 * LEAK.slope }],
    ['it grows far faster than by the hour', { slope: 4 * LEAK.slope }],
    ['nobody knows how fast', { error: 0.8 * LEAK.slope }],
  ])('is less than nothing where %s', (_, change) => {
    expect(oddsSeen({ ...SEEN, ...change }, LEAK, 0)).toBeLessThan(0);
    expect(oddsSeen({ ...SEEN, ...change }, LEAK, NOTHING_BEFORE)).toBeLessThan(0);
  });

  it('makes up for nothing where it is no more than noise', () => {
    expect(oddsSeen({ ...SEEN, evidence: 0 }, LEAK, NOTHING_BEFORE)).toBe(0);
    expect(oddsSeen({ ...SEEN, error: 0.3 * LEAK.slope }, LEAK, NOTHING_BEFORE)).toBe(0);
  });

  it('is less where something fills beside what grows, if nothing was seen before', () => {
    expect(oddsSeen({ ...SEEN, fills: true }, LEAK, NOTHING_BEFORE)).toBeLessThan(NOTHING_BEFORE);
    expect(oddsSeen({ ...SEEN, fills: true }, LEAK, 0)).toBe(0);
  });
});
