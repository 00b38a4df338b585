// What is replied to a question about a capture: from its report and from what else is kept, never from a guess. Pure;
// who asks and what is kept arrive as values. Deliberately absent: posting, and what has to be captured anew.
import type { Explained } from '../model/question.ts';
import type { Service } from '../model/target.ts';
import { context, type SlackMessage } from '../report/elements.ts';
import { code, joinMrkdwn, mention, mrkdwn } from '../report/foreign.ts';
import type { Report } from '../report/schema.ts';
import { type Earlier, yesterdayAnswer } from './earlier.ts';
import { ownerAnswer } from './owner.ts';
import { rawAnswer } from './raw.ts';
import { retentionAnswer } from './retention.ts';
import { stackAnswer, stacksAnswer } from './stack.ts';
import { whyAnswer } from './why.ts';

export interface AnswerAbout {
  readonly report: Report;
  /** Undefined when services.yml does not name it any more. */
  readonly service?: Pick<Service, 'owner' | 'code'>;
  /** The capture to compare with; for `vs yesterday` only. */
  readonly earlier?: Earlier;
  /** Files that are posted below the answer, because they are not in the thread yet; for `raw` only. */
  readonly posted?: readonly string[];
  /** The report as a page is posted below the answer as well; for `raw` only. */
  readonly page?: boolean;
  /** Slack id of who asked. */
  readonly askedBy: string;
}

/** The answer, with the words that ask for it: whoever pressed a button learns them. */
export function answerTo(question: Explained, about: AnswerAbout): SlackMessage {
  const { text, blocks } = bodyOf(question, about);
  const asked = joinMrkdwn(
    [mrkdwn`${code(wordsFor(question))}`, mrkdwn`asked by ${mention(about.askedBy)}`],
    ' · ',
  );
  return { text, blocks: [...blocks, context([asked])] };
}

function bodyOf(question: Explained, about: AnswerAbout): SlackMessage {
  const { report, service = {}, earlier, posted = [], page = false } = about;
  switch (question.kind) {
    case 'why':
      return whyAnswer(report);
    case 'stack':
      return stackAnswer(report, question.rank);
    case 'stacks':
      return stacksAnswer(report);
    case 'owner':
      return ownerAnswer(report, question.rank, service);
    case 'yesterday':
      return yesterdayAnswer(report, earlier);
    case 'raw':
      return rawAnswer(report, { posted, page });
    case 'retention':
      return retentionAnswer(report);
    default:
      return question satisfies never;
  }
}

/** What somebody types for it. */
export function wordsFor(question: Explained): string {
  switch (question.kind) {
    case 'why':
      return 'why?';
    case 'stack':
      return `stack ${question.rank}`;
    case 'stacks':
      return 'stacks';
    case 'owner':
      return `who owns ${question.rank}`;
    case 'yesterday':
      return 'vs yesterday';
    case 'raw':
      return 'raw';
    case 'retention':
      return 'who holds it?';
    default:
      return question satisfies never;
  }
}
