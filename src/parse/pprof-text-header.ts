// The first lines of a debug=1 text decide what every row of it means.
import type { ProfileKind, ValueType } from '../model/profile.ts';
import { PPROF_LIMITS } from './pprof-limits.ts';

export interface SampleRow {
  readonly values: readonly number[];
  /** What the header's total is the sum of. */
  readonly counted: number;
  readonly addresses: readonly string[];
}

export interface Header {
  readonly kind: ProfileKind;
  readonly sampleTypes: readonly ValueType[];
  readonly period: number;
  readonly statedTotal?: number;
  /** Words for `statedTotal`. */
  readonly totalOf: string;
  readonly readRow: (line: string) => SampleRow | undefined;
}

/** A header stands within the first lines; blank ones may precede it in a paste. */
const HEADER_LINES = 8;

export function readHeader(lines: { next(): string | undefined }): Header | undefined {
  for (let seen = 0; seen < HEADER_LINES; seen++) {
    const line = lines.next()?.trim();
    if (line === undefined) return undefined;
    if (line === '') continue;
    if (line.startsWith('heap profile: ')) return heapHeader(line);
    if (line === '--- contention:' || line === '--- mutex:') {
      return contentionHeader(line === '--- mutex:' ? 'mutex' : 'block', lines);
    }
    return countHeader(line);
  }
  return undefined;
}

const COUNT_KINDS: ReadonlySet<string> = new Set(['goroutine', 'goroutineleak', 'threadcreate']);
/** Names of profiles that programs register themselves are short; a sentence is not a header. */
const NAME_LENGTH = 100;

/** `goroutine profile: total 33` */
function countHeader(line: string): Header | undefined {
  const at = line.indexOf(' profile: total ');
  if (at <= 0 || at > NAME_LENGTH) return undefined;
  const name = line.slice(0, at);
  const total = wholeNumber(line.slice(at + ' profile: total '.length));
  if (total === undefined) return undefined;
  return {
    kind: COUNT_KINDS.has(name) ? (name as ProfileKind) : 'unknown',
    sampleTypes: [{ type: name, unit: 'count' }],
    period: 1,
    statedTotal: total,
    totalOf: name === 'threadcreate' ? 'threads' : `${name} rows`,
    readRow: (row) => {
      const [count, addresses] = splitRow(row);
      const value = wholeNumber(count);
      return value === undefined ? undefined : { values: [value], counted: value, addresses };
    },
  };
}

const HEAP_TYPES: readonly ValueType[] = [
  { type: 'alloc_objects', unit: 'count' },
  { type: 'alloc_space', unit: 'bytes' },
  { type: 'inuse_objects', unit: 'count' },
  { type: 'inuse_space', unit: 'bytes' },
];

/** `heap profile: 2: 1048600 [2: 1048601] @ heap/1048576`; the rate printed is twice the real one. */
function heapHeader(line: string): Header | undefined {
  const slash = line.lastIndexOf('/');
  const doubled = wholeNumber(line.slice(slash + 1));
  const totals = heapNumbers(splitRow(line.slice('heap profile: '.length))[0]);
  if (doubled === undefined || !totals) return undefined;
  const rate = Math.floor(doubled / 2);
  return {
    kind: 'heap',
    sampleTypes: HEAP_TYPES,
    period: rate,
    statedTotal: totals[1],
    totalOf: 'sampled bytes in use',
    readRow: (row) => {
      const [numbers, addresses] = splitRow(row);
      const read = heapNumbers(numbers);
      if (!read) return undefined;
      const [inuseObjects, inuseBytes, allocObjects, allocBytes] = read;
      const values = [
        ...unsampled(allocObjects, allocBytes, rate),
        ...unsampled(inuseObjects, inuseBytes, rate),
      ];
      return { values, counted: inuseBytes, addresses };
    },
  };
}

/**
 * Text heaps hold raw samples. An allocation of s bytes is sampled with probability 1 - exp(-s / rate), so
 * counts are divided by that, as scaleHeapSample does for the protobuf form.
 * https://github.com/golang/go/blob/master/src/runtime/pprof/protomem.go
 */
function unsampled(objects: number, bytes: number, rate: number): [number, number] {
  if (objects === 0 || bytes === 0) return [0, 0];
  if (rate <= 1) return [objects, bytes];
  const scale = 1 / (1 - Math.exp(-(bytes / objects) / rate));
  return [Math.trunc(objects * scale), Math.trunc(bytes * scale)];
}

/** `2: 1048600 [2: 1048601]`: objects and bytes in use, then allocated since start. */
function heapNumbers(text: string): [number, number, number, number] | undefined {
  const open = text.indexOf('[');
  const close = text.indexOf(']', open);
  if (open < 0 || close < 0) return undefined;
  const inuse = colonPair(text.slice(0, open));
  const alloc = colonPair(text.slice(open + 1, close));
  return inuse && alloc ? [...inuse, ...alloc] : undefined;
}

function colonPair(text: string): [number, number] | undefined {
  const colon = text.indexOf(':');
  const first = wholeNumber(text.slice(0, Math.max(colon, 0)));
  const second = wholeNumber(text.slice(colon + 1));
  return first === undefined || second === undefined ? undefined : [first, second];
}

/** `--- contention:` `cycles/second=2445` and, for mutex, `sampling period=5`. Rows: `CYCLES COUNT @ …`. */
function contentionHeader(
  kind: 'block' | 'mutex',
  lines: { next(): string | undefined },
): Header | undefined {
  const cyclesPerSecond = namedNumber(lines.next(), 'cycles/second=');
  if (!cyclesPerSecond) return undefined;
  if (kind === 'mutex' && namedNumber(lines.next(), 'sampling period=') === undefined) return undefined;
  return {
    kind,
    sampleTypes: [
      { type: 'contentions', unit: 'count' },
      { type: 'delay', unit: 'nanoseconds' },
    ],
    period: 1,
    totalOf: 'contentions',
    readRow: (row) => {
      const [numbers, addresses] = splitRow(row);
      const space = numbers.indexOf(' ');
      const cycles = wholeNumber(numbers.slice(0, Math.max(space, 0)));
      const count = wholeNumber(numbers.slice(space + 1));
      if (cycles === undefined || count === undefined) return undefined;
      return { values: [count, Math.trunc(cycles / (cyclesPerSecond / 1e9))], counted: count, addresses };
    },
  };
}

function namedNumber(line: string | undefined, name: string): number | undefined {
  const text = line?.trim() ?? '';
  return text.startsWith(name) ? wholeNumber(text.slice(name.length)) : undefined;
}

/** `3 @ 0x489b8e 0x41a58e` -> ["3", ["0x489b8e", "0x41a58e"]] */
function splitRow(row: string): [numbers: string, addresses: string[]] {
  const at = row.indexOf('@');
  if (at < 0) return ['', []];
  const addresses = row
    .slice(at + 1)
    .trim()
    .split(' ', PPROF_LIMITS.stackDepth);
  return [row.slice(0, at).trim(), addresses.filter((address) => address.startsWith('0x'))];
}

/** Decimal, possibly negative (frees may be counted before their allocations). */
function wholeNumber(text: string): number | undefined {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed.length > 20) return undefined;
  for (let at = trimmed[0] === '-' ? 1 : 0; at < trimmed.length; at++) {
    const digit = trimmed.charCodeAt(at) - 48;
    if (digit < 0 || digit > 9) return undefined;
  }
  const value = Number(trimmed);
  return Number.isFinite(value) ? value : undefined;
}
