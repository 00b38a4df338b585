// Lines of goroutine text that were not expected: the first time a frame is seen, everything rare, and
// everything that is no goroutine at all.
import {
  AFTER,
  CUT,
  HAS_CREATOR,
  INSIDE,
  ONLY_HEADER,
  OUTSIDE,
  type ScanState,
  SOME_FRAMES,
} from './goroutine-state.ts';
import { indexOfWord, lineEnd, SPACE, startsWith, TAB, textOf } from './line-bytes.ts';
import { BARE, type ByteRange, CREATED, CREATED_IN, ELIDED, FOREIGN, FRAME } from './stack-tables.ts';

/** A preamble is quoted in reports: a few lines of bounded length. */
const MAX_PREAMBLE_LINES = 8;
const MAX_PREAMBLE_LINE = 300;
/** A panic's own message may take some lines; what is farther away announces no dump. */
const MAX_LINES_BEHIND_PREAMBLE = 50;

/** How a dump announces itself. `panic: ` also stands indented, for the panics behind the first one. */
const PREAMBLES = [
  'fatal error: ',
  'panic: ',
  '\tpanic: ',
  'SIGQUIT: ',
  'SIGABRT: ',
  '[signal ',
  'runtime: ',
] as const;
/** First bytes of such lines, so that most lines need no closer look: `fpr` (functions too), tab, `S`, `[`, `-`, `g`. */
const OPENS_PREAMBLE = Uint8Array.from({ length: 256 }, (_, c) =>
  'fpr\tS[-g'.includes(String.fromCharCode(c)) ? 1 : 0,
);
const SYSTEM_LINES = ['PC=', 'exit status ', 'runtime stack:', 'goroutine running on other thread'] as const;
const NOTHING: ByteRange = { from: 0, to: 0 };

/** Reads the line at p (and its file line). Returns the position behind it, or -1 when its file line is not there yet. */
export function readLine(state: ScanState, p: number, limit: number, atEnd: boolean): number {
  const end = lineEnd(state.view, p);
  if (isPreamble(state, p, end)) return end + 1;
  if (state.place === INSIDE) return readInside(state, p, end, limit, atEnd);
  if (state.place === OUTSIDE && !isSystemLine(state, p, end)) {
    state.interrupted = true;
    state.foreignLines += 1;
    state.sincePreamble += 1;
    if (state.sincePreamble > MAX_LINES_BEHIND_PREAMBLE) state.preamble = [];
  }
  return end + 1;
}

/** `fatal error: …`, `SIGQUIT: quit`, `go go1.26.8 pid 1778`, `-----`: what ends one dump and announces another. */
function isPreamble(state: ScanState, p: number, end: number): boolean {
  const { bytes } = state;
  if (!OPENS_PREAMBLE[bytes[p] as number]) return false;
  if (startsWith(bytes, '-----', p, end) && end <= p + 6) {
    if (state.place !== OUTSIDE) state.endGoroutine();
    state.repeating = true;
    return true;
  }
  if (startsWith(bytes, 'go go', p, end)) {
    const pid = indexOfWord(bytes, ' pid ', p, end);
    if (pid > 0) {
      state.goVersion = textOf(bytes, p + 3, pid, 40);
      return true;
    }
  }
  for (const word of PREAMBLES) {
    if (!startsWith(bytes, word, p, end)) continue;
    if (word === '\tpanic: ' && state.preamble.length === 0) return false;
    if (state.place !== OUTSIDE) state.endGoroutine();
    // Behind a rule every thread says SIGQUIT again: still the same dump.
    if (!state.repeating && state.preamble.length < MAX_PREAMBLE_LINES) {
      state.sincePreamble = 0;
      state.preamble.push(textOf(bytes, p, end, MAX_PREAMBLE_LINE).trim());
    }
    return true;
  }
  return false;
}

/** Known company of a dump, and registers (`rax    0x0`): no sign that the dump is over. */
function isSystemLine(state: ScanState, p: number, end: number): boolean {
  const { bytes } = state;
  if (bytes[p] === TAB) return true;
  if (SYSTEM_LINES.some((word) => startsWith(bytes, word, p, end))) return true;
  const value = indexOfWord(bytes, ' 0x', p, Math.min(end, p + 16));
  if (value > 0 && indexOfWord(bytes, ' ', value + 1, end) < 0) return true;
  // The frames of `runtime stack:` have no goroutine.
  return end > p && bytes[end - 1] === 41 && indexOfWord(bytes, '(', p, end) > 0 && bytes[end + 1] === TAB;
}

