// When digests are due. Each slot is a time on the wall clock of its zone: a daily digest has one on every local day,
// also on those on which its hour is left out or comes twice. A list of moments a scheduler fired is not that, so what
// is due is worked out from here, and a scheduler is only what wakes somebody to look.
import { CronExpressionParser, type CronFieldCollection } from 'cron-parser';
import { DAY_MS, openZone, type WallMs, type Zone } from './local-time.ts';

/** `0 9 * * 1-5` in `Europe/Berlin`; six fields begin with seconds. */
export interface DigestTimes {
  readonly cron: string;
  readonly zone: string;
}

export interface Slot {
  /** `2026-11-26T09:00:00`, the wall time: the same slot has the same key on every machine. */
  readonly key: string;
  readonly atMs: number;
}

export interface Timetable {
  /** Slots after one moment up to and with another, oldest first; of more than `most`, the newest. */
  readonly slots: (afterMs: number, untilMs: number, most: number) => readonly Slot[];
  readonly next: (afterMs: number) => Slot | undefined;
}

/** Whoever looks further back than this has been away so long that older slots help nobody. */
const LONGEST_LOOK_MS = 40 * DAY_MS;
/** A slot on 29 February may be this far away. */
const LONGEST_WAIT_DAYS = 9 * 366;
const MAX_EXPRESSION = 100;

/** @returns a sentence about what is wrong with the times, when something is */
export function openTimetable({ cron, zone: name }: DigestTimes): Timetable | { readonly fault: string } {
  const zone = openZone(name);
  if (!zone) return { fault: `"${name.slice(0, 60)}" is not a time zone such as Europe/Berlin` };
  const days = readCron(cron);
  if ('fault' in days) return days;
  const slots = (afterMs: number, untilMs: number, most: number): readonly Slot[] =>
    slotsOf(days, zone, { afterMs: Math.max(afterMs, untilMs - LONGEST_LOOK_MS), untilMs, most });
  return {
    slots,
    next: (afterMs) => {
      const today = dayOf(zone.wallAt(afterMs));
      // The day before too: a clock that goes back over midnight comes to it again.
      for (let day = -1; day < LONGEST_WAIT_DAYS; day++) {
        const found = slotsOfDay(days, zone, today + day * DAY_MS, ALL_DAY).find(
          ({ atMs }) => atMs > afterMs,
        );
        if (found) return found;
      }
      return undefined;
    },
  };
}

interface Days {
  readonly isOn: (day: Date) => boolean;
  /** Milliseconds since midnight, ascending. */
  readonly times: readonly number[];
}

function readCron(cron: string): Days | { readonly fault: string } {
  const fault = `"${cron.slice(0, MAX_EXPRESSION)}" is not a cron expression such as 0 9 * * 1-5`;
  if (cron.length > MAX_EXPRESSION || !/^(?:[\d*,/-]+ +){4,5}[\dA-Za-z*,/-]+$/.test(cron.trim()))
    return { fault };
  try {
    return daysOf(CronExpressionParser.parse(cron.trim()).fields);
  } catch {
    return { fault };
  }
}

function daysOf({ second, minute, hour, dayOfMonth, month, dayOfWeek }: CronFieldCollection): Days {
  const [months, monthDays, weekDays] = [month, dayOfMonth, dayOfWeek].map(
    ({ values }) => new Set<number | string>(values),
  );
  // As in crontab(5): when both kinds of day are restricted, either will do.
  const both = dayOfMonth.isWildcard || dayOfWeek.isWildcard;
  const isOn = (day: Date): boolean => {
    const inMonth = monthDays?.has(day.getUTCDate()) ?? false;
    const inWeek = weekDays?.has(day.getUTCDay()) ?? false;
    return (months?.has(day.getUTCMonth() + 1) ?? false) && (both ? inMonth && inWeek : inMonth || inWeek);
  };
  const times = hour.values.flatMap((h) =>
    minute.values.flatMap((m) =>
      second.values.map((s) => ((Number(h) * 60 + Number(m)) * 60 + Number(s)) * 1_000),
    ),
  );
  return { isOn, times };
}

interface Stretch {
  readonly afterMs: number;
  readonly untilMs: number;
  readonly most: number;
}

function slotsOf(days: Days, zone: Zone, { afterMs, untilMs, most }: Stretch): readonly Slot[] {
  const found: Slot[] = [];
  const range = wallRange(zone, afterMs, untilMs);
  for (let day = dayOf(range.to); day >= dayOf(range.from); day -= DAY_MS) {
    const within = slotsOfDay(days, zone, day, range).filter(({ atMs }) => atMs > afterMs && atMs <= untilMs);
    found.unshift(...within);
    if (found.length >= most) return found.slice(-most);
  }
  return found;
}

interface WallRange {
  readonly from: WallMs;
  readonly to: WallMs;
}

const ALL_DAY: WallRange = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

/** What the wall clock can show within a stretch: to the point unless it is changed anywhere near. */
function wallRange(zone: Zone, afterMs: number, untilMs: number): WallRange {
  const offsets = [afterMs - DAY_MS, afterMs, untilMs, untilMs + DAY_MS].map((ms) => zone.wallAt(ms) - ms);
  const slack = new Set(offsets).size === 1 && untilMs - afterMs < DAY_MS ? 0 : DAY_MS;
  return { from: zone.wallAt(afterMs) - slack, to: zone.wallAt(untilMs) + slack };
}

function slotsOfDay(days: Days, zone: Zone, day: WallMs, { from, to }: WallRange): readonly Slot[] {
  if (!days.isOn(new Date(day))) return [];
  const slots: Slot[] = [];
  for (const time of days.times) {
    if (day + time < from || day + time > to) continue;
    const atMs = zone.instantOf(day + time);
    // All times that are left out come to the same moment, and that is one slot; unless the whole day is left out.
    if (slots.at(-1)?.atMs === atMs || dayOf(zone.wallAt(atMs)) !== day) continue;
    slots.push({ key: new Date(day + time).toISOString().slice(0, 19), atMs });
  }
  return slots;
}

function dayOf(wall: WallMs): WallMs {
  return Math.floor(wall / DAY_MS) * DAY_MS;
}
