// The stack tables of the WebAssembly twin: the same answers as StackTables gives, kept in the module's memory
// so that both sides read them.
import { BACKGROUND_READ_CREATOR, type ByteRange, REQUESTER_CALL, StackTables } from '../stack-tables.ts';
import { SCAN_WASM } from './goroutine-scan-wasm.ts';

interface Memory {
  readonly buffer: ArrayBuffer;
}

interface Counter {
  readonly value: number;
}

/** What of WebAssembly is used; the standard library of TypeScript knows it only beside a DOM. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: unknown };
}

/** What goroutine-scan.as exports. Booleans and enumerations are numbers there. */
export interface ScanExports {
  readonly memory: Memory;
  readonly place: Counter;
  readonly node: Counter;
  readonly row: Counter;
  readonly progress: Counter;
  readonly seeking: Counter;
  readonly overflowed: Counter;
  readonly wantedRoot: Counter;
  readonly symbolCount: Counter;
  readonly nodeCount: Counter;
  readonly textLength: Counter;
  setState(place: number, node: number, row: number, progress: number, flags: number): void;
  reset(): void;
  symbol(
    kind: number,
    first: number,
    firstLength: number,
    second: number,
    secondLength: number,
    flags: number,
  ): number;
  child(parent: number, symbol: number): number;
  root(header: number): number;
  setRoot(root: number): void;
  scan(from: number, limit: number): number;
  groupRows(from: number, to: number, skip: number): number;
}

const MIB = 2 ** 20;

/** Where things lie in the module's memory; the constants of goroutine-scan.as. */
export const LAYOUT = {
  window: MIB,
  scratch: 4 * MIB,
  text: 105 * MIB,
  nodeParent: 170 * MIB,
  nodeSymbol: 178 * MIB,
  nodeMarks: 186 * MIB,
  symbolKind: 188 * MIB,
  symbolStart: 189 * MIB,
  symbolMiddle: 193 * MIB,
  symbolEnd: 197 * MIB,
  groupNode: 209 * MIB,
  groupCount: 217 * MIB,
  ids: 225 * MIB,
  creators: 289 * MIB,
  words: 353 * MIB,
  rowNodes: 417 * MIB,
  minutes: 449 * MIB,
  maxSymbols: 2 ** 20,
  maxNodes: 2 ** 21,
  textBytes: 64 * MIB,
  rowCapacity: 2 ** 23,
  /** Room for a window, and for a line in the scratch area. */
  windowBytes: 2 * MIB,
} as const;

const compiled: { module?: object } = {};

/** A fresh instance; the module is compiled on first use. Throws where WebAssembly or SIMD is missing. */
export function newScanner(): ScanExports {
  const { Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly;
  compiled.module ??= new Module(Buffer.from(SCAN_WASM, 'base64'));
  return new Instance(compiled.module).exports as ScanExports;
}

// Flags of a symbol, as in goroutine-scan.as.
const RUNTIME = 1 << 8;
const REQUESTER = 1 << 9;
const BACKGROUND = 1 << 10;

export class WasmTables extends StackTables {
  override text: Uint8Array<ArrayBuffer>;
  override textView: DataView<ArrayBuffer>;
  override symbolKind: Uint8Array<ArrayBuffer>;
  override symbolStart: Int32Array<ArrayBuffer>;
  override symbolMiddle: Int32Array<ArrayBuffer>;
  override symbolEnd: Int32Array<ArrayBuffer>;
  override nodeParent: Int32Array<ArrayBuffer>;
  override nodeSymbol: Int32Array<ArrayBuffer>;
  override nodeMarks: Uint8Array<ArrayBuffer>;
  private readonly scanner: ScanExports;
  private readonly memory: Uint8Array;

  constructor(scanner: ScanExports) {
    super();
    this.scanner = scanner;
    const { buffer } = scanner.memory;
    const { maxSymbols, maxNodes } = LAYOUT;
    this.memory = new Uint8Array(buffer);
    this.text = new Uint8Array(buffer, LAYOUT.text, LAYOUT.textBytes);
    this.textView = new DataView(buffer, LAYOUT.text, LAYOUT.textBytes);
    this.symbolKind = new Uint8Array(buffer, LAYOUT.symbolKind, maxSymbols);
    this.symbolStart = new Int32Array(buffer, LAYOUT.symbolStart, maxSymbols);
    this.symbolMiddle = new Int32Array(buffer, LAYOUT.symbolMiddle, maxSymbols);
    this.symbolEnd = new Int32Array(buffer, LAYOUT.symbolEnd, maxSymbols);
    this.nodeParent = new Int32Array(buffer, LAYOUT.nodeParent, maxNodes);
    this.nodeSymbol = new Int32Array(buffer, LAYOUT.nodeSymbol, maxNodes);
    this.nodeMarks = new Uint8Array(buffer, LAYOUT.nodeMarks, maxNodes);
  }

  override symbol(kind: number, bytes: Uint8Array, first: ByteRange, second: ByteRange): number {
    const { scanner } = this;
    const firstLength = first.to - first.from;
    const secondLength = second.to - second.from;
    let at = bytes.byteOffset + first.from;
    let fileAt = bytes.byteOffset + second.from;
    if (bytes.buffer !== this.memory.buffer) {
      at = LAYOUT.scratch;
      fileAt = at + firstLength;
      this.memory.set(bytes.subarray(first.from, first.to), at);
      this.memory.set(bytes.subarray(second.from, second.to), fileAt);
    }
    const known = scanner.symbolCount.value;
    const flags = flagsOf(this.memory.subarray(at, at + Math.min(firstLength, LONGEST_MARK)));
    const symbol = scanner.symbol(kind, at, firstLength, fileAt, secondLength, flags);
    if (symbol >= known) this.symbolCount = symbol + 1;
    if (symbol < 0) this.overflowed = true;
    return symbol;
  }

  override child(parent: number, symbol: number): number {
    return this.scanner.child(parent, symbol);
  }

  override root(header: number): number {
    return this.scanner.root(header);
  }

  /** Takes over what only the module counted. */
  finish(): void {
    this.nodeCount = this.scanner.nodeCount.value;
    this.textLength = this.scanner.textLength.value;
    this.overflowed ||= this.scanner.overflowed.value !== 0;
  }
}

const REQUESTER_TEXT = Buffer.from(REQUESTER_CALL);
const BACKGROUND_TEXT = Buffer.from(BACKGROUND_READ_CREATOR);
const LONGEST_MARK = BACKGROUND_TEXT.length;

/** First bytes of the texts that get a flag; most symbols have another. */
const FLAGGED = new Set([REQUESTER_TEXT[0], BACKGROUND_TEXT[0], 'r'.charCodeAt(0)]);

/** What the loop asks of a symbol's text again and again, answered once. */
function flagsOf(start: Uint8Array): number {
  if (!FLAGGED.has(start[0])) return 0;
  const text = Buffer.from(start.buffer, start.byteOffset, start.byteLength);
  let flags = 0;
  if (text.toString('latin1', 0, 4) === 'runt') flags |= RUNTIME;
  if (text.subarray(0, REQUESTER_TEXT.length).equals(REQUESTER_TEXT)) flags |= REQUESTER;
  if (text.equals(BACKGROUND_TEXT)) flags |= BACKGROUND;
  return flags;
}
