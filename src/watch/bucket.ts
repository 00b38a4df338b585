// Ten minutes of samples as a dozen numbers, and an hour of those. Minima and medians, because garbage, batches and
// bursts only ever add to what is really held.
import { median } from '../analyse/trend.ts';
import {
  allocatedIn,
  type Cycles,
  collectionsBetween,
  cyclesBetween,
  heapOf,
  isByTheClock,
  NO_RISES,
  pacedLive,
  type Rises,
  risenByTheClock,
  risingIn,
  sinceCollection,
  withRise,
} from './allocation.ts';
import type { Sample } from './sample.ts';

/** What is kept of a stretch of time. NaN where nothing told it. */
export interface Bucket {
  /** Unix seconds of its beginning. */
  readonly t: number;
  /** Which life of the process it belongs to. */
  readonly run: number;
  /** Hours since the process started, at the middle. */
  readonly age: number;
  /** Live heap as NextGC and GOGC imply it: exact unless a memory limit binds. */
  readonly paced: number;
  /** Lowest HeapAlloc, less what was allocated since the collection before it: live heap, whatever the pacing. */
  readonly trough: number;
  readonly goroutines: number;
  /** Resident memory that is not the Go runtime's. */
  readonly outside: number;
  /** Resident memory less all that the runtime ever took: the same, if nothing it gave back has really gone. */
  readonly beyond: number;
  readonly rss: number;
  readonly rssHigh: number;
  /** Requests a second. */
  readonly requests: number;
  /** Bytes allocated a second: by how HeapAlloc rises between collections, or by their count where it cannot be seen. */
  readonly allocated: number;
  /** Collections a second. */
  readonly collections: number;
  /** Heap size at which the next collection is due. */
  readonly goal: number;
}

export const BUCKET_SECONDS = 600;
const HOUR_SECONDS = 3600;
/** More than any reading has. */
const DIGITS = 6;
/** A trough this far above what the pacing implies: a memory limit binds, or GOGC is not what we think. */
export const BOUND = 1.25;

const FIELDS = [
  'paced',
  'trough',
  'goroutines',
  'outside',
  'beyond',
  'rss',
  'rssHigh',
  'requests',
  'allocated',
  'collections',
  'goal',
] as const;

/** Counted few in ten minutes: only their mean is any good. */
const RATES: ReadonlySet<(typeof FIELDS)[number]> = new Set(['requests', 'allocated', 'collections']);
/** Of the way from one collection to the next: further on, too little is left to tell what was there at first. */
const MOST_OF_CYCLE = 0.85;
/** Of what lives: more than that allocated since is too much to be taken off. */
const MOST_GUESSED = 0.5;

/** Samples being added up; a new one each time, so that a state once handed out stays as it is. */
export interface OpenBucket {
  readonly t: number;
  readonly run: number;
  readonly age: number;
  readonly paced: number;
  readonly trough: number;
  readonly goroutines: number;
  readonly outside: number;
  readonly beyond: number;
  readonly rss: number;
  readonly rssHigh: number;
  readonly requestSum: number;
  readonly requestCount: number;
  readonly rises: Rises;
  /** Seconds from the last collection to the lowest HeapAlloc; 0 where unknown. */
  readonly sinceCollection: number;
  readonly first: Sample;
  readonly last: Sample;
}

/** `before`: the last sample of the bucket before, of the same run: what rose between the two is seen as well. */
export function openBucket(sample: Sample, run: number, age: number, before?: Sample): OpenBucket {
  return {
    t: sample.t - (sample.t % BUCKET_SECONDS),
    run,
    age,
    paced: pacedLive(sample),
    trough: heapOf(sample),
    goroutines: sample.go_goroutines ?? Number.NaN,
    outside: outsideOf(sample),
    beyond: beyondOf(sample),
    rss: residentOf(sample),
    rssHigh: residentOf(sample),
    requestSum: sample.requests_per_s ?? 0,
    requestCount: sample.requests_per_s === undefined ? 0 : 1,
    rises: before && isNextTo(before, sample.t) ? withRise(NO_RISES, before, sample) : NO_RISES,
    sinceCollection: sinceCollection(sample),
    first: sample,
    last: sample,
  };
}

export function addSample(open: OpenBucket, sample: Sample): OpenBucket {
  const rss = residentOf(sample);
  return {
    t: open.t,
    run: open.run,
    age: open.age,
    paced: lower(open.paced, pacedLive(sample)),
    trough: lower(open.trough, heapOf(sample)),
    goroutines: lower(open.goroutines, sample.go_goroutines ?? Number.NaN),
    outside: lower(open.outside, outsideOf(sample)),
    beyond: lower(open.beyond, beyondOf(sample)),
    rss: lower(open.rss, rss),
    rssHigh: -lower(-open.rssHigh, -rss),
    requestSum: open.requestSum + (sample.requests_per_s ?? 0),
    requestCount: open.requestCount + (sample.requests_per_s === undefined ? 0 : 1),
    rises: withRise(open.rises, open.last, sample),
    sinceCollection: heapOf(sample) < open.trough ? sinceCollection(sample) : open.sinceCollection,
    first: open.first,
    last: sample,
  };
}

