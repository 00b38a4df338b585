// The Slack door: understand, hand over, acknowledge. Every answer that is not the thread itself is
// visible only to the person who asked.
import type { App, RespondArguments } from '@slack/bolt';
import type { Command } from '../command/command.ts';
import type { DigestCommand } from '../command/digest.ts';
import { readCommand } from '../command/read.ts';
import { wordsOf } from '../command/words.ts';
import { Failure } from '../failure.ts';
import { proposedWords } from '../forms/propose.ts';
import type { CaptureRequest, Origin } from '../model/request.ts';
import { redact } from '../model/secrets.ts';
import type { Service } from '../model/target.ts';
import type { SlackMessage } from '../report/blocks.ts';
import { codeBlock, type Mrkdwn, mrkdwn, prose } from '../report/foreign.ts';
import { type CaptureCommand, findService, requestId, toRequest } from './accept.ts';
import { doneThenAcknowledged, once } from './acknowledge.ts';
import { permit, permitted } from './permit.ts';
import {
  type Answer,
  contentIn,
  ephemeral,
  guarded,
  MAX_REPLY,
  type Told,
  whisperer,
} from './slack-answer.ts';
import { type ButtonPorts, registerButtons } from './slack-buttons.ts';
import { openCaptureForm } from './slack-form.ts';
import { COMMAND, helpMessage, registerHelp } from './slack-help.ts';
import { registerRuleDoor } from './slack-rules.ts';
import { askInThread, followUpUnknown, registerThreadDoor, type ThreadPorts } from './slack-thread.ts';
import { hearUpload, registerUploads, type UploadPorts } from './slack-uploads.ts';

type ControlKind = 'stop' | 'resume' | 'cancel';
type WatchedKind = 'watch' | 'unwatch' | 'history' | 'baseline';
type RulesCommand = Extract<Command, { kind: 'rules' }>;

/** What the door is handed; it knows nothing of queues, captures or stores. */
export interface SlackPorts extends ButtonPorts, ThreadPorts {
  readonly uploads: UploadPorts;
  /** Accepts a request for work. Throws Failure `queue_unavailable` within its own deadline. */
  readonly submit: (request: CaptureRequest) => Promise<void>;
  /** For the words that only look: rows for `services` and `status`, plain lines for `doctor` and `audit`. */
  readonly look: (
    command: Exclude<
      Command,
      { kind: 'capture' | 'help' | 'digest' | 'rules' | 'register' | ControlKind | WatchedKind }
    >,
  ) => Promise<string | SlackMessage>;
  /** Switches watching, and shows what it has kept. */
  readonly watched: (command: Extract<Command, { kind: WatchedKind }>, asker: Origin) => Promise<Told>;
  /** Sets digests up, has them sent, shows what they would say; answers in plain lines. */
  readonly digest: (
    command: DigestCommand,
    asked: { readonly origin: Origin; readonly delivery: string },
  ) => Promise<string>;
  /** Lists what was said of signatures, or takes it back; plain lines. */
  readonly ruled: (command: RulesCommand, asker: Origin) => Promise<string>;
  /** Proposes a service, and has admins asked about it. */
  readonly register: (
    proposed: { readonly name: string; readonly url: string },
    origin: Origin,
  ) => Promise<unknown>;
  /** Does what ends captures or lets them run again, and says so in a sentence. */
  readonly control: (command: Extract<Command, { kind: ControlKind }>, asker: Origin) => Promise<string>;
}

interface Asked {
  readonly origin: Origin;
  readonly delivery: string;
  readonly answer: Answer;
}

