// Rows of numbers in few bytes: each column as steps from the row before, each step as small as its precision allows.
// A size is kept to a seventh of a percent, a count exactly; what is missing costs nothing.
import type { Outcome, Problem } from '../model/problem.ts';

export interface Row {
  /** Unix seconds. */
  readonly t: number;
  /** By column; NaN where unknown. */
  readonly values: readonly number[];
}

/** `count`: whole numbers, exactly. `size`: to 1/256 of a doubling, and exactly below 1024 units. */
export interface Column {
  readonly name: string;
  readonly as: 'count' | 'size';
  /** The smallest step of a size. */
  readonly unit: number;
}

/** More columns do not fit the mask that says which are known. */
export const MAX_COLUMNS = 30;
const EXACT = 1024;
const STEPS_PER_DOUBLING = 256;
/** No layout of ours holds more rows in one piece. */
export const MAX_ROWS = 4_096;

/** Where the last row left off: what the next one is a step from. */
export interface Tail {
  readonly time: number;
  readonly step: number;
  readonly mask: number;
  readonly codes: readonly number[];
}

export const START: Tail = { time: 0, step: 0, mask: 0, codes: [] };

/**
 * One row as the bytes that follow those of the row before. Times are whole seconds and rise. A row takes a byte for
 * its time, one for which columns are known, and mostly one for each of them.
 */
export function encodeRow(
  columns: readonly Column[],
  tail: Tail,
  row: Row,
): { readonly bytes: readonly number[]; readonly tail: Tail } {
  const bytes: number[] = [];
  const t = Math.round(row.t);
  const step = t - tail.time;
  writeSigned(bytes, step - tail.step);
  const mask = maskOf(columns, row);
  writeNumber(bytes, mask ^ tail.mask);
  const codes = columns.map((column, at) => {
    const before = tail.codes[at] ?? 0;
    if ((mask & (1 << at)) === 0) return before;
    const code = codeOf(column, row.values[at] ?? 0);
    writeSigned(bytes, code - before);
    return code;
  });
  return { bytes, tail: { time: t, step, mask, codes } };
}

export function encodeRows(columns: readonly Column[], rows: readonly Row[]): Uint8Array {
  const all: number[] = [];
  let tail = START;
  for (const row of rows) {
    const { bytes, tail: next } = encodeRow(columns, tail, row);
    all.push(...bytes);
    tail = next;
  }
  return Uint8Array.from(all);
}

/** What was written as far as it can be read; never throws. */
export function decodeRows(columns: readonly Column[], bytes: Uint8Array): Outcome<readonly Row[]> {
  const reader = { bytes, at: 0, broken: false };
  const rows: Row[] = [];
  let [time, step, mask] = [0, 0, 0];
  const before = columns.map(() => 0);
  while (reader.at < bytes.length && rows.length < MAX_ROWS && !reader.broken) {
    step += readSigned(reader);
    time += step;
    mask ^= readNumber(reader);
    const values = columns.map((column, at) => {
      if ((mask & (1 << at)) === 0) return Number.NaN;
      const code = (before[at] ?? 0) + readSigned(reader);
      before[at] = code;
      return sizeOf(column, code);
    });
    if (!reader.broken) rows.push({ t: time, values });
  }
  const problems: readonly Problem[] = reader.broken
    ? [{ code: 'history-damaged', text: `A stored history is damaged after ${rows.length} rows.` }]
    : [];
  return { value: rows, problems };
}

function maskOf(columns: readonly Column[], { values }: Row): number {
  return columns.reduce((mask, _, at) => {
    const value = values[at];
    return value === undefined || !Number.isFinite(value) ? mask : mask | (1 << at);
  }, 0);
}

/** Sizes below zero are mirrored: resident memory may be less than what the runtime took. */
function codeOf({ as, unit }: Column, value: number): number {
  if (as === 'count') return Math.round(value);
  const units = Math.abs(value) / unit;
  const code =
    units < EXACT ? Math.round(units) : EXACT + Math.round(STEPS_PER_DOUBLING * Math.log2(units / EXACT));
  return value < 0 ? -code : code;
}

function sizeOf({ as, unit }: Column, code: number): number {
  if (as === 'count') return code;
  const size = Math.abs(code);
  const units = size < EXACT ? size : EXACT * 2 ** ((size - EXACT) / STEPS_PER_DOUBLING);
  return units * unit * (code < 0 ? -1 : 1);
}

interface Reader {
  readonly bytes: Uint8Array;
  at: number;
  broken: boolean;
}

/** Seven bits a byte, low ones first; numbers up to 2^53. */
function writeNumber(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

function readNumber(reader: Reader): number {
  let value = 0;
  let factor = 1;
  for (let digits = 0; digits < 8; digits++) {
    const byte = reader.bytes[reader.at];
    if (byte === undefined) break;
    reader.at += 1;
    value += (byte & 127) * factor;
    if (byte < 128) return value;
    factor *= 128;
  }
  reader.broken = true;
  return 0;
}

/** 0, -1, 1, -2, 2 as 0, 1, 2, 3, 4. */
function writeSigned(bytes: number[], value: number): void {
  writeNumber(bytes, value < 0 ? -2 * value - 1 : 2 * value);
}

function readSigned(reader: Reader): number {
  const value = readNumber(reader);
  return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
}
