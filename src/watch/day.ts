// The last day is looked at twice: by the hour, as every window is, and, where load is known, by tens of minutes. What
// hours say has to be there by tens of minutes too; and where nothing was seen before the day, how memory answers to
// each rise of load within it makes up for that.
import { lookCloser } from './closer.ts';
import { growthIn, isLarge, type Look, NOTHING, readingsIn, scaleOf } from './leak.ts';
import { hasContext, oddsOf } from './odds.ts';
import type { Signal } from './signals.ts';
import type { View } from './view.ts';
import { DAY } from './windows.ts';

/** Standard errors as a share of how fast it grows: seen closer at all, and seen well. */
const SEEN = 0.5;
const SEEN_WELL = 0.18;
/** Evidence that noise alone comes to. */
const NOISE = 1;
/** On a first day these odds are told at once; less has to last. */
const CLEAR = 1;
/** So much, as a logarithm, half an hour may add to odds. */
const NEAR = 2;
const NEARLY = 0.85;
/** Of growth, at a glance. */
const GLANCED_SHARE = 0.02;

/** The growth of a signal in the last day if it would be called a leak by itself, or nearly. */
export function lookAtDay(signal: Signal, view: View, closer: () => View | undefined): Look {
  const growth = growthIn(DAY, signal, view);
  if (!growth || !isLarge(growth, DAY, signal, NEARLY)) return NOTHING;
  const { nothingBefore } = DAY.weights;
  const first = !hasContext(growth);
  const byTheHour = oddsOf(growth, view, DAY.weights);
  const atBest = first ? byTheHour - nothingBefore : byTheHour;
  const near = atBest >= -NEAR;
  if (atBest < 0 || !isLarge(growth, DAY, signal)) return { near };
  const buckets = signal.followsLoad && closer();
  const look = buckets && closerIn(signal, buckets);
  if (look && !(look.slope > 0 && look.error <= SEEN * look.slope)) return { near };
  const seenWell = look && look.evidence >= NOISE && look.error <= SEEN_WELL * look.slope;
  const odds = seenWell ? atBest : byTheHour;
  return odds < 0 ? { near } : { near, leak: { growth, clear: !first || odds >= CLEAR } };
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
