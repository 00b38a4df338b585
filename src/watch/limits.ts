// The limit itself: captures on the way to it, the last warning before it, and the collector's death spiral.
import { median, theilSen } from '../analyse/trend.ts';
import { formatBytes, formatForecast, formatPercent } from '../model/units.ts';
import { type Bucket, residentOf } from './bucket.ts';
import type { CaptureTrigger, Detection, Sample } from './sample.ts';
import { type InstanceState, shortOf } from './state.ts';

/** Shares of the limit at which a capture is worth its price: while it can still answer, and before it cannot. */
export const CAPTURE_AT = [70, 85, 95] as const;
const NEAR = 0.95;
/** Some services live there: short of this, it has to be going up. */
const AT_IT = 0.985;
const SOON_SECONDS = 6 * 3600;
/** A single reading is a burst. */
const NEAR_SAMPLES = 3;
const NEAR_SECONDS = 120;
/** Resident memory within this of GOMEMLIMIT is where it is meant to be. */
const AS_MEANT = 1.04;

const SPIRAL_HEADROOM = 0.12;
const SPIRAL_RISE = 4;
const SPIRAL_PER_SECOND = 0.2;
const SPIRAL_NEAR = 0.75;
/** Ten minutes each: what "usual" is taken from. */
const SPIRAL_USUAL = 6;

export function limitOf({ container_limit = Number.POSITIVE_INFINITY }: Sample): number {
  return container_limit;
}

/** Shares of the limit passed for the first time in this life of the process. */
export function captureTriggers(instance: string, state: InstanceState): readonly CaptureTrigger[] {
  const percent = (residentOf(state.last) / limitOf(state.last)) * 100;
  const passed = CAPTURE_AT.filter((share) => percent >= share && share > state.captured);
  const highest = passed.at(-1);
  return highest === undefined ? [] : [{ t: state.last.t, instance, percent: highest }];
}

export function isNear(sample: Sample): boolean {
  const resident = residentOf(sample);
  const meant = sample.GOMEMLIMIT !== undefined && resident <= AS_MEANT * sample.GOMEMLIMIT;
  return resident >= NEAR * limitOf(sample) && !meant;
}

/** Resident memory stays at the limit. */
export function nearLimit(instance: string, state: InstanceState): Detection | undefined {
  const { last, near, life } = state;
  if (near < NEAR_SAMPLES || last.t - life.started < NEAR_SECONDS) return undefined;
  const resident = residentOf(last);
  const limit = limitOf(last);
  const points = shortOf(state)
    .filter(({ rssHigh }) => !Number.isNaN(rssHigh))
    .map(({ t, rssHigh }) => ({ x: t, y: rssHigh }));
  const slope = theilSen(points.slice(-12)) ?? 0;
  const seconds = slope > 0 ? Math.max(0, limit - resident) / slope : undefined;
  // Under GOMEMLIMIT it goes up to where the collector holds it, and no further.
  const held = (last.GOMEMLIMIT ?? Number.POSITIVE_INFINITY) < limit;
  const soon = !held && (seconds ?? Number.POSITIVE_INFINITY) <= SOON_SECONDS;
  if (resident < AT_IT * limit && !soon) return undefined;
  const when =
    seconds === undefined ? '' : `, about ${formatForecast(seconds * 1000)} from it as it has been rising`;
  return {
    t: last.t,
    instance,
    kind: 'near_limit',
    tier: 'probable',
    forecast: { low: last.t, high: seconds === undefined ? null : Math.round(last.t + 4 * seconds + 600) },
    because: `resident memory is ${formatBytes(resident)}, ${formatPercent(resident / limit)} of its limit of ${formatBytes(limit)}${when}`,
  };
}

/** The collector runs ever more often and finds ever less: the heap that lives is all there is room for. */
export function gcSpiral(instance: string, state: InstanceState, bucket: Bucket): Detection | undefined {
  const { last, hours } = state;
  const limit = Math.min(last.GOMEMLIMIT ?? Number.POSITIVE_INFINITY, limitOf(last));
  const headroom = (bucket.goal - bucket.trough) / bucket.goal;
  if (!Number.isFinite(limit) || !(bucket.goal >= SPIRAL_NEAR * limit) || !(headroom <= SPIRAL_HEADROOM))
    return undefined;
  const known = [...hours, ...shortOf(state)]
    .map(({ collections }) => collections)
    .filter((rate) => !Number.isNaN(rate));
  const usual = median(known);
  if (usual === undefined || known.length < SPIRAL_USUAL) return undefined;
  const rate = bucket.collections;
  if (!(rate >= SPIRAL_PER_SECOND) || rate < SPIRAL_RISE * usual) return undefined;
  return {
    t: last.t,
    instance,
    kind: 'gc_spiral',
    tier: 'probable',
    forecast: null,
    because: `${rate.toFixed(1)} collections a second where ${usual.toFixed(2)} are usual, and each frees at most ${formatPercent(Math.max(0, headroom))} of a heap of ${formatBytes(bucket.goal)} under a limit of ${formatBytes(limit)}`,
  };
}
