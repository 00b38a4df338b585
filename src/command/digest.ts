// `digest payments now`, `digest all at 09:00 Europe/Berlin`: the words after the verb.
import { Failure } from '../failure.ts';

export type DigestCommand = {
  readonly kind: 'digest';
  /** A service, a digest of services.yml, or `all`. */
  readonly of: string;
} & (
  | { readonly what: 'show' | 'now' | 'preview' | 'off' }
  | { readonly what: 'at'; readonly time: string; readonly zone: string }
);

export const DIGEST_USAGE = 'digest <service|all> [now | preview | at 09:00 Europe/Berlin | off]';

const WHOLE_WORDS = ['now', 'preview', 'off'] as const;
/** `9:00` and `09.00` are what people type. */
const TIME = /^([01]?\d|2[0-3])[:.]([0-5]\d)$/;

/** @throws Failure `usage_wrong` */
export function readDigest(words: readonly string[], usage: string): DigestCommand {
  const [of, what, ...rest] = words;
  if (of === undefined) throw wrong('digest needs the name of a service, or all', usage);
  const about = { kind: 'digest' as const, of: of.toLowerCase() };
  if (what === undefined) return { ...about, what: 'show' };
  const plain = WHOLE_WORDS.find((word) => word === what.toLowerCase());
  if (plain !== undefined && rest.length === 0) return { ...about, what: plain };
  if (what.toLowerCase() !== 'at')
    throw wrong(`"${what.slice(0, 40)}" is not something a digest does`, usage);
  const [time = '', zone = 'UTC', ...more] = rest;
  const [, hour = '', minute = ''] = TIME.exec(time) ?? [];
  if (hour === '' || more.length > 0) {
    throw wrong(`"${rest.join(' ').slice(0, 40)}" is not a time such as 09:00 Europe/Berlin`, usage);
  }
  return { ...about, what: 'at', time: `${hour.padStart(2, '0')}:${minute}`, zone };
}

function wrong(what: string, usage: string): Failure {
  return new Failure('usage_wrong', { what, usage });
}
