// One look is not believed, and not forgotten either: what looks come to, averaged over a memory of so many hours.
import { describe, expect, it } from 'vitest';
import { afterLook, type Lasting } from '../../src/watch/lasting.ts';
import { HOUR, START } from './samples.ts';

const HOURLY = { memory: 1.5, every: 1 };

/** What a row of looks comes to, each so many hours after the one before. */
function afterLooks(odds: readonly number[], apart = 1, window = HOURLY): number {
  let lasting: Lasting | undefined;
  odds.forEach((each, at) => {
    lasting = afterLook(lasting, START + at * apart * HOUR, { odds: each, near: false }, window);
  });
  return lasting?.odds ?? Number.NaN;
}

describe('what looks come to', () => {
  it('follows them, the later ones more', () => {
    const rising = [-3, -1, 1, 3, 3, 3, 3, 3];
    const averages = rising.map((_, at) => afterLooks(rising.slice(0, at + 1)));
    expect(averages).toEqual([...averages].sort((one, other) => one - other));
    expect(averages.at(-1)).toBeGreaterThan(2.5);
    expect(afterLooks([-1, 1])).toBeGreaterThan(afterLooks([1, -1]));
  });

  it('is not decided by one look, in favour or against', () => {
    expect(afterLooks([Number.NEGATIVE_INFINITY, 2])).toBeLessThan(0);
    expect(afterLooks([2, 2, 2, 2, 2, Number.NEGATIVE_INFINITY, 2])).toBeGreaterThan(0);
  });

  it('is moved half as far by half an hour', () => {
    const before = { t: START, odds: 0, near: true };
    const moved = (hours: number) =>
      afterLook(before, START + hours * HOUR, { odds: 1, near: true }, HOURLY).odds;
    expect(2 * moved(0.5)).toBeGreaterThan(moved(1));
    expect(moved(0.5)).toBeLessThan(moved(1));
    // Hours in which nobody looked are not looks.
    expect(moved(12)).toBe(moved(1));
  });

  it('is the last look alone where there is no memory', () => {
    expect(afterLooks([-9, 4, 0.5], 3, { memory: 0, every: 3 })).toBe(0.5);
  });
});
