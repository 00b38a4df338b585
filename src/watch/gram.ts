// Products of columns with each other, from which any regression of one on others follows without another look at the
// rows: a column that explains is taken out of all of them at once.
import type { Products } from './account.ts';
import type { Projection } from './projection.ts';

/** Symmetric; the readings are column 0. */
export type Gram = readonly Float64Array[];

export function gramOf({ product, rest }: Projection, columns: readonly Float64Array[]): Gram {
  const rests = columns.map(rest);
  const gram = columns.map(() => new Float64Array(columns.length));
  for (const [row, line] of gram.entries()) {
    for (let at = row; at < columns.length; at++) {
      const [a, b] = [rests[row], rests[at]];
      const value = a && b ? product(a, b) : 0;
      line[at] = value;
      const mirrored = gram[at];
      if (mirrored) mirrored[row] = value;
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

/** The readings and some of the columns, as least squares asks for them. */
export function productsIn(gram: Gram, columns: readonly number[]): Products {
  return {
    whole: gram[0]?.[0] ?? 0,
    along: columns.map((at) => gram[0]?.[at] ?? 0),
    gram: columns.map((row) => columns.map((at) => gram[row]?.[at] ?? 0)),
  };
}
