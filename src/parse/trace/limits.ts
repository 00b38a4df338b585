/**
 * What one trace may hold. The first five are Go's own figures (internal/trace/tracev2, runtime.SetMaxThreads);
 * the others are far above what 64 MiB of real trace hold, and bound what a hostile one costs.
 */
export const TRACE_LIMITS = {
  batchBytes: 64 << 10,
  framesPerStack: 128,
  stringBytes: 1 << 10,
  argumentsPerEvent: 5,
  threads: 10_000,
  /** Goroutines followed at a time; the ended ones are forgotten now and then. */
  goroutines: 1 << 20,
  /** Pieces of one generation, which is about a second. */
  batches: 1 << 19,
  stacks: 1 << 18,
  frames: 1 << 18,
  reasons: 1 << 10,
  creations: 1 << 16,
  waits: 1 << 18,
  /** Collections and stops shown one by one. */
  ranges: 10_000,
  heapPoints: 1_000,
  lanes: 64,
  bins: 120,
  generations: 100_000,
} as const;
