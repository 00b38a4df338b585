// The rendering guard. Function names, labels, alert text and whatever a service prints are foreign: they
// reach Slack, a terminal, a page or a spreadsheet only through the functions here. The outputs are branded
// string types, so handing a raw string to a message builder is a type error, not a review comment.

declare const language: unique symbol;

/** Text in Slack's mrkdwn in which everything foreign is escaped. Made only in this file. */
export type Mrkdwn = string & { readonly [language]: 'mrkdwn' };
/** Text for Slack's plain_text and raw_text objects: no markup to escape, but nothing invisible either. */
export type Plain = string & { readonly [language]: 'plain' };
/** Text for a terminal: no control sequence but our own colours. */
export type TerminalText = string & { readonly [language]: 'terminal' };
/** Text that is safe as HTML content and inside a quoted attribute. */
export type HtmlText = string & { readonly [language]: 'html' };
/** One quoted CSV field. */
export type CsvField = string & { readonly [language]: 'csv' };
/** Mrkdwn for where Slack makes links by itself: the `text` of a message. Holds no address it would find. */
export type Unlinked = string & { readonly [language]: 'unlinked' };
/** Text that is safe as XML 1.0 content and inside a quoted attribute. */
export type XmlText = string & { readonly [language]: 'xml' };
/** Text in GitHub's Markdown in which everything foreign is made of character references. */
export type MarkdownText = string & { readonly [language]: 'markdown' };
/** Name of an attached file. */
export type FileName = string & { readonly [language]: 'file name' };

/** A piece of mrkdwn on its way into a bigger one. Wrapped, because a string alone cannot say it is escaped. */
export interface Markup {
  readonly markup: Mrkdwn;
}

/** A raw string. Text that is escaped already is refused here: it would be escaped twice. */
export type Foreign = string & { readonly [language]?: never };

/** Builds mrkdwn: the words of the template are ours, every string or number put into it is escaped. */
export function mrkdwn(
  words: TemplateStringsArray,
  ...values: readonly (Foreign | number | Markup)[]
): Mrkdwn {
  const parts = values.map((value) =>
    typeof value === 'object' ? value.markup : escapeWords(String(value)),
  );
  return words.map((word, index) => word + (parts[index] ?? '')).join('') as Mrkdwn;
}

export function markup(text: Mrkdwn): Markup {
  return { markup: text };
}

export function joinMrkdwn(
  parts: readonly Mrkdwn[],
  separator: '' | ' ' | '\n' | '\n\n' | ' · ' | ', ',
): Mrkdwn {
  return parts.join(separator) as Mrkdwn;
}

/** A foreign name as a code span; `maxLength` bounds what it takes in the message, escapes included. */
export function code(foreign: Foreign, maxLength = DEFAULT_SPAN): Markup {
  const inside = bounded(visible(foreign).trim().replaceAll('`', GRAVE), maxLength - 2, escapeMrkdwn);
  return { markup: (inside === '' ? '' : `\`${inside}\``) as Mrkdwn };
}

/** Several lines of foreign text as a code block. Lines that do not fit are counted, not dropped in silence. */
export function codeBlock(lines: readonly Foreign[], maxLength: number): Markup {
  const fence = '```';
  const room = maxLength - 2 * fence.length - 2;
  const escaped = lines.map((line) => escapeMrkdwn(visible(line).replaceAll('`', GRAVE)));
  return { markup: `${fence}\n${fitLines(escaped, room, 'lines')}\n${fence}` as Mrkdwn };
}

/** Foreign words in the running text of a message, bounded. */
export function words(foreign: Foreign, maxLength: number): Markup {
  return { markup: bounded(visible(foreign), maxLength, escapeWords) as Mrkdwn };
}

/**
 * A sentence of the analysis: back-ticks in it mark names, as in `chan send in \`ledger.flush\``. Names become
 * code spans; the rest is escaped. An odd back-tick in a foreign name can only move a span, never break out.
 */
