// Who is there when a trace ends.
import type { LivingGoroutines } from '../../model/trace.ts';
import type { TraceFold } from './fold.ts';
import { GONE, UNTOLD, WAITING } from './goroutine-table.ts';
import { UNKNOWN } from './tables.ts';

/** Also gives their last statuses their time in the timeline. */
export function livingIn({ table, timeline }: TraceFold, end: number, nsPerTick: number): LivingGoroutines {
  const rows: number[] = [];
  for (let row = 1; row < table.count; row++) {
    const status = table.status[row] as number;
    if (status === GONE || status === UNTOLD) continue;
    rows.push(row);
    const since = table.since[row] as number;
    timeline.add(table.lane[row] as number, status - 1, Math.max(0, since), end);
  }
  const inNs = (ticks: number) => (ticks < 0 ? -1 : ticks * nsPerTick);
  const waits = (row: number) => (table.status[row] as number) === WAITING;
  return {
    count: rows.length,
    ids: Float64Array.from(rows, (row) => table.ids[row] as number),
    status: Uint8Array.from(rows, (row) => (table.status[row] as number) - 1),
    sinceNs: Float64Array.from(rows, (row) => inNs(table.since[row] as number)),
    bornNs: Float64Array.from(rows, (row) => inNs(table.born[row] as number)),
    reason: Int32Array.from(rows, (row) => (waits(row) ? (table.reason[row] as number) : UNKNOWN)),
    stack: Int32Array.from(rows, (row) => table.stack[row] as number),
    creation: Int32Array.from(rows, (row) => table.creation[row] as number),
  };
}
