// When an instance is left alone: after failures in a row, and while it is too busy to answer the cheapest question.
// Pure: what was seen and the moment come in.

/** What is remembered of an instance that failed. */
export interface Circuit {
  /** Captures that failed, one after the other. */
  readonly failures: number;
  /** The last of them: attempts at one request count once. */
  readonly request: string;
  readonly atMs: number;
}

export type Standing =
  | { readonly kind: 'closed' }
  /** Left alone until then. */
  | { readonly kind: 'open'; readonly untilMs: number }
  /** The next capture shows whether it is well again. */
  | { readonly kind: 'half-open' };

export const FAILURES = 3;
export const OPEN_MS = 600_000;
/** A service that needs longer for its index page is in trouble, or nearly. */
export const SLOW_INDEX_MS = 1_000;

export function standingOf(circuit: Circuit | undefined, nowMs: number): Standing {
  if (!circuit || circuit.failures < FAILURES) return { kind: 'closed' };
  const untilMs = circuit.atMs + OPEN_MS;
  return untilMs > nowMs ? { kind: 'open', untilMs } : { kind: 'half-open' };
}

/** After a capture that failed. */
export function failedAgain(circuit: Circuit | undefined, request: string, nowMs: number): Circuit {
  if (circuit?.request === request) return { ...circuit, atMs: nowMs };
  return { failures: (circuit?.failures ?? 0) + 1, request, atMs: nowMs };
}

export function isSlowIndex(answeredInMs: number): boolean {
  return answeredInMs > SLOW_INDEX_MS;
}
