// The last day is looked at twice: by the hour, as every window is, and by tens of minutes. What is plain by the hour has
// to be there by tens of minutes too, and on the first day of all tens of minutes may tell what hours cannot.
import { lookCloser } from './closer.ts';
import type { Grown } from './growth.ts';
import {
  type Found,
  growthIn,
  isLarge,
  isPlain,
  neededOf,
  readingsIn,
  SEVERAL_LIVES,
  scaleOf,
  weightOf,
} from './leak.ts';
import type { Signal } from './signals.ts';
import type { View } from './view.ts';
import { DAY } from './windows.ts';

/** Standard errors as a share of how fast it grows: known well enough to say so, and to bear out what hours say. */
const WELL_KNOWN = 0.12;
const KNOWN = 0.25;
/** Of what hours have to show, where a closer look sees the same well. */
const NEARLY = 0.75;
/** Evidence that noise alone comes to. */
const NOISE = 1;

/** What a closer look is asked for where nothing was seen before the day. */
const FIRST_DAY = {
  hours: 16.5,
  /** Least growth, as a share of the level. */
  share: 0.07,
  evidence: 6,
  /** The same when the day is nearly full: most caches had time to come to rest. */
  full: { hours: 19.5, evidence: NOISE },
  /** What hours show of what they have to counts beside it by so much. */
  hourly: 0.6,
  /** So many times the evidence counts for two evaluations. */
  plain: 2,
};

export interface LookedAtTwice {
  /** By the hour, and by tens of minutes. */
  readonly view: View | undefined;
  readonly closer: () => View | undefined;
  /** Whether hardly anything was seen before it. */
  readonly first: boolean;
}

/** The growth of a signal in the last day if it would be called a leak by itself. */
export function leakInDay(signal: Signal, { view, closer, first }: LookedAtTwice): Found | undefined {
  const growth = view && growthIn(DAY, signal, view);
  const large = view && growth && isLarge(growth, DAY, signal) ? growth : undefined;
  const nearly = view && large && isPlain(large, DAY, view, NEARLY);
  if (!nearly && !first) return undefined;
  const plain = view && large && isPlain(large, DAY, view);
  const hourly = large && { growth: large, weight: weightOf(large, DAY) };
  const near = signal.followsLoad && closer();
  const look = near && closerIn(signal, near);
  if (!look) return plain ? hourly : undefined;
  const doubt = isOneLife(near) ? 1 : SEVERAL_LIVES;
  const wellKnown = look.error <= WELL_KNOWN * look.slope;
  if (plain && look.evidence > 0 && look.error <= KNOWN * look.slope) return hourly;
  if (nearly && look.evidence >= NOISE * doubt && wellKnown) return hourly;
  const needed = look.hours >= FIRST_DAY.full.hours ? FIRST_DAY.full.evidence : FIRST_DAY.evidence;
  const byTheHour = view && large ? large.evidence / neededOf(large, DAY, view) : 0;
  const together = look.evidence / (needed * doubt) + FIRST_DAY.hourly * byTheHour;
  const enough =
    first &&
    wellKnown &&
    together >= 1 &&
    look.hours >= FIRST_DAY.hours &&
    look.share >= FIRST_DAY.share &&
    look.slope * look.hours >= signal.least;
  return enough ? { growth: look, weight: together >= FIRST_DAY.plain ? 2 : 1 } : undefined;
}

function isOneLife({ shown }: View): boolean {
  return shown.every(({ run }) => run === shown[0]?.run);
}

/** Of growth, at a glance. */
const GLANCED_SHARE = 0.04;

/** How it grows by tens of minutes. */
function closerIn(signal: Signal, view: View): Grown | undefined {
  const { spacing } = view;
  return lookCloser(readingsIn(signal, view), {
    spacing,
    leastShare: GLANCED_SHARE,
    ...scaleOf(signal, view),
  });
}
