// Distinct stacks as a tree of interned frames, in a handful of typed arrays. A million goroutines usually
// share twenty stacks, so each frame's text is kept once and each stack is a path in the tree.
// Identity is exact: a hash only proposes, the bytes decide.

import { startsWith, textOf } from './line-bytes.ts';

/** What a line pair in a goroutine's text is. */
export const FRAME = 0;
/** `created by F in goroutine N` + file line. */
export const CREATED_IN = 1;
/** `created by F` + file line (Go <= 1.20, and ancestors). */
export const CREATED = 2;
/** `...201 frames elided...`, one line. */
export const ELIDED = 3;
/** `non-Go function at pc=…`, one line whose address is no part of it. */
export const FOREIGN = 4;
/** A function line whose file line was cut off. */
export const BARE = 5;

/** Stack marks: the goroutine that printed the dump, and the one watching its connection. */
export const FROM_REQUESTER = 1;
export const FROM_BACKGROUND_READ = 2;
export const REQUESTER_CALL = 'runtime/pprof.writeGoroutineStacks(';
/** The creator tells, since the goroutine may not have come to its own function yet. */
export const BACKGROUND_READ_CREATOR = 'created by net/http.(*connReader).startBackgroundRead';

/**
 * Different frames, stacks and bytes of text one dump may hold. A million goroutines on 56,000 made-up stacks
 * have 40,000 frames and 259,000 nodes, and no real service comes near them; a hostile dump, made of frames
 * never seen before, costs a microsecond for each of these and nothing beyond.
 */
export const MAX_SYMBOLS = 1 << 17;
export const MAX_NODES = 1 << 19;
export const MAX_TEXT_BYTES = 64 << 20;
/** Longest stack kept; Go itself prints at most 100 frames (reliability policy: stack depth 1,024). */
export const MAX_DEPTH = 1024;

export class StackTables {
  /** Texts of all symbols, back to back: the function line's fixed part, then the file line's. */
  text = new Uint8Array(1 << 14);
  textView = new DataView(this.text.buffer);
  textLength = 0;

  symbolCount = 0;
  symbolKind = new Uint8Array(256);
  /** Where the text starts, where its file part starts, and where it ends. */
  symbolStart = new Int32Array(256);
  symbolMiddle = new Int32Array(256);
  symbolEnd = new Int32Array(256);

  /** Node 0 is no node. A root stands for a header (`nodeSymbol` = -1 - header index). */
  nodeCount = 1;
  nodeParent = new Int32Array(256);
  nodeSymbol = new Int32Array(256);
  /** The child taken last: the next goroutine most likely goes the same way. */
  nodeLast = new Int32Array(256);
  /** The child made last, and the next older child of the same parent: what else may come here. */
  nodeFirst = new Int32Array(256);
  nodeNext = new Int32Array(256);
  nodeDepth = new Uint16Array(256);
  /** Marks of the stack up to here: FROM_REQUESTER, FROM_BACKGROUND_READ. */
  nodeMarks = new Uint8Array(256);

  /** Set when a limit kept something out; the caller says so. */
  overflowed = false;

  private symbolSlots = new Int32Array(1 << 9);
  private childSlots = new Int32Array(1 << 9);

