// Whether a service is too busy to be asked anything dear, or too young to be judged. Pure: what its own metrics said,
// and when, come in. What they do not say holds nobody up.
import type { Vitals } from '../model/capture.ts';

/** Of all the processors it may use; above this a capture would take what its users need. */
export const BUSY_SHARE = 0.9;
/** Until then caches fill and pools open: a leak cannot be told from that. */
export const YOUNG_MS = 120_000;
/** Clocks differ; a start further in the future than this says nothing. */
const CLOCKS_DIFFER_MS = 60_000;

/** Share of its processors that was used between two looks; undefined when either does not say. */
export function cpuShare(before: Vitals, after: Vitals): number | undefined {
  const { cores = 0 } = after;
  const passedMs = after.atMs - before.atMs;
  if (before.cpuSeconds === undefined || after.cpuSeconds === undefined || cores <= 0 || passedMs <= 0) {
    return undefined;
  }
  const used = after.cpuSeconds - before.cpuSeconds;
  return used < 0 ? undefined : (used * 1000) / passedMs / cores;
}

export function isBusy(share: number | undefined): boolean {
  return share !== undefined && share > BUSY_SHARE;
}

/** How long it has been up if that is too short; undefined when it is old enough, or does not say. */
export function youngForMs({ atMs, startedAtMs }: Vitals): number | undefined {
  if (startedAtMs === undefined) return undefined;
  const upMs = atMs - startedAtMs;
  return upMs >= YOUNG_MS || upMs < -CLOCKS_DIFFER_MS ? undefined : Math.max(0, upMs);
}
