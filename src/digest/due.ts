// Which of the slots that have passed is still sent, and which are only spoken of.
import type { Slot } from './slots.ts';

export interface Due {
  /** The one to send now; with how late it is, when that is to be said. */
  readonly send?: Slot & { readonly lateMs?: number };
  /** Those that nobody was there for: named in the next digest that is sent. */
  readonly skipped: readonly Slot[];
}

/** A digest that comes within a minute of its time is on time. */
const PUNCTUAL_MS = 60_000;
export const DEFAULT_GRACE_MS = 2 * 3_600_000;

/**
 * The newest is sent, late if need be, as long as the grace lasts; the older ones say the same with older figures.
 * @param passed slots not dealt with yet that have passed, oldest first
 */
export function dueOf(passed: readonly Slot[], nowMs: number, graceMs = DEFAULT_GRACE_MS): Due {
  const newest = passed.at(-1);
  if (!newest) return { skipped: [] };
  const lateMs = nowMs - newest.atMs;
  if (lateMs > graceMs) return { skipped: passed };
  const send = lateMs > Math.min(PUNCTUAL_MS, graceMs) ? { ...newest, lateMs } : newest;
  return { send, skipped: passed.slice(0, -1) };
}
