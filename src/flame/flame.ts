// Profiles and dumps -> a bounded tree of their stacks. Deliberately absent: colours, widths and words, which are the
// report's; lines and files, for one function is one box whatever the line.
import type { Flame } from '../model/flame.ts';
import type { Frame, GoroutineDump } from '../model/goroutine.ts';
import { isParkingFrame } from '../model/goroutine.ts';
import { CAPTURE_COST, type Profile, STACK_EXIT, sampleValue, valueColumn } from '../model/profile.ts';
import { type Side, StackTree } from './merge-stacks.ts';

/** A picture shows some 200 boxes and a page may be zoomed into ten times that; about 150 kB as JSON. */
export const FLAME_NODES = 2_000;
/** Names of generics with all their type arguments reach some 300 characters. */
const NAME_CHARACTERS = 400;

/** One moment of one instance, and the moment before to compare it with. */
export interface Moments<Kind> {
  readonly before?: Kind | undefined;
  readonly after: Kind;
}

/** Bytes in use by call path, summed over instances; undefined where no profile says. */
export function heapFlame(instances: readonly Moments<Profile>[], nodes = FLAME_NODES): Flame | undefined {
  const told = instances.filter(({ after }) => valueColumn(after, IN_USE) >= 0);
  return flameOf('heap', told, { add: addHeap, nodes });
}

/** Goroutines by call path, summed over instances. */
export function goroutineFlame(
  instances: readonly Moments<GoroutineDump>[],
  nodes = FLAME_NODES,
): Flame | undefined {
  return flameOf('goroutines', instances, { add: addDump, nodes });
}

/**
 * The difference of two flames that were kept: what the first held after becomes the second's before. What either left
 * out as too small is missing here too.
 */
export function compareFlames(before: Flame, after: Flame, nodes = FLAME_NODES): Flame {
  const tree = new StackTree();
  addFlame(tree, 'before', before);
  addFlame(tree, 'after', after);
  const { cut, ...flame } = pruned(tree, after.measure, { nodes, compared: true });
  const largest = Math.max(cut.largest, before.cut.largest, after.cut.largest);
  return { ...flame, cut: { nodes: cut.nodes + Math.max(before.cut.nodes, after.cut.nodes), largest } };
}

/** The same with fewer nodes. */
export function shrinkFlame(flame: Flame, nodes: number): Flame {
  if (flame.parents.length <= nodes) return flame;
  const tree = new StackTree();
  addFlame(tree, 'after', flame);
  if (flame.before) addFlame(tree, 'before', { ...flame, after: flame.before });
  const { cut, ...smaller } = pruned(tree, flame.measure, { nodes, compared: flame.before !== undefined });
  return { ...smaller, cut: { nodes: cut.nodes + flame.cut.nodes, largest: cut.largest } };
}

const IN_USE = 'inuse_space';

function flameOf<Kind>(
  measure: Flame['measure'],
  instances: readonly Moments<Kind>[],
  { add, nodes }: { add: (tree: StackTree, side: Side, from: Kind) => void; nodes: number },
): Flame | undefined {
  // An instance without a before beside others that have one would look like growth.
  const both = instances.filter(({ before }) => before !== undefined);
  const compared = both.length > 0;
  const tree = new StackTree();
  for (const { before, after } of compared ? both : instances) {
    if (before !== undefined) add(tree, 'before', before);
    add(tree, 'after', after);
  }
  const isEmpty = (tree.after[0] ?? 0) <= 0 && (tree.before[0] ?? 0) <= 0;
  return isEmpty ? undefined : pruned(tree, measure, { nodes, compared });
}

function addHeap(tree: StackTree, side: Side, profile: Profile): void {
  const column = valueColumn(profile, IN_USE);
  if (column < 0) return;
  const names = profile.frames.map(({ func }) => tree.name(bounded(func)));
  const own = profile.frames.map(({ func }) => CAPTURE_COST.test(func));
  const exits = profile.frames.map(({ func }) => STACK_EXIT.test(func));
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const value = sampleValue(profile, sample, column);
    if (value <= 0) continue;
    const stack = profile.stackFrames.subarray(profile.stackStart[sample], profile.stackStart[sample + 1]);
    if (stack.some((frame) => own[frame])) continue;
    tree.addStack(rootFirst(stack, { names, exits }), side, value);
  }
}

