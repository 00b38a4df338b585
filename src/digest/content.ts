// From what is known of services to what a digest says of them: how each stands, what has changed since yesterday, and
// in which order.
import type {
  Change,
  DigestContent,
  DigestRow,
  KeptVerdict,
  MemoryPoint,
  ServiceFacts,
  Standing,
  Trend,
} from '../model/digest.ts';
import type { VerdictKind } from '../model/verdict.ts';
import { DAY_MS } from './local-time.ts';

export const DAYS_SHOWN = 14;
const SIGNATURES_SHOWN = 5;
/** Memory that has moved less than this share since yesterday stays where it is. */
const LEVEL = 0.03;

/** Verdicts that ask for somebody to act. */
const SICK: ReadonlySet<VerdictKind> = new Set([
  'goroutine-leak',
  'deadlock',
  'heap-leak',
  'fragmentation',
  'off-heap-growth',
  'gc-pressure',
]);

/** The rows of a digest, worst first; equals in the order of their names. */
export function digestRows(services: readonly ServiceFacts[], atMs: number): readonly DigestRow[] {
  return services
    .map((facts) => rowOf(facts, atMs))
    .sort((a, b) => gravity(b, atMs) - gravity(a, atMs) || (a.service < b.service ? -1 : 1));
}

/** True when a digest that is silent when all is well has nothing to say. */
export function isSilent({ rows, skipped, lateMs, withheld }: DigestContent): boolean {
  const isWell = rows.every(({ standing, change }) => standing === 'well' && change === 'same');
  return isWell && withheld === 0 && skipped.length === 0 && lateMs === undefined;
}

function rowOf(facts: ServiceFacts, atMs: number): DigestRow {
  const yesterdayMs = atMs - DAY_MS;
  const until = facts.verdicts.filter((verdict) => verdict.atMs <= atMs);
  const verdict = until.at(-1);
  const before = until.findLast((each) => each.atMs <= yesterdayMs);
  const detections = facts.detections.filter((each) => each.atMs > yesterdayMs && each.atMs <= atMs);
  const memory = memoryOf(facts.memory, atMs);
  const standing = standingOf(facts, verdict, before);
  const forecast = standing === 'sick' || standing === 'unclear' ? latestForecast(facts, atMs) : undefined;
  const { service, owner, limitBytes, restarts, build, unknown } = facts;
  return {
    service,
    standing,
    change: changeOf(standing, verdict, before, yesterdayMs, detections.length > 0),
    days: dailyPeaks(facts.memory, atMs),
    detections,
    signatures: (verdict?.signatures ?? []).slice(0, SIGNATURES_SHOWN),
    restarts,
    ...(owner !== undefined && { owner }),
    ...(limitBytes !== undefined && { limitBytes }),
    ...(memory && { memory: memory.figures }),
    ...(memory?.trend && { trend: memory.trend }),
    ...(verdict && { verdict }),
    ...(before && { before }),
    ...(forecast && { forecast }),
    ...(build !== undefined && { build }),
    ...(unknown !== undefined && { unknown }),
  };
}

/** A detection the watcher made after the last verdict outweighs it; one before is what the capture was about. */
function standingOf(
  { detections, memory }: ServiceFacts,
  verdict: KeptVerdict | undefined,
  before: KeptVerdict | undefined,
): Standing {
  const since = verdict?.atMs ?? Number.NEGATIVE_INFINITY;
  if (isSick(verdict) || detections.some(({ atMs, tier }) => atMs > since && tier === 'probable'))
    return 'sick';
  if (detections.some(({ atMs }) => atMs > since)) return 'unclear';
  if (verdict?.kind === 'inconclusive' || (!verdict && memory.length === 0)) return 'unclear';
  if (verdict && before && before !== verdict && isSick(before)) return 'recovered';
  return 'well';
}

