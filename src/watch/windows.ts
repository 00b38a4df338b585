// How long one has to look before what grows may be called a leak. A wrong accusation is dearer than a late one:
// each window asks for growth that is large, certain, in order and not flattening, several hours in a row.
import { median } from '../analyse/trend.ts';
import { FEW_READINGS, type Growth, growthOf } from './growth.ts';
import { readingsOf, type Signal } from './signals.ts';
import type { View } from './view.ts';

export interface Window {
  readonly name: '6 h' | '24 h' | '3 d' | '7 d';
  readonly hours: number;
  /** Hours that must really have been watched in it. */
  readonly watched: number;
  /** The same where nothing before tells what load does. */
  readonly watchedAlone: number;
  /** Least growth over what was watched, as a share of the level. */
  readonly share: number;
  /** What growth must explain beyond every healthy story. */
  readonly evidence: number;
  readonly order: number;
  readonly late: number;
  /** Evaluations in favour, less those against, before anything is said. */
  readonly times: number;
  /** Hours between evaluations; the urgent window is looked at every ten minutes. */
  readonly every: number;
}

/** The six hours are for what will not wait: only what reaches the limit soon is told from them. */
export const URGENT: Window = {
  name: '6 h',
  hours: 6,
  watched: 3,
  watchedAlone: 3,
  share: 0.5,
  evidence: 25,
  order: 0.85,
  late: 0.85,
  times: 3,
  every: 1 / 6,
};

export const WINDOWS: readonly Window[] = [
  {
    name: '24 h',
    hours: 24,
    watched: 15,
    watchedAlone: 19,
    share: 0.05,
    evidence: 12,
    order: 0.5,
    late: 0.6,
    times: 2,
    every: 1,
  },
  {
    name: '3 d',
    hours: 72,
    watched: 40,
    watchedAlone: 40,
    share: 0.06,
    evidence: 12,
    order: 0.5,
    late: 0.6,
    times: 2,
    every: 3,
  },
  {
    name: '7 d',
    hours: 168,
    watched: 96,
    watchedAlone: 96,
    share: 0.07,
    evidence: 12,
    order: 0.5,
    late: 0.6,
    times: 2,
    every: 4,
  },
];

/** Growth as plain as this counts for two evaluations. */
const PLAIN = 3;
/** Its later half may then be weaker: requests rest at night, and much that leaks does so by the request. */
const LATE_BUT_PLAIN = 0.45;
/** The time of day explains less than load does: no two days are alike. */
const UNKNOWN_LOAD = 2;
/** What is allocated is not all there is to load. */
const GUESSED_LOAD = 1.5;
/** What they have in common is what starting has as well. */
const SEVERAL_LIVES = 1.5;
/** Lives before grew nearly as fast: then it is what this process always does after its start, as caches do. */
const AS_FAST_BEFORE = 0.5;
const EACH_LIFE_ALIKE = 2;
/** What grows only in the later half has just begun, or is a bad hour: it can wait. */
const JUST_BEGUN = 1.7;
/** Hours. */
const ENOUGH_CONTEXT = 20;

/** The growth of a signal in a window if it would be called a leak by itself. */
export function leakIn(window: Window, signal: Signal, view: View): Growth | undefined {
  const growth = growthIn(window, signal, view);
  if (!growth) return undefined;
  const needed = window.evidence * doubtOf(growth, view);
  const enough =
    growth.hours >= (growth.context >= ENOUGH_CONTEXT ? window.watched : window.watchedAlone) &&
    growth.evidence >= needed &&
    growth.share >= window.share &&
    growth.slope * growth.hours >= signal.least &&
    growth.order >= window.order &&
    growth.excess >= LEAST_EXCESS &&
    growth.late >= (growth.evidence >= PLAIN * needed ? LATE_BUT_PLAIN : window.late) &&
    (growth.late <= JUST_BEGUN || growth.evidence >= 2 * needed);
  return enough ? growth : undefined;
}

/** The less is known, and the more else it may be, the more growth has to explain. */
function doubtOf({ loadKnown, context, before }: Growth, { shown, alone }: View): number {
  const guessed = Number.isNaN(shown.at(-1)?.requests ?? Number.NaN);
  return (
    (loadKnown ? (guessed ? GUESSED_LOAD : 1) : UNKNOWN_LOAD) *
    (context < ENOUGH_CONTEXT ? FEW_READINGS : 1) *
    (alone ? 1 : SEVERAL_LIVES) *
    (before >= AS_FAST_BEFORE ? EACH_LIFE_ALIKE : 1)
  );
}

/** How many evaluations growth counts for. */
export function weightOf({ evidence }: Growth, window: Window): number {
  return evidence >= PLAIN * window.evidence ? 2 : 1;
}

/** Of what a life of the process gained, this much is more than a longer life before it came to. */
const LEAST_EXCESS = 0.5;

/** How a signal grows in a window, whatever one thinks of it. */
function growthIn(window: Window, signal: Signal, { shown, judged, spacing }: View): Growth | undefined {
  const { scale } = signal;
  return growthOf(
    readingsOf(signal, shown, (bucket) => judged.has(bucket)),
    {
      spacing,
      least: window.evidence,
      leastShare: window.share,
      ...(scale && { scale: median([...judged].map(scale).filter((value) => value > 0)) ?? 0 }),
    },
  );
}
