// Log exports in which a line is a row: JSON per line (docker, fluent-bit, Datadog), one JSON document (Loki,
// CloudWatch, Kibana), or CSV.
//
//   {"log":"goroutine 57 [running]:\n","stream":"stderr","time":"2026-…Z"}      -> `goroutine 57 [running]:⏎`
//   2026-11-23T06:22:00Z,api,"goroutine 57 [running]:"                           -> `goroutine 57 [running]:`
//   {"streams":[{"values":[["1763878920…","goroutine 57 [running]:"], …]}]}      -> the second of each pair
import type { Outcome } from '../model/problem.ts';
import { isRecord, parseJson } from './json.ts';
import { NEWLINE, textOf } from './line-bytes.ts';

export interface LogRow {
  readonly text: string;
  readonly source: string;
}

export interface CsvShape {
  readonly delimiter: number;
  readonly column: number;
}

/** Where log lines live in rows, first come first served; a field holding a goroutine comes before all. */
const TEXT_KEYS = [
  'log',
  'message',
  'msg',
  'MESSAGE',
  '@message',
  'Message',
  'line',
  'Line',
  'textPayload',
  'text',
  '_raw',
  'body',
  'content',
  'stack',
  'stacktrace',
  'stack_trace',
] as const;
/** What tells one writer from another. */
const SOURCE_KEYS = [
  'stream',
  'pod',
  'pod_name',
  'container',
  'container_id',
  'instance',
  'host',
  'logStreamName',
];

/** A row may carry a dump of some ten thousand goroutines in one field. */
const MAX_ROW_BYTES = 16 << 20;
/** `{"_source": {"message": …}}`, `{"jsonPayload": {"message": …}}`. */
const MAX_ROW_DEPTH = 2;
const MAX_ROWS = 5_000_000;
/** Fields of a CSV row looked at. */
const MAX_FIELDS = 256;
const QUOTE = 34;

/** The line inside a JSON object that is a line by itself; undefined when the line is none. */
export function rowOf(bytes: Uint8Array, from: number, end: number): LogRow | undefined {
  let p = from;
  while (p < end && (bytes[p] === 32 || bytes[p] === 44 || bytes[p] === 91)) p += 1;
  let stop = end;
  while (
    stop > p &&
    (bytes[stop - 1] === 13 || bytes[stop - 1] === 32 || bytes[stop - 1] === 44 || bytes[stop - 1] === 93)
  ) {
    stop -= 1;
  }
  if (bytes[p] !== 123 || bytes[stop - 1] !== 125 || stop - p > MAX_ROW_BYTES) return undefined;
  const json = parseJson(bytes.subarray(p, stop));
  if (!isRecord(json.value)) return undefined;
  const text = rowText(json.value, 0);
  return text === undefined ? undefined : { text, source: rowSource(json.value) };
}

