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

/** What a closer look at a day is asked for. */
const CLOSER = {
  /** Evidence where nothing was seen before the day: it need not be plain by the hour as well. */
  evidence: 6,
  /** The same when the day is nearly full: most caches had time to come to rest. */
  fullDay: { hours: 19.5, evidence: 2 },
  /** What it takes to bear out what was plain by the hour. */
  bearsOut: 2,
  /** Least growth, as a share of the level. */
  share: 0.07,
  /** Most that may be unknown of how fast it grows: standard errors as a share of it. */
  error: 0.15,
  hours: 16.5,
  /** Evaluations in its favour that this many times the evidence counts for two. */
  plain: 2,
  /** What hours tell counts beside it by so much. */
  hourly: 0.6,
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
  const plain = view && large && isPlain(large, DAY, view) ? large : undefined;
  if (!plain && !first) return undefined;
  const near = closer();
  const look = near && closerIn(signal, near);
  if (!look) return plain && { growth: plain, weight: weightOf(plain, DAY) };
  const doubt = isOneLife(near) ? 1 : SEVERAL_LIVES;
  if (plain && look.evidence >= CLOSER.bearsOut * doubt)
    return { growth: plain, weight: weightOf(plain, DAY) };
  const hourly = view && large ? large.evidence / neededOf(large, DAY, view) : 0;
  const needed = look.hours >= CLOSER.fullDay.hours ? CLOSER.fullDay.evidence : CLOSER.evidence;
  const together = look.evidence / (needed * doubt) + CLOSER.hourly * hourly;
  const enough =
    first &&
    together >= 1 &&
    look.hours >= CLOSER.hours &&
    look.share >= CLOSER.share &&
    look.error <= CLOSER.error * look.slope &&
    look.slope * look.hours >= signal.least;
  return enough ? { growth: look, weight: together >= CLOSER.plain ? 2 : 1 } : undefined;
}

function isOneLife({ shown }: View): boolean {
  return shown.every(({ run }) => run === shown[0]?.run);
}

/** Of growth, at a glance. */
const GLANCED_SHARE = 0.04;

/** How it grows by tens of minutes; undefined where they tell no more than hours. */
function closerIn(signal: Signal, view: View): Grown | undefined {
  if (!signal.followsLoad) return undefined;
  const { spacing } = view;
  return lookCloser(readingsIn(signal, view), {
    spacing,
    leastShare: GLANCED_SHARE,
    ...scaleOf(signal, view),
  });
}
