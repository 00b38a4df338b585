// Strings and stacks. Their numbers hold for one generation only, so whatever outlives it is interned here: the same
// stack is the same index in every generation.
//
//   strings = 4 { 5 id length bytes }          stacks = 2 { 3 id count { pc function file line } × count }
import type { Frame } from '../../model/goroutine.ts';
import { textOf } from '../line-bytes.ts';
import type { Generation, Place } from './batches.ts';
import { STACK, STRING } from './events.ts';
import { TRACE_LIMITS } from './limits.ts';
import type { TraceReader } from './numbers.ts';

/** The stack, and the reason, that is not known. */
export const UNKNOWN = 0;

/** Everything a trace names, over all its generations. */
export class TraceNames {
  readonly stacks: Frame[][] = [[]];
  readonly reasons: string[] = [''];
  /** What could not be kept or found; said once at the end. */
  lost = 0;

  private readonly stackIndex = new Map<string, number>();
  private readonly frames = new Map<string, NumberedFrame>();
  private readonly reasonIndex = new Map<string, number>([['', UNKNOWN]]);

  /** Of one generation; the tables of the one before are void. */
  private stackOf = new Map<number, number>();
  /** The same for small numbers, as the runtime gives them: index plus one. */
  private denseStackOf = new Int32Array(1 << 13);
  private strings = new Map<number, Place>();
  private texts = new Map<number, string>();
  private frameAt = new Map<number, FrameNumbers>();
  private reasonOf = new Map<number, number>();
  private denseReasonOf = new Int32Array(256);
  private reader: TraceReader;

  constructor(reader: TraceReader) {
    this.reader = reader;
  }

  /** Reads the tables of the next generation. */
  open(generation: Generation): void {
    this.strings = new Map();
    this.texts = new Map();
    this.frameAt = new Map();
    this.reasonOf = new Map();
    this.stackOf = new Map([[0, UNKNOWN]]);
    for (const place of generation.strings) this.readStrings(place);
    for (const place of generation.stacks) this.readStacks(place);
    this.denseReasonOf.fill(0);
    this.denseStackOf.fill(0);
    for (const [id, index] of this.stackOf)
      if (id < this.denseStackOf.length) this.denseStackOf[id] = index + 1;
  }

  /** The index of a stack by its number in this generation. */
  stack(id: number): number {
    if (id < this.denseStackOf.length) {
      const dense = this.denseStackOf[id] as number;
      if (dense !== 0) return dense - 1;
    }
    const known = this.stackOf.get(id);
    if (known !== undefined) return known;
    this.lost += 1;
    return UNKNOWN;
  }

  /** The index of a reason by the number of its string in this generation. */
  reason(id: number): number {
    if (id < this.denseReasonOf.length) {
      const dense = this.denseReasonOf[id] as number;
      if (dense !== 0) return dense - 1;
    }
    const known = this.reasonOf.get(id);
    if (known !== undefined) return known;
    const index = this.reasonNamed(id === 0 ? '' : this.text(id));
    this.reasonOf.set(id, index);
    if (id < this.denseReasonOf.length) this.denseReasonOf[id] = index + 1;
    return index;
  }

  /** The index of a reason by its words. */
  reasonNamed(text: string): number {
    const known = this.reasonIndex.get(text);
    if (known !== undefined) return known;
    if (this.reasons.length >= TRACE_LIMITS.reasons) return UNKNOWN;
    const index = this.reasons.push(text) - 1;
    this.reasonIndex.set(text, index);
    return index;
  }

  /** A string by its number in this generation. */
  text(id: number): string {
    const known = this.texts.get(id);
    if (known !== undefined) return known;
    const place = this.strings.get(id);
    if (!place && id !== 0) this.lost += 1;
    const text = place ? textOf(this.reader.bytes, place.from, place.to) : '';
    this.texts.set(id, text);
    return text;
  }

  private readStrings({ from, to }: Place): void {
    const { reader } = this;
    reader.at = from;
    while (reader.at < to && reader.bytes[reader.at] === STRING) {
      reader.at += 1;
      const id = reader.number();
      const length = reader.number();
      const begin = reader.at;
      if (length > TRACE_LIMITS.stringBytes || begin + length > to) break;
      reader.at = begin + length;
      this.strings.set(id, { from: begin, to: begin + length });
    }
    if (reader.at < to) this.lost += 1;
  }

  private readStacks({ from, to }: Place): void {
    const { reader } = this;
    reader.at = from;
    while (reader.at < to && reader.bytes[reader.at] === STACK) {
      reader.at += 1;
      const id = reader.number();
      const depth = reader.number();
      if (depth > TRACE_LIMITS.framesPerStack) break;
      const begin = reader.at;
      for (let number = 0; number < depth * 4 && reader.at <= to; number++) reader.number();
      if (reader.at > to) break;
      const end = reader.at;
      this.stackOf.set(id, this.intern(begin, depth));
      reader.at = end;
    }
    if (reader.at < to || reader.at > to) this.lost += 1;
  }

  /** Identity is the frames as they will be read; addresses do not matter. */
  private intern(begin: number, depth: number): number {
    const { reader } = this;
    reader.at = begin;
    const frames: Frame[] = [];
    let key = '';
    for (let at = 0; at < depth; at++) {
      const frame = this.frame(reader.number(), reader.number(), reader.number(), reader.number());
      if (!frame) return this.missed();
      frames.push(frame.frame);
      key += `${frame.id},`;
    }
    const known = this.stackIndex.get(key);
    if (known !== undefined) return known;
    if (this.stacks.length >= TRACE_LIMITS.stacks) return this.missed();
    const index = this.stacks.push(frames) - 1;
    this.stackIndex.set(key, index);
    return index;
  }

  /** Most frames stand in many stacks: the address finds them again, the other numbers confirm it. */
  private frame(address: number, func: number, file: number, line: number): NumberedFrame | undefined {
    const met = this.frameAt.get(address);
    if (met && met.func === func && met.file === file && met.line === line) return met.numbered;
    const frame = {
      func: this.text(func),
      file: this.text(file),
      line: Number.isSafeInteger(line) ? line : 0,
    };
    const key = `${frame.func}\n${frame.file}\n${frame.line}`;
    let numbered = this.frames.get(key);
    if (!numbered) {
      if (this.frames.size >= TRACE_LIMITS.frames) return undefined;
      numbered = { id: this.frames.size, frame };
      this.frames.set(key, numbered);
    }
    this.frameAt.set(address, { func, file, line, numbered });
    return numbered;
  }

  private missed(): number {
    this.lost += 1;
    return UNKNOWN;
  }
}

interface NumberedFrame {
  readonly id: number;
  readonly frame: Frame;
}

interface FrameNumbers {
  readonly func: number;
  readonly file: number;
  readonly line: number;
  readonly numbered: NumberedFrame;
}
