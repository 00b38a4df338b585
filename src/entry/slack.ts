// The Slack door: understand, hand over, acknowledge. Every answer that is not the thread itself is
// visible only to the person who asked.
import type { App, BlockAction, RespondArguments, RespondFn } from '@slack/bolt';
import { type Command, readCommand, unknownVerb } from '../command/command.ts';
import { helpText, verbHelp } from '../command/usage.ts';
import { wordsOf } from '../command/words.ts';
import { explain, Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import type { CaptureRequest, Origin } from '../model/request.ts';
import type { Service } from '../model/target.ts';
import { AGREE_ACTION, CAPTURE_AGAIN_ACTION, FULL_STACKS_ACTION, textContent } from '../report/blocks.ts';
import { codeBlock, type Mrkdwn, mrkdwn, prose } from '../report/foreign.ts';
import { type CaptureCommand, requestId, toRequest } from './accept.ts';
import { doneThenAcknowledged, once } from './acknowledge.ts';
import { channelLookup, type Whereabouts } from './whereabouts.ts';

type ControlKind = 'stop' | 'resume' | 'cancel';

/** What the door is handed; it knows nothing of queues, captures or stores. */
export interface SlackPorts {
  readonly services: () => readonly Service[];
  /** Slack ids of those who may do what only admins may. */
  readonly admins: () => readonly string[];
  /** Accepts a request for work. Throws Failure `queue_unavailable` within its own deadline. */
  readonly submit: (request: CaptureRequest) => Promise<void>;
  readonly requestOf: (id: string) => Promise<CaptureRequest | undefined>;
  readonly fullStacks: (requestId: string) => Promise<void>;
  /** Plain lines for the words that only look: `services`, `status`, `doctor`. */
  readonly look: (command: Exclude<Command, { kind: 'capture' | 'help' | ControlKind }>) => Promise<string>;
  /** Does what ends captures or lets them run again, and says so in a sentence. */
  readonly control: (command: Extract<Command, { kind: ControlKind }>, asker: Origin) => Promise<string>;
  readonly now: () => number;
  readonly log: Log;
}

const COMMAND = '/goleak';
const MAX_REPLY = 2_900;
/** Two presses of one button within this time are one. */
const SAME_PRESS_S = 10;

type Answer = (text: Mrkdwn) => Promise<void>;

interface Asked {
  readonly origin: Origin;
  readonly delivery: string;
  readonly answer: Answer;
  readonly whereabouts: () => Promise<Whereabouts>;
}

/** Registers every listener on a Bolt app. */
export function registerSlackDoor(app: App, ports: SlackPorts): void {
  const whereabouts = channelLookup({
    ask: async (channel) => (await app.client.conversations.info({ channel })).channel,
    onTrouble: (error) => ports.log.warn({ err: error }, 'the channel could not be looked up'),
    now: ports.now,
  });

  app.command(COMMAND, async ({ command, ack, respond }) => {
    const acknowledge = once(async (answer: RespondArguments | undefined) => ack(answer));
    // A first answer travels with the acknowledgement: a crash loses both or neither.
    const answer: Answer = async (text) => {
      if (acknowledge.isCalled()) await ephemeral(respond)(text);
      else await acknowledge({ response_type: 'ephemeral', ...textContent(text) });
    };
    await doneThenAcknowledged(acknowledge, () =>
      serve(command.text, ports, {
        origin: { door: 'slash', user: command.user_id, channel: command.channel_id },
        delivery: `slash ${command.trigger_id}`,
        answer,
        whereabouts: () => whereabouts(command.channel_id),
      }),
    );
  });

  app.event('app_mention', async ({ event, client }) => {
    const { user = '', channel, ts, thread_ts: threadTs } = event;
    await serve(event.text.replace(/^\s*<@[A-Z0-9]+(?:\|[^>]*)?>/, ''), ports, {
      origin: { door: 'mention', user, channel, threadTs: threadTs ?? ts },
      delivery: `mention ${channel} ${ts}`,
      answer: async (text) => {
        const content = textContent(text);
        await client.chat.postEphemeral({
          channel,
          user,
          ...content,
          ...(threadTs && { thread_ts: threadTs }),
        });
      },
      whereabouts: () => whereabouts(channel),
    });
  });

  app.action<BlockAction>(CAPTURE_AGAIN_ACTION, async ({ ack, body, respond }) => {
    await doneThenAcknowledged(once(ack), () =>
      guarded(ports, ephemeral(respond), body.trigger_id, () => captureAgain(body, ports)),
    );
  });

  app.action<BlockAction>(AGREE_ACTION, async ({ ack, body, respond }) => {
    await doneThenAcknowledged(once(ack), () =>
      guarded(ports, ephemeral(respond), body.trigger_id, () => captureAgreed(body, ports)),
    );
  });

  app.action<BlockAction>(FULL_STACKS_ACTION, async ({ ack, body, respond }) => {
    await doneThenAcknowledged(once(ack), () =>
      guarded(ports, ephemeral(respond), body.trigger_id, () => ports.fullStacks(buttonValue(body))),
    );
  });
}

async function serve(text: string, ports: SlackPorts, asked: Asked): Promise<void> {
  await guarded(ports, asked.answer, asked.delivery, async () => {
    const command = readCommand(wordsOf(text), 'chat');
    switch (command.kind) {
      case 'capture':
        return capture(command, ports, asked);
      case 'help':
        return asked.answer(helpMessage(command.verb));
      case 'stop':
      case 'resume':
      case 'cancel':
        return asked.answer(mrkdwn`${prose(await ports.control(command, asked.origin), MAX_REPLY)}`);
      default:
        return asked.answer(mrkdwn`${codeBlock((await ports.look(command)).split('\n'), MAX_REPLY)}`);
    }
  });
}

async function capture(command: CaptureCommand, ports: SlackPorts, asked: Asked): Promise<void> {
  const { origin, delivery } = asked;
  const request = toRequest(command, ports.services(), {
    origin,
    delivery,
    nowMs: ports.now(),
    admins: ports.admins(),
  });
  // Asked before anything is started: a verdict nobody can be shown is not worth its cost to the service.
  const { isMember, name } = await asked.whereabouts();
  if (!isMember) throw new Failure('not_in_channel', { channel: origin.channel ?? '' });
  const allowed = ports.services().find((service) => service.name === request.service)?.channels;
  if (
    allowed &&
    !allowed.some((channel) => channel === origin.channel || channel.replace(/^#/, '') === name)
  ) {
    throw new Failure('channel_not_allowed', { service: request.service, channels: allowed });
  }
  await ports.submit(request);
}

async function captureAgain(body: BlockAction, ports: SlackPorts): Promise<void> {
  const earlier = await earlierOf(body, ports);
  // What somebody agreed to was the price of that capture, not of every later one.
  const { consent: _, ...asBefore } = repeated('again', earlier, body, ports);
  await ports.submit({ ...asBefore, compareWith: earlier.id });
}

/** The button that shows the price of the heavy questions was pressed: now they are asked. */
async function captureAgreed(body: BlockAction, ports: SlackPorts): Promise<void> {
  const { compareWith: _, ...asBefore } = repeated('agreed', await earlierOf(body, ports), body, ports);
  await ports.submit({ ...asBefore, consent: 'confirmed' });
}

async function earlierOf(body: BlockAction, ports: SlackPorts): Promise<CaptureRequest> {
  const id = buttonValue(body);
  const earlier = await ports.requestOf(id);
  if (!earlier) throw new Failure('report_missing', { id: id.slice(0, 40) });
  return earlier;
}

/** The same request again, by whoever pressed a button, at the same instances and in the same thread. */
function repeated(
  why: string,
  earlier: CaptureRequest,
  body: BlockAction,
  { now }: SlackPorts,
): CaptureRequest {
  const pressedAt = Number(body.actions[0]?.action_ts ?? 0);
  const nowMs = now();
  return {
    ...earlier,
    id: requestId(`${why} ${earlier.id} ${body.user.id} ${Math.floor(pressedAt / SAME_PRESS_S)}`, nowMs),
    origin: {
      door: 'button',
      user: body.user.id,
      ...(earlier.origin.channel !== undefined && { channel: earlier.origin.channel }),
      ...threadOf(body, earlier),
    },
    acceptedAtMs: nowMs,
    sameInstancesAs: earlier.sameInstancesAs ?? earlier.id,
  };
}

/** The new capture reports in the thread of the message whose button was pressed. */
function threadOf(body: BlockAction, earlier: CaptureRequest): { threadTs?: string } {
  const pressed = body.message?.thread_ts ?? body.message?.ts ?? earlier.origin.threadTs;
  return typeof pressed === 'string' ? { threadTs: pressed } : {};
}

function buttonValue(body: BlockAction): string {
  const [action] = body.actions;
  return action !== undefined && 'value' in action && typeof action.value === 'string' ? action.value : '';
}

/** Runs one piece of work and tells the person in plain words when it cannot be done. */
async function guarded(
  ports: SlackPorts,
  answer: Answer,
  id: string,
  run: () => Promise<unknown>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (!(error instanceof Failure))
      ports.log.error({ err: error, id }, 'a Slack request could not be served');
    const { what, hint } = explain(error, id);
    await answer(mrkdwn`${prose(what, MAX_REPLY / 2)} ${prose(hint, MAX_REPLY / 2)}`).catch((lost: unknown) =>
      ports.log.error({ err: lost, id }, 'nor could the person be told'),
    );
  }
}

function helpMessage(verb: string | undefined): Mrkdwn {
  const text = verb === undefined ? helpText('chat', COMMAND) : verbHelp(verb, 'chat', COMMAND);
  if (text === undefined) throw unknownVerb(verb ?? '', 'chat');
  return mrkdwn`${codeBlock(text.split('\n'), MAX_REPLY)}`;
}

function ephemeral(respond: RespondFn): Answer {
  return async (text) => {
    await respond({ response_type: 'ephemeral', replace_original: false, ...textContent(text) });
  };
}
