// What is usual: over a window, and, once a week is there, at this time of the day. Robust beside plain figures, because
// one bad hour must not become the measure of the next.
import { MAD_SCALE, mean, median, quantile, standardDeviation } from '../analyse/trend.ts';

export interface Usual {
  readonly mean: number;
  readonly p95: number;
  readonly std: number;
  readonly median: number;
  /** Median absolute deviation, scaled to a standard deviation. */
  readonly mad: number;
  readonly samples: number;
}

export interface Baseline {
  readonly whole: Usual;
  /** By hour of the day, UTC; absent until a week is there. An hour never seen is absent too. */
  readonly byHour?: readonly (Usual | undefined)[];
}

export interface Point {
  /** Unix seconds. */
  readonly t: number;
  readonly value: number;
}

export interface Deviation {
  readonly usual: Usual;
  /** Robust standard deviations above (or below, negative). */
  readonly deviations: number;
  /** Times the usual; undefined where nothing is usual. */
  readonly times: number | undefined;
  /** The hour of the day it was compared with. */
  readonly hour?: number;
}

const DAY_SECONDS = 86_400;
/** Nearly a week: the sampler may have begun in the middle of an hour. */
const WEEK_SECONDS = 6.9 * DAY_SECONDS;
const HOURS = 24;
/** An hour of the day needs several days to have a spread. */
const LEAST_IN_HOUR = 4;
/** A series that never moved: a hundredth of its level is a deviation all the same. */
const LEAST_SPREAD = 0.01;

/** Undefined without values. */
export function usualOf(values: readonly number[]): Usual | undefined {
  const known = values.filter(Number.isFinite);
  const middle = median(known);
  if (middle === undefined) return undefined;
  return {
    mean: mean(known),
    p95: quantile(known, 0.95) ?? middle,
    std: standardDeviation(known),
    median: middle,
    mad: MAD_SCALE * (median(known.map((value) => Math.abs(value - middle))) ?? 0),
    samples: known.length,
  };
}

/** Of points in order of time. */
export function baselineOf(points: readonly Point[]): Baseline | undefined {
  const whole = usualOf(points.map(({ value }) => value));
  if (!whole) return undefined;
  const span = (points.at(-1)?.t ?? 0) - (points[0]?.t ?? 0);
  if (span < WEEK_SECONDS) return { whole };
  const byHour = Array.from({ length: HOURS }, (_, hour) => {
    const usual = usualOf(points.filter(({ t }) => hourOfDay(t) === hour).map(({ value }) => value));
    return usual && usual.samples >= LEAST_IN_HOUR ? usual : undefined;
  });
  return { whole, byHour };
}

/** A value against what is usual at its time of the day, or against the whole where that is not known. */
export function deviationOf(baseline: Baseline, { t, value }: Point): Deviation {
  const hour = hourOfDay(t);
  const atHour = baseline.byHour?.[hour];
  const usual = atHour ?? baseline.whole;
  const spread = Math.max(usual.mad, LEAST_SPREAD * Math.abs(usual.median), Number.MIN_VALUE);
  return {
    usual,
    deviations: (value - usual.median) / spread,
    times: usual.median > 0 ? value / usual.median : undefined,
    ...(atHour && { hour }),
  };
}

function hourOfDay(t: number): number {
  return Math.floor((((t % DAY_SECONDS) + DAY_SECONDS) % DAY_SECONDS) / 3600);
}