function changeOf(
  standing: Standing,
  verdict: KeptVerdict | undefined,
  before: KeptVerdict | undefined,
  yesterdayMs: number,
  isDetected: boolean,
): Change {
  if (standing === 'recovered') return 'gone';
  if (standing === 'well') return 'same';
  const wasSick = isSick(before);
  if (standing === 'sick' && !wasSick)
    return isDetected || (verdict?.atMs ?? 0) > yesterdayMs ? 'new' : 'same';
  if (standing === 'sick' && verdict && before && verdict !== before) {
    const [now, then] = [countOf(verdict), countOf(before)];
    if (now > then) return 'worse';
    if (now < then) return 'better';
  }
  return 'same';
}

/** Whether a verdict asks for somebody to act. */
export function isSick(verdict: KeptVerdict | undefined): boolean {
  return verdict !== undefined && SICK.has(verdict.kind);
}

function countOf({ signatures }: KeptVerdict): number {
  return signatures.reduce((sum, { count }) => sum + count, 0);
}

/** The watcher says a thing once a week: the last forecast holds until a verdict or another one takes its place. */
function latestForecast({ detections }: ServiceFacts, atMs: number): DigestRow['forecast'] {
  const last = detections.findLast((each) => each.atMs <= atMs && each.forecast !== undefined)?.forecast;
  return last && (last.highMs === null || last.highMs > atMs) ? last : undefined;
}

function memoryOf(
  points: readonly MemoryPoint[],
  atMs: number,
): { readonly figures: NonNullable<DigestRow['memory']>; readonly trend?: Trend } | undefined {
  const today = peakWithin(points, atMs - DAY_MS, atMs);
  if (today === undefined) return undefined;
  const yesterday = peakWithin(points, atMs - 2 * DAY_MS, atMs - DAY_MS);
  if (yesterday === undefined) return { figures: { nowBytes: today } };
  const share = yesterday > 0 ? today / yesterday - 1 : 0;
  const trend = share > LEVEL ? 'rising' : share < -LEVEL ? 'falling' : 'level';
  return { figures: { nowBytes: today, dayAgoBytes: yesterday }, trend };
}

/** Peaks of whole days: neither the hour of the day nor a restart in between makes a trend. */
function dailyPeaks(points: readonly MemoryPoint[], atMs: number): readonly (number | undefined)[] {
  return Array.from({ length: DAYS_SHOWN }, (_, at) => {
    const until = atMs - (DAYS_SHOWN - 1 - at) * DAY_MS;
    return peakWithin(points, until - DAY_MS, until);
  });
}

function peakWithin(points: readonly MemoryPoint[], afterMs: number, untilMs: number): number | undefined {
  let peak: number | undefined;
  for (const { atMs, bytes } of points) {
    if (atMs > afterMs && atMs <= untilMs && (peak === undefined || bytes > peak)) peak = bytes;
  }
  return peak;
}

const BY_STANDING: Readonly<Record<Standing, number>> = {
  sick: 1_000,
  unclear: 500,
  recovered: 100,
  well: 0,
};
const BY_TIER = { proven: 60, probable: 40, suspect: 20 } as const;
const BY_CHANGE: Readonly<Record<Change, number>> = { new: 15, worse: 10, same: 5, better: 0, gone: 0 };
/** A limit that is reached within a day is what somebody has to get up for. */
const SOON_MS = DAY_MS;

function gravity({ standing, verdict, change, forecast, detections }: DigestRow, atMs: number): number {
  const isSoon = forecast !== undefined && forecast.lowMs - atMs < SOON_MS;
  const tier = standing === 'sick' ? (verdict?.tier ?? detections.at(-1)?.tier) : undefined;
  return (
    BY_STANDING[standing] +
    (isSoon ? 200 : 0) +
    (verdict?.kind === 'deadlock' ? 100 : 0) +
    (tier ? BY_TIER[tier] : 0) +
    BY_CHANGE[change] +
    (verdict?.kind === 'scales-with-load' ? 1 : 0)
  );
}
