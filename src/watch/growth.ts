// Does it grow by itself? Readings are explained by load (or, where nobody tells the load, by the time of day), by a
// level for each life of the process, and by time; only what time explains is growth. Two clocks are tried: hours,
// and work done, because many leaks leak by the request and rest at night.
import { mannKendall, median, theilSen } from '../analyse/trend.ts';
import { dayColumns, loadColumns, workDone } from './explain.ts';
import { type Regression, regress } from './regression.ts';

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

export interface Growth {
  /** By the hour, in the unit of the readings. */
  readonly slope: number;
  /** Standard error of the slope, honest about autocorrelation. */
  readonly error: number;
  /** Slope in standard errors. */
  readonly certainty: number;
  /** Share of the level that was gained while the process was watched. */
  readonly share: number;
  /** Hours watched, gaps and restarts not counted. */
  readonly hours: number;
  /** Slope of the later half against the whole: a cache that fills comes to nothing, a leak stays near 1. */
  readonly late: number;
  /** Mann-Kendall of what load does not explain, within each life of the process. */
  readonly order: number;
  /** Share of the growth by which it is above what a life before it, when as old or older, had come to; 1 without one. */
  readonly excess: number;
  readonly level: number;
  /** Whether the load was known. */
  readonly loadKnown: boolean;
  readonly clock: 'hours' | 'work';
}

/** Gaps up to so many hours are bridged when hours are counted. */
const BRIDGED_HOURS = 2;
/** Growth in standard errors, before wild readings are tamed, below which nobody looks closer. */
const QUICK = 1.5;
/** How many readings make a level. */
const LATE_READINGS = 4;
const INTERESTING = { certainty: 3, share: 0.03 };

export interface GrowthOptions {
  /** Hours between readings. */
  readonly spacing: number;
  /** What growth is a share of; the level of the readings when absent. */
  readonly scale?: number;
}

interface Clock {
  readonly clock: Growth['clock'];
  readonly ticks: Float64Array;
}

type Fitted = Clock & {
  readonly fit: Regression;
  /** What is left unexplained of what is in focus. */
  readonly squares: number;
};

/** The readings in columns. */
interface Table {
  readonly readings: readonly Reading[];
  readonly y: Float64Array;
  /** A level each. */
  readonly groups: readonly number[];
  readonly explaining: readonly Float64Array[];
  /** Index of the first reading in focus. */
  readonly from: number;
}

/** Undefined when there is too little, nothing grows, or load and growth cannot be told apart. */
export function growthOf(
  readings: readonly Reading[],
  { spacing, scale }: GrowthOptions,
): Growth | undefined {
  const from = readings.findIndex(({ focus }) => focus);
  const focused = from < 0 ? [] : readings.slice(from);
  if (focused.length < 8) return undefined;
  const known = readings.filter(({ load }) => !Number.isNaN(load)).length >= 0.9 * readings.length;
  const explaining = known ? loadColumns(readings) : dayColumns(readings);
  if (!explaining) return undefined;
  const table: Table = {
    readings,
    y: Float64Array.from(readings, ({ y }) => y),
    groups: readings.map(({ run, focus }) => 2 * run + (focus ? 1 : 0)),
    explaining,
    from,
  };
  const best = bestFit(table, known);
  if (!best) return undefined;
  const { clock, fit, ticks } = best;
  const hours = hoursWatched(focused, spacing);
  const perHour = rateOf(ticks.subarray(from), focused);
  const [coefficient = 0] = fit.coefficients;
  const error = (fit.errors[0] ?? Number.POSITIVE_INFINITY) * perHour;
  const slope = coefficient * perHour;
  const level = median(focused.map(({ y }) => y)) ?? 0;
  const against = scale ?? level;
  const share = against > 0 ? (slope * hours) / against : 0;
  const certainty = error > 0 ? slope / error : 0;
  const growth = {
    slope,
    error,
    certainty,
    share,
    hours,
    late: 0,
    order: 0,
    excess: 1,
    level,
    loadKnown: known,
    clock,
  };
  // What follows is dear, and of interest only where something grows.
  if (certainty < INTERESTING.certainty || share < INTERESTING.share) return growth;
  const ticksInFocus = ticks.subarray(from);
  const adjusted = ticksInFocus.map((tick, at) => coefficient * tick + (fit.residuals[from + at] ?? 0));
  return {
    ...growth,
    slope: (robustSlope(focused, ticksInFocus, adjusted) ?? coefficient) * perHour,
    late: lateness(table, ticks, coefficient),
    order: orderWithin(focused, adjusted),
    excess: excessOf(table, best) / (slope * hours),
  };
}

