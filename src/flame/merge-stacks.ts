// Stacks are merged here: one node a call path, with a value before and one after. Bounded while it grows, for a
// hostile profile may hold as many paths as bytes.

/** A large service has some 60,000 stacks of 30 calls, and half of those paths are shared. */
const MOST_PATHS = 1_000_000;

export type Side = 'before' | 'after';

export class StackTree {
  readonly names: string[] = [];
  /** Node 0 is everything. */
  readonly parents: number[] = [-1];
  readonly calls: number[] = [-1];
  readonly before: number[] = [0];
  readonly after: number[] = [0];
  /** Paths that found no room; their values stayed with the last caller that had some. */
  refused = 0;
  private readonly nameIds = new Map<string, number>();
  private readonly children = new Map<number, number>();

  name(func: string): number {
    let id = this.nameIds.get(func);
    if (id === undefined) {
      id = this.names.length;
      this.names.push(func);
      this.nameIds.set(func, id);
    }
    return id;
  }

  /** The node of a call below another; the caller itself when there is no room for it. */
  child(parent: number, call: number): number {
    // Distinct for every pair, and exact: neither factor exceeds a few million.
    const key = parent * MOST_NAMES + call;
    let node = this.children.get(key);
    if (node === undefined) {
      if (this.parents.length >= MOST_PATHS || call >= MOST_NAMES) {
        this.refused += 1;
        return parent;
      }
      node = this.parents.length;
      this.parents.push(parent);
      this.calls.push(call);
      this.before.push(0);
      this.after.push(0);
      this.children.set(key, node);
    }
    return node;
  }

  add(node: number, side: Side, value: number): void {
    this[side][node] = (this[side][node] ?? 0) + value;
  }

  /** Adds a whole stack: to everything, and to each call on its way to the leaf. */
  addStack(rootFirst: readonly number[], side: Side, value: number): void {
    let node = 0;
    this.add(node, side, value);
    for (const call of rootFirst) {
      const below = this.child(node, call);
      if (below === node) return;
      node = below;
      this.add(node, side, value);
    }
  }
}

const MOST_NAMES = 2 ** 22;
