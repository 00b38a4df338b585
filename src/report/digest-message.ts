// A digest as Slack messages: the root says how every service stands, worst first; the thread has the reasons.
import type { Change, DigestContent, DigestRow, Standing, Trend } from '../model/digest.ts';
import {
  formatBytes,
  formatBytesDelta,
  formatCount,
  formatDay,
  formatDuration,
  formatForecast,
} from '../model/units.ts';
import { type Block, charactersOf, context, type SlackMessage, section } from './elements.ts';
import { code, joinMrkdwn, type Mrkdwn, markup, mention, mrkdwn, prose, words } from './foreign.ts';
import { CONTEXT_ELEMENTS, FALLBACK_TEXT, MESSAGE_CHARACTERS } from './limits.ts';
import { nameWithin } from './name.ts';
import { counted, summaryWords, verdictTitle } from './wording.ts';

const ROWS_SHOWN = 20;
const WELL_SHOWN = 30;
const DETAILS_SHOWN = 12;
/** So many slots are named one by one; of more the first and the last. */
const SKIPPED_NAMED = 6;
const NAME = 80;
const SENTENCE = 500;
const FUNCTION_WIDTH = 48;
/** What a row takes at most; rows are left out, and counted, before Slack refuses the message. */
const ROOM_FOR_ROWS = MESSAGE_CHARACTERS - 2_500;

const MARKS: Readonly<Record<Standing, string>> = { sick: '▲', unclear: '◆', recovered: '✓', well: '○' };
const ARROWS: Readonly<Record<Trend, string>> = { rising: '↗', level: '→', falling: '↘' };
const CHANGES: Readonly<Record<Change, string>> = {
  new: 'new since yesterday',
  worse: 'worse than yesterday',
  same: 'as yesterday',
  better: 'less than yesterday',
  gone: 'gone since yesterday',
};

/** The one message in the channel. Its text says of every digest when it is of, and which were skipped. */
export function digestMessage(content: DigestContent): SlackMessage {
  const { rows, zone } = content;
  const told = rows.filter(({ standing }) => standing !== 'well');
  const well = rows.filter(({ standing }) => standing === 'well');
  const title = mrkdwn`Memory digest of ${whenWords(content.key)} ${words(zone, NAME)}`;
  const { blocks, left } = fitting(told.map((row) => section(rowText(row, content.atMs))));
  const notes = notesOf(content);
  const text = joinMrkdwn([mrkdwn`${markup(title)}: ${countWords(rows)}.`, ...notes], ' ');
  return {
    text: text.length <= FALLBACK_TEXT ? text : mrkdwn`${markup(title)}: ${countWords(rows)}.`,
    blocks: [
      ...(told.length === 0 && well.length > 0
        ? [section(mrkdwn`:white_check_mark: *${markup(title)}*: all is well · ${markup(wellNames(well))}`)]
        : [
            section(mrkdwn`:bar_chart: *${markup(title)}*\n${countWords(rows)}`),
            ...blocks,
            ...(left > 0 ? [context([mrkdwn`… ${left} more`])] : []),
            ...(well.length > 0 ? [section(mrkdwn`○ well: ${markup(wellNames(well))}`)] : []),
          ]),
      ...(notes.length > 0 ? [context(notes.slice(0, CONTEXT_ELEMENTS))] : []),
    ],
  };
}

/** What belongs into the thread: of each service that is not well why, and what is blocked where. */
export function digestDetails(content: DigestContent): readonly SlackMessage[] {
  const told = content.rows.filter(({ standing }) => standing !== 'well').slice(0, DETAILS_SHOWN);
  return told.flatMap((row) => {
    const lines = detailLines(row);
    if (lines.length === 0) return [];
    const name = code(row.service, NAME);
    const text = mrkdwn`${name}: ${standingWords(row)}`;
    return [{ text, blocks: [section(joinMrkdwn([mrkdwn`*${name}*`, ...lines], '\n'))] }];
  });
}

/** Plain lines, for whoever wants to see beforehand what would be posted. */
export function digestPreview({ rows, key, zone, withheld }: DigestContent): readonly string[] {
  return [
    `Memory digest of ${whenWords(key)} ${zone}: ${countWords(rows)}`,
    ...rows.map((row) => {
      const { service, standing, trend, days } = row;
      const arrow = trend === undefined ? ' ' : ARROWS[trend];
      return `${MARKS[standing]} ${service}  ${arrow} ${sparkline(days)}  ${standingWords(row)}; ${memoryWords(row)}`;
    }),
    ...(withheld > 0 ? [withheldWords(withheld)] : []),
  ];
}

