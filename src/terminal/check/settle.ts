// When is a service at rest? Its goroutines fall once the load has gone; three seconds without a new low are rest.
import { setTimeout as sleep } from 'node:timers/promises';
import { rest } from './load.ts';

const POLL_MS = 500;
const STILL_MS = 3_000;

/** Goroutines of a service now; undefined when it does not say. */
export type Count = () => Promise<number | undefined>;

/**
 * Waits until the count has not fallen for a while, `mostMs` at most; where there is no count, all of it.
 * @returns the count at the end
 */
export async function settle(count: Count, mostMs: number, signal: AbortSignal): Promise<number | undefined> {
  const startedAt = performance.now();
  let [low, lowAt] = [await count(), startedAt];
  let last = low;
  for (;;) {
    const now = performance.now();
    const isStill = low !== undefined && now - lowAt >= STILL_MS;
    if (isStill || now - startedAt >= mostMs) return last;
    await rest(Math.min(POLL_MS, mostMs - (now - startedAt)), signal);
    last = await count();
    if (last !== undefined && (low === undefined || last < low)) [low, lowAt] = [last, performance.now()];
  }
}

/** The highest count while something goes on. */
export async function watchPeak(count: Count, until: AbortSignal): Promise<number | undefined> {
  let peak: number | undefined;
  while (!until.aborted) {
    const now = await count();
    if (now !== undefined) peak = Math.max(peak ?? 0, now);
    await sleep(2 * POLL_MS, undefined, { signal: until }).catch(() => {});
  }
  return peak;
}
