// How much the material can bear. What is missing lowers confidence where everybody sees it, and where
// nothing can be compared at all, "healthy" cannot be said.
import { formatCount, formatDuration } from '../model/units.ts';
import type { Examination } from './examine.ts';

export interface Quality {
  /** Factor on every confidence, 0..1. */
  readonly trust: number;
  /** Further factor on an all-clear: what was not captured cannot be found well. */
  readonly clear: number;
  /** Why no all-clear can be given; absent when it can. */
  readonly missing?: string;
  /** What would settle the case. */
  readonly settle: string;
}

/** A leak of one goroutine in five seconds needs about this long to be seen at all. */
const SHORT_WINDOW_SECONDS = 4;

export function qualityOf(exam: Examination): Quality {
  const dumps = exam.totals.length;
  const memoryKnown = (exam.heap?.profiles ?? 0) >= 2 || exam.memory.live.length >= 2;
  let trust = 1;
  if (!exam.roster.followed && dumps > 0) trust *= 0.9;
  if (dumps === 0) trust *= 0.93;
  if (exam.truncated) trust *= 0.75;
  if (exam.restarts.length > 0) trust *= 0.85;
  if (dumps === 2) trust *= 0.95;
  if (!exam.heap) trust *= 0.93;
  if (exam.memory.readings.length === 0) trust *= 0.93;
  if (exam.timeline.clock === 'assumed') trust *= 0.98;
  const settle =
    dumps === 0 && memoryKnown
      ? 'Capture goroutine dumps too, at three moments or more (`--for 5m`), with heap profiles and MemStats beside them.'
      : dumps >= 2
        ? `Take another snapshot after ${formatDuration(Math.max(30, exam.timeline.seconds) * 1000)}, or capture with \`--for 5m\`.`
        : 'Capture again with at least two snapshots (`--for 30s`) that include goroutine dumps.';
  const missing = missingOf(exam, memoryKnown);
  return { trust, clear: clearance(exam), settle, ...(missing === undefined ? {} : { missing }) };
}

function clearance({ roster, totals, heap, memory }: Examination): number {
  let clear = 1;
  if (totals.length === 0) clear *= 0.7;
  else if (!roster.followed) clear *= 0.8;
  if (!heap) clear *= 0.93;
  if (!memory.readings.some(({ reading }) => reading.nextGC !== undefined)) clear *= 0.9;
  return clear;
}

/** Profiles and counters that agree over three moments clear the heap, with less to see and said with less. */
function withoutDumps({ heap, memory }: Examination, memoryKnown: boolean): string | undefined {
  if (!memoryKnown) return 'neither goroutines nor memory can be compared';
  if ((heap?.profiles ?? 0) >= 3 && memory.live.length >= 3) return undefined;
  const seen = !heap
    ? 'MemStats without heap profiles'
    : memory.readings.length === 0
      ? 'heap profiles without MemStats'
      : `${formatCount(heap.profiles)} moments of the heap`;
  return `no goroutine dump was captured, and ${seen} do not clear a service`;
}

function missingOf(exam: Examination, memoryKnown: boolean): string | undefined {
  const dumps = exam.totals.length;
  if (exam.snapshots.length === 0) return 'there is nothing to analyse';
  if (dumps === 0) return withoutDumps(exam, memoryKnown);
  if (dumps === 1) {
    return exam.restarts.length > 0
      ? 'the process restarted, so only one snapshot of its present life exists'
      : `one snapshot (${formatCount(exam.totals[0] ?? 0)} goroutines) shows a state, not a trend`;
  }
  if (exam.timeline.clock !== 'assumed' && exam.timeline.seconds < SHORT_WINDOW_SECONDS) {
    return `the snapshots are only ${formatDuration(exam.timeline.seconds * 1000)} apart`;
  }
  if (exam.truncated) return 'a goroutine dump was cut off, so a leak could hide in what is missing';
  return undefined;
}
