// Who is there when a trace ends.
import type { LivingGoroutines } from '../../model/trace.ts';
import type { TraceFold } from './fold.ts';
import {
  BORN,
  CREATION,
  GONE,
  INTS,
  LANE,
  PLACE,
  REASON,
  SINCE,
  STATUS,
  TIMES,
  UNTOLD,
  WAITING,
} from './goroutine-table.ts';
import { UNKNOWN } from './tables.ts';

/** Also gives their last statuses their time in the timeline. */
export function livingIn({ table, timeline }: TraceFold, end: number, nsPerTick: number): LivingGoroutines {
  const int = (row: number, which: number) => table.ints[row * INTS + which] ?? 0;
  const time = (row: number, which: number) => table.times[row * TIMES + which] ?? 0;
  const rows: number[] = [];
  for (let row = 1; row < table.count; row++) {
    const status = int(row, STATUS);
    if (status === GONE || status === UNTOLD) continue;
    rows.push(row);
    timeline.add(int(row, LANE), status - 1, Math.max(0, time(row, SINCE)), end);
  }
  const inNs = (ticks: number) => (ticks < 0 ? -1 : ticks * nsPerTick);
  return {
    count: rows.length,
    ids: Float64Array.from(rows, (row) => table.ids[row] ?? 0),
    status: Uint8Array.from(rows, (row) => int(row, STATUS) - 1),
    sinceNs: Float64Array.from(rows, (row) => inNs(time(row, SINCE))),
    bornNs: Float64Array.from(rows, (row) => inNs(time(row, BORN))),
    reason: Int32Array.from(rows, (row) => (int(row, STATUS) === WAITING ? int(row, REASON) : UNKNOWN)),
    stack: Int32Array.from(rows, (row) => int(row, PLACE)),
    creation: Int32Array.from(rows, (row) => int(row, CREATION)),
  };
}
