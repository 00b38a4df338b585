// `why?`: the reasons for each signature with their numbers, the clues beside them, and why it is nothing else.
import { type Block, type SlackMessage, section } from '../report/elements.ts';
import { code, cutList, type Mrkdwn, mrkdwn, prose, words } from '../report/foreign.ts';
import { addLines, note } from '../report/lines.ts';
import type { Report, ReportSignature } from '../report/schema.ts';
import {
  blockedFunction,
  cluesByGravity,
  confidenceWords,
  countWords,
  KIND_WORDS,
  SEVERITY_MARKS,
  summaryWords,
  verdictTitle,
} from '../report/wording.ts';

const SIGNATURES_SHOWN = 3;
const REASONS_SHOWN = 6;
const CLUES_SHOWN = 5;
const WHY_NOT_SHOWN = 5;
/** Eighteen reasons, five clues and five other causes stay below the characters of one message. */
const SENTENCE = 300;
const NAME = 80;
const FUNCTION_WIDTH = 48;

export function whyAnswer(report: Report): SlackMessage {
  const { verdict, signatures } = report;
  const title = mrkdwn`*Why ${verdictTitle(verdict)}* (${confidenceWords(verdict.confidence)})\n${prose(summaryWords(verdict), SENTENCE)}`;
  const blocks: Block[] = [section(title)];
  const ranked = cutList(signatures, SIGNATURES_SHOWN);
  for (const [index, signature] of ranked.shown.entries()) reasons(blocks, signature, index + 1, report);
  const clues = cutList(tellingClues(report), CLUES_SHOWN);
  addLines(blocks, signatures.length > 0 ? mrkdwn`*Measured beside it*` : mrkdwn`*Measured*`, [
    ...clues.shown.map(({ severity, text }) => {
      const { mark, word } = SEVERITY_MARKS[severity];
      return mrkdwn`${mark} ${word}: ${prose(text, SENTENCE)}`;
    }),
    ...note(clues.more),
  ]);
  const not = cutList(verdict.whyNot, WHY_NOT_SHOWN);
  addLines(blocks, mrkdwn`*Why not something else*`, [
    ...not.shown.map(({ kind, because }) => mrkdwn`• not ${KIND_WORDS[kind]}: ${prose(because, SENTENCE)}`),
    ...note(not.more),
  ]);
  if (verdict.kind === 'inconclusive')
    addLines(blocks, mrkdwn`*What would settle it*`, [mrkdwn`${prose(verdict.nextStep, SENTENCE)}`]);
  return { text: mrkdwn`Why ${verdictTitle(verdict)}: ${prose(summaryWords(verdict), SENTENCE)}`, blocks };
}

function reasons(blocks: Block[], signature: ReportSignature, rank: number, report: Report): void {
  const { shown, more } = cutList(signature.because, REASONS_SHOWN);
  if (shown.length === 0) return;
  const blocked = code(blockedFunction(signature, FUNCTION_WIDTH), NAME);
  addLines(
    blocks,
    mrkdwn`*${rank}.* ${blocked}, ${words(signature.tier, NAME)}: ${countWords(signature, report)}`,
    [...shown.map((because): Mrkdwn => mrkdwn`• ${prose(because, SENTENCE)}`), ...note(more)],
  );
}

/** Of a healthy service everything that was looked at is the reason; else what speaks. */
function tellingClues(report: Report): Report['clues'] {
  const clues = cluesByGravity(report);
  return report.verdict.kind === 'healthy' ? clues : clues.filter(({ severity }) => severity !== 'none');
}
