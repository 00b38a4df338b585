import type { Frame } from './goroutine.ts';

export interface ValueType {
  readonly type: string; // inuse_space
  readonly unit: string; // bytes
}

export type ProfileKind =
  | 'heap'
  | 'allocs'
  | 'goroutine'
  | 'goroutineleak'
  | 'block'
  | 'mutex'
  | 'threadcreate'
  | 'cpu'
  | 'retention' // goref output
  | 'unknown';

/**
 * A pprof profile as columns. Sample `i` has the frames `stackFrames[stackStart[i] .. stackStart[i + 1])`
 * (indexes into `frames`, leaf first, inlined frames kept) and the values
 * `values[i * sampleTypes.length ..]`. Values may be negative (deltas).
 */
export interface Profile {
  readonly kind: ProfileKind;
  readonly sampleTypes: readonly ValueType[];
  readonly defaultSampleType: string;
  readonly sampleCount: number;
  /** Interned: one object per distinct (function, file, line, inlined). */
  readonly frames: readonly Frame[];
  readonly stackStart: Uint32Array;
  readonly stackFrames: Uint32Array;
  readonly values: Float64Array;
  /** String labels by sample index; samples without labels are absent. */
  readonly labels: ReadonlyMap<number, Readonly<Record<string, string>>>;
  /** Heap: mean bytes between samples (`MemProfileRate`); 0 when unknown. */
  readonly period: number;
  /** Wall clock of the target when it began to write, Unix nanoseconds; absent in text forms. */
  readonly timeNanos?: bigint;
  /** Span of a delta or timed profile, nanoseconds. */
  readonly durationNanos?: bigint;
  /** Path of the main binary and its build id, as the target knows them. */
  readonly binary?: string;
  readonly buildId?: string;
  /** True when values can be differences (`?seconds=N`). */
  readonly delta: boolean;
}

/** The frames of one sample, leaf first. */
export function sampleStack(profile: Profile, sample: number): Frame[] {
  const stack: Frame[] = [];
  const end = profile.stackStart[sample + 1] ?? 0;
  for (let at = profile.stackStart[sample] ?? 0; at < end; at++) {
    const frame = profile.frames[profile.stackFrames[at] ?? 0];
    if (frame) stack.push(frame);
  }
  return stack;
}

/** Column of a sample type, or -1: `valueColumn(heap, 'inuse_space')`. */
export function valueColumn(profile: Profile, type: string): number {
  return profile.sampleTypes.findIndex((sampleType) => sampleType.type === type);
}

/** The value of one sample in one column; 0 outside the profile. */
export function sampleValue(profile: Profile, sample: number, column: number): number {
  return profile.values[sample * profile.sampleTypes.length + column] ?? 0;
}

/** What the capture itself allocates in the target. */
export const CAPTURE_COST = /^(runtime|net\/http)\/pprof\./;

/** Where every stack ends at its root; it tells nothing. */
export const STACK_EXIT = /^runtime\.(goexit|main)$/;