export function prose(sentence: Foreign, maxLength: number): Markup {
  const pieces = visible(sentence).split('`');
  let left = maxLength;
  let text = '';
  for (const [index, piece] of pieces.entries()) {
    if (piece === '') continue;
    const span = index % 2 === 1 && index < pieces.length - 1;
    const whole = span ? code(piece, Number.POSITIVE_INFINITY).markup : escapeWords(piece);
    const beyond = [...pieces.slice(index + 1).join('')].length;
    const reserve = beyond > 0 ? moreNote(beyond + piece.length).length + 2 : 0;
    if (whole.length + reserve > left)
      return { markup: (text + cutPiece(piece, span, left, beyond)) as Mrkdwn };
    text += whole;
    left -= whole.length;
  }
  return { markup: text as Mrkdwn };
}

function cutPiece(piece: string, span: boolean, left: number, beyond: number): string {
  if (!span) return bounded(piece, left, escapeWords, beyond);
  return `\`${bounded(piece.replaceAll('`', GRAVE), left - 2, escapeMrkdwn, beyond)}\``;
}

/** `<@U…>` or `<!subteam^S…>` for a real Slack id (`SRE` is none); anything else stays words and calls nobody. */
export function mention(id: Foreign): Markup {
  if (/^[UW](?=[A-Z]*\d)[A-Z0-9]{2,20}$/.test(id)) return { markup: `<@${id}>` as Mrkdwn };
  if (/^S(?=[A-Z]*\d)[A-Z0-9]{2,20}$/.test(id)) return { markup: `<!subteam^${id}>` as Mrkdwn };
  return words(id, DEFAULT_SPAN);
}

/** `<#C…>` for a real channel's id; anything else stays words. */
export function channelMention(id: Foreign): Markup {
  if (/^[CG](?=[A-Z]*\d)[A-Z0-9]{2,20}$/.test(id)) return { markup: `<#${id}>` as Mrkdwn };
  return words(id, DEFAULT_SPAN);
}

/** A link under words of ours, where the address is a plain one that cannot end the link early; else the words. */
export function link(address: Foreign, label: Foreign): Markup {
  const inside = words(label, DEFAULT_SPAN);
  if (!/^https?:\/\/[\w.:[\]-]+(?:\/[\w./?&=%+-]*)?$/.test(address)) return inside;
  return { markup: `<${escapeMrkdwn(address)}|${inside.markup}>` as Mrkdwn };
}

export function plain(foreign: Foreign, maxLength: number): Plain {
  return bounded(visible(foreign), maxLength, (text) => text) as Plain;
}

export function terminal(foreign: Foreign, maxLength = Number.POSITIVE_INFINITY): TerminalText {
  return bounded(visible(stripAnsi(foreign)), maxLength, (text) => text) as TerminalText;
}

/**
 * A whole text of ours for a terminal, colours and line breaks kept: the last thing before it is printed, so that
 * what somebody forgot to clean is harmless all the same.
 */
export function screen(text: string): TerminalText {
  return text
    .split(OWN_COLOURS)
    .map((piece, index) => (index % 2 === 1 ? piece : piece.split('\n').map(visible).join('\n')))
    .join('') as TerminalText;
}

/** A value as JSON in which nothing is invisible, so that it may be shown on a terminal as it is. */
export function json(value: unknown, indent?: number): TerminalText {
  const text = JSON.stringify(value, null, indent) ?? 'null';
  if (PRINTED.test(text)) return text as TerminalText;
  return text.replace(INVISIBLE, (character) =>
    character === '\n'
      ? character
      : [...Array(character.length).keys()]
          .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
          .join(''),
  ) as TerminalText;
}

/** The text of a message, without what Slack would make a link of there; in blocks `verbatim` sees to that. */
export function unlinked(text: Mrkdwn): Unlinked {
  return text.replaceAll('://', ':∕∕').replace(/\b(www)\.(?=\S)/gi, '$1․') as Unlinked;
}

/** `payments-svc-1/0/heap.pb.gz` -> `payments-svc-1-0-heap.pb.gz`; nothing in it means anything to a shell or a path. */
export function fileName(foreign: Foreign): FileName {
  const safe = foreign
    .replaceAll('/', '-')
    .replace(/[^\w.%@+=,-]/g, '_')
    .slice(0, MAX_FILE_NAME);
  return safe.replace(/^[.-]/, '_') as FileName;
}

