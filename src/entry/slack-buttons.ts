// Buttons under a capture. Their value is an id; what it means is looked up here, and whoever presses must be allowed
// what it does, in the channel and under the message it was made for. Whoever pressed one is told what to type for it.
import type { App, BlockAction } from '@slack/bolt';
import { captureCommand } from '../command/echo.ts';
import { Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import {
  AGREE_ACTION,
  BUTTON_ACTIONS,
  BUTTON_DAYS,
  type Button,
  type ButtonAction,
  CANCEL_ACTION,
  CAPTURE_AGAIN_ACTION,
  FULL_STACKS_ACTION,
  LINK_VALUE,
  MORE_ACTION,
  NOT_A_LEAK_ACTION,
  RAW_ACTION,
  REMOVE_RULE_ACTION,
  SET_BASELINE_ACTION,
  SNOOZE_ACTION,
  WHY_ACTION,
  YESTERDAY_ACTION,
} from '../model/button.ts';
import type { Answerable } from '../model/question.ts';
import type { CaptureRequest, Origin } from '../model/request.ts';
import type { Service } from '../model/target.ts';
import { code, codeBlock, joinMrkdwn, type Mrkdwn, mrkdwn, prose } from '../report/foreign.ts';
import { findService, requestId } from './accept.ts';
import { doneThenAcknowledged, once } from './acknowledge.ts';
import { type Authorise, permitted } from './permit.ts';
import { ephemeral, guarded, MAX_REPLY } from './slack-answer.ts';
import { type OpenView, openRuleView, type RuleDoorPorts } from './slack-rules.ts';
import { handOn, type ThreadPorts } from './slack-thread.ts';

export interface ButtonPorts extends ThreadPorts, RuleDoorPorts {
  readonly services: () => readonly Service[];
  readonly authorise: Authorise;
  readonly submit: (request: CaptureRequest) => Promise<void>;
  readonly requestOf: (id: string) => Promise<CaptureRequest | undefined>;
  readonly fullStacks: (requestId: string) => Promise<void>;
  /** What an id means, and the message it is under once that is certain. */
  readonly buttonOf: (
    id: string,
  ) => Promise<{ readonly button: Button; readonly messageTs?: string } | undefined>;
  /** As the commands do it, and in their words. */
  readonly cancel: (requestId: string, asker: Origin) => Promise<string>;
  readonly setBaseline: (service: string, asker: Origin) => Promise<string>;
  readonly now: () => number;
  readonly log: Log;
}

/** Two presses of one button within this time are one. */
const SAME_PRESS_S = 10;

export function registerButtons(app: App, ports: ButtonPorts): void {
  for (const action of [...BUTTON_ACTIONS, MORE_ACTION] as const) {
    app.action<BlockAction>(action, async ({ ack, body, respond, client }) => {
      const answer = ephemeral(respond, replyThread(body));
      const open: OpenView = async (view) => {
        await client.views.open({ trigger_id: body.trigger_id, view });
      };
      await doneThenAcknowledged(once(ack), () =>
        guarded(ports.log, answer, body.trigger_id, async () => {
          // A link is opened by Slack itself, which tells of it all the same.
          if (valueIn(body) === LINK_VALUE) return;
          const said = await press(action, body, { ...ports, open });
          if (said !== undefined) await answer(said);
        }),
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

type PressPorts = ButtonPorts & { readonly open: OpenView };

/** @returns what only whoever pressed it is told */
async function press(
  action: ButtonAction | typeof MORE_ACTION,
  body: BlockAction,
  ports: PressPorts,
): Promise<Mrkdwn | undefined> {
  const button = await genuine(action, body, ports);
  const earlier = await ports.requestOf(button.request);
  if (!earlier) throw new Failure('report_missing', { id: button.request });
  const origin: Origin = {
    door: 'button',
    user: body.user.id,
    channel: button.channel,
    ...threadOf(body, earlier),
  };
  // Uploaded files are of no registered service.
  if (earlier.files) return ofUpload({ button, earlier, origin }, ports);
  const service = findService(earlier.service, ports.services());
  return done({ button, earlier, service, origin, body }, ports);
}

async function ofUpload(
  pressed: Omit<Pressed, 'service' | 'body'>,
  ports: PressPorts,
): Promise<Mrkdwn | undefined> {
  switch (pressed.button.action) {
    case WHY_ACTION:
      return asked({ kind: 'why' }, 'why?', pressed, ports);
    case FULL_STACKS_ACTION:
      return stacks(pressed, ports);
    default:
      throw new Failure('button_elsewhere', {});
  }
}

async function done(pressed: Pressed, ports: PressPorts): Promise<Mrkdwn | undefined> {
  const { button, earlier, service, origin } = pressed;
  switch (button.action) {
    case CAPTURE_AGAIN_ACTION:
      await captureAgain(pressed, ports);
      return typed(captureCommand(earlier));
    case AGREE_ACTION:
      await captureAgreed(pressed, ports);
      return undefined;
    case FULL_STACKS_ACTION:
      return stacks(pressed, ports);
    case WHY_ACTION:
      return asked({ kind: 'why' }, 'why?', pressed, ports);
    case YESTERDAY_ACTION:
      return asked({ kind: 'yesterday' }, 'vs yesterday', pressed, ports);
    case RAW_ACTION:
      return asked({ kind: 'raw' }, 'raw', pressed, ports);
    case SNOOZE_ACTION:
    case NOT_A_LEAK_ACTION:
      await openRuleView(button.action, { ...pressed, buttonId: valueIn(pressed.body) }, ports);
      return undefined;
    case SET_BASELINE_ACTION: {
      const lines = (await ports.setBaseline(service.name, origin)).split('\n');
      return joinMrkdwn(
        [mrkdwn`${codeBlock(lines, MAX_REPLY / 2)}`, typed(`baseline ${service.name} set`)],
        '\n',
      );
    }
    case CANCEL_ACTION: {
      const said = await ports.cancel(earlier.id, origin);
      return joinMrkdwn([mrkdwn`${prose(said, MAX_REPLY / 2)}`, typed(`cancel ${earlier.id}`)], ' ');
    }
    case REMOVE_RULE_ACTION: {
      const rule = button.rule ?? '';
      const { label } = await ports.removeRule(rule, origin);
      return joinMrkdwn([mrkdwn`Removed: ${code(label)}.`, typed(`rules remove ${rule}`)], ' ');
    }
    default:
      return button.action satisfies never;
  }
}

async function stacks(pressed: Omit<Pressed, 'service' | 'body'>, ports: PressPorts): Promise<Mrkdwn> {
  await asked({ kind: 'stacks' }, 'stacks', pressed, ports);
  return replied('stacks');
}

/** A button asks once: whoever presses it after somebody else finds the answer above. */
async function asked(
  question: Answerable,
  words: string,
  { earlier, origin }: Pick<Pressed, 'earlier' | 'origin'>,
  ports: PressPorts,
): Promise<undefined> {
  const delivery = `button ${earlier.id} ${origin.channel} ${origin.threadTs}`;
  if (!(await handOn(question, earlier, { origin, delivery }, ports)))
    throw new Failure('already_answered', { words });
}

function typed(command: string): Mrkdwn {
  return mrkdwn`Next time you can type ${code(`/goleak ${command}`, MAX_REPLY / 2)}.`;
}

function replied(words: string): Mrkdwn {
  return mrkdwn`Next time you can reply ${code(words)} in its thread.`;
}

/** @throws Failure when the id is none, or is not where it was put */
async function genuine(
  action: ButtonAction | typeof MORE_ACTION,
  body: BlockAction,
  ports: ButtonPorts,
): Promise<Button> {
  const found = await ports.buttonOf(valueIn(body));
  if (!found) throw new Failure('button_unknown', {});
  const { button, messageTs } = found;
  const isMeant = action === MORE_ACTION ? IN_MENU.has(button.action) : button.action === action;
  if (!isMeant || button.channel !== body.channel?.id) throw new Failure('button_elsewhere', {});
  if (button.expiresAtMs <= ports.now()) throw new Failure('button_expired', { days: BUTTON_DAYS });
  if (messageTs === undefined) throw new Failure('button_early', {});
  if (messageTs !== messageOf(body)) throw new Failure('button_elsewhere', {});
  return button;
}

/** What the menu may hold. */
const IN_MENU: ReadonlySet<ButtonAction> = new Set([
  CAPTURE_AGAIN_ACTION,
  WHY_ACTION,
  FULL_STACKS_ACTION,
  SNOOZE_ACTION,
  NOT_A_LEAK_ACTION,
  YESTERDAY_ACTION,
  SET_BASELINE_ACTION,
  RAW_ACTION,
]);

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
  const {
    lightOnly: _,
    incident: __,
    because: ___,
    quiet: ____,
    verifies: _____,
    pushed: ______,
    ...asked
  } = earlier;
  return {
    ...asked,
    id: requestId(`${why} ${earlier.id} ${origin.user} ${Math.floor(pressedAt / SAME_PRESS_S)}`, nowMs),
    origin,
    acceptedAtMs: nowMs,
    sameInstancesAs: earlier.sameInstancesAs ?? earlier.id,
  };
}

/** The thread that a button is in; a message that has replies names itself, and is in none. */
function replyThread({ message }: BlockAction): string | undefined {
  const threadTs: unknown = message?.thread_ts;
  return typeof threadTs === 'string' && threadTs !== message?.ts ? threadTs : undefined;
}

/** The new capture reports in the thread of the message whose button was pressed. */
function threadOf(body: BlockAction, earlier: CaptureRequest): { threadTs?: string } {
  const pressed = body.message?.thread_ts ?? body.message?.ts ?? earlier.origin.threadTs;
  return typeof pressed === 'string' ? { threadTs: pressed } : {};
}

function messageOf({ container, message }: BlockAction): unknown {
  return container.message_ts ?? message?.ts;
}

/** Of a button, or of the entry that was chosen in a menu. */
function valueIn(body: BlockAction): string {
  const [action] = body.actions;
  if (action?.type === 'overflow') return action.selected_option.value ?? '';
  return action !== undefined && 'value' in action && typeof action.value === 'string' ? action.value : '';
}
