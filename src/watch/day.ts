// The last day is looked at twice: by the hour, as every window is, and, where load is known, by tens of minutes. What
// hours say and tens of minutes do not counts for less; and where nothing was seen before the day, how memory answers
// to each rise of load within it makes up for that.
import { lookCloser, type SeenCloser } from './closer.ts';
import type { Growth } from './growth.ts';
import { growthIn, type Look, NOTHING, oddsIn, readingsIn, scaleOf } from './leak.ts';
import { hasContext } from './odds.ts';
import type { Signal } from './signals.ts';
import type { View } from './view.ts';
import { DAY } from './windows.ts';

/** Of how fast it grows by the hour: what is seen to grow more slowly, or faster, is not the same. */
const AGREES = { least: 0.5, most: 2.5 };
/** Standard errors as a share of how fast it grows: seen closer at all, and seen well. */
const SEEN = 0.5;
const SEEN_WELL = 0.18;
/** Evidence that noise alone comes to. */
const NOISE = 1;
/** What is not seen closer has to be that much likelier by the hour, as a logarithm of odds. */
const UNSEEN = 1;
/** Where nothing was seen before the day, growth beside which something fills has to be that much likelier. */
const FILLS = 0.5;
/** So much, as a logarithm, half an hour may add to odds. */
const NEAR = 2;
const NEARLY = 0.85;
/** Of growth, at a glance. */
const GLANCED_SHARE = 0.02;

/** What is seen of a signal in the last day, and whether it is nearly a leak. */
export function lookAtDay(signal: Signal, view: View, closer: () => View | undefined): Look {
  const growth = growthIn(DAY, signal, view);
  if (!growth) return NOTHING;
  // What a closer look may make up for.
  const nothingBefore = hasContext(growth) ? 0 : -DAY.weights.nothingBefore;
  const near = oddsIn(DAY, signal, growth, view, NEARLY) + nothingBefore >= -NEAR;
  const byTheHour = oddsIn(DAY, signal, growth, view);
  if (byTheHour + nothingBefore < 0) return { odds: byTheHour, growth, near };
  const buckets = signal.followsLoad && closer();
  const look = buckets && closerIn(signal, buckets);
  return { odds: byTheHour + (look ? oddsSeen(look, growth, nothingBefore) : 0), growth, near };
}

/** What a closer look adds to the odds, or takes from them. */
export function oddsSeen(
  { slope, error, evidence, fills }: SeenCloser,
  byTheHour: Pick<Growth, 'slope'>,
  nothingBefore: number,
): number {
  const less = fills && nothingBefore > 0 ? FILLS : 0;
  const share = slope / byTheHour.slope;
  if (!(share >= AGREES.least && share <= AGREES.most && error <= SEEN * slope)) return -UNSEEN - less;
  return (evidence >= NOISE && error <= SEEN_WELL * slope ? nothingBefore : 0) - less;
}

/** How it grows by tens of minutes; undefined where load is not known or too little was seen. */
function closerIn(signal: Signal, view: View) {
  const { spacing } = view;
  return lookCloser(readingsIn(signal, view), {
    spacing,
    leastShare: GLANCED_SHARE,
    ...scaleOf(signal, view),
  });
}
