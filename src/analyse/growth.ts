// Does a crowd grow, stand, shrink or merely change its members? Told by identity where ids are known.
import type { Identity, Track } from './track.ts';
import { rateChange } from './trend.ts';

/** How the crowd developed: by identity when ids are known, else by count alone. */
export type Growth = 'growing' | 'plateaued' | 'constant' | 'shrinking' | 'churning' | 'unknown';

/** Growth below this many goroutines per interval cannot be told from chance without a third snapshot. */
const LEAST_GROWTH_OF_TWO = 3;
/** Veterans (seen twice) that end later: a leak loses none, a slow request type loses many. */
const MOST_VETERANS_LOST = 0.08;

export function growthOf(track: Track, atMs: readonly number[]): Growth {
  const { counts, identity } = track;
  const n = counts.length;
  if ((counts[n - 1] ?? 0) === 0) return 'shrinking';
  if (n < 2) return 'unknown';
  if (!identity) return growthOfCounts(counts, atMs);
  if (commutes(identity)) return 'churning';
  return n === 2 ? growthOfTwo(identity) : growthOfMany(identity, atMs);
}

/** Goroutines that come and go between states while their job neither grows nor shrinks are at work. */
function commutes({ moved, young, veterans, lineage }: Identity): boolean {
  const seen = young.seen + veterans.seen;
  const grown = (lineage[lineage.length - 1] ?? 0) - (lineage[0] ?? 0);
  return seen > 0 && moved / seen > 0.1 && grown < Math.max(3, moved);
}

function growthOfTwo({ cohorts, young, ended, moved }: Identity): Growth {
  const [old = 0, fresh = 0] = cohorts;
  const left = ended + moved;
  if (young.seen > 0 && left / young.seen > 0.5) return 'churning';
  if (fresh - left >= LEAST_GROWTH_OF_TWO && left <= 0.05 * young.seen)
    return old > 0 ? 'growing' : 'unknown';
  if (left > 0.1 * young.seen && left >= fresh) return 'shrinking';
  return old > 0 && fresh < LEAST_GROWTH_OF_TWO ? 'constant' : 'unknown';
}

function growthOfMany(identity: Identity, atMs: readonly number[]): Growth {
  const { cohorts, veterans, young } = identity;
  const n = cohorts.length;
  const old = cohorts[0] ?? 0;
  const staying = young.seen === 0 ? 1 : young.survived / young.seen;
  const fresh = (cohorts[n - 1] ?? 0) * staying;
  const verified = verifiedArrivals(identity);
  if (old + verified === 0) return young.seen === 0 && fresh > 0 ? 'unknown' : 'churning';
  const lost = veterans.seen - veterans.survived;
  if (lost > 0 && lost / veterans.seen > MOST_VETERANS_LOST) {
    return lost / veterans.seen > 0.5 ? 'churning' : 'shrinking';
  }
  // Were all alike, veterans would leave as often as the young do; that none does must be no accident.
  if (staying < 0.9 && (staying ** veterans.seen > 0.05 || verified < 2 || verified < 0.1 * young.seen)) {
    return old > 0 && verified < 2 && staying ** veterans.seen <= 0.05 ? 'constant' : 'churning';
  }
  if (verified === 0) return fresh >= LEAST_GROWTH_OF_TWO ? 'growing' : 'constant';
  if (pace(identity, atMs) < -2.2) return 'plateaued';
  return fresh < 0.5 && verified <= 2 && old >= 8 ? 'constant' : 'growing';
}

/** The last interval's arrivals against those before, in standard errors; negative when growth slows down. */
export function pace(identity: Identity, atMs: readonly number[]): number {
  const { cohorts, young } = identity;
  const n = cohorts.length;
  if (n < 3) return 0;
  const staying = young.seen === 0 ? 1 : young.survived / young.seen;
  const fresh = (cohorts[n - 1] ?? 0) * staying;
  const middleMs = (atMs[n - 2] ?? 0) - (atMs[0] ?? 0);
  const lastMs = (atMs[n - 1] ?? 0) - (atMs[n - 2] ?? 0);
  return rateChange(verifiedArrivals(identity), middleMs, fresh, lastMs);
}

/** Came after the first snapshot and were seen again at a later one. */
function verifiedArrivals({ cohorts }: Identity): number {
  return cohorts.slice(1, -1).reduce((sum, cohort) => sum + cohort, 0);
}

function growthOfCounts(counts: readonly number[], atMs: readonly number[]): Growth {
  const n = counts.length;
  const first = counts[0] ?? 0;
  const last = counts[n - 1] ?? 0;
  const steps = counts.slice(1).map((count, index) => count - (counts[index] ?? 0));
  if (last < first) return 'shrinking';
  const least = Math.max(LEAST_GROWTH_OF_TWO, 0.02 * first);
  if (steps.every((step) => step >= least)) {
    const a = steps[0] ?? 0;
    const b = steps[steps.length - 1] ?? 0;
    const slowing = rateChange(
      a,
      (atMs[1] ?? 0) - (atMs[0] ?? 0),
      b,
      (atMs[n - 1] ?? 0) - (atMs[n - 2] ?? 0),
    );
    return n > 2 && slowing < -2.2 ? 'plateaued' : 'growing';
  }
  return steps.every((step) => Math.abs(step) < LEAST_GROWTH_OF_TWO) ? 'constant' : 'unknown';
}
