// Does it grow by itself? Readings are explained by load (or, where nobody tells the load, by the time of day), by a
// level for each life of the process, and by time; only what time explains is growth. Two clocks are tried: hours,
// and work done, because many leaks leak by the request and rest at night.
import { median } from '../analyse/trend.ts';
import { type Contest, contest } from './contest.ts';
import { type Clock, clocksOf, dayColumns, loadColumns } from './explain.ts';
import {
  beforeFocus,
  groupOf,
  hoursWatched,
  inFocusOnly,
  knowsLoad,
  lastLife,
  orderWithin,
  type Reading,
  rateOf,
  seenBefore,
} from './reading.ts';
import { type Regression, regress } from './regression.ts';
import { aboveItself, aboveOthers, standingOf } from './standing.ts';
import { storiesAlong } from './stories.ts';

/** How something grew while it was watched, with what else speaks for a leak or against it. */
export interface Growth {
  /** By the hour, in the unit of the readings. */
  readonly slope: number;
  /** Standard error of the slope, honest about autocorrelation. */
  readonly error: number;
  /** What growth explains beyond the best healthy story. */
  readonly evidence: number;
  /** Share of the level that was gained while the process was watched. */
  readonly share: number;
  /** Hours watched, gaps and restarts not counted. */
  readonly hours: number;
  readonly level: number;
  /** Whether the load was known. */
  readonly loadKnown: boolean;
  readonly clock: Clock['clock'];
  /** A healthy story has to be told beside growth. */
  readonly fills: boolean;
  /** Plain enough to be called probable. */
  readonly sure: boolean;
  /** Slope of the later half against the whole: a cache that fills comes to nothing, a leak stays near 1. */
  readonly late: number;
  /** Mann-Kendall of what load does not explain, within each life of the process. */
  readonly order: number;
  /** Share of the last life's growth by which it is above what it came to before, in this life and in others; infinite where nothing was seen before. */
  readonly excess: number;
  /** What grew before, and in earlier lives, as a share of the slope; NaN when nothing was seen before. */
  readonly before: number;
  /** Hours before what was judged from which load was learned. */
  readonly context: number;
}

/** Evidence adds up with readings, and so does what no account knows of: a day alone has few of both, and half will do. */
const FEW_READINGS = 0.5;

/** What it takes to be called probable. */
const SURE = { evidence: 24, order: 0.7 };
export interface GrowthOptions {
  /** Hours between readings. */
  readonly spacing: number;
  /** What growth is a share of; the level of the readings when absent. */
  readonly scale?: number;
  /** Growth, as a share, well below which nobody looks closer. */
  readonly leastShare?: number;
  /** The same of order. */
  readonly leastOrder?: number;
}

type Fitted = Clock & Contest;

/** The readings in columns. */
interface Table {
  readonly readings: readonly Reading[];
  readonly y: Float64Array;
  /** A level each. */
  readonly groups: readonly number[];
  readonly explaining: readonly Float64Array[];
  /** Index of the first reading in focus. */
  readonly from: number;
  readonly level: number;
}

/** Undefined when there is too little, nothing grows, or load and growth cannot be told apart. */
export function growthOf(
  readings: readonly Reading[],
  { spacing, scale, leastShare = 0, leastOrder = -1 }: GrowthOptions,
): Growth | undefined {
  const from = readings.findIndex(({ focus }) => focus);
  const focused = from < 0 ? [] : readings.slice(from);
  if (focused.length < 8) return undefined;
  const level = median(focused.map(({ y }) => y)) ?? 0;
  const whole = scale ?? level;
  if (rangeOf(focused) < FLAT * leastShare * whole) return undefined;
  const known = knowsLoad(readings);
  const explaining = known ? loadColumns(readings) : dayColumns(readings);
  if (!explaining) return undefined;
  const table: Table = {
    readings,
    y: Float64Array.from(readings, ({ y }) => y),
    groups: readings.map(groupOf),
    explaining,
    from,
    level,
  };
  const best = bestAccount(table, known, LOOSELY * leastShare * whole);
  if (!best) return undefined;
  const { clock, ticks, story } = best;
  const fit = fitted(table, ticks, story ? [story] : []);
  if (!fit) return undefined;
  const hours = hoursWatched(focused, spacing);
  const inFocus = ticks.subarray(from);
  const perHour = rateOf(inFocus, focused);
  const [coefficient = 0] = fit.coefficients;
  const slope = coefficient * perHour;
  const gained = slope * hours;
  if (gained < LOOSELY * leastShare * whole) return undefined;
  const adjusted = inFocus.map((tick, at) => coefficient * tick + (fit.residuals[from + at] ?? 0));
  const order = orderWithin(focused, adjusted);
  if (order < LOOSELY * leastOrder) return undefined;
  const gainedLast = slope * hoursWatched(lastLife(focused), spacing);
  const standing = standingOf(readings, unexplainedIn(table, fit), from);
  const above = aboveOthers(standing, gainedLast);
  const evidence = best.evidence + (best.beyond >= LEAST_BEYOND ? evidenceOfLevel(above / whole) : 0);
  return {
    slope,
    error: (fit.errors[0] ?? Number.POSITIVE_INFINITY) * perHour,
    evidence,
    share: whole > 0 ? gained / whole : 0,
    hours,
    late: lateness(table, ticks, coefficient),
    order,
    sure: evidence >= SURE.evidence && order >= SURE.order,
    excess: Math.min(above, aboveItself(standing)) / gainedLast,
    level,
    loadKnown: known,
    clock,
    fills: story !== undefined && (fit.coefficients[1] ?? 0) > 0,
    before: seenBefore(readings, from) ? (fit.coefficients[story ? 2 : 1] ?? 0) / coefficient : Number.NaN,
    context: from * spacing,
  };
}

