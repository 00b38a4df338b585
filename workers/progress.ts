// Turns the steps of several instances into the one stage people read, told at most once in a while.
import type { CaptureProgress } from '../src/capture/run.ts';
import type { Progress } from '../src/model/request.ts';
import { SAMPLE_INTERVAL_MS } from '../src/model/target.ts';

/** The root message is edited no more often than this while a window passes. */
const TELL_EVERY_MS = 4_500;
/** Shorter waits are not worth a stage of their own. */
const WAIT_WORTH_TELLING_MS = 1_000;

export interface ProgressBoard {
  readonly step: (instance: string, progress: CaptureProgress) => void;
  readonly finished: (instance: string) => void;
}

/**
 * @param tell saves a stage and asks for the thread to be brought up to date; must not reject
 */
export function progressBoard(
  request: { readonly windowMs: number },
  instancesTotal: number,
  ports: { readonly tell: (progress: Progress) => void; readonly now: () => number },
): ProgressBoard {
  const finished = new Set<string>();
  let toldAt = Number.NEGATIVE_INFINITY;
  let lastStage = '';
  return {
    step: (_instance, { step, waitMs }) => {
      const passedMs = Math.max(0, step.atMs - waitMs);
      // A third look opens a second window; the bar begins again with it.
      const windows = step.snapshot === 2 || (step.sample && step.snapshot === 1) ? 1 : 0;
      const intoMs = Math.max(0, passedMs - windows * request.windowMs);
      const passed = Math.min(1, intoMs / request.windowMs);
      const waiting = waitMs >= WAIT_WORTH_TELLING_MS;
      const progress: Progress = waiting
        ? {
            stage: 'waiting',
            next: windows === 0 ? 'second' : 'third',
            secondsLeft: Math.max(0, Math.round((request.windowMs - intoMs) / 1000)),
            samples: Math.floor(passedMs / SAMPLE_INTERVAL_MS) + 1,
            passed,
          }
        : {
            stage: 'capturing',
            instancesDone: finished.size,
            instancesTotal,
            what: `the ${['first', 'second', 'third'][step.snapshot] ?? 'next'} snapshot`,
            passed,
          };
      // A memory reading in the middle of the window is not news.
      if (!waiting && step.sample) return;
      const stage = `${progress.stage} ${windows} ${step.snapshot}`;
      if (stage === lastStage && ports.now() - toldAt < TELL_EVERY_MS) return;
      lastStage = stage;
      toldAt = ports.now();
      ports.tell(progress);
    },
    finished: (instance) => finished.add(instance),
  };
}
