// When resident memory reaches the limit, as an interval wide enough to be kept. It is reached at the top of a day's
// wave and of the collector's saw, not on the average of both.
import { median } from '../analyse/trend.ts';
import type { Bucket } from './bucket.ts';
import type { Growth } from './growth.ts';
import type { Forecast } from './sample.ts';

export interface Ground {
  readonly now: number;
  /** Buckets of the life of the process that is under way, oldest first. */
  readonly buckets: readonly Bucket[];
  readonly growth: Growth;
  /** What resident memory must not pass. */
  readonly limit: number;
  /** GOGC as a factor: 1 when a collection is due at twice the live heap. */
  readonly pacing: number;
  /** GOMEMLIMIT, `Infinity` when unset. */
  readonly softLimit: number;
  readonly kind: 'heap' | 'other';
}

/** Nobody plans that far, and no estimate holds. */
const FARTHEST_SECONDS = 400 * 86_400;
const DAY_SECONDS = 86_400;

/** A peak of load or a batch adds so much to what was seen in a day, and growth may be so much faster than it was. */
const SURGE = 1.05;
const SOONER = 2.1;
/** What has just begun is faster than the whole of what was watched says, by so much at most. */
const JUST_BEGUN = 3;

/** Null when there is no limit or nothing to go by. */
export function forecastOf({
  now,
  buckets,
  growth,
  limit,
  pacing,
  softLimit,
  kind,
}: Ground): Forecast | null {
  const recent = buckets.filter(({ t, rssHigh }) => t > now - DAY_SECONDS && !Number.isNaN(rssHigh));
  if (!Number.isFinite(limit) || recent.length === 0 || growth.slope <= 0) return null;
  const latest = recent.slice(-Math.max(3, Math.floor(recent.length / 8)));
  const peak = Math.max(...recent.map(({ rssHigh }) => rssHigh));
  const usual = median(latest.map(({ rss }) => rss)) ?? peak;
  if (peak >= limit) return { low: now, high: now + DAY_SECONDS };
  const bends = kind === 'heap' && softLimit < limit;
  // Of each byte that stays, resident memory grows by what the collector lets pile up on top of it.
  const begun = Math.min(JUST_BEGUN, Math.max(1, growth.late));
  const most = begun * growth.slope * (kind === 'heap' ? 1 + pacing : 1) + growth.error;
  const least = growth.slope * (kind === 'heap' && !bends ? Math.max(1, 0.85 * (1 + pacing)) : 1) * 0.8;
  const sure = Math.max(0.3 * least, least - 1.5 * growth.error);
  const soonest = now + (Math.max(0, limit - SURGE * peak) / (SOONER * most)) * 3600;
  const level = bends ? Math.min(usual, liveLevel(latest, usual)) : usual;
  const latestAt = now + ((limit - level) / sure) * 3600 + DAY_SECONDS / 2;
  if (soonest - now > FARTHEST_SECONDS) return { low: Math.round(now + FARTHEST_SECONDS), high: null };
  return {
    low: Math.round(soonest),
    high: latestAt - now > FARTHEST_SECONDS ? null : Math.round(latestAt),
  };
}

/** Where a soft limit holds resident memory down, only what lives counts, and what is around it. */
function liveLevel(buckets: readonly Bucket[], otherwise: number): number {
  const troughs = buckets.map(({ trough }) => trough).filter((value) => !Number.isNaN(value));
  return troughs.length > 0 ? Math.min(...troughs) : otherwise;
}
