// What the watcher remembers of an instance: plain values of bounded number, fit to be stored as JSON.
import type { Bucket, OpenBucket } from './bucket.ts';
import type { Life } from './lives.ts';
import type { DetectionKind, Sample } from './sample.ts';

/** Eight days of hours: the longest window and a day. */
export const MAX_HOURS = 192;
/** The shortest window in which a slope is judged, in ten minutes. */
export const MAX_SHORT = 36;
export const MAX_ENDINGS = 8;

export interface InstanceState {
  readonly life: Life;
  readonly last: Sample;
  /** The last sample of the bucket before the open one. */
  readonly before: Sample | undefined;
  readonly open: OpenBucket;
  /** Of the hour that is not full. */
  readonly pending: readonly Bucket[];
  readonly short: readonly Bucket[];
  readonly hours: readonly Bucket[];
  /** Evaluations in favour, less those against, by kind and window. */
  readonly evidence: Readonly<Record<string, number>>;
  /** When each kind was last told, unix seconds. */
  readonly told: Readonly<Partial<Record<DetectionKind, number>>>;
  /** When the process was killed at its limit, unix seconds. */
  readonly killings: readonly number[];
  /** Highest share of the limit for which a capture was asked in this life, percent. */
  readonly captured: number;
  /** Samples in a row near the limit. */
  readonly near: number;
}

/** JSON of what is remembered; unknown readings become null. */
export function stateJson(state: InstanceState): string {
  return JSON.stringify(state);
}

/** Back from its JSON. Undefined when it is none. */
export function stateFrom(json: string): InstanceState | undefined {
  try {
    const state: unknown = JSON.parse(json, (_, value) => (value === null ? Number.NaN : value));
    return isState(state) ? state : undefined;
  } catch {
    return undefined;
  }
}

function isState(value: unknown): value is InstanceState {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'life' in value && 'last' in value && 'open' in value && 'hours' in value && Array.isArray(value.hours)
  );
}
