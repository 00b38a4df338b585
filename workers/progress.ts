// Turns the steps of several instances into the one stage people read, told at most once in a while.
import type { CaptureProgress } from '../src/capture/run.ts';
import type { Progress } from '../src/model/request.ts';
import { SAMPLE_INTERVAL_MS } from '../src/model/target.ts';

/** The root message is edited no more often than this while a window passes. */
const TELL_EVERY_MS = 4_500;
/** Shorter waits are not worth a stage of their own. */
const WAIT_WORTH_TELLING_MS = 1_000;
/** Nor are stages that are over so soon: each is an edit of the message. */
const STAGE_WORTH_TELLING_MS = 1_000;

export interface ProgressBoard {
  readonly step: (instance: string, progress: CaptureProgress) => void;
  readonly finished: (instance: string) => void;
  readonly analysing: () => void;
  /** Nothing is told any more. */
  readonly close: () => void;
}

export interface BoardPorts {
  /** Saves a stage and asks for the thread to be brought up to date; must not reject. */
  readonly tell: (progress: Progress) => void;
  readonly now: () => number;
  /** Runs something later; gives what prevents it. */
  readonly later: (delayMs: number, run: () => void) => () => void;
}

export function progressBoard(
  request: { readonly windowMs: number },
  instancesTotal: number,
  { tell, now, later }: BoardPorts,
): ProgressBoard {
  const finished = new Set<string>();
  let toldAt = Number.NEGATIVE_INFINITY;
  let lastStage = '';
  let forget = (): void => {};
  const tellNow = (progress: Progress): void => {
    forget();
    toldAt = now();
    tell(progress);
  };
  const tellIfItLasts = (progress: Progress): void => {
    forget();
    forget = later(STAGE_WORTH_TELLING_MS, () => tellNow(progress));
  };
  return {
    step: (_instance, { step, waitMs }) => {
      const waiting = waitMs >= WAIT_WORTH_TELLING_MS;
      // A memory reading in the middle of the window is not news.
      if (!waiting && step.sample) return;
      const place = placeOf(request.windowMs, step, waitMs);
      const stage = `${waiting} ${place.windows} ${step.snapshot}`;
      if (stage === lastStage && now() - toldAt < TELL_EVERY_MS) return;
      lastStage = stage;
      if (waiting) tellNow(waitingStage(request.windowMs, place));
      else {
        tellIfItLasts({
          stage: 'capturing',
          instancesDone: finished.size,
          instancesTotal,
          what:
            request.windowMs === 0
              ? 'one snapshot'
              : `the ${['first', 'second', 'third'][step.snapshot] ?? 'next'} snapshot`,
          passed: place.passed,
        });
      }
    },
    finished: (instance) => finished.add(instance),
    analysing: () => tellIfItLasts({ stage: 'analysing' }),
    close: () => forget(),
  };
}

interface WindowPlace {
  /** Windows that are over. */
  readonly windows: number;
  readonly passedMs: number;
  readonly intoMs: number;
  /** Share of this window. */
  readonly passed: number;
}

/** A third look opens a second window; the bar begins again with it. */
function placeOf(windowMs: number, step: CaptureProgress['step'], waitMs: number): WindowPlace {
  const passedMs = Math.max(0, step.atMs - waitMs);
  const windows = step.snapshot === 2 || (step.sample && step.snapshot === 1) ? 1 : 0;
  const intoMs = Math.max(0, passedMs - windows * windowMs);
  return { windows, passedMs, intoMs, passed: windowMs === 0 ? 0 : Math.min(1, intoMs / windowMs) };
}

function waitingStage(windowMs: number, { windows, passedMs, intoMs, passed }: WindowPlace): Progress {
  return {
    stage: 'waiting',
    next: windows === 0 ? 'second' : 'third',
    secondsLeft: Math.max(0, Math.round((windowMs - intoMs) / 1000)),
    samples: Math.floor(passedMs / SAMPLE_INTERVAL_MS) + 1,
    passed,
  };
}
