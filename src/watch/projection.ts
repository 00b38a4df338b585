// What is left of columns once others have explained what they can: with it a dozen explanations are compared for the
// price of one regression, since each then differs from the next by a single column.

export interface Projection {
  /** The column less its groups' means and less all that the common columns explain. */
  readonly rest: (column: Float64Array) => Float64Array;
  /** Weighted product of two rests. */
  readonly product: (a: Float64Array, b: Float64Array) => number;
  /** Rows less groups, less common columns that tell something. */
  readonly free: number;
}

/** A column of which so little is left says nothing the others have not said. */
const NOTHING_LEFT = 1e-8;

/** Rows of a group are next to each other. */
export function projectionOf(
  common: readonly Float64Array[],
  groups: readonly number[],
  weights: Float64Array,
): Projection {
  const basis: Float64Array[] = [];
  const product = (a: Float64Array, b: Float64Array): number => {
    let sum = 0;
    for (let row = 0; row < a.length; row++) sum += (a[row] ?? 0) * (b[row] ?? 0) * (weights[row] ?? 0);
    return sum;
  };
  const rest = (column: Float64Array): Float64Array => {
    const left = centred(column, groups, weights);
    for (const direction of basis) {
      const factor = product(left, direction);
      for (let row = 0; row < left.length; row++)
        left[row] = (left[row] ?? 0) - factor * (direction[row] ?? 0);
    }
    return left;
  };
  for (const column of common) {
    const whole = centred(column, groups, weights);
    const left = rest(column);
    const square = product(left, left);
    if (square <= NOTHING_LEFT * product(whole, whole)) continue;
    const length = Math.sqrt(square);
    basis.push(left.map((value) => value / length));
  }
  return { rest, product, free: weights.length - new Set(groups).size - basis.length };
}

/** Less its group's weighted mean: that is what a level for each group amounts to. */
export function centred(
  column: Float64Array,
  groups: readonly number[],
  weights: Float64Array,
): Float64Array {
  const result = new Float64Array(column.length);
  let from = 0;
  while (from < column.length) {
    let to = from;
    let sum = 0;
    let weight = 0;
    while (to < column.length && groups[to] === groups[from]) {
      sum += (column[to] ?? 0) * (weights[to] ?? 0);
      weight += weights[to] ?? 0;
      to += 1;
    }
    const mean = weight > 0 ? sum / weight : 0;
    for (let row = from; row < to; row++) result[row] = (column[row] ?? 0) - mean;
    from = to;
  }
  return result;
}
