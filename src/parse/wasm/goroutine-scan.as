// AssemblyScript. The hot loop of goroutine-scan.ts once more, with sixteen bytes compared at a time. It does
// what the TypeScript reader would do, or stops and lets that do it: nothing is ever added to the tables of
// texts here, and every line that is not of a known kind, at a known place, is handed back. So both readers
// agree by construction; this one is only quicker on what repeats, which in a large dump is nearly all.
//
// Memory is laid out once and never grows, so JavaScript may hold views of it. Pages nobody writes to cost
// nothing, hence the generous distances. Offsets are known to memory.ts too.

const WINDOW: u32 = 1 << 20;            // text; the host reads into it
const SCRATCH: u32 = 4 << 20;           // lines handed over by the host
const ROOTS: u32 = 8 << 20;             // headers seen: 4096 x 128
const SYMBOLS: u32 = 9 << 20;           // 2^20 x 16: text offset, length of each part, kind and flags
const NODES: u32 = 25 << 20;            // 2^21 x 16: last child, symbol, parent, depth and marks
const SYMBOL_TABLE: u32 = 57 << 20;     // up to 2^21 x 16: hash u64, symbol + 1
const CHILD_TABLE: u32 = 89 << 20;      // up to 2^22 x 4: node
const TEXT: u32 = 105 << 20;            // 64 MiB
const NODE_PARENT: u32 = 170 << 20;     // columns read by the host: 2^21 x 4
const NODE_SYMBOL: u32 = 178 << 20;
const NODE_MARKS: u32 = 186 << 20;      // 2^21 x 1
const SYMBOL_KIND: u32 = 188 << 20;     // 2^20 x 1
const SYMBOL_START: u32 = 189 << 20;    // 2^20 x 4
const SYMBOL_MIDDLE: u32 = 193 << 20;
const SYMBOL_END: u32 = 197 << 20;
const NODE_GROUP: u32 = 201 << 20;      // 2^21 x 4
const GROUP_NODE: u32 = 209 << 20;      // 2^21 x 4
const GROUP_COUNT: u32 = 217 << 20;     // 2^21 x 4
const ROW_CAPACITY: u32 = 1 << 23;
const IDS: u32 = 225 << 20;             // 2^23 x 8
const CREATORS: u32 = 289 << 20;        // 2^23 x 8
const WORDS: u32 = 353 << 20;           // 2^23 x 8
const ROW_NODES: u32 = 417 << 20;       // 2^23 x 4
const MINUTES: u32 = 449 << 20;         // 2^23 x 4; ends at 481 MiB

const MAX_SYMBOLS: u32 = 1 << 17;       // as in stack-tables.ts; the tables above have room for more
const MAX_NODES: u32 = 1 << 19;
const MAX_TEXT: u32 = 64 << 20;
const MAX_DEPTH: u32 = 1024;

const FRAME: u32 = 0;
const CREATED_IN: u32 = 1;
const CREATED: u32 = 2;
const ELIDED: u32 = 3;

// Flags of a symbol, above its kind.
const RUNTIME: u32 = 1 << 8;            // its text begins with `runt`
const REQUESTER: u32 = 1 << 9;
const BACKGROUND: u32 = 1 << 10;

const FROM_REQUESTER: u32 = 1;
const FROM_BACKGROUND: u32 = 2;

const OUTSIDE: u32 = 0;
const INSIDE: u32 = 1;

const ONLY_HEADER: u32 = 0;
const SOME_FRAMES: u32 = 1;
const HAS_CREATOR: u32 = 2;

// What the host and the loop share; names as in ScanState.
export let place: u32 = 0;
export let node: u32 = 0;
export let row: u32 = 0;
export let progress: u32 = 0;
export let seeking: u32 = 0;
export let sawSystem: u32 = 0;
/** Something came before this goroutine that may begin another dump: the host decides. */
export let attention: u32 = 0;
export let overflowed: u32 = 0;
/** Slot of `ROOTS` that awaits the root of the header just handed back; 0 when none does. */
export let wantedRoot: u32 = 0;
export let symbolCount: u32 = 0;
export let nodeCount: u32 = 1;
export let textLength: u32 = 0;

