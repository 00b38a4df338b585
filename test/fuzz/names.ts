// Names as hostile as anybody could choose them, fed to everything that shows names. A report is built of them; what
// is made of it is read by the workspace, an implementation of Slack's markup that knows nothing of ours.
import { validateBlocks } from '../../demo/workspace/blocks.ts';
import { type Mention, mentionsIn } from '../../demo/workspace/mrkdwn.ts';
import type { Flame, Flames } from '../../src/model/flame.ts';
import { reportPage } from '../../src/page/page.ts';
import {
  contentOf,
  failureMessage,
  fullStacksFile,
  progressMessage,
  type SlackMessage,
  textContent,
  threadMessages,
  verdictMessage,
} from '../../src/report/blocks.ts';
import { pictures } from '../../src/report/charts/pictures.ts';
import { charactersOf } from '../../src/report/elements.ts';
import { csv, fileName, html, json, plain, screen, terminal } from '../../src/report/foreign.ts';
import { FALLBACK_TEXT, MESSAGE_CHARACTERS } from '../../src/report/limits.ts';
import { reportText } from '../../src/report/text.ts';
import { CLASSICS } from '../kit/classics.ts';
import { ASKER, namedReport, OWNER } from './named-report.ts';
import type { Random } from './random.ts';

/** As many as a report shows. */
export const NAMES_PER_INPUT = 128;

/** What we mention ourselves. */
const AUTHORED: ReadonlySet<string> = new Set([`user ${ASKER}`, `usergroup ${OWNER}`]);

export function hostileNames(random: Random): string[] {
  return Array.from({ length: NAMES_PER_INPUT }, () => hostileName(random));
}

function hostileName(random: Random): string {
  const pieces = Array.from({ length: 1 + random.small(12) }, () => random.pick(PIECES)(random));
  const name = pieces.join('');
  if (random.chance(1, 400)) return name.repeat(1 + random.below(60));
  return random.chance(1, 40_000) ? name.padEnd(100_000, name || 'x') : name;
}

const SHORT = Object.values(CLASSICS).filter(({ length }) => length < 1_000);
const SYNTAX = [
  ...[
    '<',
    '>',
    '|',
    '!',
    '@',
    '#',
    '^',
    '&',
    ';',
    '&lt;',
    '&gt;',
    '&amp;',
    '`',
    '```',
    '*',
    '_',
    '~',
    ':',
    '\n',
  ],
  ...[
    '!channel',
    '!here',
    '!everyone',
    '!subteam^',
    '@U0123456789',
    '#C0123456789',
    '!date^1^{date}^',
    '\\u003c',
  ],
  ...[
    'http://',
    'https://',
    'HTTPS://',
    'mailto:',
    'tel:',
    'slack://',
    'javascript:',
    'evil.example',
    'www.',
  ],
  ...[
    '](',
    '[',
    ')',
    '"',
    "'",
    '=',
    '+',
    '-',
    '\t',
    '\r',
    '\u001b[',
    '\u001b]8;;',
    '\u0007',
    '\u009b',
    '%3c',
    '%60',
  ],
];
const GO = [
  'github.com/acme/',
  'ledger.',
  '(*Writer)',
  '.flush',
  '.func1',
  '[...]',
  'main.',
  '/v2',
  ' ',
  'chan send',
];
/** Controls, format characters and their neighbours: where a guard forgets one. */
const RANGES = [
  [0x00, 0x2f],
  [0x7f, 0xad],
  [0x600, 0x61c],
  [0x17b4, 0x180f],
  [0x2000, 0x206f],
  [0x2028, 0x2029],
  [0x3164, 0x3164],
  [0xd800, 0xdfff],
  [0xe000, 0xf8ff],
  [0xfe00, 0xff60],
  [0xfff0, 0xffff],
  [0x1d173, 0x1d17a],
  [0x1f300, 0x1faff],
  [0xe0000, 0xe01ef],
  [0x0000, 0x10ffff],
] as const;

const PIECES: readonly ((random: Random) => string)[] = [
  (random) => random.pick(SHORT),
  (random) => random.pick(SYNTAX),
  (random) => random.pick(SYNTAX),
  (random) => random.pick(SYNTAX) + random.pick(SYNTAX),
  (random) => random.pick(GO),
  (random) => oneOf(random),
  (random) => oneOf(random) + oneOf(random),
  (random) => cutOf(random.pick(SHORT), random),
];

function oneOf(random: Random): string {
  const [from, to] = random.pick(RANGES);
  const point = from + random.below(to - from + 1);
  return point <= 0xffff ? String.fromCharCode(point) : String.fromCodePoint(point);
}

/** Halves of surrogate pairs included. */
function cutOf(text: string, random: Random): string {
  return text.slice(random.below(text.length), 1 + random.below(text.length + 1));
}

const BUTTONS = { capture_again: 'a', full_stacks: 'b', agree_to_price: 'c' };

