// What a window asks of growth before it may be called a leak: the less is known, and the more else it may be, the more
// growth has to explain.
import { median } from '../analyse/trend.ts';
import { FEW_READINGS, type Grown, type Growth, growthOf } from './growth.ts';
import { readingsOf, type Signal } from './signals.ts';
import type { View } from './view.ts';
import type { Window } from './windows.ts';

/** Growth as plain as this counts for two evaluations. */
const PLAIN = 3;
/** Its later half may then be weaker: requests rest at night, and much that leaks does so by the request. */
const LATE_BUT_PLAIN = 0.45;
/** The time of day explains less than load does: no two days are alike. */
const UNKNOWN_LOAD = 2;
/** What is allocated is not all there is to load. */
const GUESSED_LOAD = 1.5;
/** What they have in common is what starting has as well. */
export const SEVERAL_LIVES = 1.5;
/** Lives before grew nearly as fast: then it is what this process always does after its start, as caches do. */
const AS_FAST_BEFORE = 0.5;
const EACH_LIFE_ALIKE = 2;
/** What grows only in the later half has just begun, or is a bad hour: it can wait. */
const JUST_BEGUN = 1.7;
/** Of what a life of the process gained, this much is more than a longer life before it came to. */
const LEAST_EXCESS = 0.5;
/** Hours. */
const ENOUGH_CONTEXT = 20;

/** What would be called a leak by itself, and how many evaluations it counts for. */
export interface Found {
  readonly growth: Grown;
  readonly weight: 1 | 2;
}

/** The growth of a signal in a window if it would be called a leak by itself. */
export function leakIn(window: Window, signal: Signal, view: View): Found | undefined {
  const growth = growthIn(window, signal, view);
  return growth && isLarge(growth, window, signal) && isPlain(growth, window, view)
    ? { growth, weight: weightOf(growth, window) }
    : undefined;
}

/** Long, large, in order, and more than earlier lives came to. */
export function isLarge(growth: Growth, window: Window, signal: Signal): boolean {
  return (
    growth.hours >= (growth.context >= ENOUGH_CONTEXT ? window.watched : window.watchedAlone) &&
    growth.share >= window.share &&
    growth.slope * growth.hours >= signal.least &&
    growth.order >= window.order &&
    growth.excess >= LEAST_EXCESS
  );
}

/** Certain, and not flattening; `part`: of what is needed. */
export function isPlain(growth: Growth, window: Window, view: View, part = 1): boolean {
  const needed = part * neededOf(growth, window, view);
  return (
    growth.evidence >= needed &&
    growth.late >= (growth.evidence >= PLAIN * needed ? LATE_BUT_PLAIN : window.late) &&
    (growth.late <= JUST_BEGUN || growth.evidence >= 2 * needed)
  );
}

export function neededOf(growth: Growth, window: Window, view: View): number {
  return window.evidence * doubtOf(growth, view);
}

/** The less is known, and the more else it may be, the more growth has to explain. */
function doubtOf({ loadKnown, context, before }: Growth, view: View): number {
  return (
    (loadKnown ? (isGuessed(view) ? GUESSED_LOAD : 1) : UNKNOWN_LOAD) *
    (context < ENOUGH_CONTEXT ? FEW_READINGS : 1) *
    (view.alone ? 1 : SEVERAL_LIVES) *
    (before >= AS_FAST_BEFORE ? EACH_LIFE_ALIKE : 1)
  );
}

function isGuessed({ shown }: View): boolean {
  return Number.isNaN(shown.at(-1)?.requests ?? Number.NaN);
}

/** How many evaluations growth counts for. */
export function weightOf({ evidence }: Growth, window: Window): 1 | 2 {
  return evidence >= PLAIN * window.evidence ? 2 : 1;
}

/** How a signal grows in a window, whatever one thinks of it. */
export function growthIn(window: Window, signal: Signal, view: View): Growth | undefined {
  return growthOf(readingsIn(signal, view), {
    spacing: view.spacing,
    least: window.evidence,
    leastShare: window.share,
    ...scaleOf(signal, view),
  });
}

export function readingsIn(signal: Signal, { shown, judged }: View) {
  return readingsOf(signal, shown, (bucket) => judged.has(bucket));
}

export function scaleOf({ scale }: Signal, { judged }: View): { readonly scale?: number } {
  return scale ? { scale: median([...judged].map(scale).filter((value) => value > 0)) ?? 0 } : {};
}