let symbolMask: u32 = 1023;
let childMask: u32 = 1023;
let lastRoot: u32 = ROOTS;

export function setState(newPlace: u32, newNode: u32, newRow: u32, newProgress: u32, flags: u32): void {
  place = newPlace;
  node = newNode;
  row = newRow;
  progress = newProgress;
  seeking = flags & 1;
  attention = (flags >> 1) & 1;
  sawSystem = (flags >> 2) & 1;
}

export function reset(): void {
  memory.fill(ROOTS, 0, 4096 * 128);
  memory.fill(SYMBOL_TABLE, 0, (symbolMask + 1) * 16);
  memory.fill(CHILD_TABLE, 0, (childMask + 1) * 4);
  symbolMask = 1023;
  childMask = 1023;
  symbolCount = 0;
  nodeCount = 1;
  textLength = 0;
  overflowed = 0;
  wantedRoot = 0;
  lastRoot = ROOTS;
  setState(OUTSIDE, 0, 0, ONLY_HEADER, 0);
}

// @ts-ignore: decorator
@inline function eol(from: u32): u32 {
  const newline = i8x16.splat(10);
  let at = from;
  let found = i8x16.bitmask(i8x16.eq(v128.load(at), newline));
  while (found == 0) {
    at += 16;
    found = i8x16.bitmask(i8x16.eq(v128.load(at), newline));
  }
  return at + ctz(found);
}