/** @throws Error that says what got out, and where */
export function checkNames(names: readonly string[]): void {
  const report = namedReport(names);
  const [first = '', second = '', third = ''] = names;
  const sent = [
    verdictMessage(report, {
      requestedBy: ASKER,
      buttons: BUTTONS,
      charts: [{ fileId: 'F0123456', alt: first }],
      offer: { what: 'full stacks', pauseMs: 80 },
    }),
    ...threadMessages(report),
    ...threadMessages(report, { tables: 'text' }),
    failureMessage({ service: first, what: second, hint: third, requestedBy: ASKER, buttons: BUTTONS }),
    ...progressMessages(names),
  ];
  for (const message of sent) checkMessage(message);
  holds(
    mentionsIn(contentOf(sent[0] as SlackMessage)).some(({ target }) => target === ASKER),
    'who asked is not mentioned',
  );
  for (const { name, title, alt, art } of pictures(report)) {
    checkVisible(JSON.stringify([name, title, alt]), 'picture');
    checkVisible(Object.values(stringsIn(art)).join(''), 'drawing');
  }
  checkPage(reportPage({ report, flames: flamesNamed(names), images: [] }));
  checkTerminal(reportText(report, { color: true, width: 100 }), 'report');
  checkTerminal(screen(names.join('\n')), 'screen');
  checkVisible(fullStacksFile(report), 'stacks', true);
  checkVisible(json(report, 2), 'triage file', true);
  holds(JSON.stringify(JSON.parse(json(names))) === JSON.stringify(names), 'JSON says something else');
  for (const name of names) checkName(name);
}

/** All it holds are tags of ours: what a name brought would make another one, or an attribute too many. */
function checkPage(page: string): void {
  checkVisible(page, 'page', true);
  const outside = page.replace(/<(style|script)\b[^>]*>[\s\S]*?<\/\1>/g, '');
  const tags = outside.match(/<[^>]*>/g) ?? [];
  for (const tag of tags) {
    holds(
      /^<(?:!doctype html|\/?[a-z][a-z0-9]*(?: [a-z-]+(?:="[^"<>]*")?)*\/?)>$/i.test(tag),
      `an odd tag: ${tag}`,
    );
  }
  holds(!/<(?:img|iframe|object|a href="[^#])/.test(outside), 'an element that asks the network');
}

function flamesNamed(names: readonly string[]): Flames {
  const heap: Flame = {
    measure: 'heap',
    names,
    parents: [-1, ...names.map((_, at) => at)],
    calls: [-1, ...names.map((_, at) => at)],
    after: [9, ...names.map(() => 9)],
    cut: { nodes: 0, largest: 0 },
  };
  return { heap };
}

function progressMessages([
  service = '',
  what = '',
  by = '',
  ...instances
]: readonly string[]): SlackMessage[] {
  const about = { instances: instances.slice(0, 8), costSentence: what };
  const request = {
    id: 'r',
    service,
    instances: 'all',
    windowMs: 30_000,
    kinds: ['goroutine'],
    origin: { door: 'slash', user: ASKER, channel: 'C1' },
    acceptedAtMs: 0,
  } as const;
  return [
    progressMessage(
      request,
      { stage: 'capturing', instancesDone: 1, instancesTotal: 3, what, passed: 0.5 },
      about,
    ),
    progressMessage(request, { stage: 'held', why: what, begun: false }, about),
    progressMessage(request, { stage: 'cancelled', by: `${by}-` }, about),
  ];
}

function checkMessage(message: SlackMessage): void {
  const content = contentOf(message);
  for (const payload of [content, textContent(message.text)]) {
    const strangers = mentionsIn(payload).filter((mention) => !AUTHORED.has(wordsOf(mention)));
    holds(
      strangers.length === 0,
      `not ours: ${strangers.map((one) => `${wordsOf(one)} at ${one.at}`).join(', ')}`,
    );
    for (const text of stringsIn(payload)) checkVisible(text, 'payload', true);
    const refused = validateBlocks(payload.blocks);
    holds(refused.length === 0, `refused blocks: ${JSON.stringify(refused)}`);
  }
  holds(charactersOf(content.blocks) <= MESSAGE_CHARACTERS, 'a message too long');
  holds(content.text.length <= FALLBACK_TEXT, 'a text too long');
}

function wordsOf({ kind, target }: Mention): string {
  return `${kind} ${target}`;
}

function checkName(name: string): void {
  const page = html(name);
  holds(!/[<>"']|&(?!(?:amp|lt|gt|quot|#39);)/.test(page), `HTML ${JSON.stringify(page)}`);
  checkVisible(page, 'HTML');
  const cell = csv(name);
  holds(/^"(?:[^"]|"")*"$/.test(cell), `a cell that ends early: ${JSON.stringify(cell)}`);
  holds(!/^"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/.test(cell), `a formula: ${JSON.stringify(cell)}`);
  checkVisible(cell, 'cell');
  holds(/^(?![.-])[\w.%@+=,-]{0,180}$/.test(fileName(name)), `file name ${JSON.stringify(fileName(name))}`);
  checkVisible(terminal(name), 'terminal');
  const title = plain(name, 120);
  checkVisible(title, 'plain');
  holds(title.length <= 120, 'a title too long');
}

function stringsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(stringsIn);
}

const COLOURS = new RegExp(`${String.fromCharCode(27)}\\[(?:0|1|2|36|1;3[123])m`, 'g');
/** Asked in other words than the guard asks: by general category and, beyond it, by name. */
const UNSEEN =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\u115f\u1160\u180e\u3164\uffa0\ufffe\uffff\u{e0000}-\u{e0fff}]|\u034f|[\u17b4\u17b5]|[\u180b-\u180f]|[\ufe00-\ufe0e]/u;

function checkTerminal(text: string, where: string): void {
  checkVisible(text.replace(COLOURS, ''), where, true);
}

function checkVisible(text: string, where: string, lines = false): void {
  const seen = lines ? text.replaceAll('\n', '') : text;
  const at = seen.search(UNSEEN);
  holds(
    at < 0,
    `${where}: U+${seen.codePointAt(at)?.toString(16)} in ${JSON.stringify(seen.slice(at - 20, at + 20))}`,
  );
}

function holds(condition: boolean, otherwise: string): void {
  if (!condition) throw new Error(otherwise);
}