/** Of the least growth: what moves less in all, up and down, need not be looked at. */
const FLAT = 0.5;

function rangeOf(readings: readonly Reading[]): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const { y } of readings) {
    if (y < low) low = y;
    if (y > high) high = y;
  }
  return high - low;
}

/** A quick look is a rough one. */
const LOOSELY = 0.7;
/** Lives of one service come to levels that differ by so much, as a share. */
const LEVELS_DIFFER = 0.04;
/** Another level is no proof by itself: a new build may need more. */
const MOST_BY_LEVEL = 10;
/** What a curve must tell before the level it came to is listened to. */
const LEAST_BEYOND = 2;

/** What it says against a cache that fills anew that the process is above all that earlier lives came to. */
function evidenceOfLevel(excess: number): number {
  return Number.isFinite(excess) && excess > 0 ? Math.min(MOST_BY_LEVEL, (excess / LEVELS_DIFFER) ** 2) : 0;
}

/** Hours are the simpler story: work has to explain clearly better. */
const CLEARLY = 4;

function bestAccount(table: Table, known: boolean, least: number): Fitted | undefined {
  const { readings, y, groups, explaining, from, level } = table;
  const [loads] = explaining;
  const clocks = clocksOf(readings, known ? loads : undefined);
  const weight = from > 0 ? 1 : FEW_READINGS;
  const results = contest({
    y,
    groups,
    common: explaining,
    clocks: clocks.map(({ ticks }) => {
      const earlier = beforeFocus(readings, ticks, from);
      return { ticks: inFocusOnly(ticks, from), ...(earlier && { earlier }) };
    }),
    stories: () =>
      clocks.flatMap(({ ticks }) =>
        storiesAlong(ticks, from).map(({ column, cost }) => ({ column, cost: cost * weight })),
      ),
    level,
    least,
  });
  const [first, second] = clocks.flatMap((clock, at) => {
    const result = results[at];
    return result ? [{ ...clock, ...result }] : [];
  });
  return first && second && second.evidence > first.evidence + CLEARLY ? second : (first ?? second);
}

/** The clock of what is in focus is the first column; that of what came before follows what more there is. */
function fitted(table: Table, ticks: Float64Array, more: readonly Float64Array[]): Regression | undefined {
  const { readings, y, groups, explaining, from } = table;
  const before = beforeFocus(readings, ticks, from);
  return regress([inFocusOnly(ticks, from), ...more, ...(before ? [before] : []), ...explaining], y, groups);
}

/** Slope of the later halves against what is claimed: lines with a hinge in the middle of each life in focus. */
function lateness(table: Table, ticks: Float64Array, claimed: number): number {
  const { readings, from } = table;
  const ends = new Map<number, { first: number; last: number }>();
  for (let at = from; at < ticks.length; at++) {
    const { run = 0 } = readings[at] ?? {};
    const tick = ticks[at] ?? 0;
    ends.set(run, { first: ends.get(run)?.first ?? tick, last: tick });
  }
  const later = ticks.map((tick, at) => {
    const { first, last } = ends.get(readings[at]?.run ?? 0) ?? { first: 0, last: 0 };
    return at >= from ? Math.max(0, tick - (first + last) / 2) : 0;
  });
  const bent = fitted(table, ticks, [later]);
  if (!bent || claimed <= 0) return 0;
  const [early = 0, more = 0] = bent.coefficients;
  return (early + more) / claimed;
}

/** What load does not explain of each reading. */
function unexplainedIn({ y, explaining }: Table, { coefficients }: Regression): readonly number[] {
  const loads = coefficients.slice(coefficients.length - explaining.length);
  return Array.from(y, (value, at) =>
    loads.reduce((left, factor, column) => left - factor * (explaining[column]?.[at] ?? 0), value),
  );
}
