// What a service may have published that is nobody's business: by the name it goes under, by its shape, and by being
// drawn at random. Stricter than the log, because nothing is lost with what goes.
import { REDACTED, redact } from '../model/secrets.ts';

/**
 * `db_password`, `apiKey`; not `password_resets` or `secrets_rotated`, which count something: the secret word comes last.
 */
const SECRET_NAME =
  /(?:passw(?:or)?d|passphrase|pwd|secret|credentials?|private_?key|api_?key|access_?key|auth_?token|bearer|authorization|dsn|cookie|otp)$/i;

/** The name of a value that is nobody's business, whatever it looks like. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** Long enough to be a key, with or without its padding; dots and colons end one. */
const OPAQUE = /[A-Za-z0-9+/_-]{20,}={0,2}/g;
/** Bits a character: hexadecimal digits carry 4 at most, a random token of 24 characters about 4. */
const HIGH_ENTROPY = 3.2;
/** Of its steps from one character to the next, so many lead from letters to digits, or from small to large. */
const RESTLESS = 0.25;
/** Of a path, and of words in camel case, more. */
const VERY_RESTLESS = 0.4;

/** The same text with every secret-shaped part struck out. */
export function withoutSecretShapes(text: string): string {
  return redact(text).replace(OPAQUE, (word) => (isOpaque(word) ? REDACTED : word));
}

export function hasSecretShape(text: string): boolean {
  return withoutSecretShapes(text) !== text;
}

/** Drawn at random: digits among the letters, many different ones, and hardly two of a kind in a row. */
function isOpaque(word: string): boolean {
  const marks = word.replace(/[^A-Za-z0-9]/g, '');
  const digits = marks.replace(/[^0-9]/g, '').length;
  if (marks.length < 20 || digits > marks.length * 0.9) return false;
  if (UUID.test(word) || POD.test(word) || entropy(marks) < HIGH_ENTROPY) return false;
  // Words in camel case change too, but not as often.
  const least = word.includes('/') || digits < 3 ? VERY_RESTLESS : RESTLESS;
  return changes(marks) >= least * (marks.length - 1);
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** `payments-svc-7d9f8b6c5d-x2k4q`: a word, and what an orchestrator puts behind it. */
const POD = /^(?:[a-z0-9]+[-_])*[a-z]{4,}(?:[-_][a-z0-9]+)*$/;

function changes(text: string): number {
  const kinds = text.replace(/[a-z]/g, 'a').replace(/[A-Z]/g, 'A').replace(/[0-9]/g, '0');
  let count = 0;
  for (let at = 1; at < kinds.length; at++) if (kinds[at] !== kinds[at - 1]) count += 1;
  return count;
}

function entropy(word: string): number {
  const counts = new Map<string, number>();
  for (const char of word) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / word.length) * Math.log2(count / word.length);
  return bits;
}