/**
 * `▁▂▃▅▇█`, a day each; a dot where nothing was sampled. From zero, so that nothing looks like a mountain that is none; and
 * what stays level is a low line, as a wall of full blocks looks like an alarm.
 */
export function sparkline(days: readonly (number | undefined)[]): string {
  const known = days.flatMap((day) => day ?? []);
  const top = Math.max(0, ...known);
  const isLevel = top - Math.min(...known) < LEVEL_SHARE * top;
  return days
    .map((day) => {
      if (day === undefined) return '·';
      if (isLevel) return LEVEL_LINE;
      const step = top > 0 ? Math.ceil((day / top) * STEPS.length) - 1 : 0;
      return STEPS[Math.min(STEPS.length - 1, Math.max(0, step))] ?? '';
    })
    .join('');
}

const STEPS = [...'▁▂▃▄▅▆▇█'];
const LEVEL_LINE = '▂';
/** Days that differ by less than this share are one level. */
const LEVEL_SHARE = 0.1;

function fitting(sections: readonly Block[]): { readonly blocks: readonly Block[]; readonly left: number } {
  const blocks: Block[] = [];
  let room = ROOM_FOR_ROWS;
  for (const block of sections.slice(0, ROWS_SHOWN)) {
    room -= charactersOf([block]);
    if (room < 0) break;
    blocks.push(block);
  }
  return { blocks, left: sections.length - blocks.length };
}

function rowText(row: DigestRow, atMs: number): Mrkdwn {
  const { service, standing, trend, days, owner } = row;
  const arrow = trend === undefined ? '' : ` ${ARROWS[trend]}`;
  const head = mrkdwn`${MARKS[standing]} *${code(service, NAME)}*${arrow} ${sparkline(days)}  *${standingWords(row)}*`;
  const facts = [
    mrkdwn`${memoryWords(row)}`,
    ...(row.forecast ? [mrkdwn`${forecastWords(row.forecast, atMs)}`] : []),
    ...(row.restarts > 0 ? [mrkdwn`${counted(row.restarts, 'restart')} since yesterday`] : []),
    ...(row.build !== undefined ? [mrkdwn`build ${code(row.build, NAME)}`] : []),
    ...(owner !== undefined ? [mrkdwn`${words(owner, NAME)}`] : []),
  ];
  return joinMrkdwn([head, joinMrkdwn(facts, ' · ')], '\n');
}

function wellNames(rows: readonly DigestRow[]): Mrkdwn {
  // Their bars would be the loudest of the message, and say nothing: the picture in the thread has them.
  const shown = rows.slice(0, WELL_SHOWN).map(({ service, trend, verdict }) => {
    const load = verdict?.kind === 'scales-with-load' ? ' follows load' : '';
    return mrkdwn`${code(service, NAME)}${trend === undefined || trend === 'level' ? '' : ` ${ARROWS[trend]}`}${load}`;
  });
  const left = rows.length - shown.length;
  return mrkdwn`${markup(joinMrkdwn(shown, ' · '))}${left > 0 ? ` … ${left} more` : ''}`;
}

/** `goroutine leak, proven; as yesterday`. */
function standingWords({ standing, change, verdict, before, detections, unknown }: DigestRow): string {
  if (standing === 'well') return verdict ? verdictTitle(verdict) : 'well';
  if (standing === 'recovered') return `${before ? verdictTitle(before) : 'trouble'} is ${CHANGES.gone}`;
  if (standing === 'sick' && verdict && verdict.tier !== undefined)
    return `${verdictTitle(verdict)}, ${CHANGES[change]}`;
  if (detections.length > 0) return `something grows by itself, ${CHANGES[change]}`;
  if (standing === 'sick') return `something grows by itself, ${CHANGES[change]}`;
  return unknown ?? (verdict ? verdictTitle(verdict) : 'nothing is known of it');
}

