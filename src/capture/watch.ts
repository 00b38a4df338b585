// The deadlines of one question, each with its own sentence. Whichever passes first ends the request, and with it
// the connection.
import { Failure, type Late } from '../failure.ts';
import { type Deadlines, LEAST_BYTES_PER_SECOND } from './limits.ts';

export interface Watch {
  /** Aborted with a Failure by the first deadline that passes. */
  readonly signal: AbortSignal;
  /** The first line of the answer is here. */
  readonly begun: () => void;
  /** More of the answer is here. */
  readonly came: (bytes: number) => void;
  readonly end: () => void;
}

/** @param workMs what the question itself takes, on top of the deadlines */
export function watchAnswer(
  where: { readonly instance: string; readonly url: string },
  deadlines: Deadlines,
  workMs: number,
): Watch {
  const abort = new AbortController();
  const timers = new Set<NodeJS.Timeout>();
  const after = (ms: number, late: Late): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      abort.abort(new Failure('target_timeout', { ...where, late, seconds: ms / 1000 }));
    }, ms);
    timers.add(timer);
    return timer;
  };
  const headers = after(deadlines.headersMs + workMs, 'begin');
  after(deadlines.totalMs + workMs, 'finish');
  let idle: NodeJS.Timeout | undefined;
  let sinceLook = 0;
  let cameAtMs = 0;
  return {
    signal: abort.signal,
    begun: () => {
      clearTimeout(headers);
      idle = after(deadlines.idleMs, 'idle');
      const least = (LEAST_BYTES_PER_SECOND * deadlines.rateMs) / 1000;
      const look = setInterval(() => {
        // One that has fallen silent is another deadline's business.
        const isComing = performance.now() - cameAtMs < deadlines.rateMs / 2;
        if (isComing && sinceLook < least) {
          const seconds = deadlines.rateMs / 1000;
          abort.abort(new Failure('target_timeout', { ...where, late: 'drip', seconds }));
        }
        sinceLook = 0;
      }, deadlines.rateMs);
      timers.add(look);
    },
    came: (bytes) => {
      sinceLook += bytes;
      cameAtMs = performance.now();
      idle?.refresh();
    },
    end: () => {
      for (const timer of timers) clearTimeout(timer);
      timers.clear();
    },
  };
}
