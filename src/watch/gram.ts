// Products of columns with each other: all that least squares asks of readings. From them any regression of one on
// others follows without another look at the rows.
import type { Projection } from './projection.ts';

/** Symmetric. */
export type Gram = readonly (readonly number[])[];

/** Readings and columns as their products: all that least squares asks of them. */
export interface Products {
  /** Of the readings with themselves. */
  readonly whole: number;
  /** Of each column with the readings. */
  readonly along: readonly number[];
  /** Of each column with each. */
  readonly gram: Gram;
}

export function productsOf(
  { product }: Projection,
  rest: Float64Array,
  columns: readonly Float64Array[],
): Products {
  return {
    whole: product(rest, rest),
    along: columns.map((column) => product(column, rest)),
    gram: gramOf(product, columns),
  };
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

export function gramOf(product: Projection['product'], columns: readonly Float64Array[]): Gram {
  const gram: number[][] = columns.map(() => []);
  for (const [row, column] of columns.entries()) {
    for (const [at, other] of columns.entries()) {
      if (at < row) continue;
      const value = product(column, other);
      (gram[row] ?? [])[at] = value;
      (gram[at] ?? [])[row] = value;
    }
  }
  return gram;
}

/** What is left of all columns once one of them has explained what it can. */
export function without(gram: Gram, at: number): Gram {
  const taken = gram[at];
  const square = taken?.[at] ?? 0;
  if (!taken || square <= 0) return gram;
  return gram.map((line) => {
    const factor = (line[at] ?? 0) / square;
    return line.map((value, column) => value - factor * (taken[column] ?? 0));
  });
}

/** Of column 0, the readings, and some of the others. */
export function productsIn(gram: Gram, columns: readonly number[]): Products {
  return {
    whole: gram[0]?.[0] ?? 0,
    along: columns.map((at) => gram[0]?.[at] ?? 0),
    gram: columns.map((row) => columns.map((at) => gram[row]?.[at] ?? 0)),
  };
}
