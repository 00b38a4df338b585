// debug=1 text of goroutine, goroutineleak, threadcreate, heap, allocs, block and mutex, as written by
// https://github.com/golang/go/blob/master/src/runtime/pprof/pprof.go (printCountProfile, writeHeapInternal,
// writeProfileInternal):
//
//   goroutine profile: total 33
//   3 @ 0x489b8e 0x41a58e 0x41a0d2 0x68e0b3 0x4912a1
//   # labels: {"worker":"w_1"}
//   #	0x68e0b2	main.main.func15+0x32	example.com/zoo/main.go:115
//
// The innermost runtime frames are left out of the `#` lines by Go, except where nothing else is on the stack.
import type { Outcome, Problem } from '../model/problem.ts';
import type { Profile } from '../model/profile.ts';
import { readGoLabels } from './go-quoted.ts';
import { PPROF_LIMITS, Refusal, stackTooDeep, tooMany } from './pprof-limits.ts';
import { type Header, readHeader, type SampleRow } from './pprof-text-header.ts';
import { StackBuilder } from './stack-builder.ts';

/** Go buffers such text whole, so a larger one is not its work. */
export const PPROF_TEXT_BYTES = 64 * 2 ** 20;

export interface PprofText {
  readonly profile: Profile;
  /** Byte offset of the line `# runtime.MemStats` of a heap text; absent when it has none. */
  readonly trailerAt?: number;
}

const TRAILER = '# runtime.MemStats';

export function looksLikePprofText(bytes: Uint8Array): boolean {
  return readHeader(new Lines(bytes)) !== undefined;
}

/** `undefined` when this is not such a text, or breaks a limit. Never throws. */
export function parsePprofText(bytes: Uint8Array): Outcome<PprofText | undefined> {
  try {
    if (bytes.length > PPROF_TEXT_BYTES) {
      throw new Refusal('profile-text-too-large', 'The profile text is larger than 64 MiB and was not read.');
    }
    const lines = new Lines(bytes);
    const header = readHeader(lines);
    if (!header) throw new Refusal('profile-text-unknown', 'The text is not a profile in its debug=1 form.');
    return readBody(lines, header);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { value: undefined, problems: [error.problem] };
  }
}

function readBody(lines: Lines, header: Header): Outcome<PprofText> {
  const reader = new BodyReader(header);
  let trailerAt: number | undefined;
  for (;;) {
    const lineStart = lines.at;
    const line = lines.next();
    if (line === undefined) break;
    if (line.startsWith(TRAILER)) {
      trailerAt = lineStart;
      break;
    }
    reader.line(line);
  }
  const profile = reader.profile();
  const problems: Problem[] = [];
  if (reader.unread > 0) {
    problems.push({
      code: 'profile-lines-unread',
      text: `${reader.unread} lines of the profile could not be read.`,
    });
  }
  const missing = header.statedTotal === undefined ? 0 : header.statedTotal - reader.total;
  if (missing !== 0) {
    const text = `The profile announces ${header.statedTotal} ${header.totalOf} but lists ${reader.total}.`;
    problems.push({ code: 'profile-total-differs', text });
  } else if (header.kind === 'heap' && trailerAt === undefined) {
    problems.push({
      code: 'heap-trailer-missing',
      text: 'The memory statistics at the end of the heap text are missing.',
    });
  }
  return { value: { profile, ...(trailerAt !== undefined && { trailerAt }) }, problems };
}

interface TextFrame {
  readonly func: string;
  readonly file: string;
  readonly line: number;
  /** Where the compiled function begins; frames inlined into one another share it. NaN when not printed. */
  readonly entry: number;
}

/** Collects the lines of one record, and closes it when the next begins. */
class BodyReader {
  /** Sum of what the header states the total of. */
  total = 0;
  unread = 0;
  private readonly header: Header;
  private readonly stacks = new StackBuilder();
  private readonly labels = new Map<number, Readonly<Record<string, string>>>();
  /** By the line that spells it. */
  private readonly labelSets = new Map<string, Readonly<Record<string, string>>>();
  private row: SampleRow | undefined;
  private frames: TextFrame[] = [];
  private rowLabels: Readonly<Record<string, string>> | undefined;

  constructor(header: Header) {
    this.header = header;
  }

