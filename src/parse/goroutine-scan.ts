// The hot loop: goroutine text in, interned stacks and rows out. Bytes are never cut into strings; a line is
// compared with the line that came at this place of this stack the last time, four bytes at once, and only
// a line never seen before is read properly (goroutine-lines.ts).
//
//   goroutine 18 [chan send, 15 minutes]:            -> row { id: 18, waitMinutes: 15 }, root `chan send]:`
//   main.slowQuery(0xc000114780, {0x2, 0x3})         -> child `main.slowQuery(` + `…/main.go:31 +0x`
//   	example.com/prog/main.go:31 +0x5e
//   created by main.handle in goroutine 1            -> child `created by main.handle in goroutine ` + …
//   	example.com/prog/main.go:40 +0x2a
//
// Printed by traceback.go and proc.go of https://github.com/golang/go/tree/master/src/runtime
import { readLine, readWaitWord } from './goroutine-lines.ts';
import { HAS_CREATOR, INSIDE, ONLY_HEADER, OUTSIDE, ScanState, SOME_FRAMES } from './goroutine-state.ts';
import { isHeader, lineEnd, NEWLINE, SPACE, sameBytes, TAB, textOf } from './line-bytes.ts';
import { CREATED, CREATED_IN, FRAME } from './stack-tables.ts';

/** Fills the front of `into` and says with how many bytes; 0 at the end. */
export type ReadInto = (into: Uint8Array) => number;

/** What is in memory at once; a longer line is passed over. */
export const WINDOW_BYTES = 256 << 10;

const CLOSE_PAREN = 41;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const COMMA = 44;
const COLON = 58;
const LETTER_G = 103;
const LETTER_S = 115;

/** Reads the lines in [from, limit) and says how far it came; see `scanLines`. */
export type LineScanner = (state: ScanState, from: number, limit: number, atEnd: boolean) => number;

/** Reads to the end. The window is fixed, so memory depends on distinct stacks and on goroutines only. */
export function scanGoroutines(read: ReadInto, windowBytes = WINDOW_BYTES): ScanState {
  return scanInto(new ScanState(windowBytes), read, scanLines);
}

/** The loop over windows, for any reader of lines. */
export function scanInto<State extends ScanState>(state: State, read: ReadInto, scanner: LineScanner): State {
  const { bytes, windowBytes } = state;
  let filled = 0;
  let skipping = false; // inside a line longer than the window
  for (;;) {
    const count = read(bytes.subarray(filled, windowBytes));
    if (count <= 0) break;
    state.totalBytes += count;
    const fresh = filled;
    filled += count;
    state.endsWithNewline = bytes[filled - 1] === NEWLINE;
    const newline = bytes.subarray(0, filled).lastIndexOf(NEWLINE);
    let done = 0;
    if (skipping) {
      const first = bytes.subarray(0, filled).indexOf(NEWLINE);
      skipping = first < 0;
      done = skipping ? filled : first + 1;
    }
    if (!skipping && newline >= fresh) done = scanner(state, done, newline + 1, false);
    if (done === 0 && filled === windowBytes) {
      // The window is full and holds no whole step: a line of absurd length. Its first part goes, then its rest.
      skipping = newline < 0;
      done = newline + 1 || filled;
      state.longLines += 1;
    }
    bytes.copyWithin(0, done, filled);
    filled -= done;
  }
  if (filled > 0 && bytes[filled - 1] !== NEWLINE) {
    filled = withoutCutFileLine(bytes, filled);
    if (bytes[filled - 1] !== NEWLINE) bytes[filled++] = NEWLINE;
  }
  if (!skipping) scanner(state, 0, filled, true);
  state.finalPlace = state.place;
  if (state.place !== OUTSIDE) state.endGoroutine();
  return state;
}

/** A file line the text ends in the middle of says nothing sure: its function is treated as the last thing printed. */
function withoutCutFileLine(bytes: Uint8Array, filled: number): number {
  const start = bytes.subarray(0, filled).lastIndexOf(NEWLINE) + 1;
  return bytes[start] === TAB && start > 0 && !isWholeFileLine(bytes, start, filled) ? start : filled;
}

