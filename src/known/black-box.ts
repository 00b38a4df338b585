// Which captures the black box holds on to: the latest of each instance, within bounds of number, bytes and age.
import type { KeptPair } from '../model/black-box.ts';

/** Of one instance. The last tells what was wrong; those before it, since when. */
export const MAX_PAIRS = 5;
/** Files of captures that nobody has a thread of, of one instance. */
export const MAX_QUIET_BYTES = 32 * 1024 * 1024;
/** As long as captures are kept on disk. */
export const KEEP_SECONDS = 14 * 86_400;

/** Those that have to go. The newest one stays, whatever its size. */
export function outOfBounds(pairs: readonly KeptPair[], nowMs: number): readonly KeptPair[] {
  const newestFirst = pairs.toSorted((a, b) => b.atMs - a.atMs);
  let quietBytes = 0;
  return newestFirst.filter(({ atMs, bytes, isQuiet }, at) => {
    if (nowMs - atMs > KEEP_SECONDS * 1_000) return true;
    if (isQuiet) quietBytes += bytes;
    return at >= MAX_PAIRS || (at > 0 && isQuiet === true && quietBytes > MAX_QUIET_BYTES);
  });
}
