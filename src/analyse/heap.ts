// In-use heap by allocation site over the snapshots: what grows, what only churns, what has levelled off.
// Profiles are samples: a growth is believed only beyond three standard errors of the sampling.
import type { Frame } from '../model/goroutine.ts';
import { type Profile, valueColumn } from '../model/profile.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { HeapSite } from '../model/verdict.ts';
import { type SiteTable, siteKey, tally } from './heap-sites.ts';
import { readingAt } from './moment.ts';
import { mean, rateChange } from './trend.ts';

/** MemProfileRate's default: mean bytes between two samples. */
const DEFAULT_PERIOD = 524_288;
const STANDARD_ERRORS = 3;
/** Growth below this is start-up noise whatever the statistics say. */
const LEAST_GROWTH_BYTES = 2 * 1024 * 1024;
/** Share of allocated bytes still in use at the end: a leak keeps all, a busy handler keeps next to nothing. */
const SURVIVING_SHARE = 0.25;

/** Sites looked at beyond those that grew. */
const MOST_SITES = 200;

export interface SiteTrack {
  readonly key: string;
  readonly site: HeapSite;
  /** In-use bytes and objects per heap profile. */
  readonly inuse: readonly number[];
  readonly objects: readonly number[];
  readonly survivingShare?: number;
  /** Growth in standard errors of the sampling. */
  readonly sigmas: number;
  /** The same few large objects, larger in every profile: a buffer, slice or map that is added to. */
  readonly appended: boolean;
  readonly growing: boolean;
  readonly steady: boolean;
}

/** Live heap after a collection. */
export interface LivePoint {
  readonly atMs: number;
  readonly bytes: number;
}

export interface HeapHistory {
  readonly atMs: readonly number[];
  readonly sampleRate: number;
  readonly sites: readonly SiteTrack[];
  /** All sites in columns, and the profiles the columns stand for. */
  readonly table: SiteTable;
  readonly from: readonly Profile[];
  readonly totalInuse: readonly number[];
  /** How many times over the heap was allocated anew between first and last: collections, where no counter tells. */
  readonly turnover: number;
  /** Profiles with a collection between them; and those that only repeated the one before. */
  readonly profiles: number;
  readonly unchanged: number;
  /** Collections between the first and the last profile, when the counters tell. */
  readonly collections?: number;
}

export function followHeap(
  snapshots: readonly Snapshot[],
  atMs: readonly number[],
  live: readonly LivePoint[] = [],
): HeapHistory | undefined {
  const taken = snapshots.flatMap((snapshot, index) =>
    snapshot.heap && isAbsoluteHeap(snapshot.heap)
      ? [
          {
            profile: snapshot.heap,
            at: atMs[index] ?? 0,
            asOf: lastCollectionMs(snapshot),
            collections: readingAt(snapshot, 'numGC')?.numGC,
          },
        ]
      : [],
  );
  const kept = taken.filter((entry, index) => !isRepeated(entry, taken[index + 1]));
  const last = kept[kept.length - 1];
  if (!last) return undefined;
  const table = tally(kept.map((entry) => entry.profile));
  const times = collectionTimes(kept) ?? kept.map((entry) => entry.at);
  const period = last.profile.period || DEFAULT_PERIOD;
  const tracks = notable(table).map((site) => trackSite(columnsOf(table, site), times, period, live));
  return {
    atMs: times,
    sampleRate: period,
    sites: rank(tracks),
    table,
    from: kept.map((entry) => entry.profile),
    totalInuse: totals(table, table.inuse),
    turnover: turnoverOf(totals(table, table.alloc), totals(table, table.inuse)),
    profiles: kept.length,
    unchanged: taken.length - kept.length,
    ...collectionsBetween(kept[0], last),
  };
}

/**
 * A heap profile shows the state at the last collection, which can be minutes before it was taken. Growth is
 * divided by the time between those collections, where the counters tell it.
 */
function collectionTimes(
  taken: readonly { readonly at: number; readonly asOf: number | undefined }[],
): readonly number[] | undefined {
  const times: number[] = [];
  for (const { asOf } of taken) {
    if (asOf === undefined || asOf <= (times[times.length - 1] ?? 0)) return undefined;
    times.push(asOf);
  }
  return times;
}

function lastCollectionMs(snapshot: Snapshot): number | undefined {
  const nanos = readingAt(snapshot, 'lastGCNanos')?.lastGCNanos;
  return nanos === undefined || nanos <= 0 ? undefined : nanos / 1e6;
}

/**
 * Without a collection in between, two profiles show the same moment: what differs was only published late.
 * The later one of the two is the fuller.
 */
