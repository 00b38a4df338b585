// What is watched for growth, and what each needs to be believed.
import { median, quantile } from '../analyse/trend.ts';
import { BOUND, type Bucket } from './bucket.ts';
import type { Reading } from './reading.ts';
import type { DetectionKind } from './sample.ts';

/** Something of a bucket, chosen once for a whole window: two estimates that differ would make a step out of nothing. */
type Choice = (buckets: readonly Bucket[]) => (bucket: Bucket) => number;

export interface Signal {
  readonly kind: DetectionKind;
  /** What grows, for people. */
  readonly what: string;
  /** Growth below this is nobody's concern. */
  readonly least: number;
  readonly unit: 'bytes' | 'goroutines';
  readonly value: Choice;
  /** What explains it, if anything tells it. */
  readonly load: Choice;
  /** Whether it answers to each rise of load, so that minutes tell more of it than hours. */
  readonly followsLoad?: true;
  /** What growth is a share of; the signal's own level when absent. */
  readonly scale?: (bucket: Bucket) => number;
}

const MIB = 1 << 20;
const resident = ({ rss }: Bucket) => rss;
const unknown = () => Number.NaN;

export const SIGNALS: readonly Signal[] = [
  {
    kind: 'heap_leak',
    what: 'live heap',
    least: 2 * MIB,
    unit: 'bytes',
    value: liveHeap,
    load: (buckets) => loadOf(buckets, true),
    followsLoad: true,
  },
  {
    kind: 'goroutine_leak',
    what: 'goroutine count',
    least: 4,
    unit: 'goroutines',
    value:
      () =>
      ({ goroutines }) =>
        goroutines,
    load: (buckets) => loadOf(buckets, false),
    followsLoad: true,
  },
  {
    kind: 'memory_outside_heap',
    what: 'resident memory outside the Go runtime',
    least: 8 * MIB,
    unit: 'bytes',
    value: outsideHeap,
    load: (buckets) => loadOf(buckets, true),
    // A good part of resident memory is garbage and room to grow.
    scale: ({ rss }) => 0.7 * rss,
  },
  {
    kind: 'memory_growth',
    what: 'resident memory',
    least: 8 * MIB,
    unit: 'bytes',
    value: (buckets) => (buckets.some(tellsHeap) ? unknown : resident),
    load: (buckets) => loadOf(buckets, true),
  },
];

/** The buckets that tell a signal, as readings; the rest are left out. */
export function readingsOf(
  { value, load }: Pick<Signal, 'value' | 'load'>,
  buckets: readonly Bucket[],
  focus: (bucket: Bucket) => boolean,
): readonly Reading[] {
  const y = value(buckets);
  const explains = load(buckets);
  const readings: Reading[] = [];
  for (const bucket of buckets) {
    const { t, run, age } = bucket;
    const reading = {
      t,
      run,
      age,
      y: y(bucket),
      load: explains(bucket),
      focus: focus(bucket),
    };
    if (!Number.isNaN(reading.y)) readings.push(reading);
  }
  return readings;
}

/** Exact where collections are paced by GOGC, and the trough where a limit binds. */
function liveHeap(buckets: readonly Bucket[]): (bucket: Bucket) => number {
  const paced = ({ paced: live }: Bucket) => live;
  const trough = ({ trough: live }: Bucket) => live;
  if (!tells(buckets, paced)) return trough;
  const told = buckets.filter((bucket) => !Number.isNaN(bucket.paced) && !Number.isNaN(bucket.trough));
  const ratios = told.map((bucket) => bucket.trough / bucket.paced);
  // Nothing is ever collected down to what the pacing implies.
  const bound = (quantile(ratios, 0.1) ?? 0) > BOUND;
  // Or the next collection is always due at the same size, or nearly, far above what is collected down to.
  const goals = spreadOf(told.map(paced));
  const far = (median(ratios) ?? 1) < 1 / BOUND;
  const limited = far && goals < Math.min(STEADY, STILL * spreadOf(told.map(trough)));
  return bound || goals < PINNED || limited ? trough : paced;
}

/** No heap is steadier. */
const PINNED = 0.002;
/** Goals that move less, and that much less than what is collected down to: a limit sets them, and GOGC is not what we think. */
const STEADY = 0.05;
const STILL = 0.25;

/** From the lowest to the highest but for a few, as a share. */
function spreadOf(values: readonly number[]): number {
  return (quantile(values, 0.95) ?? 0) / (quantile(values, 0.05) ?? 0) - 1;
}

/** Pages freed lazily (Go 1.12 to 1.15) are given back on paper and stay resident: then what the runtime ever took is the better measure. */
function outsideHeap(buckets: readonly Bucket[]): (bucket: Bucket) => number {
  const outside = ({ outside: all }: Bucket) => all;
  const beyond = ({ beyond: least }: Bucket) => least;
  if (movesOf(buckets, beyond) < STEADIER * movesOf(buckets, outside)) return beyond;
  // Below zero, pages were taken and not touched yet: those that are touched later are no leak.
  return (bucket) => (outside(bucket) > 0 ? outside(bucket) : Number.NaN);
}

/** Moves less from bucket to bucket than half of what the other does. */
const STEADIER = 0.5;

/** Up and down within each life, added up. */
function movesOf(buckets: readonly Bucket[], pick: (bucket: Bucket) => number): number {
  return buckets.reduce((sum, bucket, at) => {
    const before = buckets[at - 1];
    const moved = before?.run === bucket.run ? Math.abs(pick(bucket) - pick(before)) : 0;
    return Number.isNaN(moved) ? sum : sum + moved;
  }, 0);
}

/** Requests where they are told; else what is allocated follows them; else goroutines may, if they are not watched. */
function loadOf(buckets: readonly Bucket[], goroutinesToo: boolean): (bucket: Bucket) => number {
  const pick = [
    ({ requests }: Bucket) => requests,
    ({ allocated }: Bucket) => allocated,
    ...(goroutinesToo ? [({ goroutines }: Bucket) => goroutines] : []),
  ].find((candidate) => tells(buckets, candidate));
  return pick ?? (() => Number.NaN);
}

function tellsHeap({ trough, paced }: Bucket): boolean {
  return !(Number.isNaN(trough) && Number.isNaN(paced));
}

function tells(buckets: readonly Bucket[], pick: (bucket: Bucket) => number): boolean {
  let told = 0;
  for (const bucket of buckets) if (!Number.isNaN(pick(bucket))) told += 1;
  return told >= 0.9 * buckets.length;
}
