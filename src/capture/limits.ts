// How long and how much one question to a service may take (reliability policy: deadlines).
import type { Endpoint } from '../model/capture.ts';
import { TRACE_SECONDS } from '../model/target.ts';

/** Milliseconds, but for the rate. */
export interface Deadlines {
  /** From the first attempt to an open connection, TLS included. */
  readonly connectMs: number;
  /** Beyond what the question itself takes, until the first line of the answer. */
  readonly headersMs: number;
  /** Longest silence in the middle of an answer. */
  readonly idleMs: number;
  /** Beyond what the question itself takes, for all of it. */
  readonly totalMs: number;
  /** Over every so many milliseconds an answer must bring `leastBytesPerSecond`. */
  readonly rateMs: number;
}

export interface Caps {
  readonly bodyBytes: number;
  readonly inflatedBytes: number;
}

export const DEADLINES: Deadlines = {
  connectMs: 2_000,
  headersMs: 5_000,
  idleMs: 10_000,
  totalMs: 20_000,
  rateMs: 5_000,
};

/** A dump that drips holds a place among the captures, and a goroutine of the service. */
export const LEAST_BYTES_PER_SECOND = 1024;

/** Go itself cuts debug=2 at 64 MiB; the inflated size is what the parsers read at most. */
export const CAPS: Caps = { bodyBytes: 64 * 1024 * 1024, inflatedBytes: 256 * 1024 * 1024 };
/**
 * An execution trace grows with what the service does. A second of a busy one is a few MiB; what is larger is given up
 * whole, because the names of everything in it come last.
 */
export const TRACE_BYTES = 32 * 1024 * 1024;

/** Bytes that the answer to one question may have. */
export function mostBytes(endpoint: Endpoint, { bodyBytes }: Caps): number {
  return endpoint === 'trace' ? Math.min(bodyBytes, TRACE_BYTES) : bodyBytes;
}

/** What is read of a refused answer before the connection is given up. */
export const MAX_ERROR_BYTES = 4 * 1024;

/**
 * What a service works before it writes the first byte, by policy: full stacks and the leak detector are formatted whole
 * first, which took 4.1 s for 100,000 goroutines (Go 1.26, 2 cores); the count profile is asked up to 200,000.
 */
export function workMs(endpoint: Endpoint): number {
  if (endpoint === 'trace') return TRACE_SECONDS * 1000 + TRACE_ENDS_MS;
  return WORKS_FIRST.includes(endpoint) ? 10_000 : 0;
}

/** From the end of the recording until the statuses and stacks of all goroutines, and the names, are written. */
const TRACE_ENDS_MS = 2_000;

const WORKS_FIRST: readonly Endpoint[] = [
  'goroutine-text',
  'goroutineleak',
  'goroutine',
  'heap-collected',
  'probe',
  'probe-light',
];
