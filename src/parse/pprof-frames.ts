// Locations to frames: every line of a location is a frame, the outermost last, and equal frames are one object.
import type { Frame } from '../model/goroutine.ts';
import { IdIndex, PairIndex, U32Column } from './pprof-columns.ts';
import { badReference } from './pprof-limits.ts';
import type { PprofTables } from './pprof-tables.ts';

/** Decodes a string of the profile's table by its index. */
export type Text = (index: number) => string;

export interface InternedFrames {
  readonly frames: readonly Frame[];
  /** Frames of location `i`: `locationFrames[frameStart[i] .. frameStart[i + 1])`. */
  readonly frameStart: Uint32Array;
  readonly locationFrames: U32Column;
}

const TWO_32 = 2 ** 32;

/** What `go tool pprof` calls a function without a name; Go's threadcreate pads stacks with such. */
const NAMELESS = '<unknown>';

/** One object per distinct (function, file, line, inlined), however many locations name it. */
export function internFrames(tables: PprofTables, text: Text): InternedFrames {
  const interner = new FrameInterner(tables, text);
  const frameStart = new Uint32Array(tables.locationCount + 1);
  for (let location = 0; location < tables.locationCount; location++) {
    interner.location(location);
    frameStart[location + 1] = interner.locationFrames.length;
  }
  return { frames: interner.frames, frameStart, locationFrames: interner.locationFrames };
}

class FrameInterner {
  readonly frames: Frame[] = [];
  readonly locationFrames: U32Column;
  private readonly tables: PprofTables;
  private readonly functions: { indexOf: Uint32Array; named: Frame[] };
  private readonly functionOf: (code: number) => number;
  private readonly known = new PairIndex();
  /** Frame of a pair, and of a bare address. */
  private readonly frameOf: number[] = [];
  private readonly bare = new Map<string, number>();

  constructor(tables: PprofTables, text: Text) {
    this.tables = tables;
    this.functions = internFunctions(tables, text);
    this.functionOf = resolver(tables, tables.functions, 'function');
    this.locationFrames = new U32Column(tables.lineFunction.length);
  }

  location(location: number): void {
    const { lineStart } = this.tables;
    const first = lineStart.at(location);
    const end = lineStart.at(location + 1);
    for (let at = first; at < end; at++) this.locationFrames.push(this.line(at, at + 1 < end));
    if (first === end) this.locationFrames.push(bareFrame(this.tables, location, this.frames, this.bare));
  }

  private line(at: number, inlined: boolean): number {
    const { tables, functions, frameOf } = this;
    const index = functions.indexOf[this.functionOf(tables.lineFunction.at(at))] ?? 0;
    const line = knownLine(tables.lineNumber.array[at] ?? 0);
    const pair = this.known.add(index, line * 2 + (inlined ? 1 : 0));
    if (pair === frameOf.length) {
      frameOf.push(this.frames.push(makeFrame(functions.named[index], line, inlined)) - 1);
    }
    return frameOf[pair] ?? 0;
  }
}

/** Line numbers beyond 32 bits, and negative ones, are no lines. */
function knownLine(line: number): number {
  return line > 0 && line < TWO_32 ? line : 0;
}

/** Turns a coded id (see PprofTables.locationIds) into the index of its record. */
export function resolver(tables: PprofTables, index: IdIndex, what: string): (code: number) => number {
  const { slots } = index;
  return (code) => {
    const record = code < slots.length ? (slots[code] as number) - 1 : index.find(wideId(tables, code));
    if (record < 0) throw badReference(what);
    return record;
  };
}

function makeFrame(named: Frame | undefined, line: number, inlined: boolean): Frame {
  const func = named?.func ?? '';
  const file = named?.file ?? '';
  return inlined ? { func, file, line, inlined } : { func, file, line };
}

/** A location nobody symbolised (C code, stripped binaries) shows as its address. */
function bareFrame(
  tables: PprofTables,
  location: number,
  frames: Frame[],
  bare: Map<string, number>,
): number {
  const low = BigInt(tables.addresses.at(location * 2));
  const address = (BigInt(tables.addresses.at(location * 2 + 1)) << 32n) | low;
  const func = `0x${address.toString(16)}`;
  const known = bare.get(func);
  if (known !== undefined) return known;
  const frame = frames.push({ func, file: '', line: 0 }) - 1;
  bare.set(func, frame);
  return frame;
}

/** Function records that agree in name and file become one; writers may repeat both records and strings. */
function internFunctions(tables: PprofTables, text: Text): { indexOf: Uint32Array; named: Frame[] } {
  const count = tables.functionNames.length / 2;
  const indexOf = new Uint32Array(count);
  const named: Frame[] = [];
  const strings = new Map<string, number>();
  const known = new PairIndex();
  for (let record = 0; record < count; record++) {
    const func = text(tables.functionNames.at(record * 2));
    const file = text(tables.functionNames.at(record * 2 + 1));
    const index = known.add(numberOf(strings, func), numberOf(strings, file));
    if (index === named.length) named.push({ func: func || NAMELESS, file, line: 0 });
    indexOf[record] = index;
  }
  return { indexOf, named };
}

function numberOf(strings: Map<string, number>, string: string): number {
  const known = strings.get(string);
  if (known !== undefined) return known;
  strings.set(string, strings.size);
  return strings.size - 1;
}

function wideId(tables: PprofTables, code: number): number | bigint {
  return code < IdIndex.DIRECT ? code : (tables.wideIds[code - IdIndex.DIRECT] ?? 0);
}
