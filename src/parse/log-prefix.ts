// Goroutine dumps as log collectors hand them on: a prefix before every line, lines wrapped in JSON or CSV rows,
// newest first, tabs turned into spaces, blank lines dropped, other lines between. Out comes the text Go printed,
// one text per source, for the one parser of such texts.
//
//   2026-11-23T06:22:00.007919321Z stderr F goroutine 57 [running]:         ->  goroutine 57 [running]:
//   api-1  | main.main()                                                    ->  main.main()
//   {"log": "\tmain.go:12 +0x1d\n", "stream": "stderr", "time": "…"}        ->  ⇥main.go:12 +0x1d
//
// Everything here is one pass over bytes; foreign text never meets a pattern that could backtrack.
import type { Outcome } from '../model/problem.ts';
import { indexOfFar, isHeader, NEWLINE, startsWith, TAB } from './line-bytes.ts';
import { type LearnedPrefix, learnPrefix, stripLearned } from './log-learn.ts';
import { csvColumn, csvTexts, documentTexts, type LogRow, rowOf } from './log-rows.ts';
import { LogSinks, MAX_LOG_ROWS } from './log-sinks.ts';
import { stripPrefixes } from './log-strip.ts';

/** Texts up to here are looked through whole before they are called plain. */
const WHOLE_LOOK_BYTES = 1 << 20;
/** Larger ones are looked at in so many places, so many bytes each. */
const LOOKS = 16;
const LOOK_BYTES = 64 << 10;

/** Longer lines are passed over; a row may hold a whole dump, but no logger writes this much at once. */
const MAX_LINE = 16 << 20;

/** True when every header in sight stands at the start of a line and its frames follow as Go prints them. */
export function looksPlain(bytes: Uint8Array): boolean {
  if (bytes.length <= WHOLE_LOOK_BYTES) return plainBetween(bytes, 0, bytes.length) === 'plain';
  let plain = false;
  for (let look = 0; look < LOOKS; look++) {
    const from = Math.floor(((bytes.length - LOOK_BYTES) / (LOOKS - 1)) * look);
    const found = plainBetween(bytes, from, from + LOOK_BYTES);
    if (found === 'mangled') return false;
    if (found === 'plain') plain = true;
  }
  return plain;
}

function plainBetween(bytes: Uint8Array, from: number, to: number): 'plain' | 'mangled' | 'none' {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let found: 'plain' | 'none' = 'none';
  for (const at of headersIn(bytes, from, to)) {
    if (at > 0 && bytes[at - 1] !== NEWLINE) return 'mangled';
    const end = bytes.indexOf(NEWLINE, at);
    if (end < 0 || end + 1 >= bytes.length) break;
    if (bytes[end - 1] === 13) return 'mangled';
    if (!framesFollow(bytes, view, end + 1)) return 'mangled';
    found = 'plain';
  }
  return found;
}

/** A function line and its file line, indented by a tab; or a line Go prints in their place. */
function framesFollow(bytes: Uint8Array, view: DataView, at: number): boolean {
  if (bytes[at] === TAB) return startsWith(bytes, '\tgoroutine running on other', at, bytes.length);
  const end = bytes.indexOf(NEWLINE, at);
  if (end < 0 || end + 1 >= bytes.length) return true;
  if (bytes[end + 1] === TAB) return end > at;
  return (
    bytes[at] !== NEWLINE &&
    !(at + 12 < bytes.length && isHeader(view, at)) &&
    startsWith(bytes, 'non-Go', at, end)
  );
}

/** Positions of `goroutine ` + digits + ` [` or ` gp=`; Go's other mentions of goroutines end otherwise. */
export function* headersIn(bytes: Uint8Array, from: number, to: number): Generator<number> {
  for (let at = indexOfFar(bytes, 'goroutine ', from); at >= 0 && at < to; ) {
    let p = at + 10;
    while ((bytes[p] ?? 0) >= 48 && (bytes[p] ?? 0) <= 57) p += 1;
    const named = bytes[p] === 32 && (bytes[p + 1] === 91 || startsWith(bytes, 'gp=', p + 1, bytes.length));
    if (p > at + 10 && named) yield at;
    at = indexOfFar(bytes, 'goroutine ', p);
  }
}

/** The dumps' texts as Go printed them, one per source (pod, container, stream) that holds any. */
export function normaliseLog(bytes: Uint8Array): Outcome<readonly Uint8Array[]> {
  const sinks = new LogSinks(bytes.length);
  const { value: whole, problems } = documentTexts(bytes);
  const column = whole ? undefined : csvColumn(bytes, headersIn(bytes, 0, bytes.length));
  if (whole) for (const row of whole) addText(sinks, row, undefined);
  else if (column)
    for (const text of csvTexts(bytes, column)) {
      if (sinks.rows >= MAX_LOG_ROWS) break;
      addText(sinks, { text, source: '' }, undefined);
    }
  else addLines(sinks, bytes);
  return { value: sinks.texts(), problems: [...problems, ...sinks.problems()] };
}

function addLines(sinks: LogSinks, bytes: Uint8Array): void {
  const learned = learnPrefix(bytes, headersIn(bytes, 0, bytes.length));
  const first = startsWith(bytes, '\u00ef\u00bb\u00bf', 0, bytes.length) ? 3 : 0;
  for (let from = first; from < bytes.length && sinks.rows < MAX_LOG_ROWS; ) {
    const newline = bytes.indexOf(NEWLINE, from);
    const end = newline < 0 ? bytes.length : newline;
    const row = end - from > MAX_LINE ? undefined : rowOf(bytes, from, end);
    if (end - from > MAX_LINE) sinks.longLines += 1;
    else if (row) addText(sinks, row, learned);
    else addLine(sinks, { bytes, from, end, source: '', unit: true }, learned);
    from = end + 1;
  }
}

interface Line {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly end: number;
  readonly source: string;
  /** Begins a new unit: units, not lines, are put in order when a log is the wrong way round. */
  readonly unit: boolean;
}

/** The text of a row may hold a whole dump, or one line of it. */
function addText(sinks: LogSinks, row: LogRow, learned: LearnedPrefix | undefined): void {
  sinks.rows += 1;
  const bytes = Buffer.from(row.text); // several times as fast as a TextEncoder for short lines
  let unit = true;
  for (let from = 0; from <= bytes.length; ) {
    const newline = bytes.indexOf(NEWLINE, from);
    const end = newline < 0 ? bytes.length : newline;
    if (end === bytes.length && end === from && from > 0) break; // behind the last newline
    addLine(sinks, { bytes, from, end, source: row.source, unit }, learned);
    unit = false;
    from = end + 1;
  }
}

function addLine(sinks: LogSinks, line: Line, learned: LearnedPrefix | undefined): void {
  const stripped = stripPrefixes(line.bytes, line.from, line.end);
  const { bytes, end, partial } = stripped;
  const source = line.source === '' ? stripped.source : line.source + stripped.source;
  const rest = learned ? stripLearned(learned, stripped) : undefined;
  if (rest?.text !== undefined) addText(sinks, { text: rest.text, source }, undefined);
  else sinks.add({ bytes, from: rest?.from ?? stripped.from, end, source, partial, unit: line.unit });
}
