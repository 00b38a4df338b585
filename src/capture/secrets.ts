// What a service may have published that is nobody's business: by the name it goes under, by its shape, and by being
// drawn at random. Stricter than the log, because nothing is lost with what goes.
import { REDACTED, redact } from '../model/secrets.ts';

const SECRET_NAME =
  /pass(word|wd|phrase)?($|[^a-z])|pwd($|[^a-z])|secret|credential|private_?key|api_?key|access_?key|(^|[^a-z])dsn($|[^a-z])|bearer|authorization|session_?id|cookie/i;

/** The name of a value that is nobody's business, whatever it looks like. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Keys and hashes of keys; words, versions, paths and UUIDs are either shorter or poorer. */
const OPAQUE = /[A-Za-z0-9+/_-]{24,}={0,2}/g;
/** Bits a character. Hexadecimal digits carry 4 at most; English words in camel case stay below 4. */
const HIGH_ENTROPY = 3.4;

/** The same text with every secret-shaped part struck out. */
export function withoutSecretShapes(text: string): string {
  return redact(text).replace(OPAQUE, (word) => (isOpaque(word) ? REDACTED : word));
}

export function hasSecretShape(text: string): boolean {
  return withoutSecretShapes(text) !== text;
}

/** Drawn at random: digits among the letters, many different ones, and no word of any language. */
function isOpaque(word: string): boolean {
  const digits = word.replace(/[^0-9]/g, '').length;
  if (digits < 3 || digits > word.length * 0.9) return false;
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(word)) return false;
  return entropy(word) >= HIGH_ENTROPY && longestWord(word) < 7;
}

function longestWord(word: string): number {
  return Math.max(0, ...(word.match(/[a-z]+|[A-Z]+/g) ?? []).map(({ length }) => length));
}

function entropy(word: string): number {
  const counts = new Map<string, number>();
  for (const char of word) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / word.length) * Math.log2(count / word.length);
  return bits;
}
