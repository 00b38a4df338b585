// Profiles added up: stacks with their own values, and functions flat and cumulative as `go tool pprof -top` has them.
import type { GoroutineDump } from '../model/goroutine.ts';
import { type Profile, sampleStack } from '../model/profile.ts';
import { copyFrame } from './report.ts';
import type { Show, ShowProfile } from './show-schema.ts';

export type TopStack = Show['top'][number];

export interface ShownProfile {
  readonly profile: ShowProfile;
  /** Largest default value first. */
  readonly top: readonly TopStack[];
}

/** Samples with equal stacks are one, whatever their labels. */
export function showProfile(profile: Profile): ShownProfile {
  const { sampleTypes, stackStart, stackFrames } = profile;
  const stacks = new Map<string, { readonly sample: number; readonly values: Float64Array }>();
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const key = stackFrames.subarray(stackStart[sample], stackStart[sample + 1]).join();
    const stack = stacks.get(key) ?? { sample, values: new Float64Array(sampleTypes.length) };
    stacks.set(key, stack);
    for (let column = 0; column < sampleTypes.length; column++) {
      const value = profile.values[sample * sampleTypes.length + column] ?? 0;
      stack.values[column] = (stack.values[column] ?? 0) + value;
    }
  }
  const top = [...stacks.values()].map(({ sample, values }) => ({
    profile: profile.kind,
    frames: sampleStack(profile, sample).map(copyFrame),
    values: Object.fromEntries(sampleTypes.map(({ type }, column) => [type, values[column] ?? 0])),
  }));
  return { profile: describe(profile, top), top: largestFirst(top, profile.defaultSampleType) };
}

/** Counts by stack are a profile too, in which every goroutine counts one. */
export function showCounts(dump: GoroutineDump, kind: string): ShownProfile {
  const top = dump.groups.map(({ frames, count }) => ({
    profile: kind,
    frames: frames.map(copyFrame),
    values: { goroutine: count },
  }));
  const sampleTypes = [{ type: 'goroutine', unit: 'count' }];
  return {
    profile: {
      kind,
      sampleTypes,
      defaultSampleType: 'goroutine',
      totals: { goroutine: dump.total },
      stacks: top.length,
      period: 0,
      delta: false,
    },
    top: largestFirst(top, 'goroutine'),
  };
}

function describe(profile: Profile, top: readonly TopStack[]): ShowProfile {
  const { kind, defaultSampleType, period, delta, timeNanos, durationNanos = 0n, binary } = profile;
  const sampleTypes = profile.sampleTypes.map(({ type, unit }) => ({ type, unit }));
  const totalOf = (type: string) => top.reduce((sum, { values }) => sum + (values[type] ?? 0), 0);
  return {
    kind,
    sampleTypes,
    defaultSampleType,
    totals: Object.fromEntries(sampleTypes.map(({ type }) => [type, totalOf(type)])),
    stacks: top.length,
    period,
    delta,
    ...(timeNanos !== undefined && { atMs: Number(timeNanos / 1000n) / 1000 }),
    ...(durationNanos > 0n && { seconds: Number(durationNanos) / 1e9 }),
    ...(binary !== undefined && { binary }),
  };
}

function largestFirst(top: readonly TopStack[], type: string): TopStack[] {
  return [...top].sort((a, b) => Math.abs(b.values[type] ?? 0) - Math.abs(a.values[type] ?? 0));
}

export interface FunctionRow {
  readonly func: string;
  readonly flat: number;
  readonly cum: number;
}

/**
 * Functions by what is theirs alone (flat) and with everything they call (cum, recursion counted once), in the
 * order of `go tool pprof -top`; `total` is the sum of absolute values its percentages refer to.
 */
export function functionRows(
  top: readonly TopStack[],
  type: string,
): { readonly rows: readonly FunctionRow[]; readonly total: number } {
  const sums = new Map<string, { func: string; flat: number; cum: number }>();
  let total = 0;
  for (const { frames, values } of top) {
    const value = values[type] ?? 0;
    if (value === 0) continue;
    total += Math.abs(value);
    for (const func of new Set(frames.map((frame) => frame.func))) {
      const sum = sums.get(func) ?? { func, flat: 0, cum: 0 };
      sums.set(func, sum);
      sum.cum += value;
      if (func === frames[0]?.func) sum.flat += value;
    }
  }
  const rows = [...sums.values()].sort(
    (a, b) =>
      Math.abs(b.flat) - Math.abs(a.flat) || Math.abs(b.cum) - Math.abs(a.cum) || (a.func < b.func ? -1 : 1),
  );
  return { rows, total };
}