function rootFirst(
  leafFirst: Uint32Array,
  { names, exits }: { readonly names: readonly number[]; readonly exits: readonly boolean[] },
): number[] {
  const path: number[] = [];
  for (let at = leafFirst.length - 1; at >= 0; at--) {
    const frame = leafFirst[at] ?? 0;
    if (path.length === 0 && at > 0 && exits[frame]) continue;
    path.push(names[frame] ?? 0);
  }
  return path;
}

function addDump(tree: StackTree, side: Side, { groups }: GoroutineDump): void {
  for (const { frames, count } of groups) {
    const path = waiting(frames)
      .map(({ func }) => tree.name(bounded(func)))
      .reverse();
    tree.addStack(path, side, count);
  }
}

/** The stack without what parks every goroutine alike at its leaf and ends every stack at its root. */
function waiting(frames: readonly Frame[]): readonly Frame[] {
  const first = frames.findIndex(({ func }) => !isParkingFrame(func));
  const rest = first > 0 ? frames.slice(first) : frames;
  const last = rest[rest.length - 1];
  return last && rest.length > 1 && STACK_EXIT.test(last.func) ? rest.slice(0, -1) : rest;
}

function addFlame(tree: StackTree, side: Side, flame: Flame): void {
  const nodeOf = [0];
  tree.add(0, side, flame.after[0] ?? 0);
  for (let node = 1; node < flame.parents.length; node++) {
    const parent = nodeOf[flame.parents[node] ?? 0] ?? 0;
    const below = tree.child(parent, tree.name(flame.names[flame.calls[node] ?? 0] ?? ''));
    nodeOf[node] = below;
    if (below !== parent) tree.add(below, side, flame.after[node] ?? 0);
  }
}

function bounded(func: string): string {
  return func.length > NAME_CHARACTERS ? `${func.slice(0, NAME_CHARACTERS - 1)}…` : func;
}

/**
 * The heaviest nodes, those of one caller heaviest first. A call weighs no more than its caller, so the heaviest are
 * a tree of their own.
 */
function pruned(
  tree: StackTree,
  measure: Flame['measure'],
  { nodes, compared }: { readonly nodes: number; readonly compared: boolean },
): Flame {
  const weight = (node: number) => Math.max(tree.before[node] ?? 0, tree.after[node] ?? 0);
  const order = tree.parents.map((_, node) => node).sort((a, b) => weight(b) - weight(a) || a - b);
  const kept = order.slice(0, nodes);
  const below = new Map<number, number[]>();
  for (const node of kept.slice(1)) {
    const parent = tree.parents[node] ?? 0;
    const siblings = below.get(parent);
    if (siblings) siblings.push(node);
    else below.set(parent, [node]);
  }
  const walk = walkFrom(0, below);
  const place = new Map(walk.map((node, at) => [node, at]));
  const names = new Map<number, number>();
  const nameOf = (call: number): number => {
    const id = names.get(call) ?? names.size;
    names.set(call, id);
    return id;
  };
  const calls = walk.map((node) => (node === 0 ? -1 : nameOf(tree.calls[node] ?? 0)));
  const largest = order[nodes];
  return {
    measure,
    names: [...names.keys()].map((call) => tree.names[call] ?? ''),
    parents: walk.map((node) => (node === 0 ? -1 : (place.get(tree.parents[node] ?? 0) ?? 0))),
    calls,
    after: walk.map((node) => Math.round(tree.after[node] ?? 0)),
    ...(compared && { before: walk.map((node) => Math.round(tree.before[node] ?? 0)) }),
    cut: {
      nodes: order.length - kept.length + tree.refused,
      largest: largest === undefined ? 0 : Math.round(weight(largest)),
    },
  };
}

/** Depth first without recursion: a stack may be as deep as a hostile file likes. */
function walkFrom(root: number, below: ReadonlyMap<number, readonly number[]>): number[] {
  const walk: number[] = [];
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    walk.push(node);
    waiting.push(...(below.get(node) ?? []).toReversed());
  }
  return walk;
}
