// Answers that only the person who asked can see.
import type { AllMiddlewareArgs, RespondFn } from '@slack/bolt';
import { explain, Failure } from '../failure.ts';
import type { Log } from '../log.ts';
import { redact } from '../model/secrets.ts';
import { type Content, contentOf, type SlackMessage, textContent } from '../report/blocks.ts';
import { type Mrkdwn, mrkdwn, prose } from '../report/foreign.ts';

export const MAX_REPLY = 2_900;

/** Words, or a message that has buttons besides. */
export type Answer = (said: Mrkdwn | SlackMessage) => Promise<void>;

/** What a command answers: plain lines, and where a phone had better wrap it, the same as a message. */
export interface Told {
  readonly text: string;
  readonly message?: SlackMessage;
}

export function contentIn(said: Mrkdwn | SlackMessage): Content {
  return typeof said === 'string' ? textContent(said) : contentOf(said);
}

/** @param threadTs the thread it belongs to, where Slack does not know it by itself */
export function ephemeral(respond: RespondFn, threadTs?: string): Answer {
  return async (said) => {
    await respond({
      response_type: 'ephemeral',
      replace_original: false,
      ...contentIn(said),
      ...(threadTs !== undefined && { thread_ts: threadTs }),
    });
  };
}

/** Where somebody said something that is answered to them alone. */
export interface WhisperPlace {
  readonly channel: string;
  readonly user: string;
  readonly threadTs?: string;
}

export type Whisper = (place: WhisperPlace) => Answer;

/** Answers to what was said in a message, which has no address of its own to answer to. */
export function whisperer(client: AllMiddlewareArgs['client']): Whisper {
  return ({ channel, user, threadTs }) =>
    async (said) => {
      const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
      await client.chat.postEphemeral({ channel, user, ...contentIn(said), ...thread });
    };
}

/** What somebody is told of an error, in two sentences without credentials; what is our fault is logged. */
export function toldOf(
  error: unknown,
  id: string,
  log: Log,
): { readonly what: string; readonly hint: string } {
  if (!(error instanceof Failure)) log.error({ err: error, id }, 'a Slack request could not be served');
  const { what, hint } = explain(error, id);
  return { what: redact(what), hint: redact(hint) };
}

/** Runs one piece of work and tells the person in plain words when it cannot be done. */
export async function guarded(
  log: Log,
  answer: (text: Mrkdwn) => Promise<void>,
  id: string,
  run: () => Promise<unknown>,
): Promise<void> {
  try {
    await run();
  } catch (error) {
    const { what, hint } = toldOf(error, id, log);
    await answer(mrkdwn`${prose(what, MAX_REPLY / 2)} ${prose(hint, MAX_REPLY / 2)}`).catch((lost: unknown) =>
      log.error({ err: lost, id }, 'nor could the person be told'),
    );
  }
}
