// An execution trace, folded: what its millions of events say about goroutines, without the events.
import type { Frame } from './goroutine.ts';

/** What a goroutine is doing, as the scheduler sees it. */
export type TraceStatus = 'runnable' | 'running' | 'syscall' | 'waiting';

/** The order of the rows of `Timeline.cells`, and of `LivingGoroutines.status`. */
export const TRACE_STATUSES: readonly TraceStatus[] = ['runnable', 'running', 'syscall', 'waiting'];

/** Goroutines started by one `go` statement within the window. Stacks are indexes into `stacks`. */
export interface Creation {
  /** What they run; one frame. */
  readonly startStack: number;
  /** Where the `go` statement is, leaf first. */
  readonly creatorStack: number;
  readonly created: number;
  /** How many of them ended within the window. */
  readonly ended: number;
}

/** Goroutines alive when the window ends, one entry each. */
export interface LivingGoroutines {
  readonly count: number;
  readonly ids: Float64Array;
  /** Index into `TRACE_STATUSES`. */
  readonly status: Uint8Array;
  /** Nanoseconds into the window when that status began; -1 when it had begun before. */
  readonly sinceNs: Float64Array;
  /** Nanoseconds into the window; -1 for goroutines that were there before. */
  readonly bornNs: Float64Array;
  /** Index into `reasons`; 0 when the trace does not say why it waits. */
  readonly reason: Int32Array;
  /** Where it waits, index into `stacks`; 0 when the trace does not say. */
  readonly stack: Int32Array;
  /** Index into `creations`; -1 for goroutines that were there before. */
  readonly creation: Int32Array;
}

/** Waits that ended within the window, for one reason at one place. */
export interface TraceWait {
  readonly kind: 'waiting' | 'syscall';
  /** The runtime's word: `chan receive`, `network`, `sync`; empty for syscalls and coroutines. */
  readonly reason: string;
  readonly stack: number;
  readonly count: number;
  readonly totalNs: number;
  readonly longestNs: number;
}

/** Time between becoming runnable and running. */
export interface SchedulingLatency {
  readonly count: number;
  readonly totalNs: number;
  /** Without each goroutine's waits before it first ran within the window: what `go tool trace -pprof=sched` adds up. */
  readonly totalAfterFirstRunNs: number;
  readonly longestNs: number;
  /** Upper bounds of the classes, and how many waits fell into each; empty classes are left out. */
  readonly upToNs: Float64Array;
  readonly counts: Float64Array;
}

/** A stretch of the window, in nanoseconds from its beginning. */
export interface TraceRange {
  readonly fromNs: number;
  readonly toNs: number;
  /** Why the world was stopped; empty for garbage collections. */
  readonly what: string;
}

export interface HeapPoint {
  readonly atNs: number;
  readonly liveBytes: number;
  /** Where the next collection is due; 0 before the trace first says it. */
  readonly goalBytes: number;
}

/** Goroutines that run the same function, over the window. */
export interface Lane {
  /** The function at the root of their stacks; empty for those whose stack the trace never shows. */
  readonly func: string;
  /** Mean number of goroutines by status and bin: entry `status * bins + bin`. */
  readonly cells: Float64Array;
}

export interface Timeline {
  readonly bins: number;
  readonly binNs: number;
  /** In order of appearance. */
  readonly lanes: readonly Lane[];
}

export interface ExecutionTrace {
  /** Of the wire format, not of Go: 1.26 is written by Go 1.26 and 1.27. */
  readonly format: string;
  readonly events: number;
  readonly windowNs: number;
  /** Wall clock at the beginning of the window, Unix nanoseconds (format 1.25 on). */
  readonly startedUnixNs?: number;
  /** Leaf first; entry 0 is the stack that is not known. */
  readonly stacks: readonly (readonly Frame[])[];
  /** Entry 0 is the reason that is not known. */
  readonly reasons: readonly string[];
  readonly creations: readonly Creation[];
  readonly living: LivingGoroutines;
  readonly waits: readonly TraceWait[];
  readonly latency: SchedulingLatency;
  readonly collections: readonly TraceRange[];
  readonly stops: readonly TraceRange[];
  readonly heap: readonly HeapPoint[];
  readonly timeline: Timeline;
}

/** One `go` statement of the program. */
export interface GoStatement {
  /** What it starts. */
  readonly starts: Frame;
  readonly at: Frame;
  readonly created: number;
  readonly createdPerSecond: number;
  readonly ended: number;
  /** Of those created in the window, how many were blocked at its end. */
  readonly blocked: number;
}

/** Goroutines born in the window and blocked at its end, alike in reason and stacks. */
export interface StillBlocked {
  readonly count: number;
  /** The trace's word: `chan send`, `select`, `network`; `syscall`. */
  readonly reason: string;
  /** Where they wait, leaf first. */
  readonly frames: readonly Frame[];
  readonly starts: Frame;
  /** Where the `go` statement is, leaf first. */
  readonly createdBy: readonly Frame[];
  readonly longestNs: number;
  readonly shortestNs: number;
}

export interface WaitAnswer {
  readonly reason: string;
  readonly where?: Frame;
  readonly count: number;
  readonly totalNs: number;
  readonly longestNs: number;
}

export interface LatencyAnswer {
  readonly count: number;
  readonly totalNs: number;
  readonly longestNs: number;
  /** Upper bounds; exact to 0.8 %. */
  readonly p50Ns: number;
  readonly p99Ns: number;
  /** Each twice as wide as the one before, without a gap. */
  readonly classes: readonly { readonly upToNs: number; readonly count: number }[];
}

/** What a trace answers. */
export interface TraceAnswers {
  readonly format: string;
  readonly windowNs: number;
  readonly events: number;
  readonly startedUnixNs?: number;
  /** Alive at the end. */
  readonly goroutines: number;
  readonly statements: readonly GoStatement[];
  readonly stillBlocked: readonly StillBlocked[];
  readonly waits: readonly WaitAnswer[];
  readonly network: readonly WaitAnswer[];
  readonly syscalls: readonly WaitAnswer[];
  readonly latency: LatencyAnswer;
  readonly collections: { readonly count: number; readonly totalNs: number };
  readonly stops: { readonly count: number; readonly totalNs: number; readonly longestNs: number };
  readonly heap: readonly HeapPoint[];
  readonly timeline: Timeline;
}
