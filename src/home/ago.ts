const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** `2 h ago`: how old something is, to one figure; the tab is drawn anew whenever it is opened. */
export function agoWords(thenMs: number, nowMs: number): string {
  const spanMs = nowMs - thenMs;
  if (spanMs < MINUTE_MS) return 'just now';
  if (spanMs < HOUR_MS) return `${Math.floor(spanMs / MINUTE_MS)} min ago`;
  if (spanMs < 2 * DAY_MS) return `${Math.floor(spanMs / HOUR_MS)} h ago`;
  return `${Math.floor(spanMs / DAY_MS)} days ago`;
}