/** `before`: the last sample of the bucket before, of the same run, so that no collection is lost between the two. */
export function closeBucket(open: OpenBucket, before: Sample | undefined): Bucket {
  const since = before && isNextTo(before, open.t) ? before : open.first;
  const goal = open.last.NextGC ?? Number.NaN;
  const { t, run, age, paced, goroutines, outside, beyond, rss, rssHigh } = open;
  const cycles = cyclesBetween(since, open.last);
  const live = liveAfterCollection(open, cycles, goal);
  return trimmed({
    t,
    run,
    age,
    paced,
    trough: unlessGuessed(live, open.trough),
    goroutines,
    outside,
    beyond,
    rss,
    rssHigh,
    requests: open.requestCount > 0 ? open.requestSum / open.requestCount : Number.NaN,
    allocated: allocatedIn(open.rises, cycles, roomFor(goal, paced, live)),
    collections: collectionsBetween(since, open.last),
    goal,
  });
}

/** No gap between the two tells of anything else. */
function isNextTo(before: Sample, t: number): boolean {
  return t - before.t <= 2 * BUCKET_SECONDS;
}

/**
 * Of a collector that seldom runs the lowest HeapAlloc of ten minutes is a matter of luck: what was allocated since is
 * known from how it rises, or from how much of the way to the next collection is done. NaN where neither is known.
 */
function liveAfterCollection(
  { trough, rises, sinceCollection: since }: OpenBucket,
  cycles: Cycles,
  goal: number,
): number {
  const rising = risingIn(rises) ?? risenByTheClock(rises, cycles);
  if (rising !== undefined) return Math.max(trough / 4, trough - rising * since);
  const { collections, held } = cycles;
  const done = since * collections;
  if (!(goal > trough) || Number.isNaN(done)) return trough;
  // A collector in step with whoever looks is never seen when it is done.
  if (done >= MOST_OF_CYCLE) return Number.NaN;
  // Made to collect by the clock, a heap does not come to its goal.
  if (since > 0 && isByTheClock(cycles)) return Number.NaN;
  return Math.max(trough / 4, (trough - done * goal - held * since) / (1 - done));
}

/** What is left of a heap when much of it is taken off again is a guess: other ten minutes of the hour will tell. */
function unlessGuessed(live: number, trough: number): number {
  return trough - live <= MOST_GUESSED * live ? live : Number.NaN;
}

/** What is allocated from one collection to the next. */
function roomFor(goal: number, paced: number, live: number): number {
  return Math.max(0, goal - (live > BOUND * paced || Number.isNaN(paced) ? Math.min(live, goal) : paced));
}

/** Buckets of one hour and one run as one. */
export function joinHour(buckets: readonly Bucket[]): Bucket | undefined {
  const [first] = buckets;
  if (!first) return undefined;
  const values = Object.fromEntries(
    FIELDS.map((field) => [field, combine(field, buckets)]),
  ) as unknown as Pick<Bucket, (typeof FIELDS)[number]>;
  const ages = buckets.map((bucket) => bucket.age);
  return trimmed({
    t: hourOf(first.t),
    run: first.run,
    age: ages.reduce((sum, age) => sum + age, 0) / ages.length,
    ...values,
  });
}

/** Hundreds of buckets are remembered: what no reading tells need not be. */
function trimmed({ t, run, ...numbers }: Bucket): Bucket {
  const entries = Object.entries(numbers).map(([name, value]) => [name, Number(value.toPrecision(DIGITS))]);
  return { t, run, ...Object.fromEntries(entries) };
}

/** A bucket as its numbers alone, in this order. */
const COLUMNS = ['t', 'run', 'age', ...FIELDS] as const;

export function bucketRow(bucket: Bucket): readonly number[] {
  return COLUMNS.map((column) => bucket[column]);
}

/** Back from its numbers; what is missing is unknown. */
export function bucketFrom(row: readonly unknown[]): Bucket {
  return Object.fromEntries(
    COLUMNS.map((column, at) => [column, typeof row[at] === 'number' ? row[at] : Number.NaN]),
  ) as unknown as Bucket;
}

export function hourOf(t: number): number {
  return t - (t % HOUR_SECONDS);
}

/** A trough is the better the longer one waits for it; everything else is best in the middle. */
function combine(field: (typeof FIELDS)[number], buckets: readonly Bucket[]): number {
  const values = buckets.map((bucket) => bucket[field]).filter((value) => !Number.isNaN(value));
  if (values.length === 0) return Number.NaN;
  if (field === 'trough') return Math.min(...values);
  if (RATES.has(field)) return values.reduce((sum, value) => sum + value, 0) / values.length;
  if (field === 'rssHigh') return Math.max(...values);
  return median(values) ?? Number.NaN;
}

function outsideOf({ RSS, Sys, HeapReleased }: Sample): number {
  return RSS === undefined || Sys === undefined || HeapReleased === undefined
    ? Number.NaN
    : RSS - (Sys - HeapReleased);
}

function beyondOf({ RSS, Sys }: Sample): number {
  return RSS === undefined || Sys === undefined ? Number.NaN : RSS - Sys;
}

/** Resident memory; where only the runtime speaks, what it holds of the system. */
export function residentOf({ RSS, Sys, HeapReleased }: Sample): number {
  if (RSS !== undefined) return RSS;
  return Sys === undefined || HeapReleased === undefined ? Number.NaN : Sys - HeapReleased;
}

/** NaN is unknown. */
function lower(a: number, b: number): number {
  if (Number.isNaN(a)) return b;
  return Number.isNaN(b) ? a : Math.min(a, b);
}
