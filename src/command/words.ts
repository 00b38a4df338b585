// From the characters a phone produces to plain words and flags, before any verb is known.
import { Failure } from '../failure.ts';

/** Longer than any command; a pasted log is refused before it is looked at. */
const MAX_TEXT = 2_000;
const MAX_WORDS = 200;

export interface Words {
  /** Everything that is not a flag, in order. */
  readonly plain: readonly string[];
  /** `--for 30s`, `--for=30s`, `--all`: value, or true for a flag without one. */
  readonly flags: ReadonlyMap<string, string | true>;
}

/**
 * `capture payments-svc —for 30s` -> plain [capture, payments-svc], flags {for: 30s}.
 * Any dash a phone makes of `--` is understood, smart quotes are dropped.
 * @param valued names of the flags that take the next word as their value
 */
export function splitWords(words: readonly string[], valued: ReadonlySet<string>): Words {
  if (words.length > MAX_WORDS) {
    throw new Failure('usage_wrong', { what: 'That is more words than a command has', usage: 'help' });
  }
  const plain: string[] = [];
  const flags = new Map<string, string | true>();
  for (let at = 0; at < words.length; at++) {
    const typed = words[at] ?? '';
    const word = typed === '-h' ? '--help' : typed.replace(PHONE_DASH, '--');
    if (!word.startsWith('--') || word === '--') {
      plain.push(word);
      continue;
    }
    const [name = '', ...rest] = word.slice(2).split('=');
    const key = name.toLowerCase();
    const value = rest.length > 0 ? rest.join('=') : valued.has(key) ? valueAt(words, at + 1) : undefined;
    if (rest.length === 0 && value !== undefined) at++;
    flags.set(key, together(flags.get(key), value ?? true));
  }
  return { plain, flags };
}

const PHONE_DASH = /^[\u2012-\u2015\u2212]+-*(?=\S)/;

/** The next word, unless it is a flag itself: `--for --all` forgot its value. */
function valueAt(words: readonly string[], at: number): string | undefined {
  const word = words[at];
  return word === undefined || word.startsWith('--') ? undefined : word;
}

/** `--instance a --instance b` is `--instance a,b`. */
function together(before: string | true | undefined, value: string | true): string | true {
  return typeof before === 'string' && typeof value === 'string' ? `${before},${value}` : value;
}

/** Words of a typed line: dashes and quotes made plain, white space folded, Slack's escapes undone. */
export function wordsOf(text: string): string[] {
  if (text.length > MAX_TEXT) {
    throw new Failure('usage_wrong', { what: 'That is longer than a command can be', usage: 'help' });
  }
  return text
    .replaceAll('&amp;', '&')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replace(/[“”„«»"'‘’`]/g, '')
    .replace(/(^|\s)[\u2012-\u2015\u2212]+-*(?=\S)/g, '$1--')
    .split(/\s+/)
    .filter((word) => word !== '');
}
