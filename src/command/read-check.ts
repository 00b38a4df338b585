// `check http://localhost:6060 --load 'hey -z 60s …'`: the words after the verb.
import { parseDuration } from '../model/units.ts';
import { readArgv } from './argv.ts';
import { wrong } from './operands.ts';
import type { Words } from './words.ts';

/** A program somebody has this machine run, as it was written and as it is started. */
export interface ProgramLine {
  readonly line: string;
  readonly argv: readonly [string, ...string[]];
}

/** What is compared: a running service, what two commands bring, or what is saved already. */
export type CheckSubject =
  | { readonly how: 'target'; readonly target: string }
  | { readonly how: 'commands'; readonly before: ProgramLine; readonly after: ProgramLine }
  | { readonly how: 'paths'; readonly paths: readonly string[] };

export interface CheckCommand {
  readonly kind: 'check';
  readonly subject: CheckSubject;
  readonly load?: ProgramLine;
  /** Load before the first look, so that pools and caches are there. */
  readonly warmUpMs: number;
  /** All the load between the first look and the last. */
  readonly windowMs: number;
  /** The longest wait for the service to come to rest after load. */
  readonly settleMs: number;
  /** Not to know fails as well. */
  readonly strict: boolean;
  /** Annotations even where GitHub is not seen. */
  readonly annotations: boolean;
  /** The entry of services.yml whose rules hold. */
  readonly service?: string;
  readonly junit?: string;
  readonly save?: string;
  readonly html?: string;
}

const DEFAULT = { 'warm-up': 10_000, for: 30_000, settle: 15_000 } as const;
/** A soak of half a day is what CI systems end by themselves. */
const MOST_MS = 12 * 3_600_000;
/** Two looks a second apart show nothing. */
const LEAST_WINDOW_MS = 2_000;
const MOST_PATHS = 20;

export function readCheck(words: Words, usage: string): CheckCommand {
  const shell = words.flags.has('shell');
  const subject = readSubject(words, shell, usage);
  const load = programIn(words, 'load', shell, usage);
  if (load && subject.how === 'paths') throw wrong('What is saved already takes no --load', usage);
  const windowMs = timeIn(words, 'for', usage);
  if (windowMs < LEAST_WINDOW_MS) throw wrong('--for needs 2s at least', usage);
  return {
    kind: 'check',
    subject,
    ...(load && { load }),
    warmUpMs: timeIn(words, 'warm-up', usage),
    windowMs,
    settleMs: timeIn(words, 'settle', usage),
    strict: words.flags.has('strict'),
    annotations: words.flags.has('annotations'),
    ...textIn(words, 'service'),
    ...textIn(words, 'junit'),
    ...textIn(words, 'save'),
    ...textIn(words, 'html'),
  };
}

function readSubject(words: Words, shell: boolean, usage: string): CheckSubject {
  const before = programIn(words, 'before', shell, usage);
  const after = programIn(words, 'after', shell, usage);
  const [first, ...rest] = words.plain;
  if (before || after) {
    if (!before || !after) throw wrong('--before and --after go together', usage);
    if (first !== undefined) throw wrong('Commands take the place of an address or of folders', usage);
    return { how: 'commands', before, after };
  }
  if (first === undefined) throw wrong('check needs an address, two commands or two folders', usage);
  if (rest.length > MOST_PATHS) throw wrong(`check takes ${MOST_PATHS} folders at most`, usage);
  return rest.length === 0 ? { how: 'target', target: first } : { how: 'paths', paths: [first, ...rest] };
}

function programIn(words: Words, flag: string, shell: boolean, usage: string): ProgramLine | undefined {
  const line = words.flags.get(flag);
  if (typeof line !== 'string') return undefined;
  if (shell) return { line, argv: ['/bin/sh', '-c', line] };
  const read = readArgv(line);
  if ('argv' in read) return { line, argv: read.argv };
  throw wrong(`--${flag} runs without a shell, and ${read.because}; add --shell to have sh run it`, usage);
}

function timeIn(words: Words, flag: keyof typeof DEFAULT, usage: string): number {
  const text = words.flags.get(flag);
  if (typeof text !== 'string') return DEFAULT[flag];
  const ms = parseDuration(text);
  if (ms === undefined) throw wrong(`"${text.slice(0, 40)}" is not a length of time`, usage);
  if (ms > MOST_MS) throw wrong(`--${flag} takes 12 hours at most`, usage);
  return ms;
}

function textIn<Flag extends string>(words: Words, flag: Flag): { [K in Flag]?: string } {
  const text = words.flags.get(flag);
  return (typeof text === 'string' ? { [flag]: text } : {}) as { [K in Flag]?: string };
}
