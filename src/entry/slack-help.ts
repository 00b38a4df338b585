// Help that can be pressed: the list of commands, or one in full, with buttons for those that need no more words. A pressed
// command is echoed, so that its answer says what was asked.
import type { App, BlockAction } from '@slack/bolt';
import { unknownVerb } from '../command/read.ts';
import { verbHelp, verbsFor } from '../command/usage.ts';
import type { Log } from '../log.ts';
import type { Origin } from '../model/request.ts';
import { actions, type ButtonWords, type SlackMessage, section } from '../report/elements.ts';
import { code, codeBlock, joinMrkdwn, type Mrkdwn, markup, mrkdwn, prose } from '../report/foreign.ts';
import { doneThenAcknowledged, once } from './acknowledge.ts';
import { type Answer, ephemeral, guarded, MAX_REPLY } from './slack-answer.ts';
import { openCaptureForm } from './slack-form.ts';

export const COMMAND = '/goleak';

const SENTENCE = 200;
const HELP_FORM = 'help_form';
/** What may be pressed: whole commands, and nothing that a button could carry. */
const PRESSED = { help_services: 'services', help_status: 'status', help_all: 'help' } as const;

/** @throws Failure for a word that is no verb here */
export function helpMessage(verb: string | undefined): SlackMessage {
  const text = verb === undefined ? listOfVerbs() : inFull(verb);
  return { text, blocks: [section(text), actions(buttonsFor(verb))] };
}

/** Lines that a phone wraps, where aligned columns would be cut off. */
function listOfVerbs(): Mrkdwn {
  const lines = verbsFor('chat').map(({ verb, about }) => mrkdwn`• ${code(verb)} ${prose(about, SENTENCE)}`);
  const more = mrkdwn`${code(`${COMMAND} help <command>`)} tells more; ${code(COMMAND)} alone opens a form.`;
  return joinMrkdwn([mrkdwn`*What ${code(COMMAND)} understands*`, ...lines, more], '\n');
}

function inFull(verb: string): Mrkdwn {
  const words = verbHelp(verb, 'chat', COMMAND);
  if (words === undefined) throw unknownVerb(verb, 'chat');
  return mrkdwn`${codeBlock(words.split('\n'), MAX_REPLY)}`;
}

function buttonsFor(verb: string | undefined): ButtonWords[] {
  const form = {
    text: 'Capture…',
    actionId: HELP_FORM,
    value: '',
    primary: true,
    says: 'Open the capture form',
  };
  const run = (actionId: keyof typeof PRESSED, text: string): ButtonWords => ({ text, actionId, value: '' });
  if (verb !== undefined) return [form, run('help_all', 'All commands')];
  return [form, run('help_services', 'Services'), run('help_status', 'Status')];
}

export interface Pressing {
  readonly origin: Origin;
  readonly delivery: string;
  readonly answer: Answer;
}

/** @param serve answers words as if they had been typed */
export function registerHelp(
  app: App,
  log: Log,
  serve: (words: string, pressing: Pressing) => Promise<void>,
): void {
  app.action<BlockAction>(HELP_FORM, async ({ ack, body, client, respond }) => {
    const about = body.channel === undefined ? {} : { channel: body.channel.id };
    await doneThenAcknowledged(once(ack), () =>
      guarded(log, ephemeral(respond), body.trigger_id, () =>
        openCaptureForm(client, body.trigger_id, about),
      ),
    );
  });

  for (const [action, words] of Object.entries(PRESSED)) {
    app.action<BlockAction>(action, async ({ ack, body, respond }) => {
      const { user, channel, trigger_id: triggerId } = body;
      const origin: Origin = { door: 'button', user: user.id, ...(channel && { channel: channel.id }) };
      const answer: Answer = (said) => ephemeral(respond)(echoed(words, said));
      await doneThenAcknowledged(once(ack), () =>
        serve(words, { origin, delivery: `help ${triggerId}`, answer }),
      );
    });
  }
}

function echoed(words: string, said: Parameters<Answer>[0]): Parameters<Answer>[0] {
  const echo = mrkdwn`${code(`${COMMAND} ${words}`)}`;
  if (typeof said === 'string') return joinMrkdwn([echo, said], '\n');
  return { text: mrkdwn`${markup(echo)} ${markup(said.text)}`, blocks: [section(echo), ...said.blocks] };
}
