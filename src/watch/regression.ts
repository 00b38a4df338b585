// Weighted least squares with an intercept for each group, robust against wild readings, and with standard errors
// that know that neighbours in time resemble each other: what a plain regression believes of 24 hourly readings
// under a daily wave is far too sure of itself.
import { centred } from './projection.ts';
import { reweigh } from './robust.ts';

export interface Regression {
  readonly coefficients: readonly number[];
  /** Widened by the autocorrelation of the residuals. */
  readonly errors: readonly number[];
  readonly residuals: Float64Array;
}

const ROUNDS = 4;
/** Beyond it an effective sample is too small to speak of; it also keeps the widening finite. */
const MOST_CORRELATION = 0.95;

/**
 * Regresses `y` on the columns; rows of a group are next to each other and in order of time. Undefined when the
 * columns do not tell their effects apart, or there are too few rows.
 */
export function regress(
  columns: readonly Float64Array[],
  y: Float64Array,
  groups: readonly number[],
): Regression | undefined {
  const rows = y.length;
  const size = columns.length;
  const free = rows - size - new Set(groups).size;
  if (free < 3) return undefined;
  const weights = new Float64Array(rows).fill(1);
  let solved: { beta: number[]; inverse: number[] } | undefined;
  let residuals: Float64Array = new Float64Array(rows);
  for (let round = 0; round < ROUNDS; round++) {
    const levelled = [...columns, y].map((column) => centred(column, groups, weights));
    solved = solve(levelled, weights, size);
    if (!solved) return undefined;
    residuals = residualsOf(levelled, solved.beta);
    if (round < ROUNDS - 1) reweigh(residuals, weights);
  }
  if (!solved) return undefined;
  const { beta, inverse } = solved;
  let squares = 0;
  for (let row = 0; row < rows; row++) squares += (weights[row] ?? 0) * (residuals[row] ?? 0) ** 2;
  const variance = (squares / free) * widening(residuals, groups, free);
  return {
    coefficients: beta,
    errors: beta.map((_, at) => Math.sqrt(Math.max(0, (inverse[at * size + at] ?? 0) * variance))),
    residuals,
  };
}

/** Normal equations by Gauss-Jordan; the columns are few. The last of `centred` is what is explained. */
function solve(
  centred: readonly Float64Array[],
  weights: Float64Array,
  size: number,
): { beta: number[]; inverse: number[] } | undefined {
  const norms = centred.map((column) => Math.sqrt(weighted(column, column, weights)) || 1);
  const width = 2 * size + 1;
  const matrix = Array.from({ length: size }, () => new Float64Array(width));
  for (const [row, line] of matrix.entries()) {
    line[size + row] = 1;
    for (let at = row; at <= size; at++) {
      const [a, b] = [centred[row], centred[at]];
      const product = a && b ? weighted(a, b, weights) / ((norms[row] ?? 1) * (norms[at] ?? 1)) : 0;
      line[at === size ? width - 1 : at] = product;
      const mirrored = matrix[at];
      if (mirrored) mirrored[row] = product;
    }
  }
  for (let pivot = 0; pivot < size; pivot++) {
    const line = matrix[pivot];
    const lead = line?.[pivot] ?? 0;
    if (!line || lead < 1e-6) return undefined;
    for (let at = 0; at < width; at++) line[at] = (line[at] ?? 0) / lead;
    for (const [row, other] of matrix.entries()) {
      const factor = other[pivot] ?? 0;
      if (row === pivot || factor === 0) continue;
      for (let at = 0; at < width; at++) other[at] = (other[at] ?? 0) - factor * (line[at] ?? 0);
    }
  }
  const norm = norms[size] ?? 1;
  const beta = matrix.map((line, row) => ((line[2 * size] ?? 0) * norm) / (norms[row] ?? 1));
  const inverse = matrix.flatMap((line, row) =>
    Array.from(line.subarray(size, 2 * size), (value, at) => value / ((norms[row] ?? 1) * (norms[at] ?? 1))),
  );
  return { beta, inverse };
}

function weighted(a: Float64Array, b: Float64Array, weights: Float64Array): number {
  let sum = 0;
  for (let row = 0; row < a.length; row++) sum += (a[row] ?? 0) * (b[row] ?? 0) * (weights[row] ?? 0);
  return sum;
}

function residualsOf(centred: readonly Float64Array[], beta: readonly number[]): Float64Array {
  const residuals = Float64Array.from(centred[beta.length] ?? []);
  for (const [at, factor] of beta.entries()) {
    const column = centred[at];
    if (!column) continue;
    for (let row = 0; row < residuals.length; row++) {
      residuals[row] = (residuals[row] ?? 0) - factor * (column[row] ?? 0);
    }
  }
  return residuals;
}

/** How much the variance of a coefficient is understated when residuals follow each other at this correlation. */
function widening(residuals: Float64Array, groups: readonly number[], free: number): number {
  let product = 0;
  let square = 0;
  for (let row = 0; row < residuals.length; row++) {
    const value = residuals[row] ?? 0;
    square += value * value;
    if (row > 0 && groups[row] === groups[row - 1]) product += value * (residuals[row - 1] ?? 0);
  }
  if (square === 0) return 1;
  // Estimates of it from short series are too low by about this much.
  const raw = product / square;
  const correlation = Math.min(MOST_CORRELATION, Math.max(0, raw + (1 + 4 * Math.max(0, raw)) / free));
  return (1 + correlation) / (1 - correlation);
}
