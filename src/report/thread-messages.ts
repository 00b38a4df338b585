// What the thread says below the root message: why, the signatures as a table, and the memory with the
// footnotes. At most three messages; a part with nothing to say is left out, and where nothing leaks one message says it.
import {
  formatBytes,
  formatBytesDelta,
  formatCount,
  formatDelta,
  formatDuration,
  formatPercent,
} from '../model/units.ts';
import { isUploaded } from '../model/upload.ts';
import { type ChangeRow, changeRows } from './changes.ts';
import {
  type Block,
  type Column,
  charactersOf,
  context,
  type SlackMessage,
  section,
  table,
} from './elements.ts';
import {
  code,
  codeBlock,
  cutList,
  joinMrkdwn,
  type Mrkdwn,
  markup,
  mention,
  mrkdwn,
  type Plain,
  plain,
  prose,
  words,
} from './foreign.ts';
import { insideWords } from './inside.ts';
import { BLOCKS_PER_MESSAGE, MESSAGE_CHARACTERS, SECTION_TEXT, TABLES_PER_MESSAGE } from './limits.ts';
import { addLines, note } from './lines.ts';
import { bandName, fieldName, TELLING_FIELDS } from './memory-words.ts';
import { nameWithin } from './name.ts';
import { namesFor, pprofCommand } from './pprof-command.ts';
import { holderLines } from './retention-lines.ts';
import { lacksHolder } from './retention-recipe.ts';
import type { Report, ReportSignature } from './schema.ts';
import { alignedTable } from './table.ts';
import {
  blockedFunction,
  cluesByGravity,
  confidenceWords,
  counted,
  forecastWords,
  KIND_WORDS,
  oldestWords,
  place,
  proofWords,
  SEVERITY_MARKS,
  summaryWords,
  timeWords,
  trendWords,
  verdictTitle,
  windowWords,
} from './wording.ts';

const CLUES_SHOWN = 8;
const WHY_NOT_SHOWN = 6;
const ALSO_SHOWN = 3;
const SITES_SHOWN = 5;
const HOLDERS_SHOWN = 3;
const CHANGES_SHOWN = 6;
const MEMORY_CHANGES_SHOWN = 3;
const FOOTNOTES_SHOWN = 5;
/** A table of 16 rows is what a phone shows in three screens, and stays far below the message's limit. */
const ROWS_SHOWN = 15;

const SENTENCE = 400;
const FOOTNOTE = 240;
const NAME = 80;
const CELL = 64;
const FUNCTION_WIDTH = 44;
const CHANGE_WIDTH = 64;

export interface ThreadStyle {
  /** `text` for workspaces or clients that refuse table blocks; default `block`. */
  readonly tables?: 'block' | 'text';
  /** Owners who are called to their leaks. */
  readonly told?: readonly { readonly group: string; readonly signature: ReportSignature }[];
  /** Stands above everything else: in the first message, not in one more of its own. */
  readonly lead?: SlackMessage;
}

export function threadMessages(report: Report, style: ThreadStyle = {}): SlackMessage[] {
  const messages = [whyMessage(report), signaturesMessage(report, style), memoryMessage(report)].filter(
    (message) => message !== undefined,
  );
  const isCalm = report.verdict.kind === 'healthy' || report.verdict.kind === 'inconclusive';
  const [first, ...rest] = isCalm ? joined(messages) : messages;
  const { lead } = style;
  if (!lead) return first ? [first, ...rest] : [];
  return [first ? { text: lead.text, blocks: [...lead.blocks, ...first.blocks] } : lead, ...rest];
}

/** Nobody has to act on it: one message to skim. Each costs a channel one of the sixty it may have in a minute. */
function joined(messages: readonly SlackMessage[]): SlackMessage[] {
  const blocks = messages.flatMap((message) => message.blocks);
  const [first] = messages;
  const tables = blocks.filter(({ type }) => type === 'table').length;
  const fits =
    blocks.length <= BLOCKS_PER_MESSAGE &&
    tables <= TABLES_PER_MESSAGE &&
    charactersOf(blocks) <= MESSAGE_CHARACTERS;
  return first && fits ? [{ text: first.text, blocks }] : [...messages];
}

