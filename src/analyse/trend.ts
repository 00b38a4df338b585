// Robust statistics over a handful of readings. Two or three snapshots are the usual diet, so every
// function says what it answers when there is too little: undefined, never a guess.

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Pairs examined by theilSen before it starts to thin the points: keeps the cost flat on long windows. */
const MOST_POINTS = 400;

/** Makes a median absolute deviation of normal noise its standard deviation. */
export const MAD_SCALE = 1.4826;

export function median(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}

/** Linear interpolation between order statistics; `quantile(values, 0.95)`. */
export function quantile(values: readonly number[], q: number): number | undefined {
  if (values.length === 0) return undefined;
  const sorted = Float64Array.from(values).sort();
  const at = (sorted.length - 1) * q;
  const low = Math.floor(at);
  const below = sorted[low] ?? 0;
  return below + ((sorted[low + 1] ?? below) - below) * (at - low);
}

export function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}

export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const centre = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1));
}

/** Median of all pairwise slopes: one wild reading in five cannot bend it. Undefined below two distinct x. */
export function theilSen(points: readonly Point[]): number | undefined {
  const kept = thin(points);
  const slopes: number[] = [];
  for (let i = 0; i < kept.length; i++) {
    for (let j = i + 1; j < kept.length; j++) {
      const a = kept[i];
      const b = kept[j];
      if (a && b && a.x !== b.x) slopes.push((b.y - a.y) / (b.x - a.x));
    }
  }
  return median(slopes);
}

/**
 * Mann-Kendall: +1 when every later value is higher, -1 when every one is lower, 0 without order.
 * It is Kendall's tau against time; three values can say little with it.
 */
export function mannKendall(values: readonly number[]): number {
  let score = 0;
  let pairs = 0;
  const kept = values.length > MOST_POINTS ? values.slice(-MOST_POINTS) : values;
  for (let i = 0; i < kept.length; i++) {
    for (let j = i + 1; j < kept.length; j++) {
      score += Math.sign((kept[j] ?? 0) - (kept[i] ?? 0));
      pairs += 1;
    }
  }
  return pairs === 0 ? 0 : score / pairs;
}

/** Pearson's r; undefined when either side does not vary. */
export function correlation(a: readonly number[], b: readonly number[]): number | undefined {
  const length = Math.min(a.length, b.length);
  if (length < 3) return undefined;
  const meanA = mean(a.slice(0, length));
  const meanB = mean(b.slice(0, length));
  let product = 0;
  let squareA = 0;
  let squareB = 0;
  for (let i = 0; i < length; i++) {
    const da = (a[i] ?? 0) - meanA;
    const db = (b[i] ?? 0) - meanB;
    product += da * db;
    squareA += da * da;
    squareB += db * db;
  }
  if (squareA === 0 || squareB === 0) return undefined;
  return product / Math.sqrt(squareA * squareB);
}

/**
 * How many standard errors separate two Poisson counts seen over different exposures: is the second
 * rate really lower (negative) or higher (positive) than the first? Square-root transform, so zero counts work.
 */
export function rateChange(before: number, beforeMs: number, after: number, afterMs: number): number {
  if (beforeMs <= 0 || afterMs <= 0) return 0;
  const a = Math.sqrt((before + 0.375) / beforeMs);
  const b = Math.sqrt((after + 0.375) / afterMs);
  return (b - a) / Math.sqrt(0.25 / beforeMs + 0.25 / afterMs);
}

/** Log-odds to probability. */
export function logistic(score: number): number {
  return 1 / (1 + Math.exp(-score));
}

function thin(points: readonly Point[]): readonly Point[] {
  if (points.length <= MOST_POINTS) return points;
  const step = points.length / MOST_POINTS;
  return Array.from({ length: MOST_POINTS }, (_, index) => points[Math.floor(index * step)]).filter(
    (point): point is Point => point !== undefined,
  );
}
