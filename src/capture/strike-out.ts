// What a service sent, without the credentials that its labels, panics or paths may hold: struck out before anything is
// kept. Nothing is understood here but where the texts of a profile are; bytes without a credential stay as they came.
import { setImmediate } from 'node:timers/promises';
import { promisify } from 'node:util';
import { constants, gunzip, gzip } from 'node:zlib';
import { REDACTED, redact } from '../model/secrets.ts';
import { CHUNK, credentialsAmong } from './credentials-among.ts';
import { inflatedSmall } from './inflate-small.ts';
import { isSecretName } from './secrets.ts';
import { struckTrace } from './strike-trace.ts';

const inflate = promisify(gunzip);
const deflate = promisify(gzip);

/** Far above any profile of a real service; more than this is kept unread, and never inflated by a parser either. */
const MAX_INFLATED = 64 * 1024 * 1024;

/** The same artefact with every credential replaced; the very same bytes when there is none. */
export async function withoutCredentials(bytes: Uint8Array): Promise<Uint8Array> {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return (await struckTrace(bytes)) ?? struckText(bytes);
  // What arrived cut is read as far as it goes.
  const options = { maxOutputLength: MAX_INFLATED, finishFlush: constants.Z_SYNC_FLUSH };
  const plain = inflatedSmall(bytes) ?? (await inflate(bytes, options).catch(() => undefined));
  if (!plain) return bytes;
  const struck = (await struckTrace(plain)) ?? (await struckProfile(plain)) ?? (await struckText(plain));
  return struck === plain ? bytes : deflate(struck);
}

/** Text is handled as bytes of one character each, so that what is not text comes back unchanged. */
async function struckText(bytes: Uint8Array): Promise<Uint8Array> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const pieces: string[] = [];
  let found = false;
  for (let from = 0; from < text.length; ) {
    const to = endOfChunk(text, from);
    const piece = text.slice(from, to);
    const struck = redact(piece);
    found ||= struck !== piece;
    pieces.push(struck);
    from = to;
    await setImmediate();
  }
  return found ? Buffer.from(pieces.join(''), 'latin1') : bytes;
}

/** Between two goroutines where one ends nearby, else between two lines: a key of many lines stays in one piece. */
function endOfChunk(text: string, from: number): number {
  if (text.length - from <= CHUNK) return text.length;
  const paragraph = text.lastIndexOf('\n\n', from + CHUNK);
  if (paragraph > from) return paragraph + 2;
  const line = text.lastIndexOf('\n', from + CHUNK);
  return line > from ? line + 1 : from + CHUNK;
}

interface Field {
  readonly number: number;
  /** Where the field begins, tag included; where its content begins and ends. */
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

const SAMPLE = 2;
const LABEL_OF_SAMPLE = 3;
const STRING = 6;

/** A pprof profile with its strings replaced; the same buffer when none had to be, undefined when it is no profile. */
async function struckProfile(profile: Buffer): Promise<Buffer | undefined> {
  const fields = fieldsOf(profile, 0, profile.length);
  if (!fields) return undefined;
  const strings = fields.filter(({ number }) => number === STRING);
  const texts = strings.map(({ from, to }) => profile.toString('latin1', from, to));
  const bad = await credentialsAmong(texts);
  for (const index of secretLabels(profile, fields, texts)) bad.set(index, REDACTED);
  if (bad.size === 0) return profile;
  const pieces: Buffer[] = [];
  let done = 0;
  for (const [index, struck] of [...bad].sort(([a], [b]) => a - b)) {
    const field = strings[index];
    if (!field) continue;
    const content = Buffer.from(struck, 'latin1');
    pieces.push(
      profile.subarray(done, field.at),
      Buffer.from([(STRING << 3) | 2]),
      varint(content.length),
      content,
    );
    done = field.to;
  }
  return Buffer.concat([...pieces, profile.subarray(done)]);
}

/** Values of labels whose name says what they are: `password`, `api_key`. */
function secretLabels(profile: Buffer, fields: readonly Field[], texts: readonly string[]): number[] {
  const names = new Set(texts.flatMap((text, index) => (isSecretName(text) ? [index] : [])));
  if (names.size === 0) return [];
  return fields
    .filter(({ number }) => number === SAMPLE)
    .flatMap(({ from, to }) => fieldsOf(profile, from, to) ?? [])
    .filter(({ number }) => number === LABEL_OF_SAMPLE)
    .flatMap(({ from, to }) => {
      const label = fieldsOf(profile, from, to) ?? [];
      const of = (wanted: number) => label.find(({ number }) => number === wanted)?.value ?? 0;
      return names.has(of(1)) && of(2) > 0 ? [of(2)] : [];
    });
}

/** The fields of a protobuf message; undefined when it is none. https://protobuf.dev/programming-guides/encoding */
function fieldsOf(bytes: Buffer, start: number, end: number): Field[] | undefined {
  const fields: Field[] = [];
  let at = start;
  const read = (): number => {
    let value = 0;
    for (let shift = 0; shift < 63; shift += 7) {
      const byte = at < end ? (bytes[at++] ?? 0) : 0x80;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return Number.NaN;
  };
  while (at < end) {
    const begin = at;
    const tag = read();
    const wire = tag % 8;
    const value = wire === 0 || wire === 2 ? read() : 0;
    const from = at;
    at += wire === 2 ? value : wire === 1 ? 8 : wire === 5 ? 4 : 0;
    if (!(at <= end) || ![0, 1, 2, 5].includes(wire) || tag < 8) return undefined;
    fields.push({ number: Math.floor(tag / 8), at: begin, from, to: at, value });
  }
  return fields;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let left = value;
  for (; left >= 0x80; left = Math.floor(left / 128)) bytes.push((left % 128) | 0x80);
  return Buffer.from([...bytes, left]);
}
