// The last half day of an instance, hour by hour.
import { GRAINS, type RollUp, rowsOf } from '../watch/roll-up.ts';

const HOURS_SHOWN = 12;

/** Figures of one hour; what was not sampled is absent. */
export interface Hour {
  /** Unix seconds at which it began. */
  readonly t: number;
  readonly mostResident?: number;
  readonly leastHeap?: number;
  readonly leastGoroutines?: number;
  readonly requestsPerSecond?: number;
}

/** The latest last; empty while no ten minutes are complete. */
export function hoursOf(kept: RollUp, now: number): readonly Hour[] {
  const names = GRAINS.tens.columns.map(({ name }) => name);
  const column = (values: readonly number[], name: string): number =>
    values[names.indexOf(name)] ?? Number.NaN;
  const rows = rowsOf(kept, 'tens', now - HOURS_SHOWN * 3600, now);
  const hours = new Map<number, (typeof rows)[number][]>();
  for (const row of rows) {
    const hour = row.t - (row.t % 3600);
    hours.set(hour, [...(hours.get(hour) ?? []), row]);
  }
  return [...hours].map(([t, tens]) => {
    const all = (name: string): readonly number[] =>
      tens.map(({ values }) => column(values, name)).filter((value) => !Number.isNaN(value));
    const known = (
      name: keyof Hour,
      values: readonly number[],
      pick: (values: readonly number[]) => number,
    ) => (values.length === 0 ? {} : { [name]: pick(values) });
    return {
      t,
      ...known('mostResident', all('rssHigh'), (values) => Math.max(...values)),
      ...known('leastHeap', all('trough'), least),
      ...known('leastGoroutines', all('goroutines'), least),
      ...known('requestsPerSecond', all('requests'), middle),
    };
  });
}

function least(values: readonly number[]): number {
  return Math.min(...values);
}

function middle(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;
}