function whyMessage(report: Report): SlackMessage | undefined {
  const { verdict, also } = report;
  const blocks: Block[] = [];
  const clues = cutList(cluesByGravity(report), CLUES_SHOWN);
  const proof = proofWords(report);
  addLines(blocks, mrkdwn`*What was measured*`, [
    ...clues.shown.map(({ severity, text }) => {
      const { mark, word } = SEVERITY_MARKS[severity];
      return mrkdwn`${mark} ${word}: ${prose(text, SENTENCE)}`;
    }),
    ...note(clues.more),
    ...(proof === undefined ? [] : [mrkdwn`${words(proof, SENTENCE)}`]),
  ]);
  const whyNot = cutList(verdict.whyNot, WHY_NOT_SHOWN);
  addLines(blocks, mrkdwn`*Why not something else*`, [
    ...whyNot.shown.map(
      ({ kind, because }) => mrkdwn`• not ${KIND_WORDS[kind]}: ${prose(because, SENTENCE)}`,
    ),
    ...note(whyNot.more),
  ]);
  const besides = cutList(also, ALSO_SHOWN);
  addLines(blocks, mrkdwn`*Also seen*`, [
    ...besides.shown.map(
      (side) =>
        mrkdwn`• ${verdictTitle(side)} (${confidenceWords(side.confidence)}): ${prose(summaryWords(side), SENTENCE)}`,
    ),
    ...note(besides.more),
  ]);
  if (blocks.length === 0) return undefined;
  const hint = report.signatures.find((signature) => signature.hint !== undefined)?.hint;
  const says = hint !== undefined && !verdict.nextStep.includes(hint);
  addLines(blocks, mrkdwn`*Next step*`, [
    mrkdwn`${prose(verdict.nextStep, SENTENCE)}`,
    ...(says ? [mrkdwn`${prose(hint, SENTENCE)}`] : []),
  ]);
  return { text: mrkdwn`Why: ${verdictTitle(verdict)}. ${prose(verdict.nextStep, SENTENCE)}`, blocks };
}

function signaturesMessage(report: Report, style: ThreadStyle): SlackMessage | undefined {
  const { signatures } = report;
  const blocks: Block[] = [];
  if (signatures.length > 0) {
    const { shown, more } = cutList(signatures, ROWS_SHOWN);
    const rows = shown.map((signature, index) => signatureCells(signature, index + 1, report));
    blocks.push(
      section(mrkdwn`*Leaking goroutine signatures* (${windowWords(report)})`),
      tableIn(style, COLUMNS, rows),
    );
    if (more !== '') blocks.push(context([mrkdwn`${more} in the triage file`]));
    for (const { group, signature } of style.told ?? []) {
      const name = nameWithin(signature.frames[0]?.func ?? 'unknown', FUNCTION_WIDTH);
      blocks.push(section(mrkdwn`${mention(group)}: ${code(name, NAME)} is yours.`));
    }
  }
  const held = (report.heap?.sites ?? []).filter((site) => site.inuseBytes > 0 || site.deltaBytes !== 0);
  const sites = cutList(held, SITES_SHOWN);
  addLines(blocks, mrkdwn`*Heap sites by growth*`, [
    ...sites.shown.map((site) => {
      const name = nameWithin(site.frames[0]?.func ?? 'unknown', FUNCTION_WIDTH);
      const where = place(site.frames[0]);
      const at = where === '' ? mrkdwn`` : mrkdwn` at ${code(where, NAME)}`;
      const change = site.deltaBytes === 0 ? '' : `, ${formatBytesDelta(site.deltaBytes)}`;
      return mrkdwn`• ${code(name, NAME)}${markup(at)}: ${formatBytes(site.inuseBytes)} in use${change} (${site.shape})`;
    }),
    ...note(sites.more),
    ...(lacksHolder(report)
      ? [mrkdwn`Who holds it no heap profile tells: ask ${code('who holds it?')} here.`]
      : []),
  ]);
  addLines(blocks, mrkdwn`*Who holds the memory*, by the goref file`, holderLines(report, HOLDERS_SHOWN));
  if (blocks.length === 0) return undefined;
  const said = [
    ...(signatures.length > 0 ? [counted(signatures.length, 'leaking goroutine signature')] : []),
    ...(sites.shown.length > 0 ? [counted(held.length, 'heap site')] : []),
    ...(report.retention ? [counted(report.retention.holders.length, 'holder')] : []),
  ];
  return { text: mrkdwn`${said.join(', ')}`, blocks };
}

function memoryMessage(report: Report): SlackMessage | undefined {
  const blocks: Block[] = [];
  addLines(blocks, mrkdwn`*Where the memory is*`, memoryLines(report));
  const changes = cutList(tellingChanges(report), CHANGES_SHOWN);
  addLines(blocks, mrkdwn`*What changed ${markup(sinceWords(report))}*`, [
    ...changes.shown.map(({ what, status, label, values }) => {
      const name = fieldName(label);
      return what === 'memory' && name !== undefined
        ? mrkdwn`• ${name}: ${words(values, CELL)}`
        : mrkdwn`• ${what} ${status}: ${code(label, NAME)} ${words(values, CELL)}`;
    }),
    ...note(changes.more),
  ]);
  const pprof = pprofCommand(report, namesFor(report));
  if (pprof !== undefined) {
    addLines(
      blocks,
      mrkdwn`*Look yourself* (with ${isUploaded(report.service) ? 'your files' : 'the files below'})`,
      [mrkdwn`${codeBlock([pprof], SENTENCE)}`],
    );
  }
  const footnotes = footnoteLines(report);
  if (footnotes.length > 0) blocks.push(context(footnotes));
  return blocks.length === 0 ? undefined : { text: mrkdwn`Memory, changes and footnotes`, blocks };
}

