// What is done to a seed: damage as networks, editors, collectors and enemies do it.
import type { Random } from './random.ts';

/** Inputs stay small, since most faults show in a few lines and speed is inputs per second. */
export const MAX_INPUT = 12 << 10;

type Mutation = (bytes: Buffer, random: Random, other: Buffer) => Buffer;

/** `other` is a second seed to splice with. */
export function mutate(seed: Buffer, other: Buffer, random: Random): Buffer {
  let bytes = random.chance(4, 5) ? excerpt(seed, random) : seed;
  for (let rounds = 1 + random.small(6); rounds > 0; rounds--) {
    bytes = random.pick(MUTATIONS)(bytes, random, other);
    if (bytes.length > MAX_INPUT) bytes = bytes.subarray(0, MAX_INPUT);
  }
  return bytes;
}

const EXCERPT = 2048;

/** Some lines of a longer text; binary files make sense only from their beginning. */
function excerpt(bytes: Buffer, random: Random): Buffer {
  if (bytes.length <= EXCERPT || bytes.subarray(0, 512).includes(0)) return bytes;
  const from = bytes.lastIndexOf(10, random.below(bytes.length)) + 1;
  return bytes.subarray(from, from + 256 + random.below(EXCERPT));
}

const MUTATIONS: readonly Mutation[] = [
  flipBits,
  overwriteBytes,
  truncate,
  cutBeginning,
  deletePiece,
  duplicatePiece,
  repeatBlock,
  splice,
  insertFromOther,
  deleteLines,
  duplicateLines,
  swapLines,
  moveLine,
  editNumber,
  editNumber,
  insertWord,
  insertWord,
  insertUnicode,
  prefixLines,
  changeLineEnds,
  editLengthByte,
  editVarint,
];

function flipBits(bytes: Buffer, random: Random): Buffer {
  const out = Buffer.from(bytes);
  for (let n = 1 + random.small(8); n > 0 && out.length > 0; n--) {
    const at = random.below(out.length);
    out[at] = (out[at] ?? 0) ^ (1 << random.below(8));
  }
  return out;
}

const EDGE_BYTES = [0, 9, 10, 13, 32, 34, 40, 41, 44, 58, 64, 91, 93, 123, 125, 127, 128, 192, 255];

function overwriteBytes(bytes: Buffer, random: Random): Buffer {
  const out = Buffer.from(bytes);
  for (let n = 1 + random.small(8); n > 0 && out.length > 0; n--)
    out[random.below(out.length)] = random.chance(1, 2) ? random.pick(EDGE_BYTES) : random.below(256);
  return out;
}

function truncate(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(
    0,
    random.chance(1, 2) ? random.below(bytes.length) : bytes.length - random.small(64),
  );
}

function cutBeginning(bytes: Buffer, random: Random): Buffer {
  return bytes.subarray(random.small(bytes.length));
}

function piece(bytes: Buffer, random: Random): [from: number, to: number] {
  const from = random.below(bytes.length);
  return [from, Math.min(bytes.length, from + 1 + random.small(2048))];
}

function deletePiece(bytes: Buffer, random: Random): Buffer {
  const [from, to] = piece(bytes, random);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}

function duplicatePiece(bytes: Buffer, random: Random): Buffer {
  const [from, to] = piece(bytes, random);
  return Buffer.concat([bytes.subarray(0, to), bytes.subarray(from)]);
}

function repeatBlock(bytes: Buffer, random: Random): Buffer {
  const [from, to] = piece(bytes, random);
  const block = bytes.subarray(from, Math.min(to, from + 600));
  const times = 2 + random.small(400);
  return insert(bytes, from, Buffer.alloc(Math.min(block.length * times, MAX_INPUT), block));
}

function splice(bytes: Buffer, random: Random, other: Buffer): Buffer {
  return Buffer.concat([
    bytes.subarray(0, random.below(bytes.length)),
    other.subarray(random.below(other.length)),
  ]);
}

function insertFromOther(bytes: Buffer, random: Random, other: Buffer): Buffer {
  const [from, to] = piece(other, random);
  return insert(bytes, random.below(bytes.length), other.subarray(from, to));
}

