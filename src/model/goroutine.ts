// A goroutine dump as columns: distinct groups once, then a few numbers per goroutine. A service in
// trouble has a million goroutines and twenty stacks, so stacks are never repeated per goroutine.

/** One call in a stack. Stacks are leaf first everywhere in this program. */
export interface Frame {
  /** Full Go name as printed: `example.com/payments/ledger.(*Writer).flush`, `main.main.func1`, `main.f[...]`. */
  readonly func: string;
  /** Path as printed; empty when the source carries none. */
  readonly file: string;
  /** 0 when unknown. */
  readonly line: number;
  readonly inlined?: boolean;
}

/** What a wait reason means, independent of the Go release that spelled it. */
export type WaitFamily =
  | 'chan-receive'
  | 'chan-send'
  | 'nil-chan'
  | 'select'
  | 'park' // select{} with no cases
  | 'mutex'
  | 'rwmutex'
  | 'waitgroup'
  | 'cond'
  | 'semaphore' // semacquire that no frame explains (Go <= 1.19)
  | 'io'
  | 'syscall' // cgo calls too
  | 'sleep'
  | 'coroutine' // iter.Pull
  | 'test-bubble' // testing/synctest
  | 'running'
  | 'runnable'
  | 'runtime' // GC, finalizers, system goroutines
  | 'unknown';

/**
 * Goroutines that agree in everything a dump prints about them except id, wait minutes and argument words.
 */
export interface GoroutineGroup {
  /** The words between the brackets without flags, age and labels: `chan send`, `sync.Mutex.Lock`, `running`. */
  readonly state: string;
  readonly family: WaitFamily;
  /** Leaf first, as printed; runtime frames included where the source shows them (SIGQUIT, proto). */
  readonly frames: readonly Frame[];
  /** The `go` statement; absent for the main goroutine and for sources that do not carry it (debug=1, proto). */
  readonly createdBy?: Frame;
  readonly labels?: Readonly<Record<string, string>>;
  /** Marked by the runtime's leak detector: proof. Such goroutines print no minutes. */
  readonly leaked: boolean;
  readonly lockedToThread: boolean;
  /** Number of the synctest group or bubble the goroutine belongs to. */
  readonly bubble?: number;
  /** Frames Go left out of this stack; 0 when it is whole. Go <= 1.20 does not say how many: then 1. */
  readonly elidedFrames: number;
  /** How many goroutines of the dump belong here. */
  readonly count: number;
}

/** Where a dump came from; decides what it can and cannot know. */
export type DumpSource = 'debug2' | 'signal' | 'panic' | 'debug1' | 'proto';

/** Why a process printed its goroutines by itself. */
export interface DumpPreamble {
  readonly kind: 'sigquit' | 'signal' | 'panic' | 'fatal-error';
  /** The lines as printed, bounded: `fatal error: all goroutines are asleep - deadlock!`. */
  readonly text: string;
}

/**
 * One reading of all goroutines of one process.
 * The columns have one entry per goroutine, in the order printed; they are empty for sources without
 * per-goroutine records (debug=1, proto), where only `groups[].count` is known.
 */
export interface GoroutineDump {
  readonly source: DumpSource;
  readonly groups: readonly GoroutineGroup[];
  readonly total: number;
  /** Goroutine ids (exact below 2^53). Never reused within a process. */
  readonly ids: Float64Array;
  /** Index into `groups`. */
  readonly groupOf: Uint32Array;
  /** Minutes parked as printed; -1 when none was printed, which says nothing (ages appear only after a GC). */
  readonly waitMinutes: Int32Array;
  /** Id of the creating goroutine (Go >= 1.21); 0 when not printed. */
  readonly creatorIds: Float64Array;
  /**
   * First argument word of the innermost frame: the channel or lock waited on, where Go prints it.
   * 0 when absent or possibly stale. Compared for equality only, never shown.
   */
  readonly waitWords: Float64Array;
  /** The goroutine that served the dump itself, already left out of all of the above. */
  readonly requesterDropped: boolean;
  /** The dump ends in the middle of a goroutine, or at Go's 64 MiB limit. */
  readonly truncated: boolean;
  /** What stood before the goroutines in a signal or panic log. */
  readonly preamble?: DumpPreamble;
  /** `proven` range of Go releases that print this grammar, e.g. `>=1.21`; absent when nothing tells. */
  readonly goVersionRange?: string;
}

/** The waiting frame people want to read: the first one that is not the runtime's own parking machinery. */
export function firstFrame(frames: readonly Frame[]): Frame | undefined {
  return frames.find((frame) => !isParkingFrame(frame.func)) ?? frames[0];
}

/** Leading runtime frames carry the wait itself (`runtime.gopark`, `runtime.chansend1`), not its cause. */
export function isParkingFrame(func: string): boolean {
  return func.startsWith('runtime.') || func.startsWith('internal/runtime/');
}
