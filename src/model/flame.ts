/**
 * Stacks merged root first, as columns: node 0 is everything, and a parent stands before its children.
 * Every value contains the values of the calls below it. With `before` it is a difference as well.
 */
export interface Flame {
  readonly measure: 'heap' | 'goroutines';
  /** Distinct functions, as Go prints them. */
  readonly names: readonly string[];
  /** Index of the caller; -1 for node 0. */
  readonly parents: readonly number[];
  /** Index into `names`; -1 for node 0. */
  readonly calls: readonly number[];
  /** Bytes in use, or goroutines. */
  readonly after: readonly number[];
  readonly before?: readonly number[];
  /** What is too small to be kept: how many nodes, and the value of the largest. */
  readonly cut: { readonly nodes: number; readonly largest: number };
}

/** The flames that belong to a report; kept beside it. */
export interface Flames {
  /** What `before` is: the first snapshot of the window, or the last one of the capture compared with. */
  readonly since?: 'window' | 'capture';
  readonly heap?: Flame;
  readonly goroutines?: Flame;
}
