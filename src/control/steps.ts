// Ends the workflow steps whose captures have had their last word: with the verdict and a link to it, or with the sentence
// that says why there is none.
import { Failure } from '../failure.ts';
import type { KeptVerdict } from '../model/digest.ts';
import type { Progress } from '../model/request.ts';
import type { Step, StepStore } from '../store/steps.ts';

/** What a step hands on to the next one of its workflow. */
export interface StepOutputs {
  readonly verdict: string;
  readonly link: string;
}

export interface StepPorts {
  readonly steps: StepStore;
  readonly progress: (request: string) => Promise<Progress>;
  readonly isKept: (request: string) => Promise<boolean>;
  readonly verdictsOf: (service: string) => Promise<readonly KeptVerdict[]>;
  readonly linkOf: (request: string) => Promise<string | undefined>;
  readonly complete: (execution: string, outputs: StepOutputs) => Promise<void>;
  readonly fail: (execution: string, error: string) => Promise<void>;
  readonly now: () => number;
}

/** Longer than the longest capture with everything it may wait for. */
const GIVEN_UP_MS = 2 * 3_600_000;
/** A step is remembered before its capture is: until then it is not missed. */
const KEPT_WITHIN_MS = 60_000;

/** Looks at every step that waits, once. What Slack does not take now is tried at the next look. */
export async function finishSteps(ports: StepPorts, onTrouble: (error: unknown) => void): Promise<void> {
  for (const step of await ports.steps.waiting()) {
    try {
      if (await finished(step, ports)) await ports.steps.done(step);
    } catch (error) {
      onTrouble(error);
      // It was ended before, or its workflow was: Slack will not have it, however often it is told.
      if (error instanceof Failure && error.retry === 'never') await ports.steps.done(step).catch(onTrouble);
    }
  }
}

async function finished(step: Step, ports: StepPorts): Promise<boolean> {
  const { execution, request, service, atMs } = step;
  const progress = await ports.progress(request);
  switch (progress.stage) {
    case 'done': {
      const kept = (await ports.verdictsOf(service)).find(({ reportId }) => reportId === progress.reportId);
      const link = (await ports.linkOf(request)) ?? '';
      await ports.complete(execution, { verdict: kept?.summary ?? 'The verdict is in the thread.', link });
      return true;
    }
    case 'failed':
      await ports.fail(execution, `${progress.what} ${progress.hint}`);
      return true;
    case 'cancelled':
      await ports.fail(execution, `The capture of ${service} was cancelled.`);
      return true;
    default: {
      const waitedMs = ports.now() - atMs;
      const isLost = waitedMs > GIVEN_UP_MS || (waitedMs > KEPT_WITHIN_MS && !(await ports.isKept(request)));
      if (isLost) await ports.fail(execution, `Nothing has come of the capture of ${service}.`);
      return isLost;
    }
  }
}