const MAX_FILE_NAME = 180;
/** What paint.ts makes, and nothing else. */
const OWN_COLOURS = new RegExp(`(${String.fromCharCode(27)}\\[(?:0|1|2|36|1;3[123])m)`);

export function html(foreign: Foreign): HtmlText {
  return escapeXml(visible(foreign)) as HtmlText;
}

export function xml(foreign: Foreign, maxLength = Number.POSITIVE_INFINITY): XmlText {
  return bounded(visible(stripAnsi(foreign)), maxLength, escapeXml) as XmlText;
}

/** Markdown takes no character reference for markup, so each mark becomes one; links and mentions need marks too. */
export function markdown(foreign: Foreign, maxLength: number): MarkdownText {
  const escapeMarks = (text: string) => text.replace(MARKDOWN_MARKS, (mark) => `&#${mark.charCodeAt(0)};`);
  return bounded(visible(stripAnsi(foreign)), maxLength, escapeMarks) as MarkdownText;
}

/**
 * One workflow command of GitHub Actions, a line of its own: `::error title=goleak,file=a.go,line=3::words`. What ends
 * a value or the line is escaped as its toolkit escapes it.
 */
export function annotation(
  level: 'error' | 'warning' | 'notice',
  about: { readonly title: Foreign; readonly file?: Foreign; readonly line?: number },
  message: Foreign,
): TerminalText {
  const data = (text: string) => text.replaceAll('%', '%25');
  const value = (text: string) => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
  const properties = Object.entries(about).map(
    ([name, given]) => `${name}=${bounded(visible(String(given)), MAX_ANNOTATION_VALUE, value)}`,
  );
  const words = bounded(visible(stripAnsi(message)), MAX_ANNOTATION, data);
  return `::${level} ${properties.join(',')}::${words}` as TerminalText;
}

