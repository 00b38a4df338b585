// A job whose worker died under it may be what killed it, and is given up when that happens twice. Two such jobs do not
// begin on one worker together: the innocent one would be given up with the other.
import { DelayedError, type Job } from 'bullmq';

/** Longer would keep the last of many, after a machine died, from going on in time. */
const ALONE_MS = 2_000;
/** Another worker may be free sooner. */
const AGAIN_MS = 250;

/** Lets one in at a time: until it leaves, or has been alone for long enough. */
export function suspectGate(now: () => number): {
  /** False: not now. */
  readonly enter: (id: string) => boolean;
  readonly leave: (id: string) => void;
} {
  let inside: { readonly id: string; readonly untilMs: number } | undefined;
  return {
    enter: (id) => {
      if (inside !== undefined && inside.id !== id && now() < inside.untilMs) return false;
      inside = { id, untilMs: now() + ALONE_MS };
      return true;
    },
    leave: (id) => {
      if (inside?.id === id) inside = undefined;
    },
  };
}

/** Gives a function that runs a job, or puts one back that may not begin beside another one. */
export function suspectsApart() {
  const gate = suspectGate(Date.now);
  return async (job: Job, token: string | undefined, run: () => Promise<void>): Promise<void> => {
    if (job.stalledCounter === 0) return run();
    const id = job.id ?? '';
    if (!gate.enter(id)) {
      await job.moveToDelayed(Date.now() + AGAIN_MS, token);
      throw new DelayedError();
    }
    try {
      await run();
    } finally {
      gate.leave(id);
    }
  };
}
