// Readings that stand out of what explains the others: they count less, and where one only glances, not at all. An
// hour of a nightly batch says nothing of growth, however large it is.
import { MAD_SCALE } from '../analyse/trend.ts';

/** In spreads of the others: believed up to here, less and less beyond. */
const HUBER = 1.5;
/** So far out stands a batch, not noise. */
const WILD = 8;

/** Huber's weights from what is left of each reading, in place. */
export function reweigh(left: Float64Array, weights: Float64Array): void {
  const spread = spreadOf(left);
  if (spread === 0) return;
  for (let row = 0; row < left.length; row++) {
    const far = Math.abs(left[row] ?? 0) / spread;
    weights[row] = far <= HUBER ? 1 : HUBER / far;
  }
}

/** Weights that leave out what is wild; undefined when nothing is. */
export function withoutWild(left: Float64Array): Float64Array | undefined {
  const most = WILD * spreadOf(left);
  const weights = left.map((value) => (Math.abs(value) <= most ? 1 : 0));
  return weights.includes(0) ? weights : undefined;
}

/** Median absolute deviation, as a standard deviation. */
function spreadOf(left: Float64Array): number {
  const sorted = left.map(Math.abs).sort();
  return MAD_SCALE * (sorted[sorted.length >> 1] ?? 0);
}
