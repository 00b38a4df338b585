// One file of the audit: lines appended by one process, and beside it, rewritten with each line, how far it has come.
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, unlinkSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Line, NOTHING, readLine, type Witness } from './line.ts';

export const SEGMENT = /^\d{8}-\d{9}-[a-z]{1,20}-\d{1,10}-[0-9a-f]{8}\.jsonl$/;
/** `000000000012 <hash>`: always of one length, so that it can be written over itself. */
const HEAD = /^(\d{12}) ([0-9a-f]{64})\n$/;

export interface Segment {
  /** Throws when the line is not written whole; nothing may be appended then. */
  readonly append: (text: string, n: number, hash: string) => void;
  readonly close: () => void;
}

/** Creates a file nobody else writes to, and everything around it, for its owner alone. */
export function createSegment(folder: string, name: string): Segment {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name);
  // First: a file without it was tampered with.
  const head = openSync(headOf(path), 'wx', 0o600);
  let lines: number;
  try {
    lines = openSync(path, 'ax', 0o600);
  } catch (error) {
    closeSync(head);
    unlinkSync(headOf(path));
    throw error;
  }
  const put = (fd: number, text: string, at: number | null): void => {
    const bytes = Buffer.from(text);
    if (writeSync(fd, bytes, 0, bytes.byteLength, at) !== bytes.byteLength) throw new Error('no room');
  };
  return {
    append: (text, n, hash) => {
      put(lines, text, null);
      put(head, `${String(n).padStart(12, '0')} ${hash}\n`, 0);
    },
    close: () => {
      closeSync(lines);
      closeSync(head);
    },
  };
}

/** Takes back a file whose first line did not get in. */
export function removeSegment(folder: string, name: string): void {
  for (const path of [join(folder, name), headOf(join(folder, name))]) {
    try {
      unlinkSync(path);
    } catch {
      // It is empty, and says so by itself.
    }
  }
}

/** Names of the files, oldest first; of those with a head alone as well. */
export function segmentNames(folder: string): string[] {
  const names = readdirSync(folder).map((name) => name.replace(/\.head$/, ''));
  return [...new Set(names)].filter((name) => SEGMENT.test(name)).sort();
}

export interface Survey {
  /** As they stand in the file; those that are not as they were written are only named. */
  readonly lines: readonly (Line | 'changed' | undefined)[];
  /** The last line has no end. */
  readonly torn: boolean;
  readonly head: { readonly n: number; readonly hash: string } | undefined;
}

/** What a file holds; undefined when it is gone. */
export function surveySegment(folder: string, name: string): Survey | undefined {
  const text = textOf(join(folder, name));
  if (text === undefined) return undefined;
  const pieces = text.split('\n');
  const rest = pieces.pop() ?? '';
  const [, n, hash] = HEAD.exec(textOf(headOf(join(folder, name))) ?? '') ?? [];
  return {
    lines: pieces.map(readLine),
    torn: rest !== '',
    head: n === undefined || hash === undefined ? undefined : { n: Number(n), hash },
  };
}

/** How a file stands, for the first line of the next. */
export function witnessOf(file: string, { lines, torn }: Survey): Witness {
  const last = lines.at(-1);
  const hash = typeof last === 'object' ? last.hash : NOTHING;
  return { file, lines: lines.length, hash, ...(torn && { torn: true as const }) };
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function headOf(path: string): string {
  return `${path}.head`;
}