function memoryWords({ memory, limitBytes }: DigestRow): string {
  if (!memory) return 'no samples since yesterday';
  const { nowBytes, dayAgoBytes } = memory;
  const of = limitBytes === undefined ? '' : ` of ${formatBytes(limitBytes)}`;
  const moved = dayAgoBytes === undefined ? 0 : nowBytes - dayAgoBytes;
  const since =
    dayAgoBytes === undefined
      ? ''
      : moved === 0
        ? ', as the day before'
        : `, ${formatBytesDelta(moved)} on the day before`;
  return `up to ${formatBytes(nowBytes)}${of}${since}`;
}

/** A forecast that is some days old may have begun to come true. */
function forecastWords({ lowMs, highMs }: NonNullable<DigestRow['forecast']>, atMs: number): string {
  const high = highMs === null ? undefined : formatForecast(highMs - atMs);
  if (lowMs <= atMs) return high === undefined ? 'limit at any time' : `limit within ${high}`;
  const low = formatForecast(lowMs - atMs);
  return high === undefined ? `limit in ${low} at the earliest` : `limit in ${low} to ${high}`;
}

function detailLines(row: DigestRow): readonly Mrkdwn[] {
  const { verdict, before, standing, detections, signatures } = row;
  const said = verdict ? [mrkdwn`Now: ${prose(summaryWords(verdict), SENTENCE)}`] : [];
  const then =
    before && before !== verdict && standing !== 'well'
      ? [mrkdwn`Yesterday: ${prose(summaryWords(before), SENTENCE)}`]
      : [];
  const blocked = signatures.map(({ func, waitReason, count, firstSeenMs, firstBuild }) => {
    const first = [
      ...(firstBuild === undefined ? [] : [mrkdwn`first seen in build ${code(firstBuild, NAME)}`]),
      ...(firstSeenMs === undefined ? [] : [mrkdwn`since ${formatDay(firstSeenMs)}`]),
    ];
    const head = mrkdwn`• ${code(nameWithin(func, FUNCTION_WIDTH), NAME)} ${words(waitReason, NAME)}, ${formatCount(count)} goroutines`;
    return joinMrkdwn([head, ...first], ', ');
  });
  const watched = detections.slice(-3).map(({ instance, because }) => {
    return mrkdwn`Watched: ${code(instance, NAME)} ${prose(because, SENTENCE)}`;
  });
  return [...said, ...then, ...blocked, ...watched];
}

/** `2 need somebody, 1 is unclear, 1 has recovered, 3 are well`. */
function countWords(rows: readonly DigestRow[]): string {
  const count = (standing: Standing): number => rows.filter((row) => row.standing === standing).length;
  const are = (many: number, one: string, more: string): string[] =>
    many === 0 ? [] : [`${formatCount(many)} ${many === 1 ? one : more}`];
  const said = [
    ...are(count('sick'), 'needs somebody', 'need somebody'),
    ...are(count('unclear'), 'is unclear', 'are unclear'),
    ...are(count('recovered'), 'has recovered', 'have recovered'),
    ...are(count('well'), 'is well', 'are well'),
  ];
  return said.length === 0 ? 'no service to tell of' : said.join(', ');
}

function notesOf({ lateMs, skipped, withheld, askedBy }: DigestContent): readonly Mrkdwn[] {
  return [
    ...(lateMs === undefined
      ? []
      : [mrkdwn`Late by ${formatDuration(lateMs)}: nobody was there to send it.`]),
    ...(skipped.length === 0 ? [] : [mrkdwn`${skippedWords(skipped.map(({ key }) => key))}`]),
    ...(withheld === 0 ? [] : [mrkdwn`${withheldWords(withheld)}`]),
    ...(askedBy === undefined ? [] : [mrkdwn`asked by ${mention(askedBy)}`]),
  ];
}

function withheldWords(withheld: number): string {
  return `${counted(withheld, 'service')} may not be shown in this channel.`;
}

/** `Skipped: 2026-11-24 09:00, 2026-11-25 09:00.` */
function skippedWords(keys: readonly string[]): string {
  const [first = '', last = ''] = [keys[0], keys.at(-1)];
  if (keys.length <= SKIPPED_NAMED) return `Skipped: ${keys.map(whenWords).join(', ')}.`;
  return `Skipped: ${formatCount(keys.length)} from ${whenWords(first)} to ${whenWords(last)}.`;
}

/** `2026-11-26 09:00`, with seconds where there are any. */
function whenWords(key: string): string {
  return key.replace('T', ' ').replace(/:00$/, '');
}
