// The outcome of a check as Markdown, for the summary page of a job. Everything foreign is made of character references:
// no name can become a heading, a link, a mention or the end of a table.
import { formatDelta } from '../../model/units.ts';
import { cutList, type MarkdownText, markdown } from '../foreign.ts';
import type { Report, ReportSignature } from '../schema.ts';
import { windowWords } from '../wording.ts';
import { OUTCOME_WORDS } from './case-words.ts';
import type { Check } from './outcome.ts';

const SIGNATURES_SHOWN = 10;
const SITES_SHOWN = 5;
const NOTES_SHOWN = 10;
const NAME_CHARACTERS = 160;
const SENTENCE_CHARACTERS = 600;

/** @param rounds how the looks were taken, a sentence each */
export function summaryMarkdown(check: Check, report: Report, rounds: readonly string[]): MarkdownText {
  const name = (text: string) => `<code>${markdown(text, NAME_CHARACTERS)}</code>`;
  const words = (text: string) => markdown(text, SENTENCE_CHARACTERS);
  const { shown, more } = cutList(report.signatures, SIGNATURES_SHOWN);
  const sites = (report.heap?.sites ?? []).filter(({ shape }) => shape === 'leak');
  return [
    `### goleak: ${OUTCOME_WORDS[check.outcome]} (${words(report.service)})`,
    '',
    words(check.says),
    '',
    ...table(
      ['leaking goroutines', 'growth', 'blocked in', 'started by', 'how sure'],
      shown.map((one) => rowOf(one, name)),
    ),
    ...(more === '' ? [] : [more, '']),
    ...table(
      ['heap kept by', 'growth'],
      cutList(sites, SITES_SHOWN).shown.map(({ frames, deltaBytes }) => [
        name(frames[0]?.func ?? 'unknown'),
        `${formatDelta(Math.round(deltaBytes / 1024))} KiB`,
      ]),
    ),
    ...[...rounds, ...report.problems.map(({ text }) => text)]
      .slice(0, NOTES_SHOWN)
      .map((note) => `- ${words(note)}`),
    `- ${windowWords(report)}`,
    '',
    '',
  ].join('\n') as MarkdownText;
}

function rowOf(signature: ReportSignature, name: (text: string) => string): string[] {
  const { count, delta, frames, createdBy, tier, waitReason } = signature;
  return [
    `${count} × ${name(waitReason)}`,
    formatDelta(delta),
    name(frames[0]?.func ?? 'unknown'),
    createdBy ? name(createdBy.func) : '',
    tier,
  ];
}

function table(titles: readonly string[], rows: readonly (readonly string[])[]): string[] {
  if (rows.length === 0) return [];
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(titles), line(titles.map(() => '---')), ...rows.map(line), ''];
}
