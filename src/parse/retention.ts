// A goref profile -> who holds the memory: all ways from each root, and the one to most of what it holds. goref writes
// each object once, on the first way it found, so what hangs off a root is reachable from it, not necessarily held by it
// alone. Deliberately absent: what grows, and whose fault it is.
import { type Profile, sampleValue, valueColumn } from '../model/profile.ts';
import type { Container, Holder, Retention, RetentionRoot, RetentionStep } from '../model/retention.ts';
import { endsStack, readRoot, readStep, type Step, stackRoot } from './goref-frames.ts';
import { RetentionTree, type RootNode } from './retention-tree.ts';

/** A service has some hundred roots; of all but the heaviest nobody wants to know. */
const MOST_HOLDERS = 100;
/** The way goes on to where most lies, as long as it is at least this share. */
const MOST_OF = 0.5;
/** A slice whose elements from the eleventh on hold this share is what everything gathers in. */
const GATHERS = 0.6;
/** Of a longer way the beginning and the end are kept. */
const MOST_STEPS = 60;
const LAST_STEPS = 20;
/** Names come from a file that anybody may have made. */
const NAME_CHARACTERS = 300;

/** Undefined for profiles of another kind. Never throws. */
export function readRetention(profile: Profile): Retention | undefined {
  if (profile.kind !== 'retention') return undefined;
  const bytesAt = valueColumn(profile, 'inuse_space');
  const objectsAt = valueColumn(profile, 'inuse_objects');
  if (bytesAt < 0) return undefined;
  const labels = labelsOf(profile);
  const tree = new RetentionTree(labels.steps);
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const bytes = positive(sampleValue(profile, sample, bytesAt));
    const objects = objectsAt < 0 ? 0 : positive(sampleValue(profile, sample, objectsAt));
    if (bytes > 0 || objects > 0) addWay(tree, labels, wayOf(profile, sample), { bytes, objects });
  }
  return summed(tree, labels.many);
}

function positive(value: number): number {
  return Number.isFinite(value) && value > 0 ? value : 0;
}

interface Labels {
  readonly names: readonly string[];
  /** Steps by number; elements of one type are one step. */
  readonly steps: readonly Step[];
  readonly stepOf: Uint32Array;
  /** Frames that name an element from the eleventh on, and their step. */
  readonly many: ManyElements;
}

/** What lies below elements from the eleventh on, by node of the tree. */
interface ManyElements {
  readonly frames: ReadonlySet<number>;
  readonly bytes: Map<number, number>;
}

function labelsOf({ frames }: Profile): Labels {
  const steps: Step[] = [];
  const known = new Map<string, number>();
  const many = new Set<number>();
  const stepOf = new Uint32Array(frames.length);
  frames.forEach(({ func }, frame) => {
    const step = bounded(readStep(func));
    if (step.kind === 'element' && func.startsWith('[10+]')) many.add(frame);
    const key = `${step.kind} ${step.name} ${step.type ?? ''}`;
    const at = known.get(key) ?? steps.length;
    if (at === steps.length) {
      steps.push(step);
      known.set(key, at);
    }
    stepOf[frame] = at;
  });
  const names = frames.map(({ func }) => cut(func));
  return { names, steps, stepOf, many: { frames: many, bytes: new Map() } };
}

/** Types of generics spell out whole structs. */
function bounded({ kind, name, type }: Step): Step {
  return { kind, name: cut(name), ...(type !== undefined && { type: cut(type) }) };
}

function cut(name: string): string {
  return name.length > NAME_CHARACTERS ? `${name.slice(0, NAME_CHARACTERS - 1)}…` : name;
}

/** Frames, leaf first. */
function wayOf({ stackFrames, stackStart }: Profile, sample: number): Uint32Array {
  return stackFrames.subarray(stackStart[sample] ?? 0, stackStart[sample + 1] ?? 0);
}