  /** The symbol with exactly these bytes, made when new; -1 when the tables are full. */
  symbol(kind: number, bytes: Uint8Array, first: ByteRange, second: ByteRange): number {
    const firstLength = first.to - first.from;
    const length = firstLength + second.to - second.from;
    let hash = kind;
    for (let i = first.from; i < first.to; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
    for (let i = second.from; i < second.to; i++) hash = Math.imul(hash ^ (bytes[i] ?? 0), 0x01000193);
    const mask = this.symbolSlots.length - 1;
    let slot = (hash ^ (hash >>> 15)) & mask;
    for (let at = this.symbolSlots[slot] ?? 0; at !== 0; at = this.symbolSlots[slot] ?? 0) {
      if (this.isSymbol(at - 1, kind, bytes, first, second)) return at - 1;
      slot = (slot + 1) & mask;
    }
    if (this.symbolCount >= MAX_SYMBOLS || this.textLength + length > MAX_TEXT_BYTES) {
      this.overflowed = true;
      return -1;
    }
    const symbol = this.addSymbol(kind, firstLength, length);
    this.text.set(bytes.subarray(first.from, first.to), this.textLength);
    this.text.set(bytes.subarray(second.from, second.to), this.textLength + firstLength);
    this.textLength += length;
    this.symbolSlots[slot] = symbol + 1;
    if (this.symbolCount * 2 > this.symbolSlots.length) this.rehashSymbols();
    return symbol;
  }

  /** The child of `parent` for `symbol`, made when new; `parent` itself when the tables are full or too deep. */
  child(parent: number, symbol: number): number {
    const mask = this.childSlots.length - 1;
    let slot = childHash(parent, symbol) & mask;
    for (let node = this.childSlots[slot] ?? 0; node !== 0; node = this.childSlots[slot] ?? 0) {
      if (this.nodeParent[node] === parent && this.nodeSymbol[node] === symbol) {
        this.nodeLast[parent] = node;
        return node;
      }
      slot = (slot + 1) & mask;
    }
    const depth = (this.nodeDepth[parent] ?? 0) + 1;
    if (depth > MAX_DEPTH || this.nodeCount >= MAX_NODES) {
      this.overflowed = true;
      return parent;
    }
    const node = this.addNode(parent, symbol, depth);
    this.nodeMarks[node] = (this.nodeMarks[parent] ?? 0) | this.marksOf(symbol, depth);
    // Newest first: what came lately is likelier to come again.
    this.nodeNext[node] = this.nodeFirst[parent] ?? 0;
    this.nodeFirst[parent] = node;
    this.nodeLast[parent] = node;
    this.childSlots[slot] = node;
    if (this.nodeCount * 2 > this.childSlots.length) this.rehashChildren();
    return node;
  }

  /** A new root, standing for header number `header`. */
  root(header: number): number {
    return this.addNode(0, -1 - header, 0);
  }

  private isSymbol(
    symbol: number,
    kind: number,
    bytes: Uint8Array,
    first: ByteRange,
    second: ByteRange,
  ): boolean {
    const start = this.symbolStart[symbol] ?? 0;
    const middle = this.symbolMiddle[symbol] ?? 0;
    if (this.symbolKind[symbol] !== kind || middle - start !== first.to - first.from) return false;
    if ((this.symbolEnd[symbol] ?? 0) - middle !== second.to - second.from) return false;
    for (let i = first.from, t = start; i < first.to; i++, t++) if (bytes[i] !== this.text[t]) return false;
    for (let i = second.from, t = middle; i < second.to; i++, t++)
      if (bytes[i] !== this.text[t]) return false;
    return true;
  }

  /** The text of a symbol's function part, or of its file part. */
  symbolText(symbol: number, part: 'func' | 'file'): string {
    const middle = this.symbolMiddle[symbol] ?? 0;
    return part === 'func'
      ? textOf(this.text, this.symbolStart[symbol] ?? 0, middle)
      : textOf(this.text, middle, this.symbolEnd[symbol] ?? 0);
  }

  private marksOf(symbol: number, depth: number): number {
    const start = this.symbolStart[symbol] ?? 0;
    const middle = this.symbolMiddle[symbol] ?? 0;
    if (depth === 1 && startsWith(this.text, REQUESTER_CALL, start, middle)) return FROM_REQUESTER;
    return startsWith(this.text, BACKGROUND_READ_CREATOR, start, middle) ? FROM_BACKGROUND_READ : 0;
  }

  private addSymbol(kind: number, firstLength: number, length: number): number {
    if (this.symbolCount === this.symbolStart.length) {
      this.symbolKind = grown(this.symbolKind);
      this.symbolStart = grown(this.symbolStart);
      this.symbolMiddle = grown(this.symbolMiddle);
      this.symbolEnd = grown(this.symbolEnd);
    }
    while (this.textLength + length + 8 > this.text.length) {
      this.text = grown(this.text);
      this.textView = new DataView(this.text.buffer);
    }
    const symbol = this.symbolCount++;
    this.symbolKind[symbol] = kind;
    this.symbolStart[symbol] = this.textLength;
    this.symbolMiddle[symbol] = this.textLength + firstLength;
    this.symbolEnd[symbol] = this.textLength + length;
    return symbol;
  }

  private addNode(parent: number, symbol: number, depth: number): number {
    if (this.nodeCount === this.nodeParent.length) {
      this.nodeParent = grown(this.nodeParent);
      this.nodeSymbol = grown(this.nodeSymbol);
      this.nodeLast = grown(this.nodeLast);
      this.nodeFirst = grown(this.nodeFirst);
      this.nodeNext = grown(this.nodeNext);
      this.nodeDepth = grown(this.nodeDepth);
      this.nodeMarks = grown(this.nodeMarks);
    }
    const node = this.nodeCount++;
    this.nodeParent[node] = parent;
    this.nodeSymbol[node] = symbol;
    this.nodeDepth[node] = depth;
    return node;
  }

  private rehashSymbols(): void {
    const slots = new Int32Array(this.symbolSlots.length * 4);
    const mask = slots.length - 1;
    for (let symbol = 0; symbol < this.symbolCount; symbol++) {
      let hash = this.symbolKind[symbol] ?? 0;
      const end = this.symbolEnd[symbol] ?? 0;
      for (let i = this.symbolStart[symbol] ?? 0; i < end; i++) {
        hash = Math.imul(hash ^ (this.text[i] ?? 0), 0x01000193);
      }
      let slot = (hash ^ (hash >>> 15)) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = symbol + 1;
    }
    this.symbolSlots = slots;
  }

  private rehashChildren(): void {
    const slots = new Int32Array(this.childSlots.length * 4);
    const mask = slots.length - 1;
    for (let node = 1; node < this.nodeCount; node++) {
      const symbol = this.nodeSymbol[node] ?? 0;
      if (symbol < 0) continue;
      let slot = childHash(this.nodeParent[node] ?? 0, symbol) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = node;
    }
    this.childSlots = slots;
  }
}

export interface ByteRange {
  readonly from: number;
  readonly to: number;
}

function childHash(parent: number, symbol: number): number {
  const hash = Math.imul(parent, 0x9e3779b1) ^ Math.imul(symbol + 1, 0x85ebca6b);
  return hash ^ (hash >>> 15);
}

function grown<Column extends Uint8Array | Int32Array | Uint16Array>(column: Column): Column {
  const Kind = column.constructor as new (length: number) => Column;
  const bigger = new Kind(column.length * 2);
  bigger.set(column);
  return bigger;
}
