// What the goroutine reader remembers between two windows of text, and what it found so far.
import type { GoroutineDump } from '../model/goroutine.ts';
import { type GoroutineHeader, headerKey, parseHeader } from './goroutine-header.ts';
import { PADDING, sameBytes, textOf } from './line-bytes.ts';
import { FROM_REQUESTER, StackTables } from './stack-tables.ts';

/** Rows per chunk: a dump of unknown length is never copied while it grows. */
export const CHUNK_ROWS = 1 << 12;

/** Distinct headers kept; beyond it (one label set per request, say) headers lose their labels. */
export const MAX_HEADERS = 1 << 14;

/** A state Go prints is shorter. */
const MAX_STATE = 200;
/** What goroutines are called whose state came after all too many others. */
const OTHER_STATES = 'other]:';

/** Places where a new dump may begin; a log with more is read as if they were fewer. */
const MAX_SEGMENTS = 4096;

/** Where the reader is. */
export const OUTSIDE = 0;
export const INSIDE = 1;
/** In the ancestors of a goroutine, or behind what there was room for: nothing more of it is kept. */
export const AFTER = 2;

/** How much of the goroutine at hand was there. */
export const ONLY_HEADER = 0;
export const SOME_FRAMES = 1;
export const HAS_CREATOR = 2;
export const CUT = 3;

/** One entry per goroutine. */
export interface RowChunk {
  readonly ids: Float64Array;
  /** Node of the goroutine's stack in the tables. */
  readonly nodes: Int32Array;
  readonly waitMinutes: Int32Array;
  readonly creatorIds: Float64Array;
  readonly waitWords: Float64Array;
}

/** All columns of a dump, and for each group its node and count. */
export interface WholeColumns {
  readonly columns: Pick<GoroutineDump, 'ids' | 'groupOf' | 'waitMinutes' | 'creatorIds' | 'waitWords'>;
  readonly nodes: ArrayLike<number>;
  readonly counts: ArrayLike<number>;
}

/** The goroutines that may belong to one dump, and what stood before them. */
export interface Segment {
  /** First row. */
  row: number;
  /** Lines that say why there is a dump; empty when there were none. */
  preamble: readonly string[];
  /** `go1.26.8`, from the line `go go1.26.8 pid 1778` of a signal dump. */
  goVersion: string;
  /** Id of the goroutine that wrote the dump itself; -1 when it is not among them. */
  requester: number;
  /** Follows a `-----` line: the same goroutines once more, from another thread. */
  repeat: boolean;
}

export class ScanState {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly windowBytes: number;
  readonly stacks: StackTables;
  readonly headers: GoroutineHeader[] = [];
  readonly chunks: RowChunk[] = [];
  chunk: RowChunk = newChunk();
  /** Next row of `chunk`. */
  row = 0;
  readonly segments: Segment[] = [newSegment(0)];
  segment: Segment = this.segments[0] as Segment;

  place = OUTSIDE;
  node = 0;
  progress = ONLY_HEADER;
  /** Still looking for the word the goroutine waits on. */
  seeking = false;
  /** A function line (bytes with newline) whose file line has not come yet: foreign lines lie between. */
  pending: Uint8Array | undefined;

  /** Lines collected for the next dump's preamble. */
  preamble: string[] = [];
  goVersion = '';
  sincePreamble = 0;
  /** Something other than goroutines came since the last one. */
  interrupted = false;
  repeating = false;
  sawMain = false;
  /** The text ended inside a header. */
  cutHeader = false;

  /** Where the reader was when the text ended. */
  finalPlace = OUTSIDE;
  totalBytes = 0;
  endsWithNewline = true;
  /** Lines understood by no rule, and lines longer than the window. */
  foreignLines = 0;
  longLines = 0;
  labelsDropped = false;
  statesDropped = false;
  sawCreator = false;
  sawCreatorId = false;
  sawSystemHeader = false;
  sawCountedElision = false;
  sawOldElision = false;

  private readonly rootOfKey = new Map<string, number>();
  private readonly rootOfText = new Map<string, number>();
  private otherRoot = 0;
  /** Roots of headers without extras (`chan send]:`), by a hash of their bytes, verified. */
  private readonly plainSlots = new Int32Array(256);
  private readonly plainText = new DataView(new ArrayBuffer(256 * PLAIN_BYTES));
  private readonly plainLength = new Uint8Array(256);

  constructor(
    windowBytes: number,
    bytes = new Uint8Array(windowBytes + PADDING),
    stacks: StackTables = new StackTables(),
  ) {
    this.windowBytes = windowBytes;
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.stacks = stacks;
    // Stored a second time on purpose: V8 takes fields written once for constants, and would throw away all
    // compiled code of the hot loop when the first chunk is full.
    this.chunk = this.chunk.ids.length > 0 ? newChunk() : this.chunk;
    this.segment = this.segments[0] as Segment;
  }

  get rowCount(): number {
    return this.chunks.length * CHUNK_ROWS + this.row;
  }