function addWay(
  tree: RetentionTree,
  { names, stepOf, many }: Labels,
  leafFirst: Uint32Array,
  held: { readonly bytes: number; readonly objects: number },
): void {
  let at = leafFirst.length - 1;
  const nameAt = (index: number): string => names[leafFirst[index] ?? 0] ?? '';
  if (at < 0) return;
  const isStack = endsStack(nameAt(at));
  while (isStack && at > 0 && isBottom(nameAt(at))) at -= 1;
  const root = tree.root(isStack ? stackRoot(nameAt(at)) : readRoot(nameAt(at)));
  let node = root.node;
  const depth = at + 1;
  for (at -= 1; at >= 0; at--) {
    const frame = leafFirst[at] ?? 0;
    if (many.frames.has(frame)) many.bytes.set(node, (many.bytes.get(node) ?? 0) + held.bytes);
    const below = tree.child(node, stepOf[frame] ?? 0);
    if (below === undefined) {
      tree.cut += 1;
      break;
    }
    node = below;
  }
  tree.add(root, { node, depth }, held);
}

/** What stands at the root of every goroutine's stack, and tells none from another. */
function isBottom(name: string): boolean {
  return endsStack(name) || name === 'runtime.main';
}

function summed(tree: RetentionTree, many: ManyElements): Retention {
  const totals = tree.totals();
  const below = tree.below();
  const weight = ({ node }: RootNode) => totals.bytes[node] ?? 0;
  const ordered = [...tree.roots].sort(
    (a, b) => weight(b) - weight(a) || (a.root.name < b.root.name ? -1 : 1),
  );
  return {
    bytes: tree.roots.reduce((sum, root) => sum + weight(root), 0),
    objects: tree.roots.reduce((sum, { node }) => sum + (totals.objects[node] ?? 0), 0),
    holders: ordered
      .slice(0, MOST_HOLDERS)
      .map((root) => holderOf(tree, root, { totals, below, many: many.bytes })),
    roots: tree.roots.length,
    cut: tree.cut,
  };
}

interface Sums {
  readonly totals: ReturnType<RetentionTree['totals']>;
  readonly below: ReadonlyMap<number, readonly number[]>;
  readonly many: ReadonlyMap<number, number>;
}

function holderOf(tree: RetentionTree, { root, node, byDepth }: RootNode, sums: Sums): Holder {
  const { totals, below } = sums;
  const nodes = [node];
  for (let at: number | undefined = node; at !== undefined; ) {
    at = heaviestBelow(at, totals.bytes, below);
    if (at !== undefined) nodes.push(at);
  }
  const end = nodes[nodes.length - 1] ?? node;
  const [bytes, objects] = [tree.bytes[end] ?? 0, tree.objects[end] ?? 0];
  const container = containerOf(tree, root, nodes, sums);
  return {
    root,
    bytes: totals.bytes[node] ?? 0,
    objects: totals.objects[node] ?? 0,
    path: shortened(stepsOf(tree, root, nodes.slice(1), totals)),
    ...(container && { container }),
    depth: nodes.length,
    deepest: Math.max(1, byDepth.length - 1),
    byDepth,
    ...(objects > 0 && { objectBytes: bytes / objects }),
  };
}

function heaviestBelow(
  node: number,
  bytes: Float64Array,
  below: ReadonlyMap<number, readonly number[]>,
): number | undefined {
  let best: number | undefined;
  for (const child of below.get(node) ?? [])
    if (best === undefined || (bytes[child] ?? 0) > (bytes[best] ?? 0)) best = child;
  const isMost = best !== undefined && (bytes[best] ?? 0) >= MOST_OF * (bytes[node] ?? 0);
  return isMost && (bytes[best ?? 0] ?? 0) > 0 ? best : undefined;
}

