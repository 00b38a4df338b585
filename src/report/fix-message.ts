// What is said in the thread of a leak, and in its first message, once a newer build was looked at.

import type { Fix, FixOutcome } from '../model/fix.ts';
import { formatMoment } from '../model/units.ts';
import { recoveryFigure } from './charts/capture.ts';
import { context, type SlackMessage, section } from './elements.ts';
import { code, joinMrkdwn, type Mrkdwn, markup, mrkdwn, prose } from './foreign.ts';
import type { Report } from './schema.ts';
import { summaryWords, verdictTitle } from './wording.ts';

const NAME = 80;
const SENTENCE = 600;

const MARKS: Readonly<Record<FixOutcome, Mrkdwn>> = {
  fixed: mrkdwn`:white_check_mark:`,
  still: mrkdwn`:warning:`,
  back: mrkdwn`:rotating_light:`,
  unclear: mrkdwn`:grey_question:`,
};

/** `:white_check_mark: *Fixed in build v2.14*, looked at 12:03 UTC`. */
export function fixLine(fix: Fix): Mrkdwn {
  return mrkdwn`${markup(MARKS[fix.outcome])} *${markup(titleOf(fix))}*, looked at ${formatMoment(fix.atMs)}`;
}

/** In the thread: what was, what is, and the figures of both. Without a report the look did not succeed. */
export function fixMessage(
  fix: Fix,
  before: Report,
  after: Report | { readonly failed: string },
): SlackMessage {
  const line = fixLine(fix);
  if ('failed' in after) {
    const why = mrkdwn`The look at it did not succeed: ${prose(after.failed, SENTENCE)}`;
    return { text: line, blocks: [section(joinMrkdwn([line, why], '\n'))] };
  }
  const { verdict } = after;
  const now = mrkdwn`*Now:* ${verdictTitle(verdict)} · ${prose(summaryWords(verdict), SENTENCE)}`;
  const then = mrkdwn`*Before:* ${verdictTitle(before.verdict)} · ${prose(summaryWords(before.verdict), SENTENCE)}`;
  const { what, field, format } = recoveryFigure(before);
  const [was, is] = [before, after].map((report) => lastOf(report, field));
  const figures =
    was === undefined || is === undefined ? [] : [context([mrkdwn`${what} ${format(was)} → ${format(is)}`])];
  return { text: line, blocks: [section(joinMrkdwn([line, now, then], '\n')), ...figures] };
}

function titleOf({ outcome, build }: Fix): Mrkdwn {
  const named = code(build, NAME);
  switch (outcome) {
    case 'fixed':
      return mrkdwn`Fixed in build ${named}`;
    case 'still':
      return mrkdwn`Still there in build ${named}`;
    case 'back':
      return mrkdwn`Back since build ${named}`;
    case 'unclear':
      return mrkdwn`Whether build ${named} mends it cannot be told`;
    default:
      return outcome satisfies never;
  }
}

function lastOf({ memory }: Report, field: string): number | undefined {
  const last = (memory.samples.at(-1) as Readonly<Record<string, unknown>> | undefined)?.[field];
  return typeof last === 'number' ? last : undefined;
}
