// How much a process allocates, from samples that tell only what it holds at a moment. Between two collections HeapAlloc
// rises by all that is allocated; from one to the next as much is, as there was room for.
import type { Sample } from './sample.ts';

/** What HeapAlloc rose by while no collection ran, and for how long. */
export interface Rises {
  /** From one sample to the next. */
  readonly betweenBytes: number;
  readonly betweenSeconds: number;
  /** From a collection to the sample after it. */
  readonly sinceBytes: number;
  readonly sinceSeconds: number;
  /** How long HeapAlloc fell, where nobody counts collections. */
  readonly fallingSeconds: number;
}

export const NO_RISES: Rises = {
  betweenBytes: 0,
  betweenSeconds: 0,
  sinceBytes: 0,
  sinceSeconds: 0,
  fallingSeconds: 0,
};

/** An idle process is made to collect every two minutes: slower than this says nothing of what it allocates. */
const FORCED_PER_SECOND = 1 / 90;
/** Collections this frequent are counted well in ten minutes. */
const PACED_PER_SECOND = 1 / 60;
const LEAST_RISING_SECONDS = 30;
/** Where nobody counts collections, one that came between two samples is seen by a fall, unless every one of them has its own. */
const RISING_TO_FALLING = 1.5;
/** The runtime forces a collection after two minutes, unless GOGC is off; clocks of different machines differ by more than that. */
const LONGEST_CYCLE_SECONDS = 600;

export function withRise(rises: Rises, before: Sample, sample: Sample): Rises {
  if (isSameCycle(before, sample)) {
    const risen = heapOf(sample) - heapOf(before);
    if (risen < 0)
      return sample.NumGC === undefined
        ? { ...rises, fallingSeconds: rises.fallingSeconds + sample.t - before.t }
        : rises;
    return {
      ...rises,
      betweenBytes: rises.betweenBytes + risen,
      betweenSeconds: rises.betweenSeconds + sample.t - before.t,
    };
  }
  const risen = heapOf(sample) - pacedLive(sample);
  if (sample.LastGC === undefined || !(risen >= 0)) return rises;
  return {
    ...rises,
    sinceBytes: rises.sinceBytes + risen,
    sinceSeconds: rises.sinceSeconds + sinceCollection(sample),
  };
}

function isSameCycle(before: Sample, sample: Sample): boolean {
  return sample.HeapAlloc !== undefined && before.HeapAlloc !== undefined && sample.NumGC === before.NumGC;
}

/** Bytes a second between samples; undefined where collections leave no time to see it. */
export function risingIn({ betweenBytes, betweenSeconds, fallingSeconds }: Rises): number | undefined {
  return betweenSeconds >= Math.max(LEAST_RISING_SECONDS, RISING_TO_FALLING * fallingSeconds)
    ? betweenBytes / betweenSeconds
    : undefined;
}

/** What collections say between two samples. */
export interface Cycles {
  /** A second. */
  readonly collections: number;
  /** An idle process is made to collect: unless GOGC is off. */
  readonly forced: boolean;
  /** What is held more, or less, than at first; bytes a second, 0 where nobody tells. */
  readonly held: number;
}

/** Collections a second from one sample to another, by the clock of whoever looks; NaN where nobody counts. */
export function collectionsBetween(before: Sample, after: Sample): number {
  const seconds = after.t - before.t;
  const counted = collectedBetween(before, after);
  return seconds > 0 && counted >= 0 ? counted / seconds : Number.NaN;
}

/**
 * From the last collection before one sample to the last before another: whole cycles, so that nothing else is held in
 * the end. From sample to sample where none came or nobody tells when.
 */
export function cyclesBetween(before: Sample, after: Sample): Cycles {
  const forced = !isPacingOff(after);
  const counted = collectedBetween(before, after);
  const whole = (after.LastGC ?? Number.NaN) - (before.LastGC ?? Number.NaN);
  if (counted > 0 && whole > 0) return { collections: counted / whole, forced, held: 0 };
  const held = (heapOf(after) - heapOf(before)) / (after.t - before.t);
  return { collections: collectionsBetween(before, after), forced, held: Number.isNaN(held) ? 0 : held };
}

function collectedBetween(before: Sample, after: Sample): number {
  return (after.NumGC ?? Number.NaN) - (before.NumGC ?? Number.NaN);
}

/** Collections come by the clock: their count says nothing. */
export function isByTheClock({ collections, forced }: Cycles): boolean {
  return forced && collections <= FORCED_PER_SECOND;
}

/**
 * Bytes a second; NaN where nothing tells. `room`: bytes from one collection to the next. Collections that come by
 * themselves are counted, and what is held more in the end was allocated as well; of an idle process, or a slow one,
 * HeapAlloc tells more.
 */
export function allocatedIn(rises: Rises, cycles: Cycles, room: number): number {
  const { collections, held } = cycles;
  const rising = collections > PACED_PER_SECOND ? undefined : risingIn(rises);
  if (rising !== undefined) return rising;
  if (collections > 0 && !isByTheClock(cycles)) return Math.max(0, collections * room + held);
  return risenSince(rises) ?? Number.NaN;
}

/** Bytes a second from a collection to the sample after it; undefined where that was not seen. */
function risenSince({ sinceBytes, sinceSeconds }: Rises): number | undefined {
  return sinceSeconds >= LEAST_RISING_SECONDS ? sinceBytes / sinceSeconds : undefined;
}

/** The same where collections come by the clock. */
export function risenByTheClock(rises: Rises, cycles: Cycles): number | undefined {
  return isByTheClock(cycles) ? risenSince(rises) : undefined;
}

export function heapOf({ HeapAlloc, HeapInuse }: Sample): number {
  return HeapAlloc ?? HeapInuse ?? Number.NaN;
}

/** Seconds since the last collection; 0 where unknown. */
export function sinceCollection(sample: Sample): number {
  const { t, LastGC = t } = sample;
  const longest = mayBeOff(sample) ? Number.POSITIVE_INFINITY : LONGEST_CYCLE_SECONDS;
  return Math.min(longest, Math.max(0, t - LastGC));
}

/** Where nobody tells, a memory limit may stand in for GOGC. */
function mayBeOff(sample: Sample): boolean {
  return sample.GOGC === undefined ? sample.GOMEMLIMIT !== undefined : isPacingOff(sample);
}

/** GOGC is off: only a memory limit asks for collections. */
function isPacingOff({ GOGC = 100 }: Sample): boolean {
  return GOGC <= 0;
}

/** goal = live + (live + stacks) * GOGC / 100 since Go 1.18; NaN when collections are not paced by GOGC. */
export function pacedLive(sample: Sample): number {
  const { NextGC, GOGC = 100, StackInuse = 0 } = sample;
  if (NextGC === undefined || isPacingOff(sample)) return Number.NaN;
  const factor = GOGC / 100;
  return Math.max(0, NextGC - Math.min(StackInuse * factor, NextGC / 2)) / (1 + factor);
}
