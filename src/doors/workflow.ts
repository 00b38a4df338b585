// Wires the workflow step to what is kept, and looks for steps that can be ended.
import { finishSteps, type StepPorts } from '../control/steps.ts';
import type { createSlackClient } from '../deliver/slack.ts';
import { openStepEnds } from '../deliver/slack-steps.ts';
import type { WorkflowPorts } from '../entry/slack-workflow.ts';
import { Failure } from '../failure.ts';
import type { Lifecycle } from '../lifecycle.ts';
import type { Log } from '../log.ts';
import type { connectRedis } from '../queue/connection.ts';
import { withinDeadline } from '../queue/queue.ts';
import type { RequestStore } from '../store/requests.ts';
import { openStepStore } from '../store/steps.ts';
import { openVerdictStore } from '../store/verdicts.ts';

const LOOK_EVERY_MS = 2_000;

export function workflowDoors(
  redis: ReturnType<typeof connectRedis>,
  about: {
    readonly slack: ReturnType<typeof createSlackClient>;
    readonly requests: Pick<RequestStore, 'progress' | 'load'>;
    readonly linkOf: (request: string) => Promise<string | undefined>;
    readonly log: Log;
  },
  lifecycle: Pick<Lifecycle, 'onEnd'>,
): Pick<WorkflowPorts, 'awaitVerdict'> {
  const { slack, requests, linkOf, log } = about;
  const steps = openStepStore(redis);
  const ports: StepPorts = {
    steps,
    ...openStepEnds(slack),
    progress: requests.progress,
    isKept: async (id) => (await requests.load(id)) !== undefined,
    verdictsOf: openVerdictStore(redis).of,
    linkOf,
    now: Date.now,
  };
  const warn = (error: unknown): void => log.warn({ err: error }, 'A workflow step could not be ended yet.');
  const look = async (): Promise<void> => {
    if (await steps.takeTurn(LOOK_EVERY_MS - 100)) await finishSteps(ports, warn);
  };
  const timer = setInterval(() => void look().catch(() => {}), LOOK_EVERY_MS).unref();
  lifecycle.onEnd('the look at workflow steps', () => clearInterval(timer));
  return {
    awaitVerdict: async (execution, { id: request, service }) => {
      const isKept = await withinDeadline(steps.keep({ execution, request, service, atMs: Date.now() }));
      if (!isKept) throw new Failure('queue_unavailable', {});
    },
  };
}
