// Memory is read all through a window, and those readings belong to the snapshot they follow. What is said of a
// snapshot itself, beside its dumps and profiles, is what was read at its moment.
import type { MemoryReading } from '../model/memory.ts';
import type { Snapshot } from '../model/snapshot.ts';

/**
 * The reading taken nearest to a snapshot's dumps and profiles, of those that know a figure. Where nothing is dated,
 * the first, or the last line of a log.
 */
export function readingAt(
  { taken, memory }: Snapshot,
  knows: keyof MemoryReading,
): MemoryReading | undefined {
  const known = memory.filter((reading) => reading[knows] !== undefined);
  const moment = taken && (taken.fromMs + taken.toMs) / 2;
  if (moment === undefined || known.some(({ atMs }) => atMs === undefined)) {
    return known[0]?.source === 'gctrace' ? known[known.length - 1] : known[0];
  }
  const distance = ({ atMs = 0 }: MemoryReading) => Math.abs(atMs - moment);
  return known.reduce<MemoryReading | undefined>(
    (best, reading) => (best && distance(best) <= distance(reading) ? best : reading),
    undefined,
  );
}
