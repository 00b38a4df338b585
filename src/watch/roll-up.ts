// What is kept of an instance for ninety days: every sample of the last day, ten minutes for a week, hours for three
// months, and the moments at which its process or its build changed. In pieces, so that a sample touches one of them.
import type { Bucket } from './bucket.ts';
import { type Column, decodeRows, encodeRow, type Row, START, type Tail } from './columns.ts';
import type { Sample } from './sample.ts';
import type { Mark, Watched } from './watcher.ts';

export interface Piece {
  /** Unix seconds of its first row. */
  readonly from: number;
  readonly rows: number;
  /** Grows at its end only: a store may append. */
  readonly bytes: Uint8Array;
  readonly tail: Tail;
}

export interface RollUp {
  readonly raw: readonly Piece[];
  readonly tens: readonly Piece[];
  readonly hours: readonly Piece[];
  readonly marks: readonly Mark[];
}

export const EMPTY_ROLL_UP: RollUp = { raw: [], tens: [], hours: [], marks: [] };

interface Grain {
  readonly columns: readonly Column[];
  /** A piece holds so many rows, and no more are kept than `pieces` full ones: whatever the cadence. */
  readonly rows: number;
  readonly pieces: number;
  readonly keptSeconds: number;
}

const DAY = 86_400;
const MAX_MARKS = 300;
const KIB = 1024;

const size = (name: string, unit = KIB): Column => ({ name, as: 'size', unit });
const count = (name: string): Column => ({ name, as: 'count', unit: 1 });

export const BUCKET_FIELDS = [
  'run',
  'paced',
  'trough',
  'goroutines',
  'outside',
  'rss',
  'rssHigh',
  'requests',
  'collections',
] as const;
const SAMPLE_FIELDS = [
  'go_goroutines',
  'HeapAlloc',
  'HeapInuse',
  'HeapReleased',
  'Sys',
  'NextGC',
  'NumGC',
  'StackInuse',
  'RSS',
  'requests_per_s',
] as const;
const COUNTS: ReadonlySet<string> = new Set(['run', 'goroutines', 'go_goroutines', 'NumGC']);
const RATES: ReadonlySet<string> = new Set(['requests', 'requests_per_s', 'collections']);

function columnsOf(fields: readonly string[]): readonly Column[] {
  return fields.map((name) => (COUNTS.has(name) ? count(name) : size(name, RATES.has(name) ? 0.001 : KIB)));
}

export const GRAINS = {
  /** A day at two samples a minute: an hour each. */
  raw: { columns: columnsOf(SAMPLE_FIELDS), rows: 120, pieces: 25, keptSeconds: DAY },
  tens: { columns: columnsOf(BUCKET_FIELDS), rows: 144, pieces: 8, keptSeconds: 7 * DAY },
  hours: { columns: columnsOf(BUCKET_FIELDS), rows: 240, pieces: 10, keptSeconds: 90 * DAY },
} as const satisfies Readonly<Record<string, Grain>>;

/** What a sample adds, and what the watcher says it completed. */
export type Addition = Pick<Watched, 'ten' | 'hour' | 'mark'> & { readonly sample: Sample };

export function rollUp(history: RollUp, { sample, ten, hour, mark }: Addition): RollUp {
  const now = sample.t;
  const row = { t: now, values: SAMPLE_FIELDS.map((field) => sample[field] ?? Number.NaN) };
  return {
    raw: appended(GRAINS.raw, history.raw, row, now),
    tens: ten ? appended(GRAINS.tens, history.tens, bucketRow(ten), now) : history.tens,
    hours: hour ? appended(GRAINS.hours, history.hours, bucketRow(hour), now) : history.hours,
    marks: mark ? [...history.marks, mark].slice(-MAX_MARKS) : history.marks,
  };
}

/** Rows of a grain between two moments, oldest first; damaged pieces give what can be read of them. */
export function rowsOf(
  history: RollUp,
  grain: keyof typeof GRAINS,
  from: number,
  to: number,
): readonly Row[] {
  return history[grain]
    .flatMap((piece) => decodeRows(GRAINS[grain].columns, piece.bytes).value)
    .filter(({ t }) => t >= from && t <= to);
}

/** The samples of the last day between two moments, oldest first; what a row does not hold is absent. */
export function samplesBetween(history: RollUp, from: number, to: number): readonly Sample[] {
  return rowsOf(history, 'raw', from, to).map(({ t, values }) => {
    const sample: { -readonly [Field in keyof Sample]: Sample[Field] } = { t };
    for (const [at, field] of SAMPLE_FIELDS.entries()) {
      const value = values[at];
      if (value !== undefined && !Number.isNaN(value)) sample[field] = value;
    }
    return sample;
  });
}

/** Bytes of everything kept. */
export function rollUpBytes({ raw, tens, hours }: RollUp): number {
  return [...raw, ...tens, ...hours].reduce((sum, { bytes }) => sum + bytes.length, 0);
}

function bucketRow(bucket: Bucket): Row {
  return { t: bucket.t, values: BUCKET_FIELDS.map((field) => bucket[field]) };
}

function appended(grain: Grain, pieces: readonly Piece[], row: Row, now: number): readonly Piece[] {
  const last = pieces.at(-1);
  const fits = last !== undefined && last.rows < grain.rows;
  const before = fits ? last : { from: row.t, rows: 0, bytes: new Uint8Array(), tail: START };
  const { bytes, tail } = encodeRow(grain.columns, before.tail, row);
  const joined = new Uint8Array(before.bytes.length + bytes.length);
  joined.set(before.bytes);
  joined.set(bytes, before.bytes.length);
  const piece = { from: before.from, rows: before.rows + 1, bytes: joined, tail };
  const others = fits ? pieces.slice(0, -1) : pieces;
  const next = [...others, piece];
  // A piece goes when the one after it began before all that is kept.
  return next
    .filter((_, at) => (next[at + 1]?.from ?? now) > now - grain.keptSeconds || at === next.length - 1)
    .slice(-grain.pieces);
}