function insert(bytes: Buffer, at: number, piece: Uint8Array): Buffer {
  return Buffer.concat([bytes.subarray(0, at), piece, bytes.subarray(at)]);
}

/** Begin and end (behind its newline) of the line around a random place. */
function line(bytes: Buffer, random: Random): [from: number, to: number] {
  const at = random.below(bytes.length);
  const from = at === 0 ? 0 : bytes.lastIndexOf(10, at - 1) + 1;
  const newline = bytes.indexOf(10, at);
  return [from, newline < 0 ? bytes.length : newline + 1];
}

function deleteLines(bytes: Buffer, random: Random): Buffer {
  const [from, to] = line(bytes, random);
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}

function duplicateLines(bytes: Buffer, random: Random): Buffer {
  const [from, to] = line(bytes, random);
  return insert(bytes, to, Buffer.alloc((to - from) * (1 + random.small(20)), bytes.subarray(from, to)));
}

function swapLines(bytes: Buffer, random: Random): Buffer {
  const [from, to] = line(bytes, random);
  const newline = bytes.indexOf(10, to);
  const end = newline < 0 ? bytes.length : newline + 1;
  return Buffer.concat([
    bytes.subarray(0, from),
    bytes.subarray(to, end),
    bytes.subarray(from, to),
    bytes.subarray(end),
  ]);
}

function moveLine(bytes: Buffer, random: Random): Buffer {
  const [from, to] = line(bytes, random);
  const [at] = line(bytes, random);
  return insert(bytes, at, bytes.subarray(from, to));
}

const NUMBERS = [
  '0',
  '-1',
  '1',
  '255',
  '256',
  '65536',
  '2147483647',
  '2147483648',
  '4294967295',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '9223372036854775807',
  '9223372036854775808',
  '18446744073709551615',
  '99999999999999999999999999',
  '1e309',
  '-0',
  '0x10',
  'NaN',
  '+Inf',
  '0.1',
  '1.2.3',
] as const;

function editNumber(bytes: Buffer, random: Random): Buffer {
  let from = random.below(bytes.length);
  const most = Math.min(bytes.length, from + 512);
  while (from < most && !isDigit(bytes[from])) from += 1;
  let to = from;
  while (to < bytes.length && isDigit(bytes[to]) && to - from < 20) to += 1;
  const number = random.chance(1, 3) ? String(random.below(100)) : random.pick(NUMBERS);
  return Buffer.concat([bytes.subarray(0, from), Buffer.from(number), bytes.subarray(to)]);
}

function isDigit(c: number | undefined): boolean {
  return c !== undefined && c >= 48 && c <= 57;
}

/** Words that decide what a line or a file is. */
const WORDS = [
  'goroutine ',
  'goroutine 1 [running]:\n',
  'goroutine 7 gp=0xc0 m=nil [select, 3 minutes]:\n',
  'goroutine 9 [chan receive labels:{"a": "b]: c"}]:\n',
  'goroutine 9 [chan receive] {a: b}:\n',
  'created by main.f in goroutine 7\n',
  'created by ',
  '\t/a/b.go:12 +0x1\n',
  '\t',
  '\n\n',
  '\r\n',
  '-----\n',
  '...201 frames elided...\n',
  '...additional frames elided...\n',
  '[originating from goroutine 1]:\n',
  'non-Go function at pc=7f12\n',
  'main.f(...)\n',
  'main.(*T[...]).g(0xc000114780, {0x2})\n',
  'runtime/pprof.writeGoroutineStacks({0x1})\n',
  'panic: x\n',
  '\tpanic: y\n',
  'fatal error: x\n',
  'SIGQUIT: quit\n',
  'go go1.26.8 pid 1778\n',
  'goroutine running on other thread; stack unavailable\n',
  '{"log":"goroutine 3 [select]:\\n","stream":"stderr"}\n',
  '[pod/a/b] ',
  '2026-11-23T06:22:00.1Z stderr P ',
  '2026-11-23T06:22:00.1Z stdout F ',
  'api-1  | ',
  'Nov 23 06:22:00 h api[1]: ',
  '> ',
  '```',
  '#011',
  '\x1b[36m',
  ', ',
  ' (leaked)',
  ' (scan)',
  ', locked to thread',
  ', synctest bubble 3',
  ' labels:{',
  '}]:\n',
  'goroutine profile: total 3\n',
  'heap profile: 2: 10 [2: 10] @ heap/1048576\n',
  '1: 10 [1: 10] @ 0x1 0x2\n',
  '--- contention:\ncycles/second=1\n',
  '--- mutex:\ncycles/second=1\nsampling period=1\n',
  '# labels: {"a":"b"}\n',
  '#\t0x1\tmain.f+0x1\t/a.go:1\n',
  '# runtime.MemStats\n',
  '# Alloc = 1\n',
  '# Stack = 1 / 2\n',
  '# PauseEnd = [1 2]\n',
  '"memstats":',
  '{"memstats":{"Sys":1}}',
  '__proto__',
  'constructor',
  '\\u0000',
  '\\',
  '"',
  '{',
  '[',
  '}',
  ']',
  'gc 12 @31.201s 0%: 0.02+1.3+0.07 ms clock, 0.05+0.3/1.2/3.0+0.2 ms cpu, 44->45->41 MB, 84 MB goal, 4 P\n',
  'go_goroutines 3\n',
  '# TYPE go_goroutines gauge\n',
  'conns{a="}"} 1e3\n',
  '/gc/heap/live:bytes 1\n',
  'Full thread dump \n',
  '<!doctype html>',
  '\x7fELF',
  'MZ',
  'PK\x03\x04',
  '\x1f\x8b',
  '\x28\xb5\x2f\xfd',
  'go 1.26 trace\0\0\0',
  'go1.7 heap dump\n',
  '\xef\xbb\xbf',
  '\xff\xfe',
].map((word) => Buffer.from(word, 'latin1'));

