import type { GoroutineDump } from './goroutine.ts';
import type { MemoryReading } from './memory.ts';
import type { Problem } from './problem.ts';
import type { Profile } from './profile.ts';
import type { Retention } from './retention.ts';
import type { ExecutionTrace } from './trace.ts';

/** A span on one clock, Unix milliseconds (fractions allowed). */
export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** When a file was fetched, on the collector's clock; and when its clue was taken, where the service says so itself. */
export interface Taken extends Span {
  readonly inside?: InsideTime;
}

/** A clue's own span inside the process that took it, on that process's monotonic clock. */
export interface InsideTime {
  /** When that clock stood at 0, Unix milliseconds of the service's wall clock. */
  readonly beganMs: number;
  readonly fromNs: number;
  readonly toNs: number;
}

/** Bytes as they came, kept verbatim. `name` is a file name, used for showing only, never for recognising. */
export interface RawArtefact {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly taken?: Taken;
}

/** When each artefact was taken, for the alignment table. */
export interface ArtefactTime {
  readonly artefact: string;
  readonly span: Span;
  /** Half width of what is known about the instant, nanoseconds. */
  readonly uncertaintyNs: number;
  readonly clock: 'target' | 'collector';
  /** Stamped inside the process, nanoseconds since its snapshot began; and what was known of it from outside. */
  readonly inside?: { readonly fromNs: number; readonly toNs: number; readonly outsideNs: number };
}

/** Everything captured from one instance at one moment, parsed. Absent means not captured or not readable. */
export interface Snapshot {
  readonly instance: string;
  readonly taken?: Span;
  /** Best dump of the moment: with ids (debug=2, signal) when there is one. */
  readonly goroutines?: GoroutineDump;
  /** Counts by stack from proto or debug=1, taken beside (or instead of) a dump with ids. */
  readonly goroutineCounts?: GoroutineDump;
  /**
   * The runtime's proof: goroutines that every leak profile of the moment found, or that a dump marks. An empty one proves
   * nothing; absent means not asked.
   */
  readonly leaked?: GoroutineDump;
  /** Leak profiles that `leaked` was read from; absent where it was read from marks. */
  readonly leakProfiles?: number;
  readonly heap?: Profile;
  /** Who holds the memory, from a goref file that somebody made of a core of the process. */
  readonly retention?: Retention;
  /** What the scheduler did, for some seconds of the window. */
  readonly trace?: ExecutionTrace;
  /** Readings in time order; those of the window belong to the snapshot they follow. */
  readonly memory: readonly MemoryReading[];
  /** Other profiles (allocs, block, mutex, threadcreate), shown but not judged. */
  readonly otherProfiles: readonly Profile[];
  readonly times: readonly ArtefactTime[];
  readonly problems: readonly Problem[];
}

/** Snapshots of one process of one instance, in time order. */
export interface Series {
  readonly instance: string;
  readonly snapshots: readonly Snapshot[];
}