function isRepeated(entry: Taken, next: Taken | undefined): boolean {
  if (!next) return false;
  if (entry.collections !== undefined && next.collections !== undefined)
    return entry.collections === next.collections;
  const { values } = entry.profile;
  return (
    values.length === next.profile.values.length &&
    values.every((value, index) => value === next.profile.values[index])
  );
}

function collectionsBetween(first: Taken | undefined, last: Taken): { collections?: number } {
  return first?.collections === undefined || last.collections === undefined
    ? {}
    : { collections: last.collections - first.collections };
}

interface Taken {
  readonly profile: Profile;
  readonly collections: number | undefined;
}

function isAbsoluteHeap(profile: Profile): boolean {
  return !profile.delta && valueColumn(profile, 'inuse_space') >= 0;
}

interface Columns {
  readonly frames: readonly Frame[];
  readonly inuse: readonly number[];
  readonly objects: readonly number[];
  readonly alloc: readonly number[];
  readonly allocObjects: readonly number[];
}

function columnsOf(table: SiteTable, site: number): Columns {
  const { width } = table;
  const row = (figures: Float64Array) => [...figures.subarray(site * width, (site + 1) * width)];
  return {
    frames: table.frames(site),
    inuse: row(table.inuse),
    objects: row(table.objects),
    alloc: row(table.alloc),
    allocObjects: row(table.allocObjects),
  };
}

function totals({ count, width }: SiteTable, figures: Float64Array): number[] {
  const sums = new Array<number>(width).fill(0);
  for (let slot = 0; slot < count * width; slot++)
    sums[slot % width] = (sums[slot % width] ?? 0) + (figures[slot] ?? 0);
  return sums;
}

function turnoverOf(alloc: readonly number[], inuse: readonly number[]): number {
  const allocated = (alloc[alloc.length - 1] ?? 0) - (alloc[0] ?? 0);
  return Math.max(0, allocated) / Math.max(1, mean(inuse));
}

/** Sites that could be growing, and the largest: the rest could never be spoken of. */
function notable({ count, width, inuse, alloc }: SiteTable): number[] {
  const weights = new Float64Array(count);
  for (let site = 0; site < count; site++) {
    const last = inuse[(site + 1) * width - 1] ?? 0;
    const seen = last > 0 || (alloc[(site + 1) * width - 1] ?? 0) > 0;
    weights[site] = seen ? weightOf(last, last - (inuse[site * width] ?? 0)) : -1;
  }
  const least = weights.slice().sort()[Math.max(0, count - MOST_SITES)] ?? 0;
  const sites: number[] = [];
  for (let site = 0; site < count; site++) {
    const weight = weights[site] ?? -1;
    if (weight >= 0 && (weight >= least || weight >= 4 * LEAST_GROWTH_BYTES)) sites.push(site);
  }
  return sites;
}

/** What grew counts for more than what is large. */
function weightOf(inuse: number, delta: number): number {
  return Math.max(delta, 0) * 4 + inuse;
}

function trackSite(
  sums: Columns,
  atMs: readonly number[],
  period: number,
  live: readonly LivePoint[],
): SiteTrack {
  const n = sums.inuse.length;
  const last = sums.inuse[n - 1] ?? 0;
  const first = sums.inuse[0] ?? 0;
  const delta = last - first;
  const allocDelta = (sums.alloc[n - 1] ?? 0) - (sums.alloc[0] ?? 0);
  const objectBytes = (sums.objects[n - 1] ?? 0) > 0 ? last / (sums.objects[n - 1] ?? 1) : 0;
  // One sample stands for about one period of bytes (or for one object when objects are larger).
  const unit = Math.max(period, objectBytes, 1);
  const error = errorUnit(objectBytes, period);
  const sigmas = Math.min(MOST_SIGMAS, delta / Math.sqrt(Math.max(Math.abs(delta), error) * error));
  const minutes = ((atMs[n - 1] ?? 0) - (atMs[0] ?? 0)) / 60_000;
  const survivingShare = allocDelta > 0 ? Math.max(0, delta) / allocDelta : undefined;
  const significant = n >= 2 && sigmas >= STANDARD_ERRORS && delta >= LEAST_GROWTH_BYTES;
  const appended = isAppended(sums, objectBytes);
  // Whoever outgrows its array leaves it behind: of what is allocated for it, a fifth stays.
  const keeps = survivingShare === undefined || survivingShare >= SURVIVING_SHARE || appended;
  const steady = significant && (liveGrowsSteadily(live, delta) ?? growsSteadily(sums.inuse, atMs, unit));
  const growing = significant && keeps && steady;
  const site: HeapSite = {
    frames: sums.frames,
    inuseBytes: last,
    inuseObjects: sums.objects[n - 1] ?? 0,
    allocBytes: sums.alloc[n - 1] ?? 0,
    allocObjects: sums.allocObjects[n - 1] ?? 0,
    deltaBytes: delta,
    perMinute: minutes > 0 ? delta / minutes : 0,
    shape: shapeOf(growing, significant && !steady, allocDelta, last, delta),
  };
  return {
    key: siteKey(sums.frames),
    site,
    inuse: sums.inuse,
    objects: sums.objects,
    sigmas,
    appended,
    growing,
    steady,
    ...(survivingShare === undefined ? {} : { survivingShare }),
  };
}

