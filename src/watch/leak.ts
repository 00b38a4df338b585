// What grows in a window, and whether that is a leak: it has to be large, and by all that is seen the likelier account.
import { median } from '../analyse/trend.ts';
import { type Growth, growthOf } from './growth.ts';
import { hasContext, oddsOf } from './odds.ts';
import { readingsOf, type Signal } from './signals.ts';
import type { View } from './view.ts';
import type { Window } from './windows.ts';

/** Of what a life of the process gained, this much is more than a longer life before it came to. */
const LEAST_EXCESS = 0.5;

/** What is likelier a leak than anything else. */
export interface Found {
  readonly growth: Growth;
  /** Told at once; otherwise it has to be found several times. */
  readonly clear: boolean;
}

export interface Look {
  readonly leak?: Found;
  /** What is not found yet may be before the next hour ends. */
  readonly near: boolean;
}

export const NOTHING: Look = { near: false };

/** The growth of a signal in a window if it would be called a leak by itself. */
export function leakIn(window: Window, signal: Signal, view: View): Found | undefined {
  const growth = growthIn(window, signal, view);
  return growth && isLarge(growth, window, signal) && oddsOf(growth, view, window.weights) >= 0
    ? { growth, clear: false }
    : undefined;
}

/** Long, large, in order, and more than earlier lives came to; `part`: of what is asked for. */
export function isLarge(growth: Growth, window: Window, signal: Signal, part = 1): boolean {
  return (
    growth.hours >= part * (hasContext(growth) ? window.watched : window.watchedAlone) &&
    growth.share >= part * window.share &&
    growth.slope * growth.hours >= part * signal.least &&
    growth.order >= part * window.order &&
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
