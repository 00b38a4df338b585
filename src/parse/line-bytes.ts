// Small questions about bytes, asked many millions of times: no strings, no allocation.

export const NEWLINE = 10;
export const TAB = 9;
export const SPACE = 32;

/** Room that must lie behind any position asked about: words are read four bytes at a time. */
export const PADDING = 8;

/** Equal bytes; the texts may lie anywhere, so words are read unaligned. */
export function sameBytes(a: DataView, p: number, b: DataView, t: number, length: number): boolean {
  if (length < 4) {
    for (let i = 0; i < length; i++) if (a.getUint8(p + i) !== b.getUint8(t + i)) return false;
    return true;
  }
  const last = length - 4;
  for (let i = 0; i < last; i += 4) {
    if (a.getInt32(p + i, true) !== b.getInt32(t + i, true)) return false;
  }
  return a.getInt32(p + last, true) === b.getInt32(t + last, true);
}

/** Position of the newline at or after `from`; the caller knows there is one. */
export function lineEnd(view: DataView, from: number): number {
  let p = from;
  for (;;) {
    const x = view.getInt32(p, true) ^ 0x0a0a0a0a;
    if (((x - 0x01010101) & ~x & 0x80808080) !== 0) break;
    p += 4;
  }
  while (view.getUint8(p) !== NEWLINE) p += 1;
  return p;
}

/** `goroutine ` and a digit at p. */
export function isHeader(view: DataView, p: number): boolean {
  if (view.getInt32(p, true) !== 0x6f726f67) return false; // goro
  if (p + 11 > view.byteLength || view.getInt32(p + 4, true) !== 0x6e697475) return false; // utin
  const digit = view.getUint8(p + 10);
  return view.getInt16(p + 8, true) === 0x2065 && digit >= 48 && digit <= 57; // e␠
}

/** Position of `word` in [from, to), or -1. */
export function indexOfWord(bytes: Uint8Array, word: string, from: number, to: number): number {
  const first = word.charCodeAt(0);
  const last = to - word.length;
  for (let p = from; p <= last; p++) {
    if (bytes[p] === first && startsWith(bytes, word, p, to)) return p;
  }
  return -1;
}

export function startsWith(bytes: Uint8Array, word: string, at: number, to: number): boolean {
  if (at + word.length > to) return false;
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word.charCodeAt(i)) return false;
  return true;
}

/** The bytes as text, at most `most` of them; broken UTF-8 becomes replacement characters. */
export function textOf(bytes: Uint8Array, from: number, to: number, most = 1 << 16): string {
  const end = Math.min(to, from + most, bytes.length);
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString(
    'utf8',
    from,
    Math.max(from, end),
  );
}

/** Position of `word` in all of the bytes from `from` on, or -1; for words that stand far away. */
export function indexOfFar(bytes: Uint8Array, word: string, from = 0): number {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).indexOf(word, from, 'latin1');
}