const MOST_SIGMAS = 99;
const LARGE_OBJECT_BYTES = 1024 * 1024;
const SAME_OBJECTS = 2;

/**
 * Bytes of which one standard error squared is made: the sampler takes an object of `size` with probability
 * 1 - exp(-size/period), so small ones err by a period each, and large ones hardly at all.
 */
function errorUnit(objectBytes: number, period: number): number {
  if (objectBytes <= 0) return Math.max(period, 1);
  const taken = -Math.expm1(-objectBytes / Math.max(period, 1));
  return Math.max((objectBytes * (1 - taken)) / taken, 1);
}

function isAppended({ inuse, objects }: Columns, objectBytes: number): boolean {
  if (inuse.length < 3 || objectBytes < LARGE_OBJECT_BYTES) return false;
  const [before = 0] = objects;
  const after = objects[objects.length - 1] ?? 0;
  return (
    after <= before + SAME_OBJECTS && inuse.every((bytes, at) => at === 0 || bytes > (inuse[at - 1] ?? 0))
  );
}

/**
 * The live heap is exact where the profile is a sample: when it is known at three collections it decides
 * whether growth goes on. Undefined when it cannot tell.
 */
function liveGrowsSteadily(live: readonly LivePoint[], delta: number): boolean | undefined {
  const first = live[0];
  const last = live[live.length - 1];
  if (!first || !last || live.length < 2) return undefined;
  const grown = last.bytes - first.bytes;
  if (grown < LEAST_LIVE_SHARE * delta) return false;
  if (live.length < 3) return undefined;
  return (paceOf(live) ?? 1) >= STILL_GROWING;
}

/**
 * How fast the live heap grows in the later part of the window, against the earlier: 1 for a leak under steady
 * load, less for what fills up. Undefined with fewer than three collections; infinite when growth only began.
 */
export function paceOf(live: readonly LivePoint[]): number | undefined {
  const first = live[0];
  const last = live[live.length - 1];
  if (!first || !last || live.length < 3) return undefined;
  const halfway = first.atMs + (last.atMs - first.atMs) / 2;
  const middle = live
    .slice(1, -1)
    .reduce((best, point) => (Math.abs(point.atMs - halfway) < Math.abs(best.atMs - halfway) ? point : best));
  const early = (middle.bytes - first.bytes) / Math.max(1, middle.atMs - first.atMs);
  const late = (last.bytes - middle.bytes) / Math.max(1, last.atMs - middle.atMs);
  if (late <= 0) return 0;
  return early <= 0 ? Number.POSITIVE_INFINITY : late / early;
}

/** A cache that fills slows down; a leak keeps most of its pace. */
const STILL_GROWING = 0.35;
/** A site cannot grow by much more than the live heap does. */
const LEAST_LIVE_SHARE = 0.3;

/** The last interval must not be clearly slower than what came before: a cache fills and then stands. */
function growsSteadily(inuse: readonly number[], atMs: readonly number[], unit: number): boolean {
  const n = inuse.length;
  if (n < 3) return true;
  const early = Math.max(0, (inuse[n - 2] ?? 0) - (inuse[0] ?? 0));
  const late = (inuse[n - 1] ?? 0) - (inuse[n - 2] ?? 0);
  if (late <= 0) return false;
  const earlyMs = (atMs[n - 2] ?? 0) - (atMs[0] ?? 0);
  const lateMs = (atMs[n - 1] ?? 0) - (atMs[n - 2] ?? 0);
  if (rateChange(early / unit, earlyMs, late / unit, lateMs) < -2.2) return false;
  return late / lateMs >= (0.25 * early) / earlyMs;
}

function shapeOf(
  growing: boolean,
  levelledOff: boolean,
  allocDelta: number,
  inuse: number,
  delta: number,
): HeapSite['shape'] {
  if (growing) return 'leak';
  if (levelledOff) return 'cache';
  if (allocDelta > 4 * Math.max(inuse, 1) && allocDelta > 10 * Math.abs(delta)) return 'churn';
  return 'steady';
}

function rank(tracks: readonly SiteTrack[]): SiteTrack[] {
  const order = (track: SiteTrack) =>
    (track.growing ? 1e15 : 0) + weightOf(track.site.inuseBytes, track.site.deltaBytes);
  return [...tracks].sort((a, b) => order(b) - order(a) || (a.key < b.key ? -1 : 1));
}
