// What the runtime's own counters say: the live heap without the saw of the collector, slopes that one
// wild reading cannot bend, and where the resident bytes sit.
import type { MemoryReading } from '../model/memory.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { formatBytes } from '../model/units.ts';
import type { Baseline, MemoryFindings, WaterfallBand } from '../model/verdict.ts';
import type { LivePoint } from './heap.ts';
import { mean, quantile, standardDeviation, theilSen } from './trend.ts';

const MIB = 1024 * 1024;
/** The collector's floor: NextGC is never below 4 MiB x GOGC/100, so small heaps show no live estimate. */
const GOAL_FLOOR = 4 * MIB;

/** The slope of a shorter window, or of two collections, is chance: nobody is woken by what it would reach when. */
const LEAST_FORECAST_SECONDS = 20;

export interface Timed {
  readonly atMs: number;
  readonly reading: MemoryReading;
}

export interface MemoryHistory {
  readonly readings: readonly Timed[];
  /** Live heap after collections, one point per collection seen; upper bounds of what is reachable. */
  readonly live: readonly LivePoint[];
  readonly liveSlope?: number;
  /** Growth within the window that is certain: the last live heap beyond everything allocated at its start. */
  readonly growthFloor?: number;
  /** Collections per second, and allocated bytes per second, over the window. */
  readonly gcPerSecond?: number;
  readonly allocPerSecond?: number;
  readonly limitBinds: boolean;
  readonly findings: MemoryFindings;
}

const SLOPED = [
  'heapAlloc',
  'heapInuse',
  'heapIdle',
  'heapReleased',
  'heapObjects',
  'stackInuse',
  'sys',
  'totalAlloc',
  'mallocs',
  'frees',
  'numGC',
  'nextGC',
  'rss',
  'goroutines',
  'threads',
  'openFds',
] as const satisfies readonly (keyof MemoryReading)[];

/** Readings without a time of their own are dated by their snapshot. */
export function followMemory(
  snapshots: readonly Snapshot[],
  atMs: readonly number[],
  memoryLimitBytes: number | undefined,
): MemoryHistory {
  const readings = dated(snapshots, atMs);
  const samples = readings.map((timed) => ({ ...timed.reading, atMs: timed.atMs }));
  const limitBinds = bindsToLimit(readings);
  const live = livePoints(readings, limitBinds);
  const slopes = slopesOf(readings);
  const liveSlope = theilSen(live.map((point) => ({ x: point.atMs / 1000, y: point.bytes })));
  if (liveSlope !== undefined) slopes.live = liveSlope;
  const first = readings[0];
  const last = readings[readings.length - 1];
  const seconds = first && last ? (last.atMs - first.atMs) / 1000 : 0;
  const baseline = baselineOf(readings);
  const isLong = seconds >= LEAST_FORECAST_SECONDS && live.length !== 2;
  const forecast = forecastOf(last?.reading, isLong ? slopes : {}, memoryLimitBytes);
  const perSecond = (field: 'numGC' | 'totalAlloc') => {
    const from = first?.reading[field];
    const to = last?.reading[field];
    return seconds > 0 && from !== undefined && to !== undefined && to >= from
      ? (to - from) / seconds
      : undefined;
  };
  const gcPerSecond = perSecond('numGC');
  const allocPerSecond = perSecond('totalAlloc');
  return {
    readings,
    live,
    limitBinds,
    ...(liveSlope === undefined ? {} : { liveSlope }),
    ...growthFloor(first?.reading, live),
    ...(gcPerSecond === undefined ? {} : { gcPerSecond }),
    ...(allocPerSecond === undefined ? {} : { allocPerSecond }),
    findings: {
      samples,
      slopes,
      waterfall: last ? waterfallOf(last.reading, live[live.length - 1]?.bytes) : [],
      ...(baseline ? { baseline } : {}),
      ...(forecast ? { forecast } : {}),
    },
  };
}

function growthFloor(
  first: MemoryReading | undefined,
  live: readonly LivePoint[],
): { readonly growthFloor?: number } {
  const last = live[live.length - 1];
  return first?.heapAlloc === undefined || !last ? {} : { growthFloor: last.bytes - first.heapAlloc };
}