function insertWord(bytes: Buffer, random: Random): Buffer {
  const at = random.chance(1, 2) ? line(bytes, random)[0] : random.below(bytes.length);
  return insert(bytes, at, random.pick(WORDS));
}

const UNICODE = [
  '\u00e9',
  '\u2026',
  '\u201c',
  '\u2019',
  '\u00a0',
  '\u202e',
  '\u0000',
  '\u{1f980}',
  '\ufeff',
  '\u2028',
  '\u0130',
  '\u00b7',
].map((text) => Buffer.from(text));

function insertUnicode(bytes: Buffer, random: Random): Buffer {
  const cut = random.chance(1, 4) ? 1 : 0; // half a character
  const text = random.pick(UNICODE);
  return insert(bytes, random.below(bytes.length), text.subarray(0, Math.max(1, text.length - cut)));
}

const PREFIXES = [
  'api-1  | ',
  '2026-11-23T06:22:00.1Z ',
  '2026-11-23T06:22:00.1Z stderr F ',
  '[pod/a/b] ',
  '> ',
  'x ',
  'E1123 06:22:00.1 1 a.go:1] ',
  'a,b,"',
];

/** As collectors do; some lines may escape. */
function prefixLines(bytes: Buffer, random: Random): Buffer {
  const prefix = random.pick(PREFIXES);
  const all = random.chance(2, 3);
  const lines = bytes.toString('latin1').split('\n');
  const out = lines.map((text) => (all || random.chance(3, 4) ? prefix + text : text));
  return Buffer.from(out.join('\n'), 'latin1');
}

function changeLineEnds(bytes: Buffer, random: Random): Buffer {
  const end = random.pick(['\r\n', '\n\n', ' ', '', '\\n', '\n  ']);
  return Buffer.from(bytes.toString('latin1').replaceAll('\n', end), 'latin1');
}

/** In protobuf and archives: a length or a tag. */
function editLengthByte(bytes: Buffer, random: Random): Buffer {
  const out = Buffer.from(bytes);
  if (out.length === 0) return out;
  const at = random.small(out.length);
  out[at] = ((out[at] ?? 0) + random.pick([1, 255, 128, 2, 254])) & 255;
  return out;
}

function editVarint(bytes: Buffer, random: Random): Buffer {
  const varint = Buffer.alloc(1 + random.below(11), random.pick([0x80, 0xff]));
  varint[varint.length - 1] = random.below(128);
  const at = random.below(bytes.length);
  return Buffer.concat([bytes.subarray(0, at), varint, bytes.subarray(at + random.below(varint.length))]);
}