// @ts-ignore: decorator
@inline function same(a: u32, b: u32, length: u32): bool {
  if (length >= 16) {
    const last = length - 16;
    for (let i: u32 = 0; i < last; i += 16) {
      if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
    }
    return !v128.any_true(v128.xor(v128.load(a + last), v128.load(b + last)));
  }
  if (length >= 8) {
    return load<u64>(a) == load<u64>(b) && load<u64>(a + length - 8) == load<u64>(b + length - 8);
  }
  for (let i: u32 = 0; i < length; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

const K: u64 = 0x9e3779b97f4a7c15;

/** Two lanes, since one would wait for its own multiplication. Equal hashes prove nothing: texts are compared. */
function hash(from: u32, length: u32, seed: u64): u64 {
  let h = seed ^ (<u64>length * K);
  let p = from;
  const end = from + length;
  if (length >= 16) {
    let g = h ^ K;
    const last = end - 16;
    while (p < last) {
      h = (h ^ load<u64>(p)) * K;
      g = (g ^ load<u64>(p, 8)) * K;
      h ^= h >> 29;
      g ^= g >> 31;
      p += 16;
    }
    h = (h ^ load<u64>(last)) * K;
    g = (g ^ load<u64>(last, 8)) * K;
    h ^= (g >> 32) ^ (g << 7);
  } else {
    for (; p < end; p++) h = (h ^ load<u8>(p)) * K;
  }
  return h ^ (h >> 32);
}

/** The first byte `wanted` in [from, end), or `end`. */
// @ts-ignore: decorator
@inline function findByte(wanted: i8, from: u32, end: u32): u32 {
  const all = i8x16.splat(wanted);
  for (let p = from; p < end; p += 16) {
    const found = i8x16.bitmask(i8x16.eq(v128.load(p), all));
    if (found) {
      const at = p + ctz(found);
      return at < end ? at : end;
    }
  }
  return end;
}

// @ts-ignore: decorator
@inline function symbolHash(kind: u32, first: u32, firstLength: u32, second: u32, secondLength: u32): u64 {
  return hash(second, secondLength, hash(first, firstLength, (<u64>kind + 1) * K));
}

/** Symbol + 1, or 0. */
function findSymbol(h: u64, kind: u32, first: u32, firstLength: u32, second: u32, secondLength: u32): u32 {
  let slot = <u32>h & symbolMask;
  for (;;) {
    const entry = SYMBOL_TABLE + slot * 16;
    const found = load<u32>(entry, 8);
    if (found == 0) return 0;
    if (load<u64>(entry) == h) {
      const symbol = SYMBOLS + (found - 1) * 16;
      const text = load<u32>(symbol);
      if (load<u32>(symbol, 4) == firstLength && load<u32>(symbol, 8) == secondLength &&
        (load<u32>(symbol, 12) & 255) == kind && same(text, first, firstLength) &&
        same(text + firstLength, second, secondLength)) return found;
    }
    slot = (slot + 1) & symbolMask;
  }
  return unreachable();
}

function growSymbolTable(): void {
  symbolMask = symbolMask * 4 + 3;
  memory.fill(SYMBOL_TABLE, 0, (symbolMask + 1) * 16);
  for (let index: u32 = 0; index < symbolCount; index++) {
    const symbol = SYMBOLS + index * 16;
    const text = load<u32>(symbol);
    const firstLength = load<u32>(symbol, 4);
    const h = symbolHash(load<u32>(symbol, 12) & 255, text, firstLength, text + firstLength, load<u32>(symbol, 8));
    let slot = <u32>h & symbolMask;
    while (load<u32>(SYMBOL_TABLE + slot * 16, 8)) slot = (slot + 1) & symbolMask;
    store<u64>(SYMBOL_TABLE + slot * 16, h);
    store<u32>(SYMBOL_TABLE + slot * 16, index + 1, 8);
  }
}

/** The symbol with exactly these bytes, made when new; -1 when the tables are full. Both parts lie outside TEXT. */
export function symbol(kind: u32, first: u32, firstLength: u32, second: u32, secondLength: u32, flags: u32): i32 {
  const h = symbolHash(kind, first, firstLength, second, secondLength);
  const found = findSymbol(h, kind, first, firstLength, second, secondLength);
  if (found) return found - 1;
  if (symbolCount >= MAX_SYMBOLS || textLength + firstLength + secondLength > MAX_TEXT) {
    overflowed = 1;
    return -1;
  }
  const index = symbolCount++;
  const text = TEXT + textLength;
  memory.copy(text, first, firstLength);
  memory.copy(text + firstLength, second, secondLength);
  const at = SYMBOLS + index * 16;
  store<u32>(at, text);
  store<u32>(at, firstLength, 4);
  store<u32>(at, secondLength, 8);
  store<u32>(at, kind | flags, 12);
  store<u8>(SYMBOL_KIND + index, kind);
  store<u32>(SYMBOL_START + index * 4, textLength);
  store<u32>(SYMBOL_MIDDLE + index * 4, textLength + firstLength);
  textLength += firstLength + secondLength;
  store<u32>(SYMBOL_END + index * 4, textLength);
  let slot = <u32>h & symbolMask;
  while (load<u32>(SYMBOL_TABLE + slot * 16, 8)) slot = (slot + 1) & symbolMask;
  store<u64>(SYMBOL_TABLE + slot * 16, h);
  store<u32>(SYMBOL_TABLE + slot * 16, index + 1, 8);
  if (symbolCount * 2 > symbolMask && symbolMask < 2 * MAX_SYMBOLS - 1) growSymbolTable();
  return index;
}

// @ts-ignore: decorator
@inline function childSlot(parent: u32, symbol: u32): u32 {
  return <u32>(((((<u64>parent) << 32) | symbol) * K) >> 40);
}

function growChildTable(): void {
  childMask = childMask * 4 + 3;
  memory.fill(CHILD_TABLE, 0, (childMask + 1) * 4);
  for (let index: u32 = 1; index < nodeCount; index++) {
    const at = NODES + index * 16;
    const parent = load<u32>(at, 8);
    if (parent == 0) continue;
    let slot = childSlot(parent, load<u32>(at, 4)) & childMask;
    while (load<u32>(CHILD_TABLE + slot * 4)) slot = (slot + 1) & childMask;
    store<u32>(CHILD_TABLE + slot * 4, index);
  }
}

function addNode(parent: u32, symbol: u32, depthAndMarks: u32): u32 {
  const index = nodeCount++;
  const at = NODES + index * 16;
  store<u32>(at, 0);
  store<u32>(at, symbol, 4);
  store<u32>(at, parent, 8);
  store<u32>(at, depthAndMarks, 12);
  store<u32>(NODE_PARENT + index * 4, parent);
  store<u32>(NODE_SYMBOL + index * 4, symbol);
  store<u8>(NODE_MARKS + index, depthAndMarks >> 16);
  store<u32>(NODE_GROUP + index * 4, 0);
  return index;
}

/** A new root, standing for header number `header`. */
export function root(header: u32): u32 {
  return addNode(0, <u32>(-1 - <i32>header), 0);
}

/** The child of `parent` for `symbol`, made when new; `parent` itself when the tables are full or too deep. */
export function child(parent: u32, symbol: u32): u32 {
  let slot = childSlot(parent, symbol) & childMask;
  for (;;) {
    const found = load<u32>(CHILD_TABLE + slot * 4);
    if (found == 0) break;
    const at = NODES + found * 16;
    if (load<u32>(at, 8) == parent && load<u32>(at, 4) == symbol) {
      store<u32>(NODES + parent * 16, found);
      return found;
    }
    slot = (slot + 1) & childMask;
  }
  const above = load<u32>(NODES + parent * 16, 12);
  const depth = (above & 0xffff) + 1;
  if (depth > MAX_DEPTH || nodeCount >= MAX_NODES) {
    overflowed = 1;
    return parent;
  }
  const flags = load<u32>(SYMBOLS + symbol * 16, 12);
  let marks = above >> 16;
  if (depth == 1 && (flags & REQUESTER)) marks |= FROM_REQUESTER;
  if (flags & BACKGROUND) marks |= FROM_BACKGROUND;
  const made = addNode(parent, symbol, depth | (marks << 16));
  store<u32>(NODES + parent * 16, made);
  store<u32>(CHILD_TABLE + slot * 4, made);
  if (nodeCount * 2 > childMask && childMask < 2 * MAX_NODES - 1) growChildTable();
  return made;
}

/** Answers `wantedRoot`: the header handed back has this root. */
export function setRoot(found: u32): void {
  if (wantedRoot == 0) return;
  store<u32>(wantedRoot, found);
  wantedRoot = 0;
}

const GOROUTIN: u64 = 0x6e6974756f726f67;
const CREATED_: u64 = 0x2064657461657263;
const IN_GOROU: u64 = 0x756f726f67206e69; // `in gorou`

// @ts-ignore: decorator
@inline function isDigit(c: u32): bool {
  return c - 48 < 10;
}

// @ts-ignore: decorator
@inline function isHeader(p: u32): bool {
  return load<u64>(p) == GOROUTIN && load<u16>(p, 8) == 0x2065 && isDigit(load<u8>(p, 10));
}

/** Closes the goroutine at hand. False when the host must: it is the one that printed the dump. */
// @ts-ignore: decorator
@inline function endGoroutine(): bool {
  if ((load<u32>(NODES + node * 16, 12) >> 16) & FROM_REQUESTER) return false;
  store<u32>(ROW_NODES + row * 4, node);
  row++;
  place = OUTSIDE;
  return true;
}

/** Reads the header at p; 0 when the host must. */
function openRow(at: u32): u32 {
  let p = at + 10;
  let id: u64 = 0;
  let c: u32 = load<u8>(p);
  while (isDigit(c)) {
    id = id * 10 + (c - 48);
    c = load<u8>(++p);
  }
  if (p > at + 25 || id == 1 || c != 32) return 0;
  if (load<u8>(p, 1) == 91) p += 2;
  else {
    if (!sawSystem) return 0;
    const line = eol(p);
    while (p < line && load<u8>(p) != 91) p++;
    if (p == line) return 0;
    p++;
  }
  // The state ends at the first comma, bracket or brace (labels, whose values may say anything); `, 15 minutes`
  // after it is taken out of the text.
  const from = p;
  for (;;) {
    const v = v128.load(p);
    const ends = i8x16.bitmask(v128.or(v128.or(i8x16.eq(v, i8x16.splat(44)), i8x16.eq(v, i8x16.splat(93))), v128.or(i8x16.eq(v, i8x16.splat(123)), i8x16.eq(v, i8x16.splat(10)))));
    if (ends) {
      p += ctz(ends);
      break;
    }
    p += 16;
  }
  c = load<u8>(p);
  if (c == 10) return 0;
  const stateLength = p - from;
  let minutes: i32 = -1;
  let rest = p;
  if (c == 44) {
    let q = p + 2;
    let count: u32 = 0;
    c = load<u8>(q);
    while (isDigit(c)) {
      count = count * 10 + (c - 48);
      c = load<u8>(++q);
    }
    if (q > p + 11) return 0;
    if (q > p + 2 && load<u32>(q) == 0x6e696d20 && (load<u32>(q, 4) & 0xffffff) == 0x657475) {
      minutes = count;
      rest = load<u8>(q, 7) == 115 ? q + 8 : q + 7;
    }
  }
  const end = load<u16>(rest) == 0x3a5d && load<u8>(rest, 2) == 10 ? rest + 2 : eol(rest);
  const restLength = end - rest;
  const length = stateLength + restLength;
  let slot = lastRoot;
  if (load<u32>(slot) == 0 || load<u16>(slot, 4) != stateLength || load<u16>(slot, 6) != restLength ||
    !same(slot + 8, from, stateLength) || !same(slot + 8 + stateLength, rest, restLength)) {
    if (length > 112) return 0;
    const h = hash(rest, restLength, hash(from, stateLength, K));
    slot = ROOTS + (<u32>h & 4095) * 128;
    if (load<u32>(slot) == 0 || load<u16>(slot, 4) != stateLength || load<u16>(slot, 6) != restLength ||
      !same(slot + 8, from, stateLength) || !same(slot + 8 + stateLength, rest, restLength)) {
      store<u32>(slot, 0);
      store<u16>(slot, stateLength, 4);
      store<u16>(slot, restLength, 6);
      memory.copy(slot + 8, from, stateLength);
      memory.copy(slot + 8 + stateLength, rest, restLength);
      wantedRoot = slot;
      return 0;
    }
    lastRoot = slot;
  }
  store<f64>(IDS + row * 8, <f64>id);
  store<i32>(MINUTES + row * 4, minutes);
  store<f64>(CREATORS + row * 8, 0);
  store<f64>(WORDS + row * 8, 0);
  node = load<u32>(slot);
  place = INSIDE;
  seeking = 1;
  progress = ONLY_HEADER;
  return end + 1;
}

// @ts-ignore: decorator
@inline function hexDigit(c: u32): u32 {
  if (c - 48 < 10) return c - 48;
  return c - 97 < 6 ? c - 87 : 16;
}

/** See seekWord in goroutine-lines.ts. */
function seekWord(flags: u32, args: u32): void {
  let p = args;
  while (load<u8>(p) == 123) p++;
  let word: f64 = 0;
  if (load<u16>(p) == 0x7830) {
    p += 2;
    const from = p;
    let bits: u64 = 0;
    let digit = hexDigit(load<u8>(p));
    while (digit < 16 && p - from < 13) {
      bits = (bits << 4) | digit;
      digit = hexDigit(load<u8>(++p));
    }
    word = <f64>bits;
    while (digit < 16) {
      word = word * 16 + <f64>digit;
      digit = hexDigit(load<u8>(++p));
    }
    if (load<u8>(p) == 63) word = 0;
  }
  if (word > 65535) {
    store<f64>(WORDS + row * 8, word);
    seeking = 0;
  } else seeking = (flags & RUNTIME) != 0 ? 1 : 0;
}

/** Reads a frame the prediction missed, if its text and place are known; `p` when the host must. */
function lookUp(p: u32, limit: u32): u32 {
  if (progress == HAS_CREATOR) return p;
  const end = eol(p);
  let kind = FRAME;
  let first: u32 = 0;
  let creator: u64 = 0;
  if (load<u64>(p) == CREATED_ && load<u16>(p, 8) == 0x7962) {
    kind = CREATED;
    first = end + 1 - p;
    // ` in goroutine 1234`, read from its end.
    let q = end;
    while (isDigit(load<u8>(q - 1))) q--;
    if (q < end && end - q < 16 && q > p + 25 && load<u64>(q - 13) == IN_GOROU && load<u32>(q - 5) == 0x656e6974 &&
      load<u8>(q - 14) == 32 && load<u8>(q - 1) == 32) {
      kind = CREATED_IN;
      first = q - p;
      for (; q < end; q++) creator = creator * 10 + (load<u8>(q) - 48);
    }
  } else if (load<u8>(p) == 46) {
    kind = ELIDED;
    first = end + 1 - p;
  } else {
    if (load<u8>(end - 1) != 41) return p;
    let q = findByte(40, p, end);
    while (q < end && load<u8>(q + 1) == 42) q = findByte(40, q + 1, end);
    if (q == end || q == p) return p;
    first = end - q == 5 && load<u32>(q) == 0x2e2e2e28 ? end + 1 - p : q + 1 - p;
  }
  const file = end + 1;
  let fileLength: u32 = 0;
  let next = file;
  if (kind != ELIDED) {
    if (file >= limit || load<u8>(file) != 9) return p;
    const fileEnd = eol(file);
    if (fileEnd + 1 >= limit) return p;
    fileLength = fileEnd + 1 - file;
    if ((load<u32>(file + 1) & 0xffffff) == 0x3d6370) return p; // `pc=`
    for (let q = findByte(32, file + 1, fileEnd); q + 3 < fileEnd; q = findByte(32, q + 1, fileEnd)) {
      const mark = load<u32>(q);
      if (mark == 0x78302b20 || mark == 0x3d637020 || mark == 0x3d706620) { // ` +0x`, ` pc=`, ` fp=`
        fileLength = q + 4 - file;
        break;
      }
    }
    next = fileEnd + 1;
  }
  const h = symbolHash(kind, p, first, file, fileLength);
  const found = findSymbol(h, kind, p, first, file, fileLength);
  if (found == 0) return p;
  const above = load<u32>(NODES + node * 16, 12) & 0xffff;
  if (above >= MAX_DEPTH || nodeCount >= MAX_NODES) return p;
  node = child(node, found - 1);
  if (kind == CREATED_IN || kind == CREATED) {
    if (kind == CREATED_IN) store<f64>(CREATORS + row * 8, <f64>creator);
    progress = HAS_CREATOR;
  } else {
    if (progress == ONLY_HEADER) progress = SOME_FRAMES;
    if (kind == FRAME && seeking) seekWord(load<u32>(SYMBOLS + (found - 1) * 16, 12), p + first);
  }
  return next;
}

/** Follows the tree for as long as the text says what it said the last time. See followKnown in goroutine-scan.ts. */
// @ts-ignore: decorator
@inline function follow(from: u32, limit: u32): u32 {
  let p = from;
  let at = node;
  while (p < limit) {
    const next = load<u32>(NODES + at * 16);
    if (next == 0) break;
    const symbol = SYMBOLS + load<u32>(NODES + next * 16, 4) * 16;
    const text = load<u32>(symbol);
    const first = load<u32>(symbol, 4);
    const args = p + first;
    if (args > limit || !same(p, text, first)) break;
    const flags = load<u32>(symbol, 12);
    const kind = flags & 255;
    let q = args;
    let creator: u64 = 0;
    if (kind == CREATED_IN) {
      let c: u32 = load<u8>(q);
      while (isDigit(c)) {
        creator = creator * 10 + (c - 48);
        c = load<u8>(++q);
      }
      if (c != 10 || q == args || q > args + 15) break;
      q++;
    } else if (load<u8>(q - 1) != 10) {
      if (kind == FRAME) {
        const c: u32 = load<u8>(q);
        if (c == 42 || c == 46) break;
      }
      q = eol(q) + 1;
      if (kind == FRAME && load<u8>(q - 2) != 41) break;
    }
    const second = load<u32>(symbol, 8);
    if (second) {
      if (q + second > limit || !same(q, text + first, second)) break;
      q += second;
      if (load<u8>(q - 1) != 10) q = eol(q) + 1;
    }
    if (kind == CREATED_IN) {
      store<f64>(CREATORS + row * 8, <f64>creator);
      progress = HAS_CREATOR;
    } else if (kind == CREATED) progress = HAS_CREATOR;
    else if (kind == FRAME && seeking) seekWord(flags, args);
    at = next;
    p = q;
    if (load<u8>(p) == 10) break;
  }
  if (p != from) {
    node = at;
    if (progress == ONLY_HEADER) progress = SOME_FRAMES;
  }
  return p;
}

/**
 * Reads lines from p to limit (which follows a newline) and returns how far it came. Short of the limit, the
 * line there is the host's to read.
 */
export function scan(from: u32, limit: u32): u32 {
  let p = from;
  wantedRoot = 0;
  if (row + ((limit - from) >> 4) >= ROW_CAPACITY) return p;
  while (p < limit) {
    const c = load<u8>(p);
    if (c == 10) {
      if (place != OUTSIDE && !endGoroutine()) return p;
      p++;
    } else if (c == 103 && isHeader(p)) {
      if (place != OUTSIDE && !endGoroutine()) return p;
      if (attention) return p;
      const next = openRow(p);
      if (next == 0) return p;
      p = next;
    } else {
      if (place != INSIDE) return p;
      let next = follow(p, limit);
      if (next == p) {
        next = lookUp(p, limit);
        if (next == p) return p;
      }
      p = next;
    }
  }
  return p;
}

/**
 * Turns the nodes of rows [from, to) into group numbers, in order of first appearance, and counts each group.
 * Returns the number of groups. `skip` is a row that belongs to none (0xffffffff: there is none); the rows
 * behind it move up.
 */
export function groupRows(from: u32, to: u32, skip: u32): u32 {
  let groups: u32 = 0;
  if (skip < to) {
    const after = to - skip - 1;
    memory.copy(IDS + skip * 8, IDS + (skip + 1) * 8, after * 8);
    memory.copy(CREATORS + skip * 8, CREATORS + (skip + 1) * 8, after * 8);
    memory.copy(WORDS + skip * 8, WORDS + (skip + 1) * 8, after * 8);
    memory.copy(ROW_NODES + skip * 4, ROW_NODES + (skip + 1) * 4, after * 4);
    memory.copy(MINUTES + skip * 4, MINUTES + (skip + 1) * 4, after * 4);
    to--;
  }
  for (let index = from; index < to; index++) {
    const stack = load<u32>(ROW_NODES + index * 4);
    let group = load<u32>(NODE_GROUP + stack * 4);
    if (group == 0) {
      store<u32>(GROUP_NODE + groups * 4, stack);
      store<u32>(GROUP_COUNT + groups * 4, 0);
      group = ++groups;
      store<u32>(NODE_GROUP + stack * 4, group);
    }
    store<u32>(GROUP_COUNT + (group - 1) * 4, load<u32>(GROUP_COUNT + (group - 1) * 4) + 1);
    store<u32>(ROW_NODES + index * 4, group - 1);
  }
  for (let group: u32 = 0; group < groups; group++) {
    store<u32>(NODE_GROUP + load<u32>(GROUP_NODE + group * 4) * 4, 0);
  }
  return groups;
}
