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

/** How many readings on either side tell where the line is. */
const NEIGHBOURS = 9;
const OUT_OF_LINE = 5;

/** Which readings, in order of time, stand out of the middle of those around them. */
export function outOfLine(values: readonly number[]): readonly boolean[] {
  const off = Float64Array.from(values, (value, at) => {
    // As many on either side, so that what rises steadily is in line to its very end.
    const side = Math.min(NEIGHBOURS, at, values.length - 1 - at);
    const around = Float64Array.from(values.slice(at - side, at + side + 1)).sort();
    return value - (around[around.length >> 1] ?? 0);
  });
  const most = OUT_OF_LINE * spreadOf(off);
  return [...off].map((value) => most > 0 && Math.abs(value) > most);
}

/** Median absolute deviation, as a standard deviation. */
function spreadOf(left: Float64Array): number {
  const sorted = left.map(Math.abs).sort();
  return MAD_SCALE * (sorted[sorted.length >> 1] ?? 0);
}
