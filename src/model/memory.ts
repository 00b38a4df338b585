/** Where a reading of the runtime's memory statistics came from; each lacks other fields. */
export type MemorySource = 'expvar' | 'heap-trailer' | 'prometheus' | 'gctrace' | 'probe';

/**
 * One reading of a process's memory. Every figure is optional because every source lacks some:
 * unknown is absent, never zero. Bytes unless the name says otherwise; names follow runtime.MemStats.
 */
export interface MemoryReading {
  readonly source: MemorySource;
  /** When it was read, Unix milliseconds (may be fractional); absent in saved files that carry no time. */
  readonly atMs?: number;
  /** Seconds since the process started, where only that is printed (gctrace). */
  readonly uptimeSeconds?: number;
  readonly sys?: number;
  readonly heapAlloc?: number;
  readonly heapInuse?: number;
  readonly heapIdle?: number;
  readonly heapReleased?: number;
  readonly heapSys?: number;
  readonly heapObjects?: number;
  readonly stackInuse?: number;
  readonly stackSys?: number;
  readonly mspanInuse?: number;
  readonly mspanSys?: number;
  readonly mcacheInuse?: number;
  readonly mcacheSys?: number;
  readonly buckHashSys?: number;
  readonly gcSys?: number;
  readonly otherSys?: number;
  /** Cumulative since process start. */
  readonly totalAlloc?: number;
  readonly mallocs?: number;
  readonly frees?: number;
  readonly nextGC?: number;
  /** End of the last GC, Unix nanoseconds as a float (precision about 256 ns). */
  readonly lastGCNanos?: number;
  readonly numGC?: number;
  readonly numForcedGC?: number;
  readonly gcCPUFraction?: number;
  readonly pauseTotalNs?: number;
  /** End times of recent GCs, Unix nanoseconds, oldest first. */
  readonly gcEndNanos?: readonly number[];
  /** Exact live heap after a GC (`/gc/heap/live:bytes`, gctrace); an upper bound of what is reachable. */
  readonly heapLive?: number;
  readonly goroutines?: number;
  readonly threads?: number;
  readonly openFds?: number;
  /** Resident memory of the process, and its lifetime peak. */
  readonly rss?: number;
  readonly maxRss?: number;
  /** Host's `MemAvailable`; cgroup's limit. */
  readonly memAvailable?: number;
  readonly containerLimit?: number;
  /** GOGC in percent; `Infinity` when off. */
  readonly gogc?: number;
  /** GOMEMLIMIT in bytes; `Infinity` when unset. */
  readonly memoryLimit?: number;
  readonly goVersion?: string;
  /** Unix seconds. */
  readonly processStart?: number;
  /** Other numeric expvars and counters: candidates for "load" (connections, requests, in flight). */
  readonly gauges?: Readonly<Record<string, number>>;
}
