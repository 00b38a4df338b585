// Readings of a signal over lives of a process, and what is counted within each life only.
import { mannKendall } from '../analyse/trend.ts';

export interface Reading {
  /** Unix seconds. */
  readonly t: number;
  readonly run: number;
  /** Hours since the process started. */
  readonly age: number;
  readonly y: number;
  /** NaN where unknown. */
  readonly load: number;
  /** What is judged; the others only teach what load does. Those in focus come last. */
  readonly focus: boolean;
}

/** Whether load is told, but for a gap here and there. */
export function knowsLoad(readings: readonly Reading[]): boolean {
  return readings.filter(({ load }) => !Number.isNaN(load)).length >= 0.9 * readings.length;
}

/** A level each: what is in focus is not on that of the same life before. */
export function groupOf({ run, focus }: Reading): number {
  return 2 * run + (focus ? 1 : 0);
}

/** Whether enough was seen before what is in focus, which begins at `from`, to have a slope. */
export function seenBefore(readings: readonly Reading[], from: number): boolean {
  return from >= 3 && (readings[from - 1]?.age ?? 0) > 0;
}

export function inFocusOnly(ticks: Float64Array, from: number): Float64Array {
  return ticks.map((tick, at) => (at >= from ? tick : 0));
}

/** What came before may have had a slope of its own; undefined where too little was seen. */
export function beforeFocus(
  readings: readonly Reading[],
  ticks: Float64Array,
  from: number,
): Float64Array | undefined {
  return seenBefore(readings, from) ? ticks.map((tick, at) => (at >= from ? 0 : tick)) : undefined;
}

/** Those of the life that is under way. */
export function lastLife(readings: readonly Reading[]): readonly Reading[] {
  const run = readings.at(-1)?.run;
  return readings.filter((reading) => reading.run === run);
}

/** Gaps up to so many hours are bridged when hours are counted. */
const BRIDGED_HOURS = 2;

/** Gaps and restarts not counted. */
export function hoursWatched(readings: readonly Reading[], spacing: number): number {
  let hours = 0;
  for (const [at, reading] of readings.entries()) {
    const before = readings[at - 1];
    if (before?.run !== reading.run) continue;
    hours += Math.min((reading.t - before.t) / 3600, BRIDGED_HOURS + spacing);
  }
  return hours;
}

/** Ticks of the clock in an hour, on average. */
export function rateOf(ticks: Float64Array, readings: readonly Reading[]): number {
  let ticked = 0;
  let hours = 0;
  for (const [at, reading] of readings.entries()) {
    const before = readings[at - 1];
    if (before?.run !== reading.run) continue;
    ticked += (ticks[at] ?? 0) - (ticks[at - 1] ?? 0);
    hours += reading.age - before.age;
  }
  return hours > 0 ? ticked / hours : 1;
}

/** Mann-Kendall within each life, together by their pairs; -1 to 1. */
export function orderWithin(readings: readonly Reading[], adjusted: Float64Array): number {
  let weighted = 0;
  let weight = 0;
  let from = 0;
  while (from < readings.length) {
    let to = from;
    while (to < readings.length && readings[to]?.run === readings[from]?.run) to += 1;
    const pairs = ((to - from) * (to - from - 1)) / 2;
    weighted += pairs * mannKendall([...adjusted.subarray(from, to)]);
    weight += pairs;
    from = to;
  }
  return weight > 0 ? weighted / weight : 0;
}
