// Snapshots put together by hand: drawings of goroutines, a few counters, small heap profiles.
import type { Frame, GoroutineDump } from '../../src/model/goroutine.ts';
import type { MemoryReading } from '../../src/model/memory.ts';
import type { Profile } from '../../src/model/profile.ts';
import type { Series, Snapshot } from '../../src/model/snapshot.ts';
import type { AnalysisContext } from '../../src/model/verdict.ts';

export const MIB = 1024 * 1024;
export const CONTEXT: AnalysisContext = { firstParty: [], fallbackIntervalMs: 30_000 };

/** An ordinary afternoon. */
const START_MS = Date.UTC(2026, 10, 23, 14, 0, 0);

type Parts = Partial<Omit<Snapshot, 'instance'>>;

/** `seriesOf([a, b, c], 30)`: three moments, thirty seconds apart. */
export function seriesOf(moments: readonly Parts[], apartSeconds: number, instance = 'payments-1'): Series {
  return {
    instance,
    snapshots: moments.map((parts, index) => {
      const at = START_MS + index * apartSeconds * 1000;
      return {
        instance,
        taken: { fromMs: at, toMs: at },
        otherProfiles: [],
        times: [],
        problems: [],
        ...parts,
        memory: (parts.memory ?? []).map((reading) => ({ atMs: at, ...reading })),
      };
    }),
  };
}

export function dumpsOf(...dumps: readonly GoroutineDump[]): Parts[] {
  return dumps.map((goroutines) => ({ goroutines, memory: [quiet()] }));
}

/** A small service at rest, as expvar tells it. */
export function quiet(more: Partial<MemoryReading> = {}): MemoryReading {
  return {
    source: 'expvar',
    sys: 40 * MIB,
    heapAlloc: 12 * MIB,
    heapInuse: 14 * MIB,
    heapIdle: 10 * MIB,
    heapReleased: 8 * MIB,
    stackInuse: MIB,
    totalAlloc: 100 * MIB,
    nextGC: 16 * MIB,
    numGC: 20,
    ...more,
  };
}

export interface Allocation {
  readonly func: string;
  readonly inuse: number;
  readonly alloc: number;
}

export function heapOf(...allocations: readonly Allocation[]): Profile {
  const frames: Frame[] = allocations.map(({ func }) => ({ func, file: 'main.go', line: 10 }));
  const count = allocations.length;
  return {
    kind: 'heap',
    sampleTypes: [
      { type: 'alloc_objects', unit: 'count' },
      { type: 'alloc_space', unit: 'bytes' },
      { type: 'inuse_objects', unit: 'count' },
      { type: 'inuse_space', unit: 'bytes' },
    ],
    defaultSampleType: 'inuse_space',
    sampleCount: count,
    frames,
    stackStart: Uint32Array.from({ length: count + 1 }, (_, index) => index),
    stackFrames: Uint32Array.from({ length: count }, (_, index) => index),
    values: Float64Array.from(
      allocations.flatMap(({ inuse, alloc }) => [alloc / 1024, alloc, inuse / 1024, inuse]),
    ),
    labels: new Map(),
    period: 524_288,
    delta: false,
  };
}
