// Where a process stands against what it came to before: one that fills again what the life before it held has not grown,
// and what was never seen as old says nothing of one that is above it.
import { describe, expect, it } from 'vitest';
import type { Reading } from '../../src/watch/reading.ts';
import { aboveItself, aboveOthers, standingOf } from '../../src/watch/standing.ts';
import { HOUR, START } from './samples.ts';

interface Life {
  readonly hours: number;
  readonly born?: number;
  readonly at: (age: number) => number;
}

/** Lives one after the other, the last `judged` hours in focus. */
function standing(lives: readonly Life[], judged: number) {
  let hour = 0;
  const all = lives.flatMap(({ hours, born = 1, at }, run) =>
    Array.from({ length: hours }, (_, index) => {
      hour += 1;
      const age = born + index;
      return { t: START + hour * HOUR, run, age, y: at(age), load: 1, focus: false };
    }),
  );
  const readings: Reading[] = all.map((reading, at) => ({ ...reading, focus: at >= all.length - judged }));
  const from = all.length - judged;
  return standingOf(
    readings,
    readings.map(({ y }) => y),
    from,
  );
}

const GAINED = 20;
const fills = (age: number) => 80 + GAINED * (1 - Math.exp(-age / 6));
const grows = (age: number) => 100 + age;
const stays = () => 100;

describe('where a process stands', () => {
  it('is level with an older life whose cache it fills again, though a single hour of that was seen', () => {
    const seen = standing(
      [
        { hours: 1, born: 40, at: fills },
        { hours: 20, at: fills },
      ],
      20,
    );
    expect(Math.abs(aboveOthers(seen, GAINED))).toBeLessThan(0.1 * GAINED);
  });

  it('is above an older life when it grows beyond it', () => {
    const seen = standing(
      [
        { hours: 5, born: 40, at: stays },
        { hours: 20, at: grows },
      ],
      20,
    );
    expect(aboveOthers(seen, GAINED)).toBeGreaterThan(0.8 * GAINED);
  });

  it('is not known from a younger life that it is above, and known from one that it is not', () => {
    const above = (at: Life['at']) =>
      aboveOthers(
        standing(
          [
            { hours: 8, at },
            { hours: 20, at: fills },
          ],
          20,
        ),
        GAINED,
      );
    expect(above(() => 80)).toBe(Number.POSITIVE_INFINITY);
    expect(above(() => 110)).toBeLessThan(0);
    expect(above(() => 98)).toBeLessThan(0.3 * GAINED);
  });

  it('is not known where nothing came before', () => {
    const seen = standing([{ hours: 20, at: grows }], 20);
    expect(aboveOthers(seen, GAINED)).toBe(Number.POSITIVE_INFINITY);
    expect(aboveItself(seen)).toBe(Number.POSITIVE_INFINITY);
  });

  it('is where it often was when it comes back from a dip, and above it when it grows', () => {
    const dips = standing([{ hours: 60, at: (age) => (age > 36 ? 90 + (age - 36) / 2 : 102) }], 24);
    expect(aboveItself(dips)).toBeLessThan(1);
    const leaks = standing([{ hours: 60, at: (age) => (age > 36 ? 64 + age : 100) }], 24);
    expect(aboveItself(leaks)).toBeGreaterThan(20);
  });
});
