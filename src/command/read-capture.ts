// `capture payments-svc for 60s --all`: the words after the verb.
import {
  CAPTURE_KINDS,
  type CaptureKind,
  DEFAULT_KINDS,
  DEFAULT_WINDOW_MS,
  isTraceAlone,
  MAX_WINDOW_MS,
  MIN_WINDOW_MS,
} from '../model/target.ts';
import { formatDuration, parseDuration } from '../model/units.ts';
import type { Command } from './command.ts';
import { wrong } from './operands.ts';
import type { Words } from './words.ts';

export function readCapture(words: Words, usage: string): Command {
  const { target, windowText } = captureWords(words, usage);
  const kinds = readKinds(words, usage);
  const usualMs = isTraceAlone(kinds) ? 0 : DEFAULT_WINDOW_MS;
  const windowMs = windowText === undefined ? usualMs : parseDuration(windowText);
  if (windowMs === undefined) throw wrong(`"${windowText}" is not a length of time`, usage);
  if (windowMs !== 0 && (windowMs < MIN_WINDOW_MS || windowMs > MAX_WINDOW_MS)) {
    const limits = `${formatDuration(MIN_WINDOW_MS)} to ${formatDuration(MAX_WINDOW_MS)}`;
    throw wrong(`A window of ${formatDuration(windowMs)} is outside ${limits}`, usage);
  }
  const save = words.flags.get('save');
  if (save === true) throw wrong('--save needs a folder', usage);
  const html = words.flags.get('html');
  if (html === true) throw wrong('--html needs the name of a file', usage);
  return {
    kind: 'capture',
    target,
    instances: readInstances(words, usage),
    windowMs,
    kinds,
    ...(words.flags.has('force') && { force: true }),
    ...(save !== undefined && { save }),
    ...(html !== undefined && { html }),
  };
}

/** `payments-svc for 60 s` and `payments-svc 60s` mean `payments-svc --for 60s`. */
function captureWords(words: Words, usage: string): { target: string; windowText: string | undefined } {
  const [target, ...rest] = words.plain;
  if (target === undefined) throw wrong('capture needs the name of a service', usage);
  const flagged = words.flags.get('for');
  const spoken = rest.filter((word) => word !== 'for');
  const odd = rest.findIndex((word) => word !== 'for' && !PART_OF_TIME.test(word));
  if (odd >= 0) {
    const what = rest[odd - 1] === 'for' ? 'is not a length of time' : 'is one word too many';
    throw wrong(`"${(rest[odd] ?? '').slice(0, 40)}" ${what}`, usage);
  }
  if (flagged === true || (spoken.length === 0 && rest.includes('for')))
    throw wrong('for needs a length of time, such as 30s', usage);
  if (flagged === undefined && spoken.length === 0) return { target, windowText: undefined };
  // `--for 30 s`: the unit came as a word of its own.
  return { target, windowText: (flagged ?? '') + spoken.join('') };
}

/** `60`, `s`, `1h30m`, `1.5`, `minutes` */
const PART_OF_TIME = /^(\d[\d.a-z]{0,19}|ms|s|secs?|seconds?|m|mins?|minutes?|h|hours?|d|days?)$/i;

function readInstances(words: Words, usage: string): readonly string[] | 'all' | 'one' {
  if (words.flags.has('all')) return 'all';
  const given = words.flags.get('instance');
  if (typeof given !== 'string') return 'one';
  if (given === 'all') return 'all';
  // Named twice is meant once: nobody is captured twice at the same time.
  const names = [...new Set(given.split(',').filter((name) => name !== ''))];
  if (names.length === 0) throw wrong('--instance needs the name of an instance', usage);
  return names;
}

function readKinds(words: Words, usage: string): readonly CaptureKind[] {
  const given = words.flags.get('kinds');
  if (typeof given !== 'string') return DEFAULT_KINDS;
  const kinds = given.split(',').map((name) => {
    const singular = name.toLowerCase().replace(/s$/, '');
    const kind = CAPTURE_KINDS.find((known) => known.replace(/s$/, '') === singular);
    if (!kind) throw wrong(`"${name.slice(0, 40)}" is not a kind (${CAPTURE_KINDS.join(', ')})`, usage);
    return kind;
  });
  return [...new Set(kinds)];
}
