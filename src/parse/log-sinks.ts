// Where stripped lines are gathered, one text per source, mended on the way: spaces for tabs, typographic quotes,
// lines in pieces. When all are in, a log that ran backwards is turned round.
import type { Problem } from '../model/problem.ts';
import { isHeader, NEWLINE, SPACE, startsWith, TAB } from './line-bytes.ts';
import { isDigit, type Stripped } from './log-strip.ts';

/** Writers told apart; the rest share one text. A whole deployment's pods in one log are fewer. */
const MAX_SOURCES = 256;
/** A row costs some microseconds. Real ones are a hundred bytes or more, so a log of 64 MiB has fewer. */
export const MAX_LOG_ROWS = 650_000;
/** A line in pieces ends here at the latest: containerd cuts at 16 KiB, so this is 64 pieces. */
const MAX_PIECED = 1 << 20;
/** What keeping a piece costs beside its bytes, so that empty pieces come to an end too. */
const PIECE_COST = 200;
/** Headers asked which way the log runs. */
const MAX_VOTES = 200;

export interface SinkLine extends Stripped {
  readonly unit: boolean;
}

export class LogSinks {
  longLines = 0;
  /** Lines that had to be unwrapped from JSON, CSV or quotes. */
  rows = 0;
  private readonly bySource = new Map<string, Sink>();
  private shared = false;
  /** Lines mostly come from the writer of the line before. */
  private last: Sink | undefined;
  private lastSource = '';
  private readonly expectedBytes: number;

  /** `expectedBytes`: how much the first source may bring; most logs have only one. */
  constructor(expectedBytes: number) {
    this.expectedBytes = expectedBytes;
  }

  add(line: SinkLine): void {
    let sink = line.source === this.lastSource ? this.last : this.bySource.get(line.source);
    if (!sink) {
      if (this.bySource.size >= MAX_SOURCES) this.shared = true;
      const source = this.shared ? '' : line.source;
      // Room for all at once costs nothing until it is used, and saves the copies of growing.
      const room = this.bySource.size === 0 ? this.expectedBytes + (this.expectedBytes >> 4) : 0;
      sink = this.bySource.get(source) ?? new Sink(room);
      this.bySource.set(source, sink);
    }
    this.last = sink;
    this.lastSource = line.source;
    sink.add(line);
  }

  texts(): readonly Uint8Array[] {
    return [...this.bySource.values()].map((sink) => sink.text()).filter((text) => text !== undefined);
  }

  problems(): readonly Problem[] {
    const problems: Problem[] = [];
    if (this.shared) {
      const text = `The log has more than ${MAX_SOURCES} writers; the lines of some may be mixed up.`;
      problems.push({ code: 'log-sources-many', text });
    }
    if (this.rows >= MAX_LOG_ROWS) {
      const text = `The log holds more than ${MAX_LOG_ROWS.toLocaleString('en')} rows; those behind them were not read.`;
      problems.push({ code: 'log-rows-many', text });
    }
    if (this.longLines > 0) {
      const text = `${this.longLines} over-long line(s) of the log were passed over.`;
      problems.push({ code: 'line-too-long', text });
    }
    return problems;
  }
}

class Sink {
  private out: Uint8Array<ArrayBuffer>;
  private length = 0;
  /** Where each unit begins. */
  private readonly units: number[] = [];
  private pieces: Uint8Array[] = [];
  private pieced = 0;
  private hasHeader = false;

  constructor(room: number) {
    this.out = new Uint8Array(Math.max(room, 1 << 12));
  }

  add(line: SinkLine): void {
    if (line.unit && this.pieces.length === 0) this.units.push(this.length);
    if (line.partial && this.pieced < MAX_PIECED) {
      this.pieces.push(line.bytes.slice(line.from, line.end));
      this.pieced += line.end - line.from + PIECE_COST;
      return;
    }
    if (this.pieces.length > 0) {
      const joined = Buffer.concat([...this.pieces, line.bytes.subarray(line.from, line.end)]);
      this.pieces = [];
      this.pieced = 0;
      this.mend(joined, 0, joined.length);
    } else this.mend(line.bytes, line.from, line.end);
  }

  /** The text, in the order Go printed it; undefined when it holds no goroutine. */
  text(): Uint8Array | undefined {
    if (!this.hasHeader) return undefined;
    this.reserve(0);
    return runsBackwards(this.out, this.length) ? this.reversed() : this.out.subarray(0, this.length);
  }

