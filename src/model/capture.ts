import type { InsideTime, Taken } from './snapshot.ts';

/** Everything that may be asked of a service; anything else has no way to be named. */
export type Endpoint =
  | 'index'
  | 'vars'
  | 'metrics'
  | 'heap'
  | 'heap-text'
  /** After a garbage collection that the question forces: of test services only. */
  | 'heap-collected'
  | 'goroutine'
  | 'goroutine-text'
  | 'goroutineleak'
  /** An execution trace of `TRACE_SECONDS`. */
  | 'trace'
  /** Everything at once from the probe in the service, with full stacks or without. */
  | 'probe'
  | 'probe-light';

/** What a person can have after all by agreeing to what it costs the service. */
export interface Offer {
  readonly what: 'full stacks' | 'leak detector' | 'execution trace';
  readonly pauseMs: number;
}

export interface IndexPage {
  /** Live goroutines; absent when the page does not say. */
  readonly goroutines?: number;
  readonly profiles: readonly string[];
}

/** Figures of a process that its /metrics may show. */
export interface Vitals {
  /** Collector's clock. */
  readonly atMs: number;
  /** Processor time used since it started. */
  readonly cpuSeconds?: number;
  /** Processors it may use at once (GOMAXPROCS). */
  readonly cores?: number;
  readonly startedAtMs?: number;
}

export interface Evidence {
  readonly says: string;
  readonly received?: string;
}

/** What became of one step; kept beside the bytes. */
export interface StepRecord {
  readonly id: string;
  readonly snapshot: number;
  /** File the bytes were kept in; absent when the step failed, was refused, or only counted. */
  readonly file?: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly path?: string;
  readonly bytes: number;
  readonly pauseMsEstimate: number;
  /** A sentence for the report, when something was lost. */
  readonly problem?: string;
  /** The question was never asked. */
  readonly skipped?: boolean;
  /** It will be when somebody agrees to its price. */
  readonly offer?: Offer;
  /** The service stopped answering here; nothing more was asked. */
  readonly gone?: boolean;
  /** Why the disk did not take the file: `disk full`. It was read from memory all the same. */
  readonly notKept?: string;
  /** What was said of a question that failed, and the beginning of what came instead; at most 4 KiB with the rest. */
  readonly evidence?: Evidence;
  readonly page?: IndexPage;
  /** The source of memory readings that answered, so later ones ask it first. */
  readonly memorySource?: Endpoint;
  /** Of the first look at /metrics, where it has any. */
  readonly vitals?: Vitals;
  /** Of a clue that a probe took: its own span. */
  readonly inside?: InsideTime;
}

/** When the file of a step was taken. */
export function takenOf({ fromMs, toMs, inside }: StepRecord): Taken {
  return { fromMs, toMs, ...(inside && { inside }) };
}
