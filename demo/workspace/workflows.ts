import { toolPosts } from './channel-life.ts';
import type { Json } from './json.ts';
import type { StepFunction } from './manifest.ts';
import { escapeMrkdwn } from './mrkdwn.ts';
import type { Channel, Execution, User } from './nouns.ts';
import type { Stage } from './people.ts';
import { runStep } from './shortcuts.ts';

/**
 * For each step of the app the smallest workflow somebody would build of it in Workflow Builder: a form that collects the
 * inputs of the step, the step, and a message with what it hands on. Only the step is the app's; form and message are
 * Slack's own, and here the workspace's.
 */

export interface Starting {
  readonly user: User;
  /** Where it is started, and where its message is posted. */
  readonly channel: Channel;
  readonly callbackId: string;
  readonly inputs: Json;
  readonly token: string;
  /** Tells whoever started it, and nobody else. */
  readonly tell: (text: string) => void;
}

/** @throws Error for a step that is none, or without an input it needs */
export function startWorkflow(stage: Stage, starting: Starting): void {
  const { callbackId, inputs, token } = starting;
  const step = stage.permissions.steps.find((each) => each.callbackId === callbackId);
  const empty = step?.fields.find(({ name, isRequired }) => isRequired && !inputs[name]);
  if (empty) throw new Error(`${empty.title} is missing`);
  const { world } = stage;
  const given = Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== ''));
  const { execution, delivered } = runStep(stage, { callbackId, inputs: given, token });
  const unsubscribe = world.onChange(() => {
    const end = world.executions.get(execution)?.end;
    if (!end || !step) return;
    unsubscribe();
    ended(stage, step, { ...starting, end });
  });
  void delivered.then((outcome) => {
    if (outcome.kind === 'acked') return;
    unsubscribe();
    starting.tell(`The workflow could not reach its step "${step?.title}".`);
  });
}

function ended(
  stage: Stage,
  step: StepFunction,
  { channel, tell, end }: Starting & { readonly end: NonNullable<Execution['end']> },
): void {
  if (end.kind === 'failed') {
    tell(`The workflow stopped at "${step.title}": ${end.error}`);
    return;
  }
  const lines = step.outputs.map((name) => {
    const value = String(end.outputs[name] ?? '');
    return /^https?:\/\/\S+$/.test(value) ? `<${value}>` : escapeMrkdwn(value);
  });
  toolPosts(stage, channel, { channel: channel.id, tool: 'workflow', text: lines.join('\n') });
}
