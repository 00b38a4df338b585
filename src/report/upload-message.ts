// The root message of files that somebody uploaded, until there is a verdict on them; from there on it is that of a
// capture (root-message.ts).
import type { CaptureRequest, Progress } from '../model/request.ts';
import { context, type SlackMessage, section } from './elements.ts';
import { joinMrkdwn, type Mrkdwn, markup, mention, mrkdwn, prose, words } from './foreign.ts';

const SENTENCE = 700;

/** @param request one with `files` */
export function uploadMessage({ files = [], origin }: CaptureRequest, progress: Progress): SlackMessage {
  const what = files.length === 1 ? mrkdwn`the uploaded file` : mrkdwn`${files.length} uploaded files`;
  const asked = context([mrkdwn`uploaded by ${mention(origin.user)} · no service is asked anything`]);
  switch (progress.stage) {
    case 'failed': {
      const sentences = [progress.what, progress.hint].map((said) => mrkdwn`${prose(said, SENTENCE)}`);
      const title = mrkdwn`:x: *No verdict on ${markup(what)}*`;
      return {
        text: mrkdwn`No verdict on ${markup(what)}. ${markup(joinMrkdwn(sentences, ' '))}`,
        blocks: [section(joinMrkdwn([title, ...sentences], '\n')), asked],
      };
    }
    case 'cancelled': {
      const text = mrkdwn`:black_square_for_stop: Reading ${markup(what)} was cancelled by ${mention(progress.by)}.`;
      return { text, blocks: [section(text)] };
    }
    default: {
      const stage = markup(stageWords(progress));
      return {
        text: mrkdwn`Reading ${markup(what)}: ${stage}`,
        blocks: [section(mrkdwn`:mag: Reading *${markup(what)}*: ${stage}`), asked],
      };
    }
  }
}

function stageWords(progress: Progress): Mrkdwn {
  switch (progress.stage) {
    case 'queued':
      return mrkdwn`waiting for a worker`;
    case 'held':
      return mrkdwn`waiting: ${words(progress.why, SENTENCE)}`;
    default:
      return mrkdwn`analysing`;
  }
}