function readInside(state: ScanState, p: number, end: number, limit: number, atEnd: boolean): number {
  const { bytes } = state;
  if (startsWith(bytes, '...', p, end) && indexOfWord(bytes, ' frames elided...', p, end) > 0) {
    if (startsWith(bytes, '...additional', p, end)) state.sawOldElision = true;
    else state.sawCountedElision = true;
    push(state, ELIDED, { from: p, to: end + 1 }, NOTHING);
    return end + 1;
  }
  if (startsWith(bytes, '[originating from goroutine ', p, end)) {
    state.place = AFTER;
    return end + 1;
  }
  const foreign = 'non-Go function at pc=';
  if (startsWith(bytes, foreign, p, end)) {
    push(state, FOREIGN, { from: p, to: p + foreign.length }, NOTHING);
    return end + 1;
  }
  if (bytes[p] === TAB) return readFileLine(state, p, end);
  if (state.progress === HAS_CREATOR) {
    // Nothing follows the creator but ancestors; blank lines get lost in logs.
    state.endGoroutine();
    state.interrupted ||= !isSystemLine(state, p, end);
    return end + 1;
  }
  const fileAt = end + 1;
  if (fileAt >= limit) return atEnd ? cutFrame(state, p, end) : -1;
  if (bytes[fileAt] !== TAB) return holdLine(state, p, end);
  const fileEnd = lineEnd(state.view, fileAt);
  const pair: LinePair = { bytes, from: p, end, file: fileRange(bytes, fileAt, fileEnd) };
  return readPair(state, pair) ? fileEnd + 1 : holdLine(state, p, end);
}

/** A function line and what counts of its file line. */
interface LinePair {
  readonly bytes: Uint8Array;
  readonly from: number;
  /** Position of the function line's newline. */
  readonly end: number;
  readonly file: ByteRange;
}

function readPair(state: ScanState, pair: LinePair): boolean {
  if (!startsWith(pair.bytes, 'created by ', pair.from, pair.end)) return readFrame(state, pair);
  readCreator(state, pair);
  return true;
}

/** `main.f(0x1, {0x2})` + `\t/src/main.go:12 +0x1d`. False when the first line is nobody's function. */
function readFrame(state: ScanState, { bytes, from: p, end, file }: LinePair): boolean {
  const open = argsStart(bytes, p, end);
  const hasArgs = open > 0 && bytes[end - 1] === 41;
  // C functions named by a symbolizer have no parentheses, but their file line ends in a pc.
  if (
    !hasArgs &&
    !startsWith(bytes, ' pc=', file.to - 4, file.to) &&
    !startsWith(bytes, 'pc=', file.to - 3, file.to)
  ) {
    return false;
  }
  const whole = !hasArgs || (end - open === 5 && startsWith(bytes, '(...)', open, end));
  const args = whole ? end + 1 : open + 1;
  const symbol = push(state, FRAME, { from: p, to: args }, file, bytes);
  if (state.seeking && symbol >= 0) readWaitWord(state, symbol, bytes, args);
  return true;
}

/** First `(` that is not a pointer receiver's: `net/http.(*conn).serve(` -> the last one here. */
function argsStart(bytes: Uint8Array, p: number, end: number): number {
  for (let q = p; q < end; q++) if (bytes[q] === 40 && bytes[q + 1] !== 42) return q;
  return -1;
}

/** `\t/src/main.go:12 +0x1d fp=0x… sp=0x… pc=0x…` -> `\t/src/main.go:12 +0x`; an inlined frame's line is taken whole. */
function fileRange(bytes: Uint8Array, from: number, end: number): ByteRange {
  for (let p = from + 1; p + 3 < end; p++) {
    if (bytes[p] === SPACE) {
      if (startsWith(bytes, ' +0x', p, end)) return { from, to: p + 4 };
      if (startsWith(bytes, ' pc=', p, end) || startsWith(bytes, ' fp=', p, end)) return { from, to: p + 4 };
    } else if (p === from + 1 && startsWith(bytes, 'pc=', p, end)) return { from, to: p + 3 };
  }
  return { from, to: end + 1 };
}

