// `stack 2`: one signature's stack as Go prints it, the blocked call first; `stacks`: that all of them follow as a file.
import { type Block, type SlackMessage, section } from '../report/elements.ts';
import { code, codeBlock, joinMrkdwn, mrkdwn, prose, words } from '../report/foreign.ts';
import { SECTION_TEXT } from '../report/limits.ts';
import { addLines } from '../report/lines.ts';
import type { Report } from '../report/schema.ts';
import { frameLines } from '../report/stacks.ts';
import { blockedFunction, counted, countWords, oldestWords, place } from '../report/wording.ts';
import { noSuchRank } from './rank.ts';

const NAME = 80;
const SENTENCE = 400;
const FUNCTION_WIDTH = 48;

/** Where a thread is not the capture's own, as in that of an incident, the file of all stacks follows an answer. */
export function stacksAnswer({ signatures, service }: Report): SlackMessage {
  const text =
    signatures.length === 0
      ? mrkdwn`No goroutine signature of ${code(service, NAME)} is leaking or suspect: there are no stacks to show.`
      : mrkdwn`The full stacks of ${counted(signatures.length, 'signature')} of ${code(service, NAME)} follow as a file.`;
  return { text, blocks: [section(text)] };
}

/** Narrow enough for a phone, which would put a long path on a line of its own below an empty one; the file has it whole. */
function callLines(frame: Report['signatures'][number]['frames'][number], before = ''): string[] {
  const [call = '', ...where] = frameLines(frame, before);
  return where.length === 0 ? [call] : [call, `  ${place(frame)}`];
}

export function stackAnswer(report: Report, rank: number): SlackMessage {
  const signature = report.signatures[rank - 1];
  if (!signature) {
    const text = noSuchRank(report, rank);
    return { text, blocks: [section(text)] };
  }
  const { createdBy, frames, waitReason, hint } = signature;
  const oldest = oldestWords(signature);
  const facts = [
    mrkdwn`${words(waitReason, NAME)}`,
    ...(oldest === '' ? [] : [mrkdwn`oldest ${oldest}`]),
    mrkdwn`${words(signature.tier, NAME)}`,
  ];
  const name = blockedFunction(signature, FUNCTION_WIDTH);
  const title = mrkdwn`*${rank}.* ${code(name, NAME)}  *${countWords(signature, report)}*`;
  const lines = [
    ...frames.flatMap((frame) => callLines(frame)),
    ...(createdBy ? callLines(createdBy, 'created by ') : []),
  ];
  const blocks: Block[] = [
    section(joinMrkdwn([title, joinMrkdwn(facts, ' · ')], '\n')),
    section(mrkdwn`${codeBlock(lines, SECTION_TEXT)}`),
  ];
  if (hint !== undefined)
    addLines(blocks, mrkdwn`*How such a leak is mended*`, [mrkdwn`${prose(hint, SENTENCE)}`]);
  return {
    text: mrkdwn`Stack ${rank} of ${code(report.service, NAME)}: ${code(name, NAME)}, ${countWords(signature, report)}`,
    blocks,
  };
}