  /** The root for `chan send]:`, the header's bytes from its state to its end at the newline. */
  plainRoot(from: number, to: number): number {
    const length = to - from;
    if (length < 4 || length > PLAIN_BYTES) return this.root(textOf(this.bytes, from, to));
    const { view } = this;
    const mixed = view.getInt32(from, true) ^ Math.imul(view.getInt32(to - 6, true), 0x9e3779b1) ^ length;
    let slot = (mixed ^ (mixed >>> 13)) & 255;
    for (let tries = 0; tries < 8 && this.plainSlots[slot] !== 0; tries++) {
      const at = slot * PLAIN_BYTES;
      if (this.plainLength[slot] === length && sameBytes(view, from, this.plainText, at, length)) {
        return this.plainSlots[slot] as number;
      }
      slot = (slot + 1) & 255;
    }
    const root = this.root(textOf(this.bytes, from, to));
    if (root === this.otherRoot) return root;
    this.plainSlots[slot] = root;
    this.plainLength[slot] = length;
    for (let i = 0; i < length; i++)
      this.plainText.setUint8(slot * PLAIN_BYTES + i, this.bytes[from + i] as number);
    return root;
  }

  /** The root for a header's text without its minutes: `select, locked to thread]:`. */
  root(text: string): number {
    const known = this.rootOfText.get(text);
    if (known !== undefined) return known;
    if (this.rootOfText.size < MAX_HEADERS) return this.newRoot(text);
    // Full: what is left of headers is their state.
    const labels = text.indexOf('{');
    if (labels >= 0) this.labelsDropped = true;
    const plain =
      labels >= 0 || text.length > MAX_STATE
        ? stateOf(text.slice(0, labels >= 0 ? labels : MAX_STATE))
        : text;
    const state = this.rootOfText.get(plain);
    if (state !== undefined) return state;
    if (this.rootOfText.size < 2 * MAX_HEADERS) return this.newRoot(plain);
    this.statesDropped = true;
    this.otherRoot ||= this.newRoot(OTHER_STATES);
    return this.otherRoot;
  }

  private newRoot(text: string): number {
    const header = parseHeader(text.endsWith(':') ? text.slice(0, -1) : text);
    const key = headerKey(header);
    let root = this.rootOfKey.get(key);
    if (root === undefined) {
      root = this.stacks.root(this.headers.push(header) - 1);
      this.rootOfKey.set(key, root);
    }
    this.rootOfText.set(text, root);
    return root;
  }

  /** The goroutine at hand is complete, or as complete as it gets. */
  endGoroutine(): void {
    this.place = OUTSIDE;
    this.pending = undefined;
    const marks = this.stacks.nodeMarks[this.node] as number;
    if (marks !== 0 && (marks & FROM_REQUESTER) !== 0) {
      // It comes first in a dump: whatever stands before it is another dump.
      if (this.segment.row < this.rowCount || this.segment.requester >= 0) this.openSegment();
      this.segment.requester = this.chunk.ids[this.row] as number;
      return;
    }
    this.chunk.nodes[this.row] = this.node;
    this.row += 1;
    if (this.row === CHUNK_ROWS) {
      this.chunks.push(this.chunk);
      this.chunk = this.nextChunk();
      this.row = 0;
    }
  }

  /** Room for the next rows. */
  protected nextChunk(): RowChunk {
    return newChunk();
  }

  /**
   * The columns of rows [from, to) without the row `skip` (-1: none), for a state that holds them in one piece;
   * undefined when rows must be gathered one by one.
   */
  wholeColumns(_from: number, _to: number, _skip: number): WholeColumns | undefined {
    return undefined;
  }

  /** Where the next goroutine starts a dump of its own, or may: decided when all is read. */
  openSegment(): void {
    const row = this.rowCount;
    const fresh: Segment = {
      row,
      preamble: this.preamble,
      goVersion: this.goVersion,
      requester: -1,
      repeat: this.repeating,
    };
    if (this.segments.length >= MAX_SEGMENTS) return;
    if (this.segment.row === row && this.segment.requester < 0) this.segments.pop();
    this.segments.push(fresh);
    this.segment = fresh;
    this.preamble = [];
    this.goVersion = '';
    this.interrupted = false;
    this.repeating = false;
    this.sawMain = false;
  }
}

/** `select labels:` and `select] ` without what announced labels: `select]:`. */
function stateOf(text: string): string {
  for (const mark of [' labels:', '] ', ' '])
    if (text.endsWith(mark)) return `${text.slice(0, -mark.length)}]:`;
  return text;
}

const PLAIN_BYTES = 64;

function newChunk(): RowChunk {
  return {
    ids: new Float64Array(CHUNK_ROWS),
    nodes: new Int32Array(CHUNK_ROWS),
    waitMinutes: new Int32Array(CHUNK_ROWS),
    creatorIds: new Float64Array(CHUNK_ROWS),
    waitWords: new Float64Array(CHUNK_ROWS),
  };
}

function newSegment(row: number): Segment {
  return { row, preamble: [], goVersion: '', requester: -1, repeat: false };
}
