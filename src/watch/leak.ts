// What grows in a window, and how likely that is a leak: it has to be large enough to matter, and what is less than is
// asked for has to be the likelier for it.
import { median } from '../analyse/trend.ts';
import { type Growth, growthOf } from './growth.ts';
import { hasContext, oddsOf } from './odds.ts';
import { readingsOf, type Signal } from './signals.ts';
import type { View } from './view.ts';
import type { Window } from './windows.ts';

/** Of what a life of the process gained, this much is more than a longer life before it came to. */
const LEAST_EXCESS = 0.55;
/** Of the size that is asked for so much will do, where that much more speaks for a leak, as a logarithm of odds. */
const LEAST_SIZE = 0.7;
const SMALLER = 2;

/** What is seen of a signal in a window. */
export interface Look {
  /** Natural logarithm of the odds that it leaks; from 0 on the look is in favour. */
  readonly odds: number;
  readonly growth?: Growth;
  /** What is not found yet may be before the next hour ends. */
  readonly near: boolean;
}

export const NOTHING: Look = { odds: Number.NEGATIVE_INFINITY, near: false };

/** What is seen of a signal in a window, by itself. */
export function leakIn(window: Window, signal: Signal, view: View): Look {
  const growth = growthIn(window, signal, view);
  return growth ? { odds: oddsIn(window, signal, growth, view), growth, near: false } : NOTHING;
}

/**
 * Natural logarithm of the odds that what grows in a window is a leak. None where it was watched too shortly, is in no
 * order, or so small that nobody need know. `part`: of what is asked for.
 */
export function oddsIn(window: Window, signal: Signal, growth: Growth, view: View, part = 1): number {
  if (!isWatched(growth, window, part) || !isLarge(growth, window, signal, part * LEAST_SIZE))
    return Number.NEGATIVE_INFINITY;
  const smaller = isLarge(growth, window, signal, part) ? 0 : SMALLER;
  return oddsOf(growth, view, window.weights) - smaller;
}

/** Long enough, and in order; `part`: of what is asked for. */
export function isWatched(growth: Growth, window: Window, part = 1): boolean {
  const { hours, order } = growth;
  return (
    hours >= part * (hasContext(growth) ? window.watched : window.watchedAlone) &&
    order >= part * window.order
  );
}

/** Large, and more than earlier lives came to; `part`: of what is asked for. */
export function isLarge(growth: Growth, window: Window, signal: Signal, part = 1): boolean {
  return (
    growth.share >= part * window.share &&
    growth.slope * growth.hours >= part * signal.least &&
    growth.excess >= part * LEAST_EXCESS
  );
}

/** How a signal grows in a window, whatever one thinks of it. */
export function growthIn(window: Window, signal: Signal, view: View): Growth | undefined {
  return growthOf(readingsIn(signal, view), {
    spacing: view.spacing,
    leastShare: window.share,
    leastOrder: window.order,
    ...scaleOf(signal, view),
  });
}

export function readingsIn(signal: Signal, { shown, judged }: View) {
  return readingsOf(signal, shown, (bucket) => judged.has(bucket));
}

export function scaleOf({ scale }: Signal, { judged }: View): { readonly scale?: number } {
  return scale ? { scale: median([...judged].map(scale).filter((value) => value > 0)) ?? 0 } : {};
}
