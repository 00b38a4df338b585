// What the watcher remembers of an instance: plain values of bounded number, fit to be stored as JSON.
import { NO_RISES } from './allocation.ts';
import { type Bucket, bucketFrom, bucketRow, type OpenBucket } from './bucket.ts';
import type { Lasting } from './lasting.ts';
import type { Life } from './lives.ts';
import type { DetectionKind, Sample } from './sample.ts';

/** Eight days of hours: the longest window and a day. */
export const MAX_HOURS = 192;
/** A day and a bit of tens of minutes: what is looked at closer. */
export const MAX_TENS = 150;
/** The shortest window in which a slope is judged, in tens of minutes. */
const MAX_SHORT = 36;
export const MAX_ENDINGS = 8;

export interface InstanceState {
  readonly life: Life;
  readonly last: Sample;
  /** The last sample of the bucket before the open one. */
  readonly before: Sample | undefined;
  readonly open: OpenBucket;
  /** Of the hour that is not full. */
  readonly pending: readonly Bucket[];
  readonly tens: readonly Bucket[];
  readonly hours: readonly Bucket[];
  /** What looks have come to, by kind and window. */
  readonly lasting: Readonly<Record<string, Lasting>>;
  /** When a look last was in favour of each kind, unix seconds. */
  readonly found: Readonly<Partial<Record<DetectionKind, number>>>;
  /** When each kind was last told, unix seconds. */
  readonly told: Readonly<Partial<Record<DetectionKind, number>>>;
  /** When the process was killed at its limit, unix seconds. */
  readonly killings: readonly number[];
  /** Highest share of the limit for which a capture was asked in this life, percent. */
  readonly captured: number;
  /** Samples in a row near the limit. */
  readonly near: number;
}

/** The last tens of minutes of the process that is under way. */
export function shortOf({ tens, life }: InstanceState): readonly Bucket[] {
  return tens.slice(-MAX_SHORT).filter(({ run }) => run === life.run);
}

/** JSON of what is remembered, buckets as rows; unknown readings become null. */
export function stateJson({ tens, hours, ...others }: InstanceState): string {
  return JSON.stringify({ ...others, tens: tens.map(bucketRow), hours: hours.map(bucketRow) });
}

/** Back from its JSON. Undefined when it is none. */
export function stateFrom(json: string): InstanceState | undefined {
  try {
    const state: unknown = JSON.parse(json, (_, value) => (value === null ? Number.NaN : value));
    return isStored(state)
      ? {
          ...state,
          lasting: state.lasting ?? {},
          found: state.found ?? {},
          open: { ...state.open, rises: { ...NO_RISES, ...state.open.rises } },
          tens: state.tens.map(bucketFrom),
          hours: state.hours.map(bucketFrom),
        }
      : undefined;
  } catch {
    return undefined;
  }
}

/** It may come from an earlier build: what that one did not remember is found anew. */
type Stored = Omit<InstanceState, 'tens' | 'hours' | 'open' | 'lasting' | 'found'> &
  Partial<Pick<InstanceState, 'lasting' | 'found'>> & {
    readonly open: Omit<OpenBucket, 'rises'> & Partial<Pick<OpenBucket, 'rises'>>;
    readonly tens: readonly (readonly unknown[])[];
    readonly hours: readonly (readonly unknown[])[];
  };

function isStored(value: unknown): value is Stored {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'life' in value &&
    'last' in value &&
    'open' in value &&
    'tens' in value &&
    areRows(value.tens) &&
    'hours' in value &&
    areRows(value.hours)
  );
}

function areRows(value: unknown): boolean {
  return Array.isArray(value) && value.every((row) => Array.isArray(row));
}
