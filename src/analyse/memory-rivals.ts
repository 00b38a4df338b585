// The causes a verdict may name that show in the counters: growth outside Go, a collector under pressure, holes, churn.
import { formatBytes, formatBytesDelta, formatDuration, formatPercent } from '../model/units.ts';
import type { Examination } from './examine.ts';
import type { Rival } from './rival.ts';

const MIB = 1024 * 1024;

export function offHeapGrowth(exam: Examination): Rival | undefined {
  const points = exam.memory.readings.flatMap(({ atMs, reading }) =>
    reading.rss === undefined || reading.sys === undefined
      ? []
      : [
          {
            atMs,
            rss: reading.rss,
            // Below zero are pages the runtime has taken and not touched yet: touching them is no growth.
            outside: Math.max(0, reading.rss - (reading.sys - (reading.heapReleased ?? 0))),
          },
        ],
  );
  const first = points[0];
  const last = points[points.length - 1];
  if (!first || !last || points.length < 2) return undefined;
  const delta = last.outside - first.outside;
  const seconds = (last.atMs - first.atMs) / 1000;
  const steps = points.slice(1).map((point, index) => point.outside - (points[index]?.outside ?? 0));
  const rising = steps.filter((step) => step > 0).length / steps.length;
  // Sys can fall as well: only growth that the resident size shows is growth.
  const isResident = last.rss - first.rss >= 0.6 * delta;
  const holds = points.length >= 3 && rising >= 0.7 && isResident && delta >= 8 * MIB;
  return {
    kind: 'off-heap-growth',
    probability: holds ? (delta >= 24 * MIB ? 0.9 : 0.75) : 0.03,
    ...(holds ? { tier: delta >= 24 * MIB ? 'probable' : 'suspect' } : {}),
    summary: `memory outside the Go heap ${formatBytesDelta(delta)} in ${formatDuration(seconds * 1000)}: cgo, mmap or another allocator`,
    because: `resident memory outside the Go runtime moved ${formatBytesDelta(delta)}`,
    nextStep: 'Look at cgo allocations, mmap users and C libraries: Go profiles cannot see this memory.',
  };
}

/** Bytes allocated per collection, as a share of the goal: half at GOGC=100, next to nothing under a tight limit. */
const NO_HEADROOM = 0.2;
/** Small heaps are collected often and cheaply. */
const LEAST_GOAL = 16 * MIB;
/** What the collector takes of all CPU when it hurts; a tight limit that costs less is a choice. */
const COSTLY_SHARE = 0.05;

export function gcPressure(exam: Examination): Rival | undefined {
  const { gcPerSecond: rate, allocPerSecond, readings, limitBinds } = exam.memory;
  const last = readings[readings.length - 1]?.reading;
  if (rate === undefined || allocPerSecond === undefined || !last?.nextGC) return undefined;
  const headroom = rate > 0 ? allocPerSecond / rate / last.nextGC : 1;
  const fraction = last.gcCPUFraction;
  const isCostly = fraction === undefined ? rate >= 4 : fraction >= COSTLY_SHARE;
  const pressed =
    rate >= 1 &&
    isCostly &&
    last.nextGC >= LEAST_GOAL &&
    (headroom < NO_HEADROOM || (limitBinds && headroom < 0.3));
  const cpu = fraction === undefined ? '' : ` and takes ${formatPercent(fraction)} of the CPU`;
  return {
    kind: 'gc-pressure',
    probability: pressed ? 0.88 : 0.03,
    ...(pressed ? { tier: 'probable' as const } : {}),
    summary: `the collector runs ${rate.toFixed(1)} times a second${cpu}, each time for only ${formatPercent(headroom)} of the heap goal: the live heap sits just under its limit`,
    because: `${rate.toFixed(1)} collections a second, one per ${formatPercent(headroom)} of the heap goal allocated${fraction === undefined ? '' : `, ${formatPercent(fraction)} of CPU`}`,
    nextStep:
      'Raise GOMEMLIMIT or the container limit, or shrink the live heap: the collector has no room to work in.',
  };
}

export function fragmentation(exam: Examination): Rival | undefined {
  const gapsSeen = exam.memory.readings.flatMap(({ reading }) =>
    reading.heapInuse === undefined || reading.heapAlloc === undefined
      ? []
      : [{ gap: reading.heapInuse - reading.heapAlloc, inuse: reading.heapInuse }],
  );
  if (gapsSeen.length === 0) return undefined;
  const least = gapsSeen.reduce((best, entry) => (entry.gap < best.gap ? entry : best));
  const share = least.gap / Math.max(1, least.inuse);
  const holds = gapsSeen.length >= 2 && least.gap > 50 * MIB && share >= 0.35;
  return {
    kind: 'fragmentation',
    probability: holds ? 0.88 : 0.03,
    ...(holds ? { tier: 'probable' as const } : {}),
    summary: `${formatBytes(least.gap)} of ${formatBytes(least.inuse)} heap spans in use hold no objects (${formatPercent(share)}): fragmentation, not a leak`,
    because: `HeapInuse − HeapAlloc ${gapsSeen.length > 1 ? 'stayed at or above' : 'is'} ${formatBytes(least.gap)} (${formatPercent(share)} of spans in use)`,
    nextStep:
      'Look for a few long-lived objects scattered among many short-lived ones of the same size class; allocate them together or pool them.',
  };
}

export function churn(exam: Examination): Rival | undefined {
  const { allocPerSecond, gcPerSecond, live } = exam.memory;
  if (allocPerSecond === undefined) return undefined;
  const held = live[live.length - 1]?.bytes;
  const heavy = allocPerSecond >= 100 * MIB && (gcPerSecond ?? 0) >= 3;
  return {
    kind: 'churn',
    probability: heavy ? 0.85 : 0.03,
    ...(heavy ? { tier: 'probable' as const } : {}),
    summary: `${formatBytes(allocPerSecond)}/s allocated and thrown away${held === undefined ? '' : ` around a live heap of ${formatBytes(held)}`}, ${(gcPerSecond ?? 0).toFixed(1)} collections a second`,
    because: `${formatBytes(allocPerSecond)}/s allocated`,
    nextStep: 'Reuse buffers (sync.Pool) or allocate less at the top sites of the allocs profile.',
  };
}
