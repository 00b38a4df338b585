// How long one has to look before what grows may be called a leak. A wrong accusation is dearer than a late one:
// each window asks for growth that is large, certain, in order and not flattening, several hours in a row.
import { quantile } from '../analyse/trend.ts';
import type { Bucket } from './bucket.ts';
import { type Growth, growthOf, type Reading } from './growth.ts';
import { readingsOf, type Signal } from './signals.ts';

export interface Window {
  readonly name: '6 h' | '24 h' | '3 d' | '7 d';
  readonly hours: number;
  /** Hours that must really have been watched in it, with each warm-up. */
  readonly watched: readonly [number, number];
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
  watched: [3, 3],
  share: 0.5,
  certainty: 8,
  order: 0.85,
  late: 0.85,
  evidence: 3,
  every: 1 / 6,
  warmUp: [1, 2],
};

/** A life this old has filled its caches: what grows in it may be believed somewhat sooner. */
const SETTLED_HOURS = 44;
const SETTLED = { share: 0.8, late: 0.8 };
/** Growth as plain as this counts for two evaluations. */
const PLAIN = { certainty: 7, late: 0.85 };

export const WINDOWS: readonly Window[] = [
  {
    name: '24 h',
    hours: 24,
    watched: [20, 16.5],
    share: 0.06,
    certainty: 7,
    order: 0.6,
    late: 0.75,
    evidence: 2,
    every: 1,
    warmUp: [1, 5.5],
  },
  {
    name: '3 d',
    hours: 72,
    watched: [40, 40],
    share: 0.08,
    certainty: 7,
    order: 0.6,
    late: 0.6,
    evidence: 2,
    every: 3,
    warmUp: [2, 14],
  },
  {
    name: '7 d',
    hours: 168,
    watched: [96, 96],
    share: 0.09,
    certainty: 7,
    order: 0.6,
    late: 0.6,
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
  /** Its age in hours. */
  readonly age: number;
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
  for (const [at, warmUp] of window.warmUp.entries()) {
    const trial = { ...moment, warmUp, watched: window.watched[at] ?? window.hours };
    const growth = growthIn(window, signal, buckets, trial);
    if (!growth || growth.certainty < 0.6 * window.certainty) return undefined;
    const settled = moment.age >= SETTLED_HOURS + window.hours / 2;
    const enough =
      growth.hours >= trial.watched &&
      growth.certainty >= window.certainty &&
      growth.share >= window.share * (settled ? SETTLED.share : 1) &&
      growth.slope * growth.hours >= signal.least &&
      growth.order >= window.order &&
      growth.excess >= LEAST_EXCESS &&
      growth.late >= window.late * (settled ? SETTLED.late : 1);
    if (enough) return witnessed(window, signal, buckets, trial, growth) ? growth : undefined;
  }
  return undefined;
}

/** How many evaluations growth counts for. */
export function weightOf({ certainty, late }: Growth): number {
  return certainty >= PLAIN.certainty && late >= PLAIN.late ? 2 : 1;
}

/** Of what a life of the process gained, this much is more than a longer life before it came to. */
const LEAST_EXCESS = 0.3;
const WITNESSED = { certainty: 1.5, share: 0.5 };

type Trial = Moment & { readonly warmUp: number; readonly watched: number };

function witnessed(
  window: Window,
  signal: Signal,
  buckets: readonly Bucket[],
  trial: Trial,
  growth: Growth,
): boolean {
  return (signal.witnesses ?? []).every((witness) => {
    const seen = growthIn(window, { ...signal, value: () => witness }, buckets, trial);
    return (
      seen !== undefined &&
      seen.certainty >= WITNESSED.certainty &&
      seen.slope >= WITNESSED.share * growth.slope
    );
  });
}

/** How a signal grows in a window, whatever one thinks of it. */
export function growthIn(
  window: Window,
  signal: Signal,
  buckets: readonly Bucket[],
  { now, run, spacing, warmUp, watched }: Omit<Trial, 'age'>,
): Growth | undefined {
  const from = now - (window.hours + spacing) * 3600;
  const near = buckets.filter(({ t, age }) => age >= warmUp && t >= from - CONTEXT_HOURS * 3600);
  const own = near.filter((bucket) => bucket.run === run && bucket.t >= from);
  // A life that is long enough is judged alone; of many short ones, what they have in common once they are warm.
  const alone = own.length * spacing >= watched;
  const mature = near.filter(({ t, age }) => t >= from && age >= MATURE_HOURS);
  const judged = new Set(alone ? own : mature);
  if (judged.size * spacing < 0.8 * watched) return undefined;
  const context = near.filter(
    (bucket) => bucket.t < from || judged.has(bucket) || (alone && bucket.run !== run),
  );
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

const MATURE_HOURS = 4;

/** Without a measure of load: is the quietest moment of each day above that of the day before? */
function risesDaily(readings: readonly Reading[]): boolean {
  const last = readings.at(-1)?.t ?? 0;
  const lowest: number[] = [];
  for (const { t, y } of readings) {
    const day = Math.floor((last - t) / DAY_SECONDS);
    lowest[day] = Math.min(lowest[day] ?? Number.POSITIVE_INFINITY, y);
  }
  const days = lowest.reverse().filter((low) => low !== undefined && Number.isFinite(low));
  const steps = days.slice(1).map((low, at) => low - (days[at] ?? 0));
  const mean = steps.reduce((sum, step) => sum + step, 0) / Math.max(1, steps.length);
  const evenly = (share: number) => mean > 0 && steps.every((step) => step >= share * mean);
  // A Monday rises after a Sunday, and a Tuesday may: a few days have to rise alike, a working week need only rise.
  return (steps.length >= 3 && evenly(0.6)) || (steps.length >= 4 && evenly(0.25));
}
