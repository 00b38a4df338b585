// Prefixes no list foresees (klog, stern, logcat, a service's own logger), learned from the headers: whatever
// stands before `goroutine 57 [` stands, in the same shape, before the lines around it.
//
//   E1123 06:22:00.123456   1 crash.go:12] goroutine 57 [running]:     4 words before the line
//   level=error msg="goroutine 57 [running]:\nmain.main()\n\t…"        1 word and `msg="`: the rest is quoted
import { readGoQuoted } from './go-quoted.ts';
import { NEWLINE, SPACE, startsWith, textOf } from './line-bytes.ts';
import { type Stripped, stripPrefixes } from './log-strip.ts';

export interface LearnedPrefix {
  /** Shape of each word before the line, letters and digits folded: `w`, `w:w:w.w`, `w.w:w]`. */
  readonly words: readonly string[];
  /** What stands directly before the line: nothing, or such as `msg="`. */
  readonly joint: string;
}

/** Headers looked at; a prefix is the same all through a log. */
const MAX_HEADERS = 200;
const MAX_WORDS = 12;
const MAX_PREFIX = 400;
/** Longer only with many labels; what is beyond does not matter here. */
const MAX_HEADER = 8192;
/** A quoted dump in one line; logging libraries cut far below. */
const MAX_QUOTED = 1 << 20;

/** The prefix most headers share; undefined when they have none that is not known already. */
export function learnPrefix(bytes: Uint8Array, headers: Iterable<number>): LearnedPrefix | undefined {
  const votes = new Map<string, { prefix: LearnedPrefix; count: number }>();
  let seen = 0;
  for (const at of headers) {
    if (++seen > MAX_HEADERS) break;
    const from = lineStart(bytes, at);
    if (from < 0 || from === at) continue;
    const stripped = stripPrefixes(bytes, from, lineStop(bytes, at));
    const prefix = prefixOf(stripped, 'goroutine ');
    if (!prefix) continue;
    const key = `${prefix.words.join(' ')} ${prefix.joint}`;
    const vote = votes.get(key) ?? { prefix, count: 0 };
    vote.count += 1;
    votes.set(key, vote);
  }
  return [...votes.values()].sort((a, b) => b.count - a.count)[0]?.prefix;
}

/**
 * Takes the learned prefix off: `from` is where the line begins, `text` is set instead when it was quoted. Lines
 * of another shape are returned unchanged (undefined).
 */
export function stripLearned(
  learned: LearnedPrefix,
  line: Stripped,
): { from: number; text?: string } | undefined {
  const { bytes, end } = line;
  let p = line.from;
  for (const shape of learned.words) {
    const word = nextWord(bytes, p, end);
    if (!word || word.shape !== shape) return undefined;
    p = word.to;
    if (bytes[p] === SPACE) p += 1;
    // All but the last gap may be padded; behind the last one, indentation belongs to the line.
    if (shape !== learned.words[learned.words.length - 1]) while (bytes[p] === SPACE) p += 1;
  }
  if (!startsWith(bytes, learned.joint, p, end)) return undefined;
  p += learned.joint.length;
  if (!learned.joint.endsWith('"')) return { from: p };
  const quoted = readGoQuoted(textOf(bytes, p - 1, end, MAX_QUOTED), 0);
  return quoted ? { from: p, text: quoted.value } : { from: p };
}

function prefixOf(line: Stripped, mark: string): LearnedPrefix | undefined {
  const { bytes, end } = line;
  const words: string[] = [];
  let p = line.from;
  while (!startsWith(bytes, mark, p, end)) {
    const word = nextWord(bytes, p, end);
    if (!word || words.length >= MAX_WORDS) return undefined;
    const text = textOf(bytes, p, word.to);
    const joint = text.indexOf('goroutine');
    if (joint > 0) return { words, joint: text.slice(0, joint) };
    words.push(word.shape);
    p = word.to;
    while (bytes[p] === SPACE) p += 1;
  }
  return words.length > 0 ? { words, joint: '' } : undefined;
}

function nextWord(bytes: Uint8Array, from: number, end: number): { shape: string; to: number } | undefined {
  let to = from;
  let shape = '';
  while (to < end && bytes[to] !== SPACE && to - from < MAX_PREFIX) {
    const c = bytes[to] ?? 0;
    const folded = isWordByte(c) ? 'w' : String.fromCharCode(c);
    if (folded !== 'w' || !shape.endsWith('w')) shape += folded;
    to += 1;
  }
  return to > from ? { shape, to } : undefined;
}

function isWordByte(c: number): boolean {
  return (c >= 48 && c <= 57) || (c >= 65 && c <= 90) || (c >= 97 && c <= 122) || c === 95 || c > 127;
}

/** Where the line of `at` begins, or -1 when that is farther away than any prefix is long. */
function lineStart(bytes: Uint8Array, at: number): number {
  let p = at;
  while (p > 0 && bytes[p - 1] !== NEWLINE) {
    p -= 1;
    if (at - p > MAX_PREFIX) return -1;
  }
  return p;
}

/** Where the line of `at` ends, or the header must have. */
function lineStop(bytes: Uint8Array, at: number): number {
  const most = Math.min(bytes.length, at + MAX_HEADER);
  let p = at;
  while (p < most && bytes[p] !== NEWLINE) p += 1;
  return p;
}