  line(line: string): void {
    if (line === '') return;
    if (this.unread > PPROF_LIMITS.unreadLines) throw tooMany('unreadLines', 'unreadable-lines');
    if (line.startsWith('#')) this.frameOrLabels(line.slice(1).trim());
    else {
      const row = this.header.readRow(line);
      if (!row) this.unread++;
      this.close();
      this.row = row;
    }
  }

  profile(): Profile {
    this.close();
    const { header } = this;
    return {
      kind: header.kind,
      sampleTypes: header.sampleTypes,
      defaultSampleType: header.sampleTypes.at(-1)?.type ?? '',
      ...this.stacks.finish(),
      labels: this.labels,
      period: header.period,
      delta: false,
    };
  }

  private frameOrLabels(text: string): void {
    if (!this.row) return;
    if (text.startsWith('labels:')) {
      this.rowLabels = this.labelSet(text);
      return;
    }
    const frame = readFrame(text);
    if (!frame) this.unread++;
    else if (this.frames.push(frame) > PPROF_LIMITS.stackDepth) throw stackTooDeep();
  }

  private labelSet(text: string): Readonly<Record<string, string>> | undefined {
    let set = this.labelSets.get(text);
    if (set === undefined) {
      if (this.labelSets.size >= PPROF_LIMITS.labelSets) throw tooMany('labelSets', 'label-sets');
      set = readGoLabels(text, PPROF_LIMITS.labelsPerSample);
      if (set) this.labelSets.set(text, set);
    }
    return set;
  }

  private close(): void {
    const { row, frames } = this;
    if (!row) return;
    if (this.stacks.sampleCount >= PPROF_LIMITS.textSamples) throw tooMany('textSamples', 'samples');
    this.total += row.counted;
    if (this.rowLabels) this.labels.set(this.stacks.sampleCount, this.rowLabels);
    const shown = frames.length > 0 ? frames : row.addresses.map(bareFrame);
    for (const [index, frame] of shown.entries()) {
      const { func, file, line } = frame;
      this.stacks.frame(func, file, line, isInlined(frame, shown[index + 1]));
    }
    if (this.stacks.frameCount > PPROF_LIMITS.textFrames) throw tooMany('textFrames', 'frames');
    this.stacks.sample(row.values);
    this.row = undefined;
    this.frames = [];
    this.rowLabels = undefined;
  }
}

/** Two calls in one compiled function, unless it calls itself. */
function isInlined(frame: TextFrame, caller: TextFrame | undefined): boolean {
  return caller !== undefined && frame.entry === caller.entry && frame.func !== caller.func;
}

function bareFrame(address: string): TextFrame {
  return { func: address, file: '', line: 0, entry: Number.NaN };
}

/**
 * `0x68e0b2	main.main.func15+0x32	example.com/zoo/main.go:115`, tabs possibly turned into spaces.
 * Function names hold `+0x` nowhere else; the file may hold spaces and colons.
 */
function readFrame(text: string): TextFrame | undefined {
  if (!text.startsWith('0x')) return undefined;
  const pcEnd = endOfWord(text, 0);
  const pc = text.slice(0, pcEnd);
  const rest = text.slice(pcEnd).trim();
  if (rest === '') return bareFrame(pc);
  const plus = rest.indexOf('+0x');
  if (plus <= 0) return undefined;
  const offsetEnd = endOfWord(rest, plus);
  const place = rest.slice(offsetEnd).trim();
  const colon = place.lastIndexOf(':');
  if (colon < 0) return undefined;
  const line = Number(place.slice(colon + 1));
  return {
    func: rest.slice(0, plus),
    file: place.slice(0, colon),
    line: Number.isSafeInteger(line) && line > 0 ? line : 0,
    entry: Number(pc) - Number(rest.slice(plus + 1, offsetEnd)),
  };
}

function endOfWord(text: string, from: number): number {
  let at = from;
  while (at < text.length && text[at] !== ' ' && text[at] !== '\t') at++;
  return at;
}

/** Lines of a text without their ends; longer ones than any Go prints are cut. */
export class Lines {
  at = 0;
  private readonly buffer: Buffer;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  next(): string | undefined {
    const { buffer, at } = this;
    if (at >= buffer.length) return undefined;
    const found = buffer.indexOf(10, at);
    const end = found < 0 ? buffer.length : found;
    this.at = end + 1;
    const line = buffer.toString('utf8', at, Math.min(end, at + PPROF_LIMITS.stringBytes));
    return line.endsWith('\r') ? line.slice(0, -1) : line;
  }
}
