// The Workflow Builder step: a capture as a step of somebody's workflow. Nobody waits at this door, so what an automatic
// capture may ask is what a step may; its verdict is what the step hands on.
import type { App } from '@slack/bolt';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import type { CaptureRequest, Origin } from '../model/request.ts';
import type { Service } from '../model/target.ts';
import { DEFAULT_KINDS, DEFAULT_WINDOW_MS, MAX_WINDOW_MS, MIN_WINDOW_MS } from '../model/target.ts';
import { parseDuration } from '../model/units.ts';
import { findService, toRequest } from './accept.ts';
import { type Authorise, permitted } from './permit.ts';
import { toldOf } from './slack-answer.ts';

export interface WorkflowPorts {
  readonly services: () => readonly Service[];
  readonly authorise: Authorise;
  readonly submit: (request: CaptureRequest) => Promise<void>;
  /**
   * Remembers that a step waits for a capture.
   * @throws Failure when too many do
   */
  readonly awaitVerdict: (execution: string, request: CaptureRequest) => Promise<void>;
  readonly now: () => number;
  readonly log: Log;
}

export const CAPTURE_STEP = 'capture_service';

export function registerWorkflowStep(app: App, ports: WorkflowPorts): void {
  app.function(CAPTURE_STEP, async ({ inputs, event, fail }) => {
    const execution = event.function_execution_id;
    try {
      const request = await requestOf(inputs, execution, ports);
      await ports.awaitVerdict(execution, request);
      await ports.submit(request);
    } catch (error) {
      const { what, hint } = toldOf(error, execution, ports.log);
      await fail({ error: `${what} ${hint}` });
    }
  });
}

/** @throws Failure for a service, a window or a channel that is none, or where it may not be captured */
async function requestOf(
  inputs: Readonly<Record<string, unknown>>,
  execution: string,
  { services, authorise, now }: WorkflowPorts,
): Promise<CaptureRequest> {
  const { service: named, for: window, channel } = inputs;
  const service = findService(typeof named === 'string' ? named.trim() : '', services());
  const origin: Origin = { door: 'workflow', user: 'workflow', channel: channelIn(channel) };
  const command = {
    kind: 'capture',
    target: service.name,
    instances: 'one',
    windowMs: windowIn(window),
    kinds: DEFAULT_KINDS,
  } as const;
  const request = toRequest(command, service, { origin, delivery: `step ${execution}`, nowMs: now() });
  return permitted(request, service, authorise);
}

function channelIn(channel: unknown): string {
  if (typeof channel === 'string' && /^[CGD][A-Z0-9]{2,20}$/.test(channel)) return channel;
  throw new Failure('usage_wrong', {
    what: 'The step names no channel',
    usage: 'capture a Go service in a channel',
  });
}

function windowIn(window: unknown): number {
  if (window === undefined || window === null || window === '') return DEFAULT_WINDOW_MS;
  const ms = typeof window === 'string' ? parseDuration(window.trim()) : undefined;
  if (ms !== undefined && ms >= MIN_WINDOW_MS && ms <= MAX_WINDOW_MS) return ms;
  throw new Failure('usage_wrong', {
    what: `"${String(window).slice(0, 40)}" is no window of 1 s to 15 min`,
    usage: 'for 30s',
  });
}
