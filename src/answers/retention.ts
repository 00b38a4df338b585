// `who holds it?`: what a goref file showed of it; without one, how somebody gets it, what that costs, and why nothing else tells.
import { type Block, type SlackMessage, section } from '../report/elements.ts';
import { codeBlock, mrkdwn, prose, words } from '../report/foreign.ts';
import { addLines } from '../report/lines.ts';
import { holderLines } from '../report/retention-lines.ts';
import { HOLDER_LIMIT, lacksHolder, recipeCommands, recipeWords } from '../report/retention-recipe.ts';
import { leadingHolder, namedHolder, type Retention } from '../report/retention-words.ts';
import type { Report } from '../report/schema.ts';
import { counted, verdictTitle } from '../report/wording.ts';

const HOLDERS_SHOWN = 5;
const SENTENCE = 500;
const COMMANDS = 900;
const NAME = 120;

export function retentionAnswer(report: Report): SlackMessage {
  const { retention, service } = report;
  if (retention) return holdersAnswer(report, retention);
  if (!lacksHolder(report)) {
    const text = mrkdwn`The verdict on ${words(service, NAME)} is ${verdictTitle(report.verdict)}: no heap grows of which somebody would have to know who holds it.`;
    return { text, blocks: [section(text)] };
  }
  const title = mrkdwn`*Who holds the memory of ${words(service, NAME)}* is not known. ${HOLDER_LIMIT}`;
  const blocks: Block[] = [section(title), section(mrkdwn`${codeBlock(recipeCommands(report), COMMANDS)}`)];
  addLines(
    blocks,
    mrkdwn`*What it is, and what it costs*`,
    recipeWords(report).map((sentence) => mrkdwn`• ${prose(sentence, SENTENCE)}`),
  );
  return {
    text: mrkdwn`Who holds the memory of ${words(service, NAME)} is not known; how to find out.`,
    blocks,
  };
}

function holdersAnswer(report: Report, retention: Retention): SlackMessage {
  const leading = leadingHolder(retention);
  const service = words(report.service, NAME);
  const blocks: Block[] = [];
  addLines(
    blocks,
    mrkdwn`*Who holds the memory of ${service}*, by the goref file (${counted(retention.roots, 'root')})`,
    holderLines(report, HOLDERS_SHOWN),
  );
  const joined = report.clues.filter(({ clue }) => JOINED.test(clue)).slice(0, HOLDERS_SHOWN);
  addLines(
    blocks,
    mrkdwn`*And what grows*`,
    joined.map(({ text }) => mrkdwn`• ${prose(text, SENTENCE)}`),
  );
  const first = leading ? prose(namedHolder(leading), SENTENCE) : words('nobody', NAME);
  return { text: mrkdwn`Who holds the memory of ${service}: ${first}`, blocks };
}

const JOINED = /^retention-/;