/** Equal steps in a row are one. */
function stepsOf(
  tree: RetentionTree,
  root: RetentionRoot,
  nodes: readonly number[],
  { bytes, objects }: Sums['totals'],
): RetentionStep[] {
  const steps: RetentionStep[] = [];
  let before = -1;
  for (const node of nodes) {
    const label = tree.labels[node] ?? 0;
    const last = steps[steps.length - 1];
    if (last && label === before) steps[steps.length - 1] = { ...last, times: last.times + 1 };
    else {
      const step = tree.steps[label] ?? { kind: 'untyped', name: '' };
      // On a stack what is not a field is a call.
      const kind = step.kind === 'closure' && isOfStack(root, steps) ? 'call' : step.kind;
      steps.push({ ...step, kind, times: 1, bytes: bytes[node] ?? 0, objects: objects[node] ?? 0 });
    }
    before = label;
  }
  return steps;
}

function shortened(steps: readonly RetentionStep[]): readonly RetentionStep[] {
  if (steps.length <= MOST_STEPS) return steps;
  const from = MOST_STEPS - LAST_STEPS;
  const [first] = steps.slice(from);
  const gap = steps.slice(from, -LAST_STEPS);
  const times = gap.reduce((sum, step) => sum + step.times, 0);
  const skipped: RetentionStep = {
    kind: 'skipped',
    name: '',
    times,
    bytes: first?.bytes ?? 0,
    objects: first?.objects ?? 0,
  };
  return [...steps.slice(0, from), skipped, ...steps.slice(-LAST_STEPS)];
}

function isOfStack({ kind, func, name }: RetentionRoot, steps: readonly RetentionStep[]): boolean {
  return (
    (kind === 'stack' || (kind === 'runtime' && func === name)) && steps.every((step) => step.kind === 'call')
  );
}

/** The outermost map, list or long slice on the way; where there is none, the innermost that has elements at all. */
function containerOf(
  tree: RetentionTree,
  root: RetentionRoot,
  nodes: readonly number[],
  { totals, many }: Sums,
): Container | undefined {
  let short: Container | undefined;
  for (let at = 0; at + 1 < nodes.length; at++) {
    const [node = 0, next = 0] = [nodes[at], nodes[at + 1]];
    const own = at === 0 ? undefined : tree.steps[tree.labels[node] ?? 0];
    const held = tree.steps[tree.labels[next] ?? 0];
    const kind = gathering(own, held, tree.labels[node] === tree.labels[next] && at > 0);
    if (kind === undefined) continue;
    const container: Container = {
      kind,
      name: (own && nameOf(own, tree, nodes.slice(1, at))) || root.name,
      ...(own?.type !== undefined && { type: own.type }),
    };
    const isLong = (many.get(node) ?? 0) >= GATHERS * (totals.bytes[node] ?? 0);
    const isPlain = kind === 'slice' || kind === 'elements';
    // What the runtime keeps its own books in gathers nobody's objects.
    if (isPlain ? isLong && root.kind !== 'runtime' : true) return container;
    short = container;
  }
  return short;
}

/** Elements, keys and values have no name of their own: the nearest name above them. */
function nameOf(step: Step, tree: RetentionTree, above: readonly number[]): string {
  if (step.name !== '') return step.name;
  const named = above.toReversed().map((node) => tree.steps[tree.labels[node] ?? 0]?.name ?? '');
  return named.find((name) => name !== '') ?? '';
}

function gathering(
  own: Step | undefined,
  held: Step | undefined,
  repeats: boolean,
): Container['kind'] | undefined {
  const type = own?.type ?? '';
  if (/\b(sync\.Map|HashTrieMap\[)/.test(type)) return 'sync.Map';
  if (/^\*?container\/list\.List$/.test(type)) return 'list';
  if (/^\[\]\*?runtime\.timer/.test(type)) return 'timers';
  if (held?.kind === 'map-value' || held?.kind === 'map-key') return 'map';
  if (held?.kind === 'element')
    return own === undefined ? 'elements' : /^(<-)?chan\b/.test(type) ? 'channel' : 'slice';
  return repeats && own?.kind === 'field' ? 'list' : undefined;
}
