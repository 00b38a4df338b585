// Where a process stands against what came before what is judged, load explained away: a cache that fills anew after each
// restart ends where it ended before, and what only comes back to where it often was has not grown.
import { median, quantile } from '../analyse/trend.ts';
import type { Reading } from './reading.ts';

/** How many readings make a level. */
const LATE_READINGS = 4;
/** Of what a life gained: no more than that above a younger one is not above it. */
const HARDLY = 0.3;
/** A quarter of the time it was higher. */
const OFTEN = 0.75;

interface Stood {
  readonly age: number;
  readonly y: number;
}

/** What load does not explain of readings. */
export interface Standing {
  readonly now: number;
  /** Age of the process, hours. */
  readonly age: number;
  /** Before what is judged, of the same life. */
  readonly own: readonly number[];
  /** Before what is judged, of earlier lives. */
  readonly others: readonly Stood[];
}

/** `unexplained`: of each reading, in their order; `from`: the first that is judged. */
export function standingOf(
  readings: readonly Reading[],
  unexplained: readonly number[],
  from: number,
): Standing {
  const { run = 0, age = 0 } = readings.at(-1) ?? {};
  const before = readings.slice(0, from).map((reading, at) => ({ ...reading, y: unexplained[at] ?? 0 }));
  return {
    now: median(unexplained.slice(-LATE_READINGS)) ?? 0,
    age,
    own: before.filter((reading) => reading.run === run).map(({ y }) => y),
    others: before.filter((reading) => reading.run !== run),
  };
}

/**
 * How far the process is above what earlier lives of it came to when they were at least as old. Above a life that was
 * never seen as old it says nothing, for that one was not done; not above it, or hardly, it does. Infinite where nothing
 * is known. `gained`: by this life while it was judged.
 */
export function aboveOthers({ now, age, others }: Standing, gained: number): number {
  const older = others.filter((reading) => reading.age >= age);
  if (older.length > 0) return now - levelOf(older);
  const above = now - levelOf(others.slice(-LATE_READINGS));
  return above <= HARDLY * gained ? above : Number.POSITIVE_INFINITY;
}

/** How far it is above where it often was before in this life; infinite where nothing is known. */
export function aboveItself({ now, own }: Standing): number {
  return now - (quantile(own, OFTEN) ?? Number.NEGATIVE_INFINITY);
}

function levelOf(readings: readonly Stood[]): number {
  return median(readings.map(({ y }) => y)) ?? Number.NaN;
}