/** `created by main.handle in goroutine 7` (Go >= 1.21) or `created by main.handle`. */
function readCreator(state: ScanState, { bytes, from: p, end, file }: LinePair): void {
  const words = ' in goroutine ';
  const at = indexOfWord(bytes, words, p, end);
  const digits = at + words.length;
  let id = 0;
  let q = digits;
  for (let d = bytes[q] as number; at > 0 && d >= 48 && d <= 57; d = bytes[++q] as number)
    id = id * 10 + (d - 48);
  if (at > 0 && q === end && q > digits) {
    push(state, CREATED_IN, { from: p, to: digits }, file, bytes);
    state.chunk.creatorIds[state.row] = id;
    state.sawCreatorId = true;
  } else {
    push(state, CREATED, { from: p, to: end + 1 }, file, bytes);
    state.sawCreator = true;
  }
  state.progress = HAS_CREATOR;
}

function push(
  state: ScanState,
  kind: number,
  first: ByteRange,
  second: ByteRange,
  bytes = state.bytes,
): number {
  const symbol = state.stacks.symbol(kind, bytes, first, second);
  const node = symbol >= 0 ? state.stacks.child(state.node, symbol) : state.node;
  // No room for it: a stack ends where it is cut, rather than lacking a frame in its middle.
  if (node === state.node) state.place = AFTER;
  state.node = node;
  if (state.progress === ONLY_HEADER) state.progress = SOME_FRAMES;
  state.pending = undefined;
  return symbol;
}

/** A line that is no frame, or a function line whose file line other writers pushed away: kept until that comes. */
function holdLine(state: ScanState, p: number, end: number): number {
  const { bytes } = state;
  const creator = startsWith(bytes, 'created by ', p, end);
  if (creator || (bytes[end - 1] === 41 && argsStart(bytes, p, end) > 0)) {
    state.pending = bytes.slice(p, end + 1);
  } else state.foreignLines += 1;
  return end + 1;
}

/** A file line on its own: it belongs to the function line held back, if any. */
function readFileLine(state: ScanState, p: number, end: number): number {
  const { pending } = state;
  if (pending === undefined) {
    state.foreignLines += 1;
    return end + 1;
  }
  const joined = new Uint8Array(pending.length + end + 1 - p);
  joined.set(pending);
  joined.set(state.bytes.subarray(p, end + 1), pending.length);
  const file = fileRange(joined, pending.length, joined.length - 1);
  if (!readPair(state, { bytes: joined, from: 0, end: pending.length - 1, file })) state.foreignLines += 1;
  state.pending = undefined;
  return end + 1;
}

/** The text ends after a function line: its goroutine is known, where it stood is not. */
function cutFrame(state: ScanState, p: number, end: number): number {
  const { bytes } = state;
  if (startsWith(bytes, 'created by ', p, end)) {
    state.progress = CUT;
    return end + 1;
  }
  const open = argsStart(bytes, p, end);
  if (open > 0) {
    push(state, BARE, { from: p, to: open + 1 }, NOTHING);
    state.progress = CUT;
  }
  return end + 1;
}

/**
 * `main.slowQuery(0xc000114780, …)` -> 0xc000114780, from the innermost frame that is not the runtime's, or from
 * a runtime frame inside it that shows one (`runtime.chansend(0xc…, …)` in signal dumps). `0xc000114780?` may be
 * stale and does not count, nor do words too small for a pointer.
 */
export function readWaitWord(state: ScanState, symbol: number, bytes: Uint8Array, args: number): void {
  const { stacks } = state;
  let p = args;
  let word = 0;
  while (bytes[p] === 123) p += 1; // {
  if (bytes[p] === 48 && bytes[p + 1] === 120) {
    p += 2;
    for (let d = hexDigit(bytes[p] as number); d >= 0; d = hexDigit(bytes[++p] as number))
      word = word * 16 + d;
    if (bytes[p] === 63) word = 0; // ?
  }
  if (word > 0xffff) {
    state.chunk.waitWords[state.row] = word;
    state.seeking = false;
  } else {
    state.seeking = stacks.textView.getInt32(stacks.symbolStart[symbol] as number, true) === 0x746e7572; // runt
  }
}

function hexDigit(c: number): number {
  if (c >= 48 && c <= 57) return c - 48;
  return c >= 97 && c <= 102 ? c - 87 : -1;
}
