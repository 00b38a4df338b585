// Least squares with no factor below zero: nothing healthy shrinks with age, and what shrinks is no leak.
import type { Projection } from './projection.ts';

export interface Account {
  /** Of each column. */
  readonly factors: readonly number[];
  /** What is left unexplained. */
  readonly squares: number;
}

/** Readings and columns as their products: all that least squares asks of them. */
export interface Products {
  /** Of the readings with themselves. */
  readonly whole: number;
  /** Of each column with the readings. */
  readonly along: readonly number[];
  /** Of each column with each. */
  readonly gram: readonly (readonly number[])[];
}

export function productsOf(
  { product }: Projection,
  rest: Float64Array,
  columns: readonly Float64Array[],
): Products {
  const gram: number[][] = columns.map(() => []);
  for (const [row, column] of columns.entries()) {
    for (let at = row; at < columns.length; at++) {
      const value = product(column, columns[at] ?? rest);
      (gram[row] ?? [])[at] = value;
      (gram[at] ?? [])[row] = value;
    }
  }
  return { whole: product(rest, rest), along: columns.map((column) => product(column, rest)), gram };
}

/** The same with one more column at the end, given its products with the others, with the readings and with itself. */
export function withColumn(
  { whole, along, gram }: Products,
  crossing: readonly number[],
  own: { readonly along: number; readonly square: number },
): Products {
  return {
    whole,
    along: [...along, own.along],
    gram: [...gram.map((line, row) => [...line, crossing[row] ?? 0]), [...crossing, own.square]],
  };
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

/** Normal equations of the chosen columns by elimination; undefined when they cannot be told apart. */
function solved(gram: Products['gram'], along: readonly number[], chosen: number): number[] | undefined {
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
