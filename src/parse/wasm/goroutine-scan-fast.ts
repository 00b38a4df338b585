// The WebAssembly twin of goroutine-scan.ts: the same rows and stacks, several times as fast where stacks
// repeat. The module stops at every line it does not know, and the plain reader reads that one; so there is
// one grammar, written once. Where there is no WebAssembly with SIMD, the plain reader does it all.
import type { GoroutineDump } from '../../model/goroutine.ts';
import type { Outcome } from '../../model/problem.ts';
import { dumpsOf } from '../goroutine-dumps.ts';
import { readLine } from '../goroutine-lines.ts';
import { openRow, type ReadInto, scanGoroutines, scanInto, WINDOW_BYTES } from '../goroutine-scan.ts';
import {
  AFTER,
  CHUNK_ROWS,
  INSIDE,
  OUTSIDE,
  type RowChunk,
  ScanState,
  type WholeColumns,
} from '../goroutine-state.ts';
import { isHeader, NEWLINE } from '../line-bytes.ts';
import { LAYOUT, newScanner, type ScanExports, WasmTables } from './wasm-tables.ts';

/** Words are compared sixteen bytes at a time, so as much must lie behind any position. */
const FAST_PADDING = 64;

/**
 * Dumps of more goroutines keep their columns where they were written; smaller ones are copied out and the
 * instance is used again. A million goroutines are 32 MB of columns, which would otherwise be there twice.
 */
const COPIED_ROWS = 2 ** 17;

const idle: ScanExports[] = [];
const IDLE_INSTANCES = 2;

/** As parseGoroutineStream, and with the same outcome for any bytes. */
export function parseGoroutineStreamFast(
  read: ReadInto,
  windowBytes = WINDOW_BYTES,
): Outcome<readonly GoroutineDump[]> {
  const scanner = windowBytes <= LAYOUT.windowBytes ? borrowScanner() : undefined;
  if (!scanner) return dumpsOf(scanGoroutines(read, windowBytes));
  const state = scanInto(new FastState(scanner, windowBytes), read, scanFast);
  state.stacks.finish();
  const outcome = dumpsOf(state);
  if (!state.lent && idle.length < IDLE_INSTANCES) {
    scanner.reset();
    idle.push(scanner);
  }
  return outcome;
}

function borrowScanner(): ScanExports | undefined {
  try {
    return idle.pop() ?? newScanner();
  } catch {
    // No SIMD, no WebAssembly, or no address space left: slower, but the same.
    return undefined;
  }
}

class FastState extends ScanState {
  declare readonly stacks: WasmTables;
  readonly scanner: ScanExports;
  /** Some dump looks into the module's memory. */
  lent = false;
  private readonly columns: RowChunk;

  constructor(scanner: ScanExports, windowBytes: number) {
    const { buffer } = scanner.memory;
    super(
      windowBytes,
      new Uint8Array(buffer, LAYOUT.window, windowBytes + FAST_PADDING),
      new WasmTables(scanner),
    );
    this.scanner = scanner;
    const { rowCapacity } = LAYOUT;
    this.columns = {
      ids: new Float64Array(buffer, LAYOUT.ids, rowCapacity),
      nodes: new Int32Array(buffer, LAYOUT.rowNodes, rowCapacity),
      waitMinutes: new Int32Array(buffer, LAYOUT.minutes, rowCapacity),
      creatorIds: new Float64Array(buffer, LAYOUT.creators, rowCapacity),
      waitWords: new Float64Array(buffer, LAYOUT.words, rowCapacity),
    };
    this.chunk = this.nextChunk();
  }

  /** The module counts rows on its own; brings `chunk` and `row` up to its count. */
  goToRow(row: number): void {
    while ((this.chunks.length + 1) * CHUNK_ROWS <= row) {
      this.chunks.push(this.chunk);
      this.chunk = this.nextChunk();
    }
    this.row = row - this.chunks.length * CHUNK_ROWS;
  }

