// Who holds the memory: what a reader of a core file (goref) found from the collector's roots down to the objects.
// Every object is counted once, on the first way that was found to it; there may be others.

/** Where a way begins. `runtime` is what the Go runtime itself keeps; `unnamed` a root whose name nobody knows. */
export const ROOT_KINDS = [
  'variable',
  'local',
  'stack',
  'finalizer',
  'cleanup',
  'runtime',
  'unnamed',
] as const;
export type RootKind = (typeof ROOT_KINDS)[number];

export interface RetentionRoot {
  readonly kind: RootKind;
  /** `main.subs`, `main.every.f`, `main.worker` (a goroutine's stack), `runtime.allgs`. */
  readonly name: string;
  /** Of a stack or a local variable: the function whose frame holds on. */
  readonly func?: string;
}

export const STEP_KINDS = [
  'field',
  'element', // of a slice, an array or a channel; their numbers are passed over
  'map-key',
  'map-value',
  'closure', // the name is that of its function
  'call', // a frame of a stack, nearer to the leaf
  'untyped', // reached by pointers whose type nobody knows
  'skipped', // so many steps between, of a way longer than anybody reads
] as const;
export type StepKind = (typeof STEP_KINDS)[number];

export interface RetentionStep {
  readonly kind: StepKind;
  /** Field, captured variable or function; empty for elements, keys and values. */
  readonly name: string;
  readonly type?: string;
  /** Equal steps in a row, as a linked list has them. */
  readonly times: number;
  /** What is held from here on. */
  readonly bytes: number;
  readonly objects: number;
}

/** `elements` are those of a package or local variable, of which goref says no type: slice, array or channel. */
export const CONTAINER_KINDS = ['map', 'slice', 'channel', 'list', 'sync.Map', 'timers', 'elements'] as const;

/** What everything of a way goes through and gathers in. */
export interface Container {
  readonly kind: (typeof CONTAINER_KINDS)[number];
  /** Field or variable; the root's own name where the root is it. */
  readonly name: string;
  readonly type?: string;
}

export interface Holder {
  readonly root: RetentionRoot;
  /** All that hangs off this root. */
  readonly bytes: number;
  readonly objects: number;
  /** The way to most of it, root first, without the root. */
  readonly path: readonly RetentionStep[];
  readonly container?: Container;
  /** Steps from the root to the objects at the end of the way, the root counted. */
  readonly depth: number;
  /** Of all ways from this root, the longest. */
  readonly deepest: number;
  /** Bytes by the length of their way: `byDepth[4]` lie at the end of four steps. */
  readonly byDepth: readonly number[];
  /** The size of most objects at the end of the way, as the allocator rounds it. */
  readonly objectBytes?: number;
}

export interface Retention {
  readonly bytes: number;
  readonly objects: number;
  /** Heaviest first, and bounded; `roots` counts them all. */
  readonly holders: readonly Holder[];
  readonly roots: number;
  /** Ways that were too many to be followed to their end: what they hold lies at the last step that was. */
  readonly cut: number;
}

/** What says that the objects of an allocation site are those at the end of a way. */
export const MATCHED_BY = [
  'function', // the way goes through the function that allocates
  'type', // through a type with a method that allocates
  'package', // both belong to one package
  'size', // objects of the same size
  'amount', // so much hangs off the root that part of it must be the site's
] as const;
export type MatchedBy = (typeof MATCHED_BY)[number];

/** Growth of one allocation site, and the holder it hangs off. */
export interface HeldSite {
  readonly func: string;
  /** Growth over the window; in use where there is but one profile. */
  readonly bytes: number;
  /** Index into the findings' holders. */
  readonly holder: number;
  readonly by: readonly MatchedBy[];
  /** Of the site's bytes in use, at least this share hangs off the holder: arithmetic, known for one moment only. */
  readonly atLeast?: number;
}

export interface FoundHolder extends Omit<Holder, 'byDepth'> {
  /** ``the map `m` of `main.main.func16` ``. */
  readonly label: string;
  /** ``the local variable `f` of `main.every` ``. */
  readonly from: string;
  /** Bytes beyond the handbook's depth. */
  readonly deepBytes: number;
  /** By its name a cache. */
  readonly isCache: boolean;
  /** Growth between two files, where two were given. */
  readonly deltaBytes?: number;
}

/** What the analysis concludes of it. */
export interface RetentionFindings {
  readonly bytes: number;
  readonly objects: number;
  readonly roots: number;
  /** Heaviest first; what the runtime keeps for itself comes last. */
  readonly holders: readonly FoundHolder[];
  /** Ways of the file that were too many to be followed to their end. */
  readonly cut: number;
  /** Growth of everything between two files, where two were given. */
  readonly deltaBytes?: number;
  /** In use in the heap profile of the same snapshot; when it is far from `bytes`, the file is of another moment. */
  readonly profileBytes?: number;
  /** Sites whose holder was found, and the growth of all sites that grow. */
  readonly held: readonly HeldSite[];
  readonly grownBytes: number;
  /** Sites that grow, and of which nobody can tell who holds them, with the reason. */
  readonly unmatched: readonly { readonly func: string; readonly bytes: number; readonly because: string }[];
}