/** A capture samples at this interval; a lone snapshot's undated series is taken for one. */
const SAMPLING_MS = 5_000;

function dated(snapshots: readonly Snapshot[], atMs: readonly number[]): Timed[] {
  const ownClock = snapshots.every((s) => s.memory.every((reading) => reading.atMs !== undefined));
  const seen = new Set<string>();
  const timed: Timed[] = [];
  snapshots.forEach((snapshot, index) => {
    const spread = spreadOf(snapshot.memory, atMs, index);
    snapshot.memory.forEach((reading, position) => {
      const own = ownClock ? reading.atMs : undefined;
      const at = own ?? spread(position);
      const key = `${at}/${reading.source}`;
      if (!seen.has(key)) timed.push({ atMs: at, reading });
      seen.add(key);
    });
  });
  return mergeSources(timed.sort((a, b) => a.atMs - b.atMs));
}

/**
 * When the readings of an undated series were taken: through the time to the next snapshot, as they follow their
 * own; lines of a log come before the dump that ends it.
 */
function spreadOf(
  memory: readonly MemoryReading[],
  atMs: readonly number[],
  index: number,
): (position: number) => number {
  const at = atMs[index] ?? 0;
  const count = memory.length;
  const [before, after] = [atMs[index - 1], atMs[index + 1]];
  const span = after === undefined ? (before === undefined ? undefined : at - before) : after - at;
  const step = span === undefined ? SAMPLING_MS : span / Math.max(1, count);
  const isLog = memory[0]?.source === 'gctrace';
  return (position) => at + (isLog ? position - count + 1 : position) * step;
}

/** Several sources at one moment complete each other; the first to name a figure keeps it. */
function mergeSources(timed: readonly Timed[]): Timed[] {
  const SAME_MOMENT_MS = 500;
  const merged: Timed[] = [];
  for (const entry of timed) {
    const before = merged[merged.length - 1];
    const isSame =
      before && entry.atMs - before.atMs < SAME_MOMENT_MS && before.reading.source !== entry.reading.source;
    if (isSame) {
      const gauges = { ...entry.reading.gauges, ...before.reading.gauges };
      merged[merged.length - 1] = {
        atMs: before.atMs,
        reading: {
          ...entry.reading,
          ...before.reading,
          ...(Object.keys(gauges).length > 0 ? { gauges } : {}),
        },
      };
    } else merged.push(entry);
  }
  return merged;
}

/**
 * live = NextGC / (1 + GOGC/100), within half a percent when GOGC is known, the heap is well above the floor
 * and no memory limit binds; otherwise unknown. `heapLive`, where the source has it, is exact.
 */
export function liveEstimate(reading: MemoryReading, limitBinds: boolean): number | undefined {
  if (reading.heapLive !== undefined && reading.heapLive > 0) return reading.heapLive;
  const gogc = reading.gogc ?? 100;
  if (reading.nextGC === undefined || limitBinds || !Number.isFinite(gogc) || gogc <= 0) return undefined;
  if (reading.nextGC <= (GOAL_FLOOR * gogc * 1.02) / 100) return undefined;
  return reading.nextGC / (1 + gogc / 100);
}

function livePoints(readings: readonly Timed[], limitBinds: boolean): LivePoint[] {
  const points: LivePoint[] = [];
  let collections = -1;
  for (const { atMs, reading } of readings) {
    const bytes = liveEstimate(reading, limitBinds);
    if (bytes === undefined || (reading.numGC !== undefined && reading.numGC === collections)) continue;
    collections = reading.numGC ?? -1;
    points.push({ atMs: reading.lastGCNanos ? reading.lastGCNanos / 1e6 : atMs, bytes });
  }
  const wall = points.length > 0 && points.every((point) => point.atMs > 1e12);
  const assumed = points.length > 0 && points.every((point) => point.atMs < 1e12);
  return wall || assumed
    ? points
    : points.map((point, index) => ({ ...point, atMs: readings[index]?.atMs ?? 0 }));
}

