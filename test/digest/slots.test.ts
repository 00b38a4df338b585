import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openTimetable, type Timetable } from '../../src/digest/slots.ts';

const DAY_MS = 86_400_000;
const FROM = Date.UTC(2024, 0, 1);
const TO = Date.UTC(2028, 0, 1);

/** Every kind of change there is: at midnight, at one, two and three, half-hours, Ramadan, the other hemisphere, abolished. */
const ZONES =
  `Africa/Cairo Africa/Casablanca Africa/Johannesburg America/Asuncion America/Chicago America/Havana
  America/Los_Angeles America/New_York America/Nuuk America/Phoenix America/Santiago America/Sao_Paulo America/Scoresbysund
  America/St_Johns America/Tijuana Antarctica/Troll Asia/Almaty Asia/Amman Asia/Beirut Asia/Gaza Asia/Jerusalem
  Asia/Kathmandu Asia/Kolkata Asia/Shanghai Asia/Tehran Asia/Tokyo Atlantic/Azores Australia/Adelaide Australia/Lord_Howe
  Australia/Sydney Europe/Berlin Europe/Chisinau Europe/Dublin Europe/London Europe/Moscow Pacific/Apia Pacific/Auckland
  Pacific/Chatham Pacific/Easter Pacific/Kiritimati`.split(/\s+/);

function timetable(cron: string, zone: string): Timetable {
  const opened = openTimetable({ cron, zone });
  if ('fault' in opened) throw new Error(opened.fault);
  return opened;
}

/** The calendar of a zone as somebody there reads it, from Intl alone. */
function daysOf(zone: string): Set<string> {
  const calendar = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
  const days = new Set<string>();
  for (let ms = FROM; ms < TO; ms += DAY_MS / 4) days.add(calendar.format(ms));
  return days;
}

describe('the slots of a digest', () => {
  it.each(ZONES)('come once on every local day of four years in %s, whatever the hour', (zone) => {
    const calendar = new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' });
    const days = daysOf(zone);
    for (const [hour, minute] of [
      [0, 0],
      [1, 30],
      [2, 30],
      [9, 0],
    ]) {
      const seen = new Map<string, number>();
      const all = everySlot(timetable(`${minute} ${hour} * * *`, zone));
      for (const { atMs } of all) {
        const day = calendar.format(atMs);
        seen.set(day, (seen.get(day) ?? 0) + 1);
      }
      expect([...days].filter((day) => seen.get(day) !== 1)).toEqual([]);
    }
  });

  it('are late, not left out, when clocks go forward over them', () => {
    const [slot] = timetable('30 2 * * *', 'Europe/Berlin').slots(
      Date.UTC(2026, 2, 28, 12),
      Date.UTC(2026, 2, 29, 12),
      9,
    );
    expect(slot).toEqual({ key: '2026-03-29T02:30:00', atMs: Date.UTC(2026, 2, 29, 1) });
  });

  it('are the first of two when clocks go back', () => {
    const slots = timetable('30 2 * * *', 'Europe/Berlin').slots(
      Date.UTC(2026, 9, 24, 12),
      Date.UTC(2026, 9, 25, 12),
      9,
    );
    expect(slots).toEqual([{ key: '2026-10-25T02:30:00', atMs: Date.UTC(2026, 9, 25, 0, 30) }]);
  });

  it('keep to weekdays and days of the month as crontab does', () => {
    const weekdays = timetable('0 9 * * 1-5', 'UTC').slots(Date.UTC(2026, 10, 20), Date.UTC(2026, 10, 27), 9);
    expect(weekdays.map(({ key }) => key.slice(8, 10))).toEqual(['20', '23', '24', '25', '26']);
    const either = timetable('0 9 1 * 1', 'UTC').slots(Date.UTC(2026, 11, 1), Date.UTC(2026, 11, 15), 9);
    expect(either.map(({ key }) => key.slice(8, 10))).toEqual(['01', '07', '14']);
  });

  it('may be seconds apart', () => {
    const slots = timetable('*/5 * * * * *', 'Asia/Kathmandu').slots(
      Date.UTC(2026, 10, 26),
      Date.UTC(2026, 10, 26, 0, 1),
      99,
    );
    expect(slots).toHaveLength(12);
    expect(slots.at(-1)).toEqual({ key: '2026-11-26T05:46:00', atMs: Date.UTC(2026, 10, 26, 0, 1) });
  });

  it('are the newest when there are more than asked for', () => {
    const slots = timetable('* * * * *', 'UTC').slots(Date.UTC(2026, 10, 1), Date.UTC(2026, 10, 26), 3);
    expect(slots.map(({ key }) => key.slice(11, 16))).toEqual(['23:58', '23:59', '00:00']);
  });

  it('follow each other without gap or overlap, wherever one looks', () => {
    const cut = fc.integer({ min: FROM, max: TO });
    fc.assert(
      fc.property(
        fc.constantFrom(...ZONES),
        fc.constantFrom('30 2 * * *', '0 0 * * *', '0 */6 * * 1-5'),
        cut,
        (zone, cron, at) => {
          const table = timetable(cron, zone);
          const [from, to] = [at - 3 * DAY_MS, at + 3 * DAY_MS];
          const parts = [...table.slots(from, at, 99), ...table.slots(at, to, 99)];
          expect(parts).toEqual(table.slots(from, to, 99));
          expect(table.next(from)).toEqual(parts[0]);
        },
      ),
      { numRuns: 300, seed: 7 },
    );
  });

  it.each([
    ['0 25 * * *', 'UTC'],
    ['0 9 L * *', 'UTC'],
    ['0 9 * * 1#2', 'UTC'],
    ['@daily', 'UTC'],
    ['0 9 * *', 'UTC'],
    ['0 9 * * *', 'Europe/Atlantis'],
    ['0 9 30 2 *x', 'UTC'],
  ])('are refused with a sentence for "%s" in %s', (cron, zone) => {
    expect(openTimetable({ cron, zone })).toEqual({ fault: expect.stringMatching(/^".*" is not a /) });
  });
});

function everySlot(table: Timetable) {
  const slots = [];
  for (let at = FROM - 2 * DAY_MS; at < TO + 2 * DAY_MS; at += 30 * DAY_MS)
    slots.push(...table.slots(at, at + 30 * DAY_MS, 99));
  return slots;
}