/** Without a newline to end it, a file line is whole when a line number or an offset ends it. */
function isWholeFileLine(bytes: Uint8Array, from: number, end: number): boolean {
  let p = end - 1;
  while (p > from && isHexDigit(bytes[p] as number)) p -= 1;
  if (p === end - 1) return false;
  return bytes[p] === 58 || bytes[p] === 120; // main.go:31, +0x5e
}

function isHexDigit(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 97 && c <= 102);
}

/**
 * Reads the lines in [from, limit), where `limit` follows a newline. Returns how far it came: a function line
 * whose file line is not there yet is left for the next window.
 */
function scanLines(state: ScanState, from: number, limit: number, atEnd: boolean): number {
  const { bytes, view } = state;
  let p = from;
  while (p < limit) {
    const c = bytes[p] as number;
    if (c === NEWLINE) {
      if (state.place !== OUTSIDE) state.endGoroutine();
      p += 1;
    } else if (c === LETTER_G && isHeader(view, p)) {
      if (state.place !== OUTSIDE) state.endGoroutine();
      p = openRow(state, p);
    } else {
      let next = state.place === INSIDE ? followKnown(state, p, limit) : p;
      if (next === p) next = readLine(state, p, limit, atEnd);
      if (next < 0) return p;
      p = next;
    }
  }
  return p;
}

/** Follows the tree for as long as the text says what it said before; `from` when it does not at all. */
function followKnown(state: ScanState, from: number, limit: number): number {
  const { bytes, stacks } = state;
  const { nodeLast } = stacks;
  let node = state.node;
  let p = from;
  while (p < limit) {
    let child = nodeLast[node] as number;
    if (child === 0) break;
    let next = step(state, child, p, limit);
    if (next < 0) {
      child = siblingAt(state, node, child, p, limit);
      if (child === 0) break;
      next = step(state, child, p, limit);
      nodeLast[node] = child;
    }
    if (state.seeking) seekWord(state, child, p);
    node = child;
    p = next;
    if (bytes[p] === NEWLINE) break;
  }
  if (p === from) return from;
  state.node = node;
  if (state.progress === ONLY_HEADER) state.progress = SOME_FRAMES;
  state.pending = undefined;
  return p;
}

/** How many other continuations are tried before the line is read anew. */
const MAX_TRIES = 8;

function siblingAt(state: ScanState, node: number, tried: number, p: number, limit: number): number {
  const { nodeFirst, nodeNext } = state.stacks;
  let child = nodeFirst[node] as number;
  for (let tries = 0; child !== 0 && tries < MAX_TRIES; tries++) {
    if (child !== tried && step(state, child, p, limit) > 0) return child;
    child = nodeNext[child] as number;
  }
  return 0;
}

/** The position behind the lines of `child`, when they stand at p exactly; else -1. */
function step(state: ScanState, child: number, p: number, limit: number): number {
  const { bytes, view, stacks } = state;
  const symbol = stacks.nodeSymbol[child] as number;
  const start = stacks.symbolStart[symbol] as number;
  const middle = stacks.symbolMiddle[symbol] as number;
  let q = p + middle - start;
  if (q > limit || !sameBytes(view, p, stacks.textView, start, middle - start)) return -1;
  const kind = stacks.symbolKind[symbol] as number;
  let creator = 0;
  if (kind === CREATED_IN) {
    const digits = q;
    let d = bytes[q] as number;
    while (d >= 48 && d <= 57) {
      creator = creator * 10 + (d - 48);
      d = bytes[++q] as number;
    }
    if (d !== NEWLINE || q === digits) return -1;
    q += 1;
  } else if (bytes[q - 1] !== NEWLINE) {
    if (kind === FRAME && (bytes[q] === 42 || bytes[q] === 46)) return -1; // `main.(*T).f(` and `f(...)` are others
    q = lineEnd(view, q) + 1;
    if (kind === FRAME && bytes[q - 2] !== CLOSE_PAREN) return -1; // what was damaged there is read anew
  }
  const fileLength = (stacks.symbolEnd[symbol] as number) - middle;
  if (fileLength > 0) {
    if (q + fileLength > limit || !sameBytes(view, q, stacks.textView, middle, fileLength)) return -1;
    q += fileLength;
    if (bytes[q - 1] !== NEWLINE) q = lineEnd(view, q) + 1;
  }
  if (kind === CREATED_IN) state.chunk.creatorIds[state.row] = creator;
  if (kind === CREATED_IN || kind === CREATED) state.progress = HAS_CREATOR;
  return q;
}

