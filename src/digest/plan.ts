// What is to be sent next, from the slot dealt with last and the time.
import type { Digest } from '../model/digest.ts';
import { dueOf } from './due.ts';
import { openZone } from './local-time.ts';
import { openTimetable, type Slot, type Timetable } from './slots.ts';

/** Of more slots than this that nobody was there for, the oldest are not named. */
const MOST_PASSED = 500;

export interface NextSlot {
  readonly slot: Slot;
  readonly lateMs?: number;
  readonly skipped: readonly Slot[];
}

/** Works out what is due of each digest; remembers when the next look is worth it. */
export interface Calendar {
  readonly due: (
    digest: Digest,
    state: { readonly last: Slot; readonly givenUp?: string },
    nowMs: number,
  ) => NextSlot | undefined;
}

interface Page {
  readonly timetable: Timetable;
  readonly lastMs: number;
  readonly nextMs: number;
}

export function openCalendar(): Calendar {
  const pages = new Map<string, Page>();
  return {
    due: (digest, { last, givenUp }, nowMs) => {
      const times = `${digest.id} ${digest.cron} ${digest.zone}`;
      const page = pages.get(times);
      if (page && page.lastMs === last.atMs && nowMs < page.nextMs) return undefined;
      const timetable = page?.timetable ?? openTimetable(digest);
      if ('fault' in timetable) return undefined;
      const passed = timetable.slots(last.atMs, nowMs, MOST_PASSED);
      if (passed.length === 0) {
        const nextMs = timetable.next(nowMs)?.atMs ?? Number.POSITIVE_INFINITY;
        pages.set(times, { timetable, lastMs: last.atMs, nextMs });
        return undefined;
      }
      const { send, skipped } = dueOf(passed, nowMs, digest.graceMs);
      if (!send || send.key === givenUp) return undefined;
      const { lateMs, ...slot } = send;
      return { slot, skipped, ...(lateMs !== undefined && { lateMs }) };
    },
  };
}

/** The wall clock's time as slots are called: `2026-11-26T09:00:00`. UTC where the zone is none. */
export function wallKey(atMs: number, zone: string): string {
  const wall = openZone(zone)?.wallAt(atMs) ?? atMs;
  return new Date(wall).toISOString().slice(0, 19);
}