  protected override nextChunk(): RowChunk {
    const from = this.chunks.length * CHUNK_ROWS;
    if (from + CHUNK_ROWS > LAYOUT.rowCapacity) return super.nextChunk();
    return slicesOf(this.columns, from, from + CHUNK_ROWS);
  }

  override wholeColumns(from: number, to: number, skip: number): WholeColumns | undefined {
    if (to > LAYOUT.rowCapacity) return undefined;
    const groups = this.scanner.groupRows(from, to, skip < 0 ? 0xffff_ffff : skip);
    const { buffer } = this.scanner.memory;
    const end = skip < 0 ? to : to - 1;
    const rows = slicesOf(this.columns, from, end);
    const groupOf = new Uint32Array(buffer, LAYOUT.rowNodes + from * 4, end - from);
    const { ids, waitMinutes, creatorIds, waitWords } = rows;
    const columns = { ids, groupOf, waitMinutes, creatorIds, waitWords };
    const keep = end - from > COPIED_ROWS;
    this.lent ||= keep;
    return {
      columns: keep ? columns : copied(columns),
      nodes: new Int32Array(buffer, LAYOUT.groupNode, groups),
      counts: new Int32Array(buffer, LAYOUT.groupCount, groups),
    };
  }
}

function slicesOf(columns: RowChunk, from: number, to: number): RowChunk {
  return {
    ids: columns.ids.subarray(from, to),
    nodes: columns.nodes.subarray(from, to),
    waitMinutes: columns.waitMinutes.subarray(from, to),
    creatorIds: columns.creatorIds.subarray(from, to),
    waitWords: columns.waitWords.subarray(from, to),
  };
}

function copied(columns: WholeColumns['columns']): WholeColumns['columns'] {
  return {
    ids: columns.ids.slice(),
    groupOf: columns.groupOf.slice(),
    waitMinutes: columns.waitMinutes.slice(),
    creatorIds: columns.creatorIds.slice(),
    waitWords: columns.waitWords.slice(),
  };
}

const SEEKING = 1;
const ATTENTION = 2;
const SYSTEM_SEEN = 4;

/** As scanLines, the module going ahead for as long as it can. */
function scanFast(state: ScanState, from: number, limit: number, atEnd: boolean): number {
  if (!(state instanceof FastState)) return from;
  let p = from;
  while (p < limit) {
    // Behind what is kept of a goroutine, the module knows no line.
    if (state.place !== AFTER) p = goAhead(state, p, limit);
    if (p >= limit) break;
    const next = readOne(state, p, limit, atEnd);
    if (next < 0) return p;
    p = next;
  }
  return p;
}

function goAhead(state: FastState, from: number, limit: number): number {
  const { scanner } = state;
  const attention = state.preamble.length > 0 || state.interrupted || state.repeating;
  const row = state.rowCount;
  scanner.setState(
    state.place,
    state.node,
    row,
    state.progress,
    (state.seeking ? SEEKING : 0) | (attention ? ATTENTION : 0) | (state.sawSystemHeader ? SYSTEM_SEEN : 0),
  );
  const p = scanner.scan(LAYOUT.window + from, LAYOUT.window + limit) - LAYOUT.window;
  // A goroutine may have been closed before the line that was handed back.
  if (p > from || scanner.row.value !== row) state.pending = undefined;
  state.place = scanner.place.value;
  state.node = scanner.node.value;
  state.progress = scanner.progress.value;
  state.seeking = scanner.seeking.value !== 0;
  state.goToRow(scanner.row.value);
  return p;
}

/** One step of scanLines in goroutine-scan.ts. */
function readOne(state: FastState, p: number, limit: number, atEnd: boolean): number {
  const c = state.bytes[p];
  if (c === NEWLINE) {
    if (state.place !== OUTSIDE) state.endGoroutine();
    return p + 1;
  }
  if (c === LETTER_G && isHeader(state.view, p)) {
    if (state.place !== OUTSIDE) state.endGoroutine();
    const next = openRow(state, p);
    if (state.place === INSIDE) state.scanner.setRoot(state.node);
    return next;
  }
  return readLine(state, p, limit, atEnd);
}

const LETTER_G = 103;