/** Registers every listener on a Bolt app. */
export function registerSlackDoor(app: App, ports: SlackPorts): void {
  app.command(COMMAND, async ({ command, ack, respond, client }) => {
    const acknowledge = once(async (answer: RespondArguments | undefined) => ack(answer));
    // A first answer travels with the acknowledgement: a crash loses both or neither.
    const answer: Answer = async (said) => {
      if (acknowledge.isCalled()) await ephemeral(respond)(said);
      else await acknowledge({ response_type: 'ephemeral', ...contentIn(said) });
    };
    const { text, user_id: user, channel_id: channel, trigger_id: triggerId } = command;
    await doneThenAcknowledged(acknowledge, () =>
      text.trim() === ''
        ? guarded(ports.log, answer, triggerId, () => openCaptureForm(client, triggerId, { channel }))
        : serve(text, ports, {
            origin: { door: 'slash', user, channel },
            delivery: `slash ${triggerId}`,
            answer,
          }),
    );
  });

  registerButtons(app, ports);
  registerThreadDoor(app, ports);
  registerUploads(app, ports.uploads);
  registerRuleDoor(app, ports);
  registerHelp(app, ports.log, (words, pressing) => serve(words, ports, pressing));

  app.event('app_mention', async ({ event, client }) => {
    const { user = '', channel, ts, thread_ts: threadTs, files = [] } = event;
    const whisper = whisperer(client);
    // Whoever brings files along wants them read, whatever else is said.
    if (files.length > 0) {
      return hearUpload({ user, channel, ts, threadTs, files }, 'mention', {
        ...ports.uploads,
        whisper,
      });
    }
    await serve(event.text.replace(/^\s*<@[A-Z0-9]+(?:\|[^>]*)?>/, ''), ports, {
      origin: { door: 'mention', user, channel, threadTs: threadTs ?? ts },
      delivery: `mention ${channel} ${ts}`,
      answer: whisper({ channel, user, ...(threadTs !== undefined && { threadTs }) }),
    });
  });

  // In a direct message everything is said to the bot.
  app.event('message', async ({ event, client }) => {
    if (event.channel_type !== 'im' || event.subtype !== undefined || event.bot_id !== undefined) return;
    const { user, channel, ts, thread_ts: threadTs, text = '' } = event;
    await serve(text, ports, {
      origin: { door: 'dm', user, channel, threadTs: threadTs ?? ts },
      delivery: `dm ${channel} ${ts}`,
      answer: whisperer(client)({ channel, user, ...(threadTs !== undefined && { threadTs }) }),
    });
  });
}

async function serve(text: string, ports: SlackPorts, asked: Asked): Promise<void> {
  await guarded(ports.log, asked.answer, asked.delivery, async () => {
    // Whoever typed a password into the wrong window is not shown it again.
    const said = redact(text);
    if (await askInThread(said, asked, ports)) return;
    const command = await understand(said, asked.origin, ports);
    switch (command.kind) {
      case 'capture':
        return capture(command, ports, asked);
      case 'help':
        return asked.answer(helpMessage(command.verb));
      case 'stop':
      case 'resume':
      case 'cancel':
        return asked.answer(mrkdwn`${prose(await ports.control(command, asked.origin), MAX_REPLY)}`);
      case 'watch':
      case 'unwatch':
      case 'history':
      case 'baseline': {
        const { text, message } = await ports.watched(command, asked.origin);
        return asked.answer(message ?? shown(text));
      }
      case 'rules':
        return asked.answer(shown(await ports.ruled(command, asked.origin)));
      case 'digest': {
        const { origin, delivery } = asked;
        const text = await ports.digest(command, { origin, delivery: requestId(delivery, ports.now()) });
        return asked.answer(shown(text));
      }
      case 'register':
        await ports.register(command, asked.origin);
        return asked.answer(proposedWords(command.name));
      default:
        await permit(
          { origin: asked.origin, actions: [command.kind === 'audit' ? 'audit' : 'look'] },
          ports.authorise,
        );
        return asked.answer(shown(await ports.look(command)));
    }
  });
}

/** Plain lines keep their columns; a message has rows of its own. */
function shown(said: string | SlackMessage): Mrkdwn | SlackMessage {
  return typeof said === 'string' ? mrkdwn`${codeBlock(said.split('\n'), MAX_REPLY)}` : said;
}

/** Under a capture a mistyped question is not taken for a mistyped command. */
async function understand(said: string, origin: Origin, ports: SlackPorts): Promise<Command> {
  try {
    return readCommand(wordsOf(said), 'chat');
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'command_unknown') throw error;
    throw (await followUpUnknown(said, origin, ports)) ?? error;
  }
}

async function capture(command: CaptureCommand, ports: SlackPorts, asked: Asked): Promise<void> {
  const { service, request } = await understood(command, ports, asked);
  // Asked before anything is started: a verdict nobody can be shown is not worth its cost to the service.
  await ports.submit(await permitted(request, service, ports.authorise));
}

/** Which services and instances there are is told to those who may look at them. */
async function understood(
  command: CaptureCommand,
  { services, authorise, now }: SlackPorts,
  { origin, delivery }: Asked,
): Promise<{ readonly service: Service; readonly request: CaptureRequest }> {
  try {
    const service = findService(command.target, services());
    return { service, request: toRequest(command, service, { origin, delivery, nowMs: now() }) };
  } catch (error) {
    await permit({ origin, actions: ['look'] }, authorise);
    throw error;
  }
}
