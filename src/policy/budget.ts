// How often a service may be captured: a sliding hour for each instance and each service. Pure: what was spent, the
// limits and the moment come in.
import type { CaptureBudget } from '../model/target.ts';

/** Light captures only count and read memory and heap; heavy ones stop the service to walk every stack. */
export type Weight = 'light' | 'heavy';

/** A capture of the last hour. */
export interface Spent {
  /** The request it was made for. */
  readonly request: string;
  readonly weight: Weight;
  readonly automatic: boolean;
  readonly atMs: number;
}

export interface Spending {
  readonly nowMs: number;
  /** At this instance's address, and of this service at any of its instances. */
  readonly target: readonly Spent[];
  readonly service: readonly Spent[];
}

export interface BudgetAsk {
  readonly request: string;
  readonly weight: Weight;
  readonly automatic: boolean;
}

export type Grant =
  | { readonly kind: 'granted'; readonly weight: Weight; readonly heavyAgainAtMs?: number }
  | {
      readonly kind: 'spent';
      readonly of: 'target' | 'service';
      readonly limit: number;
      readonly freesAtMs: number;
    };

export const HOUR_MS = 3_600_000;
/** Of every limit, what sources nobody is waiting for may use. */
const AUTOMATIC_SHARE = 0.5;

/**
 * Whether a capture may be made now, and how heavy it may be. One that has begun is paid for: asked again after a crash,
 * it is granted again. When only the heavy captures are spent, a light one is granted instead.
 */
export function decideBudget(spending: Spending, limits: CaptureBudget, ask: BudgetAsk): Grant {
  const { nowMs } = spending;
  const own = spending.target.find(({ request }) => request === ask.request);
  if (own?.weight === 'heavy') return { kind: 'granted', weight: 'heavy' };
  const others = spending.target.filter((spent) => spent !== own);
  const ofWeight = (weight: Weight) => others.filter((spent) => spent.weight === weight);

  const service = freesAt(spending.service, limits.service, ask.automatic);
  if (!own && service > nowMs) {
    return { kind: 'spent', of: 'service', limit: share(limits.service, ask.automatic), freesAtMs: service };
  }
  const heavy = freesAt(ofWeight('heavy'), limits.heavy, ask.automatic);
  if (ask.weight === 'heavy' && heavy <= nowMs) return { kind: 'granted', weight: 'heavy' };
  const light = freesAt(ofWeight('light'), limits.light, ask.automatic);
  if (own || light <= nowMs) {
    return { kind: 'granted', weight: 'light', ...(ask.weight === 'heavy' && { heavyAgainAtMs: heavy }) };
  }
  const freesAtMs = ask.weight === 'heavy' ? Math.min(light, heavy) : light;
  return { kind: 'spent', of: 'target', limit: share(limits.light, ask.automatic), freesAtMs };
}

/** When there is room for one more: a moment that has passed if there is now, infinity if there never is. */
function freesAt(spent: readonly Spent[], limit: number, automatic: boolean): number {
  const whole = roomAt(spent, limit);
  if (!automatic) return whole;
  const ofTheirs = spent.filter((each) => each.automatic);
  return Math.max(whole, roomAt(ofTheirs, share(limit, true)));
}

function roomAt(spent: readonly Spent[], limit: number): number {
  if (limit === 0) return Number.POSITIVE_INFINITY;
  const times = spent.map(({ atMs }) => atMs).sort((a, b) => a - b);
  const leaving = times[times.length - limit];
  return leaving === undefined ? Number.NEGATIVE_INFINITY : leaving + HOUR_MS;
}

function share(limit: number, automatic: boolean): number {
  return automatic ? Math.floor(limit * AUTOMATIC_SHARE) : limit;
}

/** `12:34 UTC, in 17 min`. */
export function momentWords(atMs: number, nowMs: number): string {
  if (!Number.isFinite(atMs)) return 'a time that services.yml would have to allow';
  const minutes = Math.max(1, Math.ceil((atMs - nowMs) / 60_000));
  return `${new Date(atMs).toISOString().slice(11, 16)} UTC, in ${minutes} min`;
}