/** The words of the frame at p that a goroutine may wait on. */
function seekWord(state: ScanState, child: number, p: number): void {
  const { stacks } = state;
  const symbol = stacks.nodeSymbol[child] as number;
  if (stacks.symbolKind[symbol] !== FRAME) return;
  const length = (stacks.symbolMiddle[symbol] as number) - (stacks.symbolStart[symbol] as number);
  readWaitWord(state, symbol, state.bytes, p + length);
}

/** Reads `goroutine 18 gp=0x… m=nil [chan send, 15 minutes]:⏎` and begins a row. */
export function openRow(state: ScanState, at: number): number {
  const { bytes, view } = state;
  const end = lineEnd(view, at);
  let p = at + 10;
  let id = 0;
  let d = bytes[p] as number;
  while (d >= 48 && d <= 57) {
    id = id * 10 + (d - 48);
    d = bytes[++p] as number;
  }
  if (bytes[p] === SPACE && bytes[p + 1] !== OPEN_BRACKET) {
    p += 1;
    if (bytes[p] === LETTER_G) state.sawSystemHeader = true; // gp=0x…
    while (p < end && bytes[p] !== OPEN_BRACKET) p += 1;
  } else p += 1;
  if (p >= end || bytes[p] !== OPEN_BRACKET) {
    state.foreignLines += 1;
    return end + 1;
  }
  const from = ++p;
  // A brace opens labels (Go 1.26), whose values may say anything.
  while (p < end && bytes[p] !== COMMA && bytes[p] !== CLOSE_BRACKET && bytes[p] !== OPEN_BRACE) p += 1;
  if (p === end && bytes[end - 1] !== COLON) {
    state.cutHeader = true;
    return end + 1;
  }
  let minutes = -1;
  let root: number;
  if (bytes[p] === CLOSE_BRACKET && p + 2 === end) {
    root = state.plainRoot(from, end);
  } else {
    let q = p + 2;
    let count = 0;
    for (d = bytes[q] as number; d >= 48 && d <= 57; d = bytes[++q] as number) count = count * 10 + (d - 48);
    if (bytes[p] === COMMA && q > p + 2 && isMinutes(view, q)) {
      minutes = Math.min(count, 0x7fffffff);
      const rest = bytes[q + 7] === LETTER_S ? q + 8 : q + 7;
      if (bytes[rest] === CLOSE_BRACKET && rest + 2 === end) {
        // `chan send, 15 minutes]:` is `chan send]:`: the closing bytes move to the state.
        bytes.copyWithin(p, rest, end);
        root = state.plainRoot(from, p + 2);
      } else root = state.root(textOf(bytes, from, p) + textOf(bytes, rest, end));
    } else root = state.root(textOf(bytes, from, end));
  }
  if (state.preamble.length > 0 || state.interrupted || state.repeating || (id === 1 && state.sawMain)) {
    state.openSegment();
  }
  if (id === 1) state.sawMain = true;
  const { chunk, row } = state;
  chunk.ids[row] = id;
  chunk.waitMinutes[row] = minutes;
  chunk.creatorIds[row] = 0;
  chunk.waitWords[row] = 0;
  state.node = root;
  state.place = INSIDE;
  state.seeking = true;
  state.progress = ONLY_HEADER;
  return end + 1;
}

/** ` minutes`, or the singular no Go release prints. */
function isMinutes(view: DataView, q: number): boolean {
  return view.getInt32(q, true) === 0x6e696d20 && (view.getInt32(q + 4, true) & 0xffffff) === 0x657475; // ␠min ute
}
