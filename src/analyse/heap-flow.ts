// How much of everything allocated stays, and whether allocation goes on: what the counters tell of a heap that was
// collected only once or twice in the window, when two points say nothing of a trend.
import type { MemoryHistory, Timed } from './memory.ts';

export interface HeapFlow {
  /** Growth of the live heap between its first and last known collection, per byte allocated between them. */
  readonly survivingShare: number;
  /** Allocation in the last part of the window against that between the collections; absent when the window ends there. */
  readonly latePace?: number;
}

/** Shorter tails tell the pace of a moment. */
const LEAST_TAIL_MS = 3_000;
const TAIL_SHARE = 1 / 3;

/** Undefined with fewer than two collections, or where the counters lack a figure. */
export function flowOf({ live, readings }: MemoryHistory): HeapFlow | undefined {
  const first = live[0];
  const last = live[live.length - 1];
  const opening = readings[0];
  const closing = readings[readings.length - 1];
  if (!first || !last || !opening || !closing || last.atMs <= first.atMs) return undefined;
  const before = allocatedBefore(first, opening);
  const until = allocatedAt(readings, last.atMs);
  const since = allocatedAt(readings, Math.max(first.atMs, opening.atMs));
  if (before === undefined || until === undefined || since === undefined) return undefined;
  const allocated = before + until - since;
  if (allocated <= 0) return undefined;
  const survivingShare = (last.bytes - first.bytes) / allocated;
  const tailFrom = Math.max(last.atMs, closing.atMs - TAIL_SHARE * (closing.atMs - opening.atMs));
  const tailMs = closing.atMs - tailFrom;
  const from = allocatedAt(readings, tailFrom);
  const to = closing.reading.totalAlloc;
  if (tailMs < LEAST_TAIL_MS || from === undefined || to === undefined) return { survivingShare };
  const pace = allocated / (last.atMs - first.atMs);
  return { survivingShare, latePace: (to - from) / tailMs / pace };
}

/** Allocated between a collection and the first reading after it: nothing has been freed since. */
function allocatedBefore(first: { atMs: number; bytes: number }, opening: Timed): number | undefined {
  if (first.atMs >= opening.atMs) return 0;
  const { heapAlloc } = opening.reading;
  return heapAlloc === undefined ? undefined : Math.max(0, heapAlloc - first.bytes);
}

/** TotalAlloc at a moment, between the readings around it. */
function allocatedAt(readings: readonly Timed[], atMs: number): number | undefined {
  const after = readings.findIndex((timed) => timed.atMs >= atMs);
  const right = readings[after < 0 ? readings.length - 1 : after];
  const left = readings[Math.max(0, (after < 0 ? readings.length : after) - 1)];
  const [from, to] = [left?.reading.totalAlloc, right?.reading.totalAlloc];
  if (!left || !right || from === undefined || to === undefined) return undefined;
  if (right.atMs <= left.atMs) return to;
  const share = Math.min(1, Math.max(0, (atMs - left.atMs) / (right.atMs - left.atMs)));
  return from + share * (to - from);
}
