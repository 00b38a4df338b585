// One cheap look at a process, as the sampler takes it and as a recorded history holds it. Watching is arithmetic on
// such samples: no clock, no network; time is what the samples say it is.

/** Bytes unless said otherwise; names follow runtime.MemStats. Unknown is absent, never zero. */
export interface Sample {
  /** Unix seconds. */
  readonly t: number;
  readonly instance?: string;
  /** Unix seconds at which the process started. */
  readonly start_time?: number;
  /** The build: a change is a deploy. */
  readonly version?: string;
  readonly go_goroutines?: number;
  readonly HeapAlloc?: number;
  readonly HeapInuse?: number;
  readonly HeapIdle?: number;
  readonly HeapReleased?: number;
  readonly Sys?: number;
  readonly NextGC?: number;
  readonly NumGC?: number;
  /** Unix seconds. */
  readonly LastGC?: number;
  readonly StackInuse?: number;
  readonly RSS?: number;
  /** Percent; 0 when off. */
  readonly GOGC?: number;
  /** Absent when unset or unknown. */
  readonly GOMEMLIMIT?: number;
  /** Absent when there is none, or none is known. */
  readonly container_limit?: number;
  readonly requests_per_s?: number;
}

export const DETECTION_KINDS = [
  'heap_leak',
  'goroutine_leak',
  'memory_outside_heap',
  'memory_growth',
  'gc_spiral',
  'near_limit',
] as const;
/** `memory_growth`: resident memory grows and the samples do not tell what holds it. */
export type DetectionKind = (typeof DETECTION_KINDS)[number];

/** When resident memory reaches the limit, unix seconds; `high` null when it may never. */
export interface Forecast {
  readonly low: number;
  readonly high: number | null;
}

export interface Detection {
  readonly t: number;
  readonly instance: string;
  readonly kind: DetectionKind;
  readonly tier: 'probable' | 'suspect';
  readonly forecast: Forecast | null;
  /** One sentence with its numbers. */
  readonly because: string;
}

/** Resident memory passed a share of the limit: a moment worth a capture, not an accusation. */
export interface CaptureTrigger {
  readonly t: number;
  readonly instance: string;
  readonly percent: number;
}
