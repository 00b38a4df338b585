// When each snapshot was taken, and whether they belong to one life of one process.

import type { Series, Snapshot } from '../model/snapshot.ts';
import { formatCount } from '../model/units.ts';

export interface Timeline {
  /** Milliseconds, one per snapshot, ascending; wall clock when `clock` is not 'assumed'. */
  readonly atMs: readonly number[];
  readonly clock: 'collector' | 'target' | 'assumed';
  readonly seconds: number;
}

export interface Restart {
  readonly instance: string;
  readonly because: string;
}

/** Every snapshot must be dated by the same clock: mixing two would invent or hide seconds. */
export function timelineOf(snapshots: readonly Snapshot[], fallbackIntervalMs: number): Timeline {
  const clocks: { clock: Timeline['clock']; read: (snapshot: Snapshot) => number | undefined }[] = [
    { clock: 'collector', read: (s) => (s.taken ? (s.taken.fromMs + s.taken.toMs) / 2 : undefined) },
    {
      clock: 'target',
      read: (s) => (s.heap?.timeNanos ? Number(s.heap.timeNanos / 1000n) / 1000 : undefined),
    },
    { clock: 'target', read: (s) => timeOf(s, 'goroutine') },
    { clock: 'target', read: (s) => s.memory[s.memory.length - 1]?.atMs },
  ];
  for (const { clock, read } of clocks) {
    const atMs = snapshots.map(read);
    if (snapshots.length > 0 && isAscending(atMs)) return { atMs, clock, seconds: spanSeconds(atMs) };
  }
  const atMs = snapshots.map((_, index) => index * fallbackIntervalMs);
  return { atMs, clock: 'assumed', seconds: spanSeconds(atMs) };
}

/**
 * Splits a series where the process restarted: ids are compared only within one life. A restart shows in
 * the process start time, in counters that fell (TotalAlloc, NumGC), or in the highest goroutine id falling.
 */
export function splitLives(series: Series): { lives: Snapshot[][]; restarts: Restart[] } {
  const lives: Snapshot[][] = [];
  const restarts: Restart[] = [];
  let current: Snapshot[] = [];
  for (const snapshot of series.snapshots) {
    const before = current[current.length - 1];
    const because = before ? whyAnotherLife(before, snapshot) : undefined;
    if (because) {
      restarts.push({ instance: series.instance, because });
      lives.push(current);
      current = [];
    }
    current.push(snapshot);
  }
  if (current.length > 0) lives.push(current);
  return { lives, restarts };
}

function whyAnotherLife(before: Snapshot, after: Snapshot): string | undefined {
  const a = before.memory[before.memory.length - 1];
  const b = after.memory[0];
  if (a?.processStart && b?.processStart && Math.abs(a.processStart - b.processStart) > 2) {
    return 'the process start time changed between snapshots';
  }
  if (a?.totalAlloc && b?.totalAlloc && b.totalAlloc < a.totalAlloc) {
    return 'bytes allocated since start fell between snapshots';
  }
  if (a?.numGC && b?.numGC !== undefined && b.numGC < a.numGC) {
    return `the number of collections fell from ${formatCount(a.numGC)} to ${formatCount(b.numGC)}`;
  }
  if (before.heap?.buildId && after.heap?.buildId && before.heap.buildId !== after.heap.buildId) {
    return 'the snapshots come from two builds of the program';
  }
  const highest = highestId(before);
  const later = highestId(after);
  if (highest > 0 && later > 0 && later < highest * 0.9 && !sharesIds(before, after)) {
    return `the highest goroutine id fell from ${formatCount(highest)} to ${formatCount(later)}`;
  }
  return undefined;
}

function highestId(snapshot: Snapshot): number {
  let highest = 0;
  for (const id of snapshot.goroutines?.ids ?? []) if (id > highest) highest = id;
  return highest;
}

/** Long-lived goroutines other than main (id 1, in every process) keep their ids while the process lives. */
function sharesIds(before: Snapshot, after: Snapshot): boolean {
  const then = new Set(before.goroutines?.ids ?? []);
  let shared = 0;
  for (const id of after.goroutines?.ids ?? []) if (id > 20 && then.has(id)) shared += 1;
  return shared > 0;
}

function timeOf(snapshot: Snapshot, artefact: string): number | undefined {
  const time = snapshot.times.find((entry) => entry.artefact.includes(artefact));
  return time ? (time.span.fromMs + time.span.toMs) / 2 : undefined;
}

function isAscending(times: readonly (number | undefined)[]): times is readonly number[] {
  return times.every((time, index) => {
    const before = times[index - 1];
    return time !== undefined && (index === 0 || (before !== undefined && time > before));
  });
}

function spanSeconds(atMs: readonly number[]): number {
  return Math.max(0, ((atMs[atMs.length - 1] ?? 0) - (atMs[0] ?? 0)) / 1000);
}
