// Least squares with no factor below zero: nothing healthy shrinks with age, and what shrinks is no leak.
import type { Products } from './gram.ts';

export interface Account {
  /** Of each column. */
  readonly factors: readonly number[];
  /** What is left unexplained. */
  readonly squares: number;
}

/** By trying which columns take part: they are three at most. The last may have a bound. */
export function accountOf({ whole, along, gram }: Products, mostOfLast = Number.POSITIVE_INFINITY): Account {
  const size = along.length;
  let best: Account = { factors: along.map(() => 0), squares: whole };
  for (let chosen = 1; chosen < 1 << size; chosen++) {
    const factors = solved(gram, along, chosen);
    if (!factors || factors.some((factor) => factor < 0)) continue;
    if (size > 0 && (factors[size - 1] ?? 0) > mostOfLast) continue;
    const squares = whole - factors.reduce((sum, factor, at) => sum + factor * (along[at] ?? 0), 0);
    if (squares < best.squares) best = { factors, squares: Math.max(0, squares) };
  }
  return best;
}

/** What is left of it, row by row. */
export function leftOf(
  { factors }: Account,
  rest: Float64Array,
  columns: readonly Float64Array[],
): Float64Array {
  return rest.map((value, row) =>
    factors.reduce((sum, factor, at) => sum - factor * (columns[at]?.[row] ?? 0), value),
  );
}

/**
 * Normal equations by elimination, of the columns whose bits are set in `chosen`; undefined when they cannot be told
 * apart.
 */
export function solved(
  gram: Products['gram'],
  along: readonly number[],
  chosen = (1 << along.length) - 1,
): number[] | undefined {
  const at = along.flatMap((_, index) => (chosen & (1 << index) ? [index] : []));
  const rows = at.map((i) => [...at.map((j) => gram[i]?.[j] ?? 0), along[i] ?? 0]);
  for (const [pivot, line] of rows.entries()) {
    const lead = line[pivot] ?? 0;
    const whole = gram[at[pivot] ?? 0]?.[at[pivot] ?? 0] ?? 0;
    if (lead <= 1e-7 * whole || whole <= 0) return undefined;
    for (const other of rows.slice(pivot + 1)) {
      const factor = (other[pivot] ?? 0) / lead;
      for (let column = pivot; column < other.length; column++)
        other[column] = (other[column] ?? 0) - factor * (line[column] ?? 0);
    }
  }
  const factors = along.map(() => 0);
  for (let row = rows.length - 1; row >= 0; row--) {
    const line = rows[row] ?? [];
    const known = at
      .slice(row + 1)
      .reduce((sum, index, offset) => sum + (line[row + 1 + offset] ?? 0) * (factors[index] ?? 0), 0);
    factors[at[row] ?? 0] = ((line.at(-1) ?? 0) - known) / (line[row] ?? 1);
  }
  return factors;
}