/** Signatures and sites, and the figures people know; every goroutine and every counter is in the triage file. */
function tellingChanges({ changes, verdict, signatures }: Report): ChangeRow[] {
  const rows = changeRows(changes, CHANGE_WIDTH);
  const memory = TELLING_FIELDS.flatMap(
    (field) => rows.find(({ what, label }) => what === 'memory' && label === field) ?? [],
  );
  // Of what is well, calls come and go all the time: that is no news. Nor are waits where only memory is lost.
  const isCalm = verdict.kind === 'healthy';
  const told: readonly ChangeRow['what'][] = isCalm
    ? []
    : signatures.length > 0
      ? ['signature', 'site']
      : ['site'];
  return [...rows.filter(({ what }) => told.includes(what)), ...memory.slice(0, MEMORY_CHANGES_SHOWN)];
}

/** Over which span the changes are. */
function sinceWords(report: Report): Mrkdwn {
  return report.comparedWith === undefined
    ? mrkdwn`over the window`
    : mrkdwn`since the capture before ${timeWords(report.comparedWith.at)}`;
}

function memoryLines(report: Report): Mrkdwn[] {
  const { waterfall } = report.memory;
  const total = waterfall.reduce((sum, band) => sum + Math.max(0, band.bytes), 0);
  const bands = waterfall.map(({ band, bytes }) => {
    const share = total > 0 ? ` (${formatPercent(Math.max(0, bytes) / total)})` : '';
    return mrkdwn`${words(bandName(band), CELL)} *${formatBytes(bytes)}*${share}`;
  });
  const trend = trendWords(report, ALSO_SHOWN);
  const forecast = forecastWords(report);
  return [
    ...(bands.length > 0 ? [joinMrkdwn(bands, ' · ')] : []),
    ...(trend.length > 0 ? [mrkdwn`Trend: ${trend.join(', ')}`] : []),
    ...(forecast === undefined ? [] : [mrkdwn`Forecast: ${forecast}.`]),
  ];
}

/** `Moments of the files are known to ± 7.1 ms; each is in the triage file.` */
function momentsOf(report: Report): Mrkdwn[] {
  const { alignment } = report;
  if (alignment.length === 0) return [];
  const inside = insideWords(report);
  if (inside !== undefined) return [mrkdwn`${inside}; each span is in the triage file`];
  const widest = Math.max(...alignment.map(({ uncertaintyNs }) => uncertaintyNs));
  return [
    mrkdwn`Moments of the files are known to ± ${formatDuration(widest / 1e6)}; each is in the triage file`,
  ];
}

function footnoteLines(report: Report): Mrkdwn[] {
  const restarted = new Set(
    report.restarts.map(
      ({ instance, because }) => mrkdwn`${code(instance, NAME)} restarted: ${prose(because, FOOTNOTE)}`,
    ),
  );
  const restarts = cutList([...restarted], FOOTNOTES_SHOWN);
  const problems = cutList(report.problems, FOOTNOTES_SHOWN);
  return [
    ...momentsOf(report),
    ...(restarts.shown.length > 0 ? [joinMrkdwn([...restarts.shown, ...note(restarts.more)], ' · ')] : []),
    ...problems.shown.map(({ text }) => mrkdwn`Note: ${prose(text, FOOTNOTE)}`),
    ...note(problems.more === '' ? '' : `${problems.more} notes in the triage file`),
  ];
}

const COLUMNS: readonly Column[] = [
  { title: '#', align: 'right' },
  { title: 'Blocked in', align: 'left', wrapped: true },
  { title: 'Where', align: 'left' },
  { title: 'Waiting on', align: 'left' },
  { title: 'Count', align: 'right' },
  { title: 'Growth', align: 'right' },
  { title: 'Oldest', align: 'right' },
  { title: 'Created by', align: 'left', wrapped: true },
  { title: 'Tier', align: 'left' },
];

function signatureCells(signature: ReportSignature, rank: number, report: Report): Plain[] {
  const creator = signature.createdBy;
  return [
    String(rank),
    blockedFunction(signature, FUNCTION_WIDTH),
    place(signature.frames[0]),
    signature.waitReason,
    formatCount(signature.count),
    report.window.snapshots > 1 ? formatDelta(signature.delta) : '',
    oldestWords(signature),
    creator ? nameWithin(creator.func, FUNCTION_WIDTH) : '',
    signature.tier,
  ].map((text) => plain(text, CELL));
}

function tableIn({ tables }: ThreadStyle, columns: readonly Column[], rows: readonly Plain[][]): Block {
  if (tables !== 'text') return table(columns, rows);
  return section(mrkdwn`${codeBlock(narrowTable(columns, rows), SECTION_TEXT)}`);
}

/** As text the table keeps what fits a line; creator and tier are in the root message. */
function narrowTable(columns: readonly Column[], rows: readonly Plain[][]): string[] {
  const kept = columns.slice(0, TEXT_COLUMNS);
  return alignedTable(
    kept,
    rows.map((row) => row.slice(0, TEXT_COLUMNS)),
    TEXT_TABLE_WIDTH,
  );
}

const TEXT_COLUMNS = 7;
/** About what a desktop Slack shows of a code block before it wraps. */
const TEXT_TABLE_WIDTH = 110;