function rowText(row: Readonly<Record<string, unknown>>, depth: number): string | undefined {
  let first: string | undefined;
  for (const key of TEXT_KEYS) {
    const value = row[key];
    if (typeof value !== 'string') continue;
    if (value.includes('goroutine ')) return value;
    first ??= value;
  }
  if (first !== undefined || depth >= MAX_ROW_DEPTH) return first;
  for (const value of Object.values(row)) {
    const inner = isRecord(value) ? rowText(value, depth + 1) : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

function rowSource(row: Readonly<Record<string, unknown>>): string {
  let source = '';
  for (const key of SOURCE_KEYS) if (typeof row[key] === 'string') source += `${row[key]}/`.slice(0, 200);
  const kubernetes = row.kubernetes;
  if (isRecord(kubernetes) && typeof kubernetes.pod_name === 'string')
    source += kubernetes.pod_name.slice(0, 200);
  return source;
}

/** The lines of a JSON document that is more than one line's row; undefined when the bytes are no such document. */
export function documentTexts(bytes: Uint8Array): Outcome<readonly LogRow[] | undefined> {
  const none = { value: undefined, problems: [] };
  let p = 0;
  while (p < bytes.length && ((bytes[p] ?? 0) <= 32 || (bytes[p] ?? 0) >= 0xbb)) p += 1;
  if (bytes[p] !== 123 && bytes[p] !== 91) return none;
  const newline = bytes.indexOf(NEWLINE, p);
  // A first line that is a whole object is a log of one object per line.
  if (newline >= 0 && bytes[p] === 123 && rowOf(bytes, p, newline)) return none;
  const json = parseJson(bytes.subarray(p));
  // Broken as one document, it may be whole as lines; beyond a limit, that limit is the reason.
  if (json.problem) return json.problem.code === 'json-broken' ? none : { ...none, problems: [json.problem] };
  const rows: LogRow[] = [];
  collect(json.value, '', rows);
  return { value: rows, problems: [] };
}

function collect(value: unknown, source: string, rows: LogRow[]): void {
  if (rows.length >= MAX_ROWS) return;
  if (Array.isArray(value)) {
    const last: unknown = value[value.length - 1];
    // Loki's pair of time and line.
    if (
      value.length === 2 &&
      typeof value[0] === 'string' &&
      typeof last === 'string' &&
      /^\d{10,20}$/.test(value[0])
    ) {
      rows.push({ text: last, source });
    } else for (const inner of value) collect(inner, source, rows);
  } else if (typeof value === 'string') rows.push({ text: value, source });
  else if (isRecord(value)) {
    const text = rowText(value, MAX_ROW_DEPTH);
    if (text !== undefined) rows.push({ text, source: source + rowSource(value) });
    else {
      const labels = isRecord(value.stream) ? JSON.stringify(value.stream).slice(0, 200) : '';
      for (const inner of Object.values(value)) {
        if (typeof inner === 'object') collect(inner, source + labels, rows);
      }
    }
  }
}

/** Where in CSV rows the log line stands; undefined when the headers do not stand in such rows. */
export function csvColumn(bytes: Uint8Array, headers: Iterable<number>): CsvShape | undefined {
  for (const at of headers) {
    const before = bytes[at - 1];
    const delimiterAt = before === QUOTE ? at - 2 : at - 1;
    const delimiter = bytes[delimiterAt];
    const atLineStart = delimiterAt < 0 || delimiter === NEWLINE;
    if (before !== QUOTE && !isDelimiter(delimiter)) return undefined;
    if (!atLineStart && !isDelimiter(delimiter)) return undefined;
    const from = atLineStart ? delimiterAt + 1 : bytes.lastIndexOf(NEWLINE, delimiterAt) + 1;
    const separator = atLineStart ? 44 : (delimiter ?? 44);
    const fields = readRow(bytes, from, separator);
    const column = fields.texts.findIndex((field) => field.startsWith('goroutine '));
    return column >= 0 && (fields.texts.length > 1 || before === QUOTE)
      ? { delimiter: separator, column }
      : undefined;
  }
  return undefined;
}

/** The chosen column of every row. Quoted fields may span lines (RFC 4180). */
export function* csvTexts(bytes: Uint8Array, { delimiter, column }: CsvShape): Generator<string> {
  for (let from = 0; from < bytes.length; ) {
    const row = readRow(bytes, from, delimiter, column);
    yield row.texts[column] ?? row.texts[row.texts.length - 1] ?? '';
    from = row.end + 1;
  }
}

/** With `wanted`, the texts of other columns before it stay empty: they cost as much as the one that counts. */
function readRow(
  bytes: Uint8Array,
  from: number,
  delimiter: number,
  wanted = -1,
): { texts: string[]; end: number } {
  const texts: string[] = [];
  let p = from;
  for (;;) {
    const quoted = bytes[p] === QUOTE;
    const start = quoted ? p + 1 : p;
    let q = start;
    if (quoted) {
      while (q < bytes.length && (bytes[q] !== QUOTE || bytes[q + 1] === QUOTE))
        q += bytes[q] === QUOTE ? 2 : 1;
    } else while (q < bytes.length && bytes[q] !== delimiter && bytes[q] !== NEWLINE) q += 1;
    const text = texts.length < wanted ? '' : textOf(bytes, start, q, MAX_ROW_BYTES);
    texts.push(quoted ? text.replaceAll('""', '"') : text);
    p = q;
    const rest = texts.length >= MAX_FIELDS;
    while (p < bytes.length && (rest || bytes[p] !== delimiter) && bytes[p] !== NEWLINE) p += 1;
    if (p >= bytes.length || bytes[p] === NEWLINE) return { texts, end: p };
    p += 1;
  }
}

/** Comma, semicolon or tab. */
function isDelimiter(c: number | undefined): boolean {
  return c === 44 || c === 59 || c === 9;
}
