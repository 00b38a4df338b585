// Buttons under a capture. Their value is an id; what it means is looked up here, and whoever presses must be allowed
// what it does, in the channel and under the message it was made for.
import type { App, BlockAction } from '@slack/bolt';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import {
  AGREE_ACTION,
  BUTTON_ACTIONS,
  BUTTON_DAYS,
  type Button,
  type ButtonAction,
  CAPTURE_AGAIN_ACTION,
  FULL_STACKS_ACTION,
} from '../model/button.ts';
import type { CaptureRequest, Origin } from '../model/request.ts';
import type { Service } from '../model/target.ts';
import { findService, requestId } from './accept.ts';
import { doneThenAcknowledged, once } from './acknowledge.ts';
import { type Authorise, permit, permitted } from './permit.ts';
import { ephemeral, guarded } from './slack-answer.ts';

export interface ButtonPorts {
  readonly services: () => readonly Service[];
  readonly authorise: Authorise;
  readonly submit: (request: CaptureRequest) => Promise<void>;
  readonly requestOf: (id: string) => Promise<CaptureRequest | undefined>;
  readonly fullStacks: (requestId: string) => Promise<void>;
  /** What an id means, and the message it is under once that is certain. */
  readonly buttonOf: (
    id: string,
  ) => Promise<{ readonly button: Button; readonly messageTs?: string } | undefined>;
  readonly now: () => number;
  readonly log: Log;
}

/** Two presses of one button within this time are one. */
const SAME_PRESS_S = 10;

export function registerButtons(app: App, ports: ButtonPorts): void {
  for (const action of BUTTON_ACTIONS) {
    app.action<BlockAction>(action, async ({ ack, body, respond }) => {
      await doneThenAcknowledged(once(ack), () =>
        guarded(ports.log, ephemeral(respond), body.trigger_id, () => press(action, body, ports)),
      );
    });
  }
}

interface Pressed {
  readonly button: Button;
  readonly earlier: CaptureRequest;
  readonly service: Service;
  readonly origin: Origin;
  readonly body: BlockAction;
}

async function press(action: ButtonAction, body: BlockAction, ports: ButtonPorts): Promise<void> {
  const button = await genuine(action, body, ports);
  const earlier = await ports.requestOf(button.request);
  if (!earlier) throw new Failure('report_missing', { id: button.request });
  const service = findService(earlier.service, ports.services());
  const origin: Origin = {
    door: 'button',
    user: body.user.id,
    channel: button.channel,
    ...threadOf(body, earlier),
  };
  const pressed = { button, earlier, service, origin, body };
  switch (action) {
    case CAPTURE_AGAIN_ACTION:
      return captureAgain(pressed, ports);
    case AGREE_ACTION:
      return captureAgreed(pressed, ports);
    case FULL_STACKS_ACTION:
      await permit({ origin, actions: ['full-stacks'], service, request: earlier.id }, ports.authorise);
      return ports.fullStacks(earlier.id);
    default:
      return action satisfies never;
  }
}

/** @throws Failure when the id is none, or is not where it was put */
async function genuine(action: ButtonAction, body: BlockAction, ports: ButtonPorts): Promise<Button> {
  const found = await ports.buttonOf(idIn(body));
  if (!found) throw new Failure('button_unknown', {});
  const { button, messageTs } = found;
  const isAtHome = button.action === action && button.channel === body.channel?.id;
  if (!isAtHome) throw new Failure('button_elsewhere', {});
  if (button.expiresAtMs <= ports.now()) throw new Failure('button_expired', { days: BUTTON_DAYS });
  if (messageTs === undefined) throw new Failure('button_early', {});
  if (messageTs !== messageOf(body)) throw new Failure('button_elsewhere', {});
  return button;
}

async function captureAgain(pressed: Pressed, ports: ButtonPorts): Promise<void> {
  // What somebody agreed to was the price of that capture, not of every later one.
  const { consent: _, ...asBefore } = repeated('again', pressed, ports);
  const again = await permitted(asBefore, pressed.service, ports.authorise);
  await ports.submit({ ...again, compareWith: pressed.earlier.id });
}

/** The button that shows the price of the heavy questions was pressed: now they are asked. */
async function captureAgreed(pressed: Pressed, ports: ButtonPorts): Promise<void> {
  const { compareWith: _, ...asBefore } = repeated('agreed', pressed, ports);
  const agreed = { ...asBefore, consent: 'confirmed' as const };
  await ports.submit(await permitted(agreed, pressed.service, ports.authorise));
}

/** The same request again, by whoever pressed a button, at the same instances and in the same thread. */
function repeated(why: string, { earlier, origin, body }: Pressed, { now }: ButtonPorts): CaptureRequest {
  const pressedAt = Number(body.actions[0]?.action_ts ?? 0);
  const nowMs = now();
  // What a person asks for is told in a message of its own, also in an incident's thread.
  const { lightOnly: _, incident: __, ...asked } = earlier;
  return {
    ...asked,
    id: requestId(`${why} ${earlier.id} ${origin.user} ${Math.floor(pressedAt / SAME_PRESS_S)}`, nowMs),
    origin,
    acceptedAtMs: nowMs,
    sameInstancesAs: earlier.sameInstancesAs ?? earlier.id,
  };
}

/** The new capture reports in the thread of the message whose button was pressed. */
function threadOf(body: BlockAction, earlier: CaptureRequest): { threadTs?: string } {
  const pressed = body.message?.thread_ts ?? body.message?.ts ?? earlier.origin.threadTs;
  return typeof pressed === 'string' ? { threadTs: pressed } : {};
}

function messageOf({ container, message }: BlockAction): unknown {
  return container.message_ts ?? message?.ts;
}

function idIn(body: BlockAction): string {
  const [action] = body.actions;
  return action !== undefined && 'value' in action && typeof action.value === 'string' ? action.value : '';
}
