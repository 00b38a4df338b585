// Wall clocks of time zones, by way of the zone rules that Node carries. A wall time can happen twice (clocks go back)
// or never (they go forward); both are answered here, so that nobody else has to think of them.

/** A moment on a wall clock, written as if it were UTC: 09:00 in Berlin is `Date.UTC(…, 9, 0)`. */
export type WallMs = number;

export const DAY_MS = 86_400_000;
/** No zone has moved its clocks further than a day, and none moves them twice within two. */
const FAR_MS = DAY_MS;

export interface Zone {
  readonly name: string;
  /** What the wall clock shows at a moment. */
  readonly wallAt: (ms: number) => WallMs;
  /**
   * When the wall clock first shows a time. One that is left out when clocks go forward is over the moment they have:
   * then it is that moment.
   */
  readonly instantOf: (wall: WallMs) => number;
}

/** @returns undefined for a name that is not an IANA time zone */
export function openZone(name: string): Zone | undefined {
  let clock: Intl.DateTimeFormat;
  try {
    clock = new Intl.DateTimeFormat('en-US', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  } catch {
    return undefined;
  }
  const wallAt = (ms: number): WallMs => {
    const [month = 0, day = 0, year = 0, hour = 0, minute = 0, second = 0] = clock
      .format(ms)
      .split(/[^\d]+/)
      .map(Number);
    return Date.UTC(year, month - 1, day, hour, minute, second) + (((ms % 1_000) + 1_000) % 1_000);
  };
  const offsetAt = (ms: number): number => wallAt(ms) - ms;
  return {
    name,
    wallAt,
    instantOf: (wall) => {
      const before = offsetAt(wall - FAR_MS);
      const after = offsetAt(wall + FAR_MS);
      const [first, second] = [wall - Math.max(before, after), wall - Math.min(before, after)];
      if (wallAt(first) === wall) return first;
      if (wallAt(second) === wall) return second;
      return changeWithin(wall - FAR_MS, wall + FAR_MS, offsetAt);
    },
  };
}

/** The first moment of the later offset. */
function changeWithin(from: number, to: number, offsetAt: (ms: number) => number): number {
  const old = offsetAt(from);
  let [still, changed] = [Math.floor(from / 1_000), Math.ceil(to / 1_000)];
  while (changed - still > 1) {
    const middle = Math.floor((still + changed) / 2);
    if (offsetAt(middle * 1_000) === old) still = middle;
    else changed = middle;
  }
  return changed * 1_000;
}
