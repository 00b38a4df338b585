// The prefixes of known log collectors, each taken off by hand. They nest (kubectl before CRI before a time), so
// they are tried again until none fits.
//
//   [pod/api-7c9d5b6f4d-x2x9z/api] 2026-11-23T06:22:00.007919321Z ⟨line⟩      kubectl logs --prefix --timestamps
//   2026-11-23T06:22:00.007919321Z stderr F ⟨line⟩                            CRI log files; P: goes on in the next
//   api-1  | ⟨line⟩                                                           docker compose
//   Nov 23 06:22:00 host1 api[4242]: ⟨line⟩                                   syslog, journalctl
//   > ⟨line⟩                                                                  quoted in a chat or mail
import { indexOfWord, SPACE, startsWith, TAB } from './line-bytes.ts';

export interface Stripped {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly end: number;
  /** Pod, container and stream, as far as the prefix names them. */
  readonly source: string;
  /** The line goes on in the next one of its source. */
  readonly partial: boolean;
}

const MAX_LAYERS = 6;
const MAX_NAME = 200;
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** One prefix found: where the rest begins, and what it said about the source. */
interface Layer {
  readonly to: number;
  readonly source?: string;
  readonly partial?: boolean;
  /** A host and unit may follow (syslog with ISO times). */
  readonly time?: boolean;
}

export function stripPrefixes(raw: Uint8Array, start: number, stop: number): Stripped {
  const line = withoutColours(raw, start, stop);
  const { bytes } = line;
  let { from, end } = line;
  while (end > from && isBlank(bytes[end - 1])) end -= 1;
  let source = '';
  let partial = false;
  let time = false;
  for (let depth = 0; depth < MAX_LAYERS && from < end; depth++) {
    const layer = nextLayer(bytes, from, end, time);
    if (!layer) break;
    from = Math.min(layer.to, end);
    source += layer.source ?? '';
    partial ||= layer.partial ?? false;
    time = layer.time ?? false;
  }
  return { bytes, from, end, source, partial };
}

function nextLayer(bytes: Uint8Array, p: number, end: number, afterTime: boolean): Layer | undefined {
  const c = bytes[p] ?? 0;
  if (c === 91 && startsWith(bytes, '[pod/', p, end)) return kubectl(bytes, p, end);
  if (c === 62) return { to: bytes[p + 1] === SPACE ? p + 2 : p + 1 }; // >
  if (c === 96 && startsWith(bytes, '```', p, end)) return { to: p + 3 };
  if (c === 35 && startsWith(bytes, '#011', p, end)) return undefined; // rsyslog's tab
  if (isDigit(c)) return timestamp(bytes, p, end) ?? compose(bytes, p, end);
  if (c === 91 && isDigit(bytes[p + 1])) return bracketedTime(bytes, p, end);
  if (c === 115) {
    const cri = criStream(bytes, p, end);
    if (cri) return cri;
  }
  if (isUpper(c) && MONTHS.some((month) => startsWith(bytes, month, p, end))) {
    const syslog = syslogTime(bytes, p, end);
    if (syslog) return syslog;
  }
  return (afterTime ? hostAndUnit(bytes, p, end, true) : undefined) ?? compose(bytes, p, end);
}

function kubectl(bytes: Uint8Array, p: number, end: number): Layer | undefined {
  const close = indexOfWord(bytes, ']', p, Math.min(end, p + MAX_NAME));
  if (close < 0) return undefined;
  return { to: bytes[close + 1] === SPACE ? close + 2 : close + 1, source: latin1(bytes, p, close + 1) };
}

/** `stderr F ` or `stdout P ` */
function criStream(bytes: Uint8Array, p: number, end: number): Layer | undefined {
  if (!startsWith(bytes, 'stdout ', p, end) && !startsWith(bytes, 'stderr ', p, end)) return undefined;
  const tag = bytes[p + 7];
  if ((tag !== 70 && tag !== 80) || (p + 8 < end && bytes[p + 8] !== SPACE)) return undefined;
  return { to: p + 9, source: bytes[p + 3] === 111 ? 'stdout' : 'stderr', partial: tag === 80 };
}

/** `api-1  | `: a name, spaces, a bar. */
function compose(bytes: Uint8Array, p: number, end: number): Layer | undefined {
  let q = p;
  while (q < end && q - p < MAX_NAME && isNameByte(bytes[q] ?? 0)) q += 1;
  if (q === p) return undefined;
  const nameEnd = q;
  while (q < end && bytes[q] === SPACE) q += 1;
  if (q === nameEnd || bytes[q] !== 124) return undefined;
  return { to: bytes[q + 1] === SPACE ? q + 2 : q + 1, source: latin1(bytes, p, nameEnd) };
}

/**
 * `2026-11-23T06:22:00.007919321Z `, `2026-11-23 06:22:00,123 `, `2026/11/23 06:22:00 `. One separator is taken:
 * what stands behind it is the line, with its own indentation.
 */
function timestamp(bytes: Uint8Array, p: number, end: number): Layer | undefined {
  const to = timeEnd(bytes, p, end);
  if (to < 0) return undefined;
  if (to < end && bytes[to] !== SPACE && bytes[to] !== TAB) return undefined;
  return { to: to + 1, time: true };
}

