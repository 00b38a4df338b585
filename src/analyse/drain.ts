// Does a crowd drain? Queues are served oldest first, so those who leave are the old ones. Beside a leak it is the
// other way round: newcomers pass through the place where the old are stuck.
import type { Population } from './group.ts';

export interface Drain {
  /** Aged members that were gone, or elsewhere, at the next snapshot. */
  readonly left: number;
  /** How many of those were among the older half of the crowd. */
  readonly oldLeft: number;
}

export const noDrain: Drain = { left: 0, oldLeft: 0 };

/** In a crowd that loses more than this between two snapshots, age tells nothing about who leaves. */
const MOST_LOST = 0.5;
/** Halves of a smaller crowd are chance. */
const LEAST_CROWD = 4;

export function drainsOf(
  signatures: number,
  dumps: readonly Population[],
  newbornFrom: readonly number[],
): Drain[] {
  const drains = Array.from({ length: signatures }, () => ({ left: 0, oldLeft: 0 }));
  for (let at = 0; at + 1 < dumps.length; at++) {
    const before = dumps[at];
    const after = dumps[at + 1];
    if (before && after) countInterval(before, after, newbornFrom[at] ?? Number.POSITIVE_INFINITY, drains);
  }
  return drains;
}

function countInterval(
  before: Population,
  after: Population,
  newbornFrom: number,
  drains: { left: number; oldLeft: number }[],
): void {
  const members: number[][] = drains.map(() => []);
  for (let row = 0; row < before.ids.length; row++) {
    const id = before.ids[row] ?? 0;
    if (id <= newbornFrom) members[before.signatureOf[row] ?? 0]?.push(id);
  }
  members.forEach((ids, index) => {
    const drain = drains[index];
    if (!drain || ids.length < LEAST_CROWD) return;
    const leavers = ids.filter((id) => {
      const row = after.position.get(id);
      return row === undefined || after.signatureOf[row] !== index;
    });
    if (leavers.length === 0 || leavers.length > MOST_LOST * ids.length) return;
    const middle = ids.sort((a, b) => a - b)[(ids.length - 1) >> 1] ?? 0;
    drain.left += leavers.length;
    drain.oldLeft += leavers.filter((id) => id <= middle).length;
  });
}
