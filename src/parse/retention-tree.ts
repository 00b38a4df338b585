// The ways of a goref file merged into one tree, roots first: a hostile file may hold as many ways as bytes, so the tree
// is bounded, and what finds no room stays with the last step that had some.
import type { RetentionRoot } from '../model/retention.ts';
import type { Step } from './goref-frames.ts';

/** A service has some thousand ways, each of which goref follows for 256 steps at most, and most share their beginnings. */
const MOST_NODES = 200_000;
/** No way is longer: the reader of profiles refuses it. */
const MOST_DEPTH = 2_048;

export interface RootNode {
  readonly root: RetentionRoot;
  readonly node: number;
  readonly byDepth: number[];
}

export class RetentionTree {
  /** Roots have no parent. */
  readonly parents: number[] = [];
  /** Index into `steps`, or into the roots. */
  readonly labels: number[] = [];
  /** What lies at the node itself. */
  readonly bytes: number[] = [];
  readonly objects: number[] = [];
  readonly roots: RootNode[] = [];
  /** Ways that found no room to their end. */
  cut = 0;
  readonly steps: readonly Step[];
  private readonly rootOf = new Map<string, RootNode>();
  private readonly children = new Map<number, number>();
  private readonly labelCount: number;

  constructor(steps: readonly Step[]) {
    this.steps = steps;
    this.labelCount = steps.length + 1;
  }

  root(root: RetentionRoot): RootNode {
    const key = `${root.kind} ${root.name}`;
    let known = this.rootOf.get(key);
    if (known === undefined) {
      known = { root, node: this.push(-1, this.roots.length), byDepth: [] };
      this.roots.push(known);
      this.rootOf.set(key, known);
    }
    return known;
  }

  /** The node of a step below another; undefined where there is no room for more. */
  child(parent: number, step: number): number | undefined {
    const key = parent * this.labelCount + step;
    const known = this.children.get(key);
    if (known !== undefined) return known;
    if (this.parents.length >= MOST_NODES) return undefined;
    const node = this.push(parent, step);
    this.children.set(key, node);
    return node;
  }

  add({ byDepth }: RootNode, at: { node: number; depth: number }, held: { bytes: number; objects: number }) {
    this.bytes[at.node] = (this.bytes[at.node] ?? 0) + held.bytes;
    this.objects[at.node] = (this.objects[at.node] ?? 0) + held.objects;
    const depth = Math.min(at.depth, MOST_DEPTH);
    while (byDepth.length <= depth) byDepth.push(0);
    byDepth[depth] = (byDepth[depth] ?? 0) + held.bytes;
  }

  /** With all that lies below: parents always come before their children. */
  totals(): { readonly bytes: Float64Array; readonly objects: Float64Array } {
    const bytes = Float64Array.from(this.bytes);
    const objects = Float64Array.from(this.objects);
    for (let node = this.parents.length - 1; node >= 0; node--) {
      const parent = this.parents[node] ?? -1;
      if (parent < 0) continue;
      bytes[parent] = (bytes[parent] ?? 0) + (bytes[node] ?? 0);
      objects[parent] = (objects[parent] ?? 0) + (objects[node] ?? 0);
    }
    return { bytes, objects };
  }

  /** Nodes by the one above them. */
  below(): ReadonlyMap<number, readonly number[]> {
    const below = new Map<number, number[]>();
    this.parents.forEach((parent, node) => {
      if (parent < 0) return;
      const siblings = below.get(parent);
      if (siblings) siblings.push(node);
      else below.set(parent, [node]);
    });
    return below;
  }

  private push(parent: number, label: number): number {
    this.parents.push(parent);
    this.labels.push(label);
    this.bytes.push(0);
    this.objects.push(0);
    return this.parents.length - 1;
  }
}
