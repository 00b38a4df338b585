// How long one has to look before what grows may be called a leak. A wrong accusation is dearer than a late one:
// each window asks for growth that is large, certain, in order and not flattening, several hours in a row.
import { quantile } from '../analyse/trend.ts';
import type { Bucket } from './bucket.ts';
import { type Growth, growthOf, type Reading } from './growth.ts';
import { readingsOf, type Signal } from './signals.ts';

export interface Window {
  readonly name: '6 h' | '24 h' | '3 d' | '7 d';
  readonly hours: number;
  /** Hours that must really have been watched in it. */
  readonly watched: number;
  /** Least growth over what was watched, as a share of the level. */
  readonly share: number;
  readonly certainty: number;
  readonly order: number;
  readonly late: number;
  /** Evaluations in favour, less those against, before anything is said. */
  readonly evidence: number;
  /** Hours between evaluations; the urgent window is looked at every ten minutes. */
  readonly every: number;
  /** Hours of a life of the process that do not count. The longer one is tried when growth slows down: a cache that filled at first hides a leak behind it. */
  readonly warmUp: readonly [number, number];
}

/** The six hours are for what will not wait: only what reaches the limit soon is told from them. */
export const URGENT: Window = {
  name: '6 h',
  hours: 6,
  watched: 3,
  share: 0.5,
  certainty: 8,
  order: 0.85,
  late: 0.85,
  evidence: 3,
  every: 1 / 6,
  warmUp: [1, 2],
};

export const WINDOWS: readonly Window[] = [
  {
    name: '24 h',
    hours: 24,
    watched: 14,
    share: 0.06,
    certainty: 5,
    order: 0.5,
    late: 0.6,
    evidence: 2,
    every: 1,
    warmUp: [1, 5],
  },
  {
    name: '3 d',
    hours: 72,
    watched: 40,
    share: 0.08,
    certainty: 5,
    order: 0.5,
    late: 0.5,
    evidence: 2,
    every: 3,
    warmUp: [2, 14],
  },
  {
    name: '7 d',
    hours: 168,
    watched: 96,
    share: 0.09,
    certainty: 5,
    order: 0.5,
    late: 0.5,
    evidence: 2,
    every: 4,
    warmUp: [2, 14],
  },
];

const DAY_SECONDS = 86_400;

/** Hours before a window from which one learns what load does. */
const CONTEXT_HOURS = 72;

export interface Moment {
  readonly now: number;
  /** The life of the process that is under way. */
  readonly run: number;
  /** Hours between buckets. */
  readonly spacing: number;
}

/** The growth of a signal in a window if it would be called a leak by itself. */
export function leakIn(
  window: Window,
  signal: Signal,
  buckets: readonly Bucket[],
  moment: Moment,
): Growth | undefined {
  for (const warmUp of window.warmUp) {
    const growth = growthIn(window, signal, buckets, { ...moment, warmUp });
    if (!growth || growth.hours < window.watched || growth.certainty < window.certainty) return undefined;
    const enough =
      growth.share >= window.share &&
      growth.slope * growth.hours >= signal.least &&
      growth.order >= window.order &&
      growth.excess >= LEAST_EXCESS &&
      growth.late >= window.late;
    if (enough) return witnessed(window, signal, buckets, { ...moment, warmUp }, growth) ? growth : undefined;
  }
  return undefined;
}

/** Of what a life of the process gained, this much is more than a longer life before it came to. */
const LEAST_EXCESS = 0.3;
const WITNESSED = 0.4;

type Trial = Moment & { readonly warmUp: number };

function witnessed(
  window: Window,
  signal: Signal,
  buckets: readonly Bucket[],
  trial: Trial,
  growth: Growth,
): boolean {
  const { witness } = signal;
  if (!witness) return true;
  const seen = growthIn(window, { ...signal, value: () => witness }, buckets, trial);
  return seen !== undefined && seen.slope >= WITNESSED * growth.slope;
}

/** How a signal grows in a window, whatever one thinks of it. */
export function growthIn(
  window: Window,
  signal: Signal,
  buckets: readonly Bucket[],
  { now, run, spacing, warmUp }: Trial,
): Growth | undefined {
  const from = now - (window.hours + spacing) * 3600;
  const near = buckets.filter(({ t, age }) => age >= warmUp && t >= from - CONTEXT_HOURS * 3600);
  const own = near.filter((bucket) => bucket.run === run && bucket.t >= from);
  // A life that is long enough is judged alone; of many short ones, what they have in common once they are warm.
  const alone = own.length * spacing >= window.watched;
  const judged = new Set(alone ? own : near.filter(({ t, age }) => t >= from && age >= MATURE_HOURS));
  if (judged.size * spacing < 0.8 * window.watched) return undefined;
  const context = alone ? near : [...judged];
  const readings = readingsOf(signal, context, (bucket) => judged.has(bucket));
  const { scale } = signal;
  const growth = growthOf(readings, {
    spacing,
    ...(scale && {
      scale:
        quantile(
          [...judged].map(scale).filter((value) => value > 0),
          0.5,
        ) ?? 0,
    }),
  });
  return growth && (growth.loadKnown || risesDaily(readings.filter(({ focus }) => focus)))
    ? growth
    : undefined;
}

const MATURE_HOURS = 6;

/** Without a measure of load: is the quietest moment of each day above that of the day before, by a fair share? */
function risesDaily(readings: readonly Reading[]): boolean {
  const last = readings.at(-1)?.t ?? 0;
  const lowest: number[] = [];
  for (const { t, y } of readings) {
    const day = Math.floor((last - t) / DAY_SECONDS);
    lowest[day] = Math.min(lowest[day] ?? Number.POSITIVE_INFINITY, y);
  }
  const days = lowest.reverse().filter((low) => low !== undefined && Number.isFinite(low));
  if (days.length < 3) return false;
  const mean = ((days.at(-1) ?? 0) - (days[0] ?? 0)) / (days.length - 1);
  return mean > 0 && days.every((low, at) => at === 0 || low - (days[at - 1] ?? 0) >= 0.25 * mean);
}