  /** Appends the line with the indentation Go gives it: a tab before file lines, nothing before others. */
  private mend(bytes: Uint8Array, from: number, end: number): void {
    this.reserve(end - from + 2);
    const { out } = this;
    let p = from;
    while (p < end && (bytes[p] === SPACE || bytes[p] === TAB || isNoBreak(bytes, p)))
      p += isNoBreak(bytes, p) ? 2 : 1;
    if (startsWith(bytes, '#011', p, end)) p += 4; // rsyslog's spelling of a tab
    const start = this.length;
    const indented = p > from;
    if (isFileLine(bytes, p, end, indented) || (indented && startsWith(bytes, 'panic: ', p, end)))
      out[this.length++] = TAB;
    for (; p < end; p++) {
      const c = bytes[p] ?? 0;
      if (c === 0xe2 && bytes[p + 1] === 0x80) {
        const plain = plainPunctuation(bytes[p + 2] ?? 0);
        if (plain !== undefined) {
          for (const byte of plain) out[this.length++] = byte;
          p += 2;
          continue;
        }
      }
      if (isNoBreak(bytes, p)) {
        out[this.length++] = SPACE;
        p += 1;
      } else out[this.length++] = c;
    }
    if (!this.hasHeader && startsWith(out, 'goroutine ', start, this.length)) this.hasHeader = true;
    out[this.length++] = NEWLINE;
  }

  private reserve(more: number): void {
    if (this.length + more + 16 <= this.out.length) return;
    const bigger = new Uint8Array(Math.max(this.out.length * 2, this.length + more + 16));
    bigger.set(this.out);
    this.out = bigger;
  }

  private reversed(): Uint8Array {
    const text = new Uint8Array(this.length);
    let at = 0;
    for (let unit = this.units.length - 1; unit >= 0; unit--) {
      const piece = this.out.subarray(this.units[unit], this.units[unit + 1] ?? this.length);
      text.set(piece, at);
      at += piece.length;
    }
    return text;
  }
}

/** `…/main.go:31 +0x5e` or `…/main.go:31`: a source file, a line number, nothing else but offsets. */
function isFileLine(bytes: Uint8Array, from: number, end: number, indented: boolean): boolean {
  let p = from;
  for (; p < end; p++) {
    if (bytes[p] !== 58 || !isDigit(bytes[p + 1])) continue;
    if (!indented && !isSourceName(bytes, from, p)) continue;
    let q = p + 1;
    while (q < end && isDigit(bytes[q])) q += 1;
    if (q === end || startsWith(bytes, ' +0x', q, end)) return true;
    if (startsWith(bytes, ' fp=0x', q, end) || startsWith(bytes, ' pc=0x', q, end)) return true;
  }
  return false;
}

/** Ends in `.go`, `.s`, `.c`… or `<autogenerated>`. */
function isSourceName(bytes: Uint8Array, from: number, end: number): boolean {
  if (bytes[end - 1] === 62) return true;
  for (let p = end - 1; p > from && end - p <= 4; p--) if (bytes[p] === 46) return true;
  return false;
}

/** What phones and chat programs make of quotes and dots, taken back. */
function plainPunctuation(last: number): readonly number[] | undefined {
  if (last === 0x9c || last === 0x9d) return [34];
  if (last === 0x98 || last === 0x99) return [39];
  return last === 0xa6 ? [46, 46, 46] : undefined;
}

function isNoBreak(bytes: Uint8Array, p: number): boolean {
  return bytes[p] === 0xc2 && bytes[p + 1] === 0xa0;
}

/**
 * Go prints header, function, file. In a log with the newest line first, a header has its leaf function before
 * it, and a file line (another goroutine's creator) behind it.
 */
function runsBackwards(out: Uint8Array<ArrayBuffer>, length: number): boolean {
  const text = out.subarray(0, length);
  const view = new DataView(out.buffer);
  let forwards = 0;
  let backwards = 0;
  let before = -1; // start of the line before
  let twoBefore = -1;
  for (let p = 0; p < text.length && forwards + backwards < MAX_VOTES; ) {
    const end = text.indexOf(NEWLINE, p);
    if (isHeader(view, p)) {
      const next = end + 1;
      const afterNext = text.indexOf(NEWLINE, next) + 1;
      const hasFrame = next < text.length && text[next] !== TAB && text[next] !== NEWLINE;
      if (hasFrame && afterNext > 0 && text[afterNext] === TAB && !isHeader(view, next)) forwards += 1;
      else if (before >= 0 && twoBefore >= 0 && text[before] !== TAB && text[twoBefore] === TAB)
        backwards += 1;
    }
    twoBefore = before;
    before = p;
    p = end + 1;
  }
  return backwards > forwards;
}