/** GitHub cuts what is longer than 4 KiB. */
const MAX_ANNOTATION = 3_000;
const MAX_ANNOTATION_VALUE = 400;
const MARKDOWN_MARKS = /[!-/:-@[-`{-~]/g;

/** A piece of a page on its way into a bigger one. */
export interface Markings {
  readonly html: HtmlText;
}

/** Builds a page: the tags of the template are ours, every string or number put into it is escaped. */
export function tags(
  words: TemplateStringsArray,
  ...values: readonly (Foreign | Plain | number | Markings | readonly Markings[])[]
): Markings {
  const parts = values.map((value) => {
    if (typeof value !== 'object') return html(String(value));
    return 'html' in value ? value.html : value.map((each) => each.html).join('');
  });
  return { html: words.map((word, index) => word + (parts[index] ?? '')).join('') as HtmlText };
}

/** A text of our own program, a sheet or a script, as it stands in a page. Refuses what would end its element. */
export function inlined(element: 'style' | 'script', text: string): Markings {
  if (/<\/|<!--/.test(text)) throw new RangeError('an inlined text cannot hold a closing tag or a comment');
  return { html: `<${element}>${text}</${element}>` as HtmlText };
}

/** A value for a page's own script, in a block that a browser neither runs nor takes for tags. */
export function dataBlock(id: 'flames', value: unknown): Markings {
  const text = json(value).replace(/[<>&]/g, (mark) => `\\u00${mark.charCodeAt(0).toString(16)}`);
  return { html: `<script type="application/json" id="${id}">${text}</script>` as HtmlText };
}

/** A picture inside the page itself. */
export function embeddedPng(png: Uint8Array, alt: Foreign): Markings {
  const bytes = Buffer.from(png).toString('base64');
  return { html: `<img src="data:image/png;base64,${bytes}" alt="${html(alt)}">` as HtmlText };
}

/**
 * Always quoted; what a spreadsheet takes for the beginning of a formula (`= + - @`, their full-width forms, a tab
 * or a return) gets an apostrophe.
 */
export function csv(foreign: Foreign): CsvField {
  const text = visible(foreign).replaceAll('"', '""');
  return `"${FORMULA.test(foreign) || FORMULA.test(text) ? "'" : ''}${text}"` as CsvField;
}

const FORMULA = /^(?:[\t\r]|\s*[=+\-@＝＋－＠])/;

/** The first `max` of a list, and the sentence that says how many were left out (empty when none). */
export function cutList<Entry>(
  entries: readonly Entry[],
  max: number,
): { shown: readonly Entry[]; more: string } {
  const left = entries.length - max;
  return { shown: entries.slice(0, max), more: left > 0 ? `… ${left} more` : '' };
}

/** Controls, bidi overrides, zero-width and other invisible characters as `\u202e`; line breaks as `\n`. */
export function visible(foreign: string): string {
  if (PRINTED.test(foreign) && !foreign.includes('\n')) return foreign;
  return foreign
    .replace(INVISIBLE, (character) => NAMED[character] ?? `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .replace(STACKED_MARKS, '$1');
}

export function stripAnsi(foreign: string): string {
  return foreign.replace(ANSI, '');
}

const DEFAULT_SPAN = 120;
/** U+02CB looks like a back-tick and ends no code span. */
const GRAVE = 'ˋ';
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': ' ', '\u2028': '\\n' };
/** Printable ASCII and line breaks: nearly every name is, and what Unicode knows of each character need not be asked. */
const PRINTED = /^[\n -~]*$/;
const INVISIBLE =
  /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Noncharacter_Code_Point}]|(?!\ufe0f)\p{Default_Ignorable_Code_Point}/gu;
/** Marks piled on one letter spill over the lines around it; four are more than any language needs. */
const STACKED_MARKS = /(\p{M}{4})\p{M}+/gu;
/** CSI, OSC (to BEL or ST) and two-byte escapes, as ECMA-48 has them. */
const ANSI = ((esc: string, bell: string) =>
  new RegExp(`${esc}(?:\\[[0-?]*[ -/]*[@-~]|\\][^${bell}${esc}]*(?:${bell}|${esc}\\\\)?|[ -/]*[0-~])`, 'g'))(
  '\u001b',
  '\u0007',
);

/** Slack's own three escapes: https://docs.slack.dev/messaging/formatting-message-text#escaping */
function escapeMrkdwn(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const XML_MARKS = /[&<>"']/;

/** The same references mean the same in HTML. */
function escapeXml(text: string): string {
  if (!XML_MARKS.test(text)) return text;
  return escapeMrkdwn(text).replaceAll('"', '&quot;').replaceAll("'", '&#39;');
}

/** Outside code spans the formatting characters are replaced by their look-alikes: Slack has no escape for them. */
function escapeWords(text: string): string {
  return escapeMrkdwn(visible(text))
    .replaceAll('*', '∗')
    .replaceAll('~', '∼')
    .replaceAll('`', GRAVE)
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, 'ˍ')
    .replace(/(?<!\d):(?=[\w+'-]+:)/g, '∶');
}

/**
 * Escapes and bounds. What does not fit is counted, `… 41 more`, in characters of the original; `beyond` are
 * characters that follow this text and are dropped in any case.
 */
function bounded(text: string, maxLength: number, escapeText: (text: string) => string, beyond = 0): string {
  const whole = escapeText(text);
  if (whole.length <= maxLength && beyond === 0) return whole;
  const characters = [...text];
  const room = maxLength - moreNote(characters.length + beyond).length;
  let kept = '';
  let count = 0;
  for (const character of characters) {
    const next = escapeText(character);
    if (kept.length + next.length > room) break;
    kept += next;
    count += 1;
  }
  return kept + moreNote(characters.length - count + beyond);
}

function moreNote(count: number): string {
  return `… ${count} more`;
}

function fitLines(lines: readonly string[], room: number, what: string): string {
  const kept: string[] = [];
  let left = room;
  for (const [index, line] of lines.entries()) {
    const note = `… ${lines.length - index} more ${what}`;
    const last = index === lines.length - 1;
    if (line.length + 1 > left - (last ? 0 : note.length + 1)) {
      return [...kept, note].join('\n');
    }
    kept.push(line);
    left -= line.length + 1;
  }
  return kept.join('\n');
}