function bestFit(table: Table, known: boolean): Fitted | undefined {
  const { readings, explaining } = table;
  const hours: Clock = { clock: 'hours', ticks: Float64Array.from(readings, ({ age }) => age) };
  // Most of the time nothing grows, and a quick look tells.
  const quick = fitted(table, hours.ticks, [], 1);
  if (!quick || (quick.coefficients[0] ?? 0) < QUICK * (quick.errors[0] ?? 0)) return undefined;
  const [loads] = explaining;
  const clocks =
    known && loads ? [hours, { clock: 'work' as const, ticks: workDone(readings, loads) }] : [hours];
  let best: Fitted | undefined;
  for (const { clock, ticks } of clocks) {
    const fit = fitted(table, ticks, []);
    const squares = fit?.residuals.subarray(table.from).reduce((sum, rest) => sum + rest * rest, 0) ?? 0;
    // Hours are the simpler story: work has to explain clearly better.
    if (fit && (!best || squares < 0.85 * best.squares)) best = { clock, ticks, fit, squares };
  }
  return best;
}

/** The clock of what is in focus is the first column; the rest may have had a slope of its own. */
function fitted(
  { readings, y, groups, explaining, from }: Table,
  ticks: Float64Array,
  more: readonly Float64Array[],
  rounds?: number,
): Regression | undefined {
  const inFocus = ticks.map((tick, at) => (at >= from ? tick : 0));
  const before = ticks.map((tick, at) => (at >= from ? 0 : tick));
  const others = from >= 3 && (readings[from - 1]?.age ?? 0) > 0 ? [before] : [];
  return regress([inFocus, ...more, ...others, ...explaining], y, groups, rounds);
}

function hoursWatched(readings: readonly Reading[], spacing: number): number {
  let hours = 0;
  for (const [at, reading] of readings.entries()) {
    const before = readings[at - 1];
    if (before?.run !== reading.run) continue;
    hours += Math.min((reading.t - before.t) / 3600, BRIDGED_HOURS + spacing);
  }
  return hours;
}

/** Ticks of the clock in an hour, on average. */
function rateOf(ticks: Float64Array, readings: readonly Reading[]): number {
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

/** Theil-Sen over the life that was watched longest, if it is most of what was watched. */
function robustSlope(
  readings: readonly Reading[],
  ticks: Float64Array,
  adjusted: Float64Array,
): number | undefined {
  const counts = new Map<number, number>();
  for (const { run } of readings) counts.set(run, (counts.get(run) ?? 0) + 1);
  const [longest] = [...counts].sort((a, b) => b[1] - a[1]);
  if (!longest || longest[1] < 0.6 * readings.length) return undefined;
  const points = readings.flatMap(({ run }, at) =>
    run === longest[0] ? [{ x: ticks[at] ?? 0, y: adjusted[at] ?? 0 }] : [],
  );
  return theilSen(points);
}

/** Slope of the later half against the whole: a line with a hinge in the middle of what is in focus. */
function lateness(table: Table, ticks: Float64Array, whole: number): number {
  const { from } = table;
  const inFocus = ticks.subarray(from);
  const hinge = (Math.min(...inFocus) + Math.max(...inFocus)) / 2;
  const later = ticks.map((tick, at) => (at >= from ? Math.max(0, tick - hinge) : 0));
  const bent = fitted(table, ticks, [later]);
  if (!bent || whole <= 0) return 0;
  const [early = 0, more = 0] = bent.coefficients;
  return (early + more) / whole;
}

/**
 * How far the process is above what earlier lives of it came to when they were at least as old: a cache that fills
 * anew after each restart ends where it ended before. As far as it grew, when there was none.
 */
function excessOf({ readings, y, explaining, from }: Table, { fit }: Fitted): number {
  const loads = fit.coefficients.slice(fit.coefficients.length - explaining.length);
  const unexplained = (at: number) =>
    (y[at] ?? 0) - loads.reduce((sum, factor, column) => sum + factor * (explaining[column]?.[at] ?? 0), 0);
  const last = readings.length - 1;
  const now = readings.slice(-LATE_READINGS).map((_, at) => unexplained(last - at));
  const { run = 0, age = 0 } = readings[last] ?? {};
  const older = readings.flatMap((reading, at) =>
    at < from && reading.run !== run && reading.age >= age ? [unexplained(at)] : [],
  );
  if (older.length < LATE_READINGS) return Number.POSITIVE_INFINITY;
  return (median(now) ?? 0) - (median(older) ?? 0);
}

function orderWithin(readings: readonly Reading[], adjusted: Float64Array): number {
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