function bracketedTime(bytes: Uint8Array, p: number, end: number): Layer | undefined {
  const to = timeEnd(bytes, p + 1, end);
  if (to < 0 || bytes[to] !== 93) return undefined;
  return { to: bytes[to + 1] === SPACE ? to + 2 : to + 1, time: true };
}

/** Position behind a date and time, fraction and zone included, or -1. */
function timeEnd(bytes: Uint8Array, p: number, end: number): number {
  if (!digits(bytes, p, 4, end) || !digits(bytes, p + 5, 2, end) || !digits(bytes, p + 8, 2, end)) return -1;
  const dash = bytes[p + 4];
  if ((dash !== 45 && dash !== 47) || bytes[p + 7] !== dash) return -1;
  if (bytes[p + 10] !== 84 && bytes[p + 10] !== SPACE) return -1;
  return zoneEnd(bytes, clockEnd(bytes, p + 11, end), end);
}

/** `06:22:00.007919321` */
function clockEnd(bytes: Uint8Array, p: number, end: number): number {
  if (!digits(bytes, p, 2, end) || !digits(bytes, p + 3, 2, end) || !digits(bytes, p + 6, 2, end)) return -1;
  if (bytes[p + 2] !== 58 || bytes[p + 5] !== 58) return -1;
  let q = p + 8;
  if ((bytes[q] === 46 || bytes[q] === 44) && isDigit(bytes[q + 1])) {
    q += 1;
    while (q < end && isDigit(bytes[q])) q += 1;
  }
  return q;
}

/** `Z`, `+01:00`, `-0800` or nothing. */
function zoneEnd(bytes: Uint8Array, p: number, end: number): number {
  if (p < 0 || p >= end) return p;
  if (bytes[p] === 90) return p + 1;
  if (bytes[p] !== 43 && bytes[p] !== 45) return p;
  if (!digits(bytes, p + 1, 2, end)) return p;
  if (bytes[p + 3] === 58 && digits(bytes, p + 4, 2, end)) return p + 6;
  return digits(bytes, p + 3, 2, end) ? p + 5 : p;
}

/** `Nov 23 06:22:00 host1 api[4242]: ` */
function syslogTime(bytes: Uint8Array, p: number, end: number): Layer | undefined {
  if (bytes[p + 3] !== SPACE || bytes[p + 6] !== SPACE) return undefined;
  if (!isDigit(bytes[p + 5]) || (bytes[p + 4] !== SPACE && !isDigit(bytes[p + 4]))) return undefined;
  const clock = clockEnd(bytes, p + 7, end);
  if (clock < 0 || bytes[clock] !== SPACE) return undefined;
  return hostAndUnit(bytes, clock + 1, end, false) ?? { to: clock + 1, time: true };
}

/** `host1 api[4242]: ` or `host1 api: `; behind a bare time only the first, since `fatal error: ` looks like the second. */
function hostAndUnit(bytes: Uint8Array, p: number, end: number, needsPid: boolean): Layer | undefined {
  const space = indexOfWord(bytes, ' ', p, Math.min(end, p + MAX_NAME));
  if (space <= p) return undefined;
  let q = space + 1;
  while (q < end && q - space < MAX_NAME && isNameByte(bytes[q] ?? 0)) q += 1;
  if (q === space + 1) return undefined;
  if (bytes[q] === 91) {
    q += 1;
    while (q < end && isDigit(bytes[q])) q += 1;
    if (bytes[q] !== 93) return undefined;
    q += 1;
  } else if (needsPid) return undefined;
  if (bytes[q] !== 58) return undefined;
  return { to: bytes[q + 1] === SPACE ? q + 2 : q + 1, source: latin1(bytes, p, q) };
}

/** Terminal colours (`ESC [ 3 6 m`) would hide a prefix or a header. */
function withoutColours(
  bytes: Uint8Array,
  from: number,
  end: number,
): { bytes: Uint8Array; from: number; end: number } {
  let coloured = from;
  while (coloured < end && bytes[coloured] !== 27) coloured += 1;
  if (coloured === end) return { bytes, from, end };
  const clean = new Uint8Array(end - from);
  let length = 0;
  for (let p = from; p < end; p++) {
    if (bytes[p] === 27 && bytes[p + 1] === 91) {
      p += 2;
      while (p < end && ((bytes[p] ?? 0) < 64 || (bytes[p] ?? 0) > 126)) p += 1;
    } else clean[length++] = bytes[p] ?? 0;
  }
  return { bytes: clean, from: 0, end: length };
}

function digits(bytes: Uint8Array, p: number, count: number, end: number): boolean {
  if (p + count > end) return false;
  for (let i = 0; i < count; i++) if (!isDigit(bytes[p + i])) return false;
  return true;
}

export function isDigit(c: number | undefined): boolean {
  return c !== undefined && c >= 48 && c <= 57;
}

function isUpper(c: number): boolean {
  return c >= 65 && c <= 90;
}

function isNameByte(c: number): boolean {
  return isDigit(c) || isUpper(c) || (c >= 97 && c <= 122) || c === 45 || c === 46 || c === 95;
}

function isBlank(c: number | undefined): boolean {
  return c === SPACE || c === 13 || c === TAB;
}

function latin1(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1', from, to);
}