/** Under GOMEMLIMIT the goal sits just above the live heap: every reading is near its goal. */
function bindsToLimit(readings: readonly Timed[]): boolean {
  return readings.some(({ reading }) => {
    const { memoryLimit, nextGC, sys, heapReleased, heapInuse } = reading;
    if (memoryLimit === undefined || !Number.isFinite(memoryLimit) || nextGC === undefined) return false;
    const overhead = (sys ?? 0) - (heapReleased ?? 0) - (heapInuse ?? 0);
    return nextGC + Math.max(0, overhead) >= 0.93 * memoryLimit;
  });
}

function slopesOf(readings: readonly Timed[]): Record<string, number> {
  const slopes: Record<string, number> = {};
  for (const field of SLOPED) {
    const points = readings.flatMap(({ atMs, reading }) => {
      const y = reading[field];
      return typeof y === 'number' && Number.isFinite(y) ? [{ x: atMs / 1000, y }] : [];
    });
    const slope = theilSen(points);
    if (slope !== undefined) slopes[field] = slope;
  }
  return slopes;
}

function baselineOf(readings: readonly Timed[]): Baseline | undefined {
  const values = readings.flatMap(({ reading }) =>
    reading.heapInuse === undefined ? [] : [reading.heapInuse],
  );
  const p95 = quantile(values, 0.95);
  if (p95 === undefined) return undefined;
  return { mean: mean(values), p95, std: standardDeviation(values), samples: values.length };
}

function forecastOf(
  last: MemoryReading | undefined,
  slopes: Readonly<Record<string, number>>,
  configured: number | undefined,
): MemoryFindings['forecast'] {
  const limits = [configured, last?.containerLimit, last?.memoryLimit].filter(
    (limit): limit is number => limit !== undefined && Number.isFinite(limit) && limit > 0,
  );
  if (!last || limits.length === 0) return undefined;
  const limitBytes = Math.min(...limits);
  const held = last.rss ?? (last.sys === undefined ? undefined : last.sys - (last.heapReleased ?? 0));
  const slope = slopes.live ?? slopes.rss ?? slopes.heapInuse;
  if (held === undefined || slope === undefined || slope <= 1024) return { limitBytes, secondsToLimit: null };
  return { limitBytes, secondsToLimit: Math.max(0, (limitBytes - held) / slope) };
}

/** Bands bottom up; they add up to RSS when it is known, else to what Go holds. */
export function waterfallOf(reading: MemoryReading, live: number | undefined): WaterfallBand[] {
  const { heapAlloc, heapInuse, heapIdle, heapReleased, sys, stackInuse, rss } = reading;
  if (heapAlloc === undefined || sys === undefined) return [];
  const bands: WaterfallBand[] = [];
  const band = (name: WaterfallBand['band'], bytes: number | undefined, text: string) => {
    if (bytes !== undefined && bytes > 0)
      bands.push({ band: name, bytes, text: `${formatBytes(bytes)} ${text}` });
  };
  const kept = live === undefined ? undefined : Math.min(live, heapAlloc);
  band(
    'live',
    kept ?? heapAlloc,
    kept === undefined
      ? 'allocated: live objects and garbage not yet told apart.'
      : 'live after the last collection.',
  );
  if (kept !== undefined)
    band('garbage', heapAlloc - kept, 'allocated since, or garbage until the next collection.');
  if (heapInuse !== undefined)
    band(
      'size-class-loss',
      heapInuse - heapAlloc,
      'in spans in use but not in objects: size classes and fragmentation.',
    );
  if (heapIdle !== undefined)
    band('idle-unreturned', heapIdle - (heapReleased ?? 0), 'idle spans not yet returned to the system.');
  band('stacks', stackInuse, 'goroutine stacks.');
  const goHolds = sys - (heapReleased ?? 0);
  const named =
    (heapInuse ?? heapAlloc) + Math.max(0, (heapIdle ?? 0) - (heapReleased ?? 0)) + (stackInuse ?? 0);
  band('runtime', goHolds - named, "the runtime's own structures.");
  if (rss !== undefined)
    band('off-heap', rss - goHolds, 'outside the Go runtime: cgo, mmap, the binary itself.');
  return bands;
}
