// The memory readings of one snapshot in time order, and one reading per moment where no times are known.
import type { MemoryReading } from '../model/memory.ts';
import type { Span } from '../model/snapshot.ts';

export interface TimedReading {
  readonly reading: MemoryReading;
  /** When its file was fetched. */
  readonly taken?: Span | undefined;
}

/** Which source is believed first where two tell the same field of the same moment. */
const RANK: readonly MemoryReading['source'][] = ['expvar', 'probe', 'prometheus', 'heap-trailer', 'gctrace'];

/**
 * With times: all readings, oldest first. Without: files of one kind are a series in the order given, and a
 * lone file of another kind (the heap text beside /debug/vars) tells more about the last moment.
 */
export function arrangeReadings(readings: readonly TimedReading[]): readonly MemoryReading[] {
  const timed = readings.map(withTime);
  if (timed.every((reading) => reading.atMs !== undefined)) {
    return [...timed].sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
  }
  const bySource = RANK.map((source) => timed.filter((reading) => reading.source === source));
  const series = bySource.reduce((longest, next) => (next.length > longest.length ? next : longest), []);
  const last = series[series.length - 1];
  if (!last) return [];
  const others = bySource.filter((group) => group !== series).flatMap((group) => group.slice(-1));
  return [...series.slice(0, -1), others.reduce(completed, last)];
}

function withTime({ reading, taken }: TimedReading): MemoryReading {
  if (reading.atMs !== undefined || !taken || reading.source === 'gctrace') return reading;
  return { ...reading, atMs: (taken.fromMs + taken.toMs) / 2 };
}

/** What `reading` lacks, from `other`. */
function completed(reading: MemoryReading, other: MemoryReading): MemoryReading {
  return { ...other, ...reading };
}
