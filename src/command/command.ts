// Words typed -> Command. One table of verbs serves the slash command, mentions, DMs and the CLI, and
// the same table makes the help, so the two cannot disagree.
import { Failure } from '../failure.ts';
import {
  CAPTURE_KINDS,
  type CaptureKind,
  DEFAULT_KINDS,
  DEFAULT_WINDOW_MS,
  MAX_WINDOW_MS,
  MIN_WINDOW_MS,
} from '../model/target.ts';
import { formatDuration, parseDuration } from '../model/units.ts';
import { DIGEST_USAGE, type DigestCommand, readDigest } from './digest.ts';
import { suggest } from './suggest.ts';
import { splitWords, type Words } from './words.ts';

export type Command =
  | {
      readonly kind: 'capture';
      /** A registered service's name; in a terminal also an http(s) address. */
      readonly target: string;
      readonly instances: readonly string[] | 'all' | 'one';
      readonly windowMs: number;
      readonly kinds: readonly CaptureKind[];
      /** Heavy questions beyond what is safe; an admin's to ask for. */
      readonly force?: boolean;
      /** Terminal only: folder to keep the raw artefacts in, one subfolder a snapshot. */
      readonly save?: string;
    }
  | {
      readonly kind: 'analyze';
      readonly paths: readonly string[];
      readonly intervalMs: number;
      readonly batch?: string;
      readonly out?: string;
    }
  | { readonly kind: 'show'; readonly path: string }
  | { readonly kind: 'diff'; readonly before: string; readonly after: string }
  | { readonly kind: 'backtest'; readonly path: string }
  /** From the Prometheus that services.yml names for the service; without one, for the only service that has any. */
  | { readonly kind: 'backtest'; readonly windowMs: number; readonly service?: string }
  | { readonly kind: 'watch' | 'unwatch'; readonly service: string }
  /** A file to draw it into, in a terminal. */
  | { readonly kind: 'history'; readonly service: string; readonly out?: string }
  /** Without an action: shows it. */
  | { readonly kind: 'baseline'; readonly service: string; readonly action?: 'set' | 'clear' }
  | DigestCommand
  | { readonly kind: 'services' }
  | { readonly kind: 'status' }
  /** Without a service: all of them. */
  | { readonly kind: 'stop'; readonly service?: string }
  | { readonly kind: 'resume'; readonly service?: string }
  | { readonly kind: 'cancel'; readonly id: string }
  | { readonly kind: 'doctor' }
  /** Lists decisions; with `verify`, looks whether they are as they were written. */
  | {
      readonly kind: 'audit';
      readonly verify: boolean;
      readonly folder?: string;
      /** How long ago the first one may be. */
      readonly sinceMs?: number;
      readonly service?: string;
    }
  | { readonly kind: 'selftest'; readonly replay: boolean; readonly save?: string }
  | { readonly kind: 'help'; readonly verb?: string };

/** Through which kind of door words may come. */
export type Door = 'chat' | 'terminal';

export interface Verb {
  readonly verb: string;
  readonly aliases: readonly string[];
  readonly doors: readonly Door[];
  readonly usage: string;
  readonly about: string;
  /** Flags with their meaning, as help shows them: `--for 30s`. */
  readonly flags: readonly { readonly flag: string; readonly about: string }[];
  /** Examples people can copy. */
  readonly examples: readonly string[];
  readonly read: (words: Words, usage: string) => Command;
}

const CAPTURE_USAGE =
  'capture <service> [--instance I | --all] [--for 30s] [--kinds goroutine,heap,memstats]';

/** The whole language. Order is the order of help. */
export const VERBS: readonly Verb[] = [
  {
    verb: 'capture',
    aliases: ['cap', 'diagnose', 'profile'],
    doors: ['chat', 'terminal'],
    usage: CAPTURE_USAGE,
    about: 'Look at a service through a window and say whether, where and why it leaks',
    flags: [
      {
        flag: '--for 30s',
        about: `length of the window (${formatDuration(MIN_WINDOW_MS)} to ${formatDuration(MAX_WINDOW_MS)}; 0s: one look and no window)`,
      },
      { flag: '--instance I', about: 'this instance (may be repeated, comma separated)' },
      { flag: '--all', about: 'every registered instance' },
      { flag: '--save DIR', about: 'terminal only: keep the raw artefacts, one folder a snapshot' },
      { flag: '--force', about: 'admins only: full stacks of up to 100,000 goroutines, whatever the pause' },
      { flag: '--kinds K,K', about: `any of ${DEFAULT_KINDS.join(', ')}` },
    ],
    examples: ['capture payments-svc', 'capture payments-svc for 60s', 'capture payments-svc --all'],
    read: readCapture,
  },
  {
    verb: 'analyze',
    aliases: ['analyse'],
    doors: ['terminal'],
    usage: 'analyze PATH... [--interval 30s] | analyze --batch DIR --out DIR',
    about: 'Diagnose files or folders you already have; one folder is one snapshot',
    flags: [
      { flag: '--interval 30s', about: 'time between snapshots that carry none of their own' },
      { flag: '--batch DIR', about: 'a folder of cases: <case>/<snapshot>/files' },
      { flag: '--out DIR', about: 'with --batch: where <case>.json goes' },
    ],
    examples: ['analyze before/ after/', 'analyze goroutines-1.txt goroutines-2.txt'],
    read: readAnalyze,
  },
  {
    verb: 'show',
    aliases: [],
    doors: ['terminal'],
    usage: 'show PATH',
    about: 'Aggregate one artefact without a verdict: goroutine groups, profile top, memory',
    flags: [],
    examples: ['show goroutines.txt'],
    read: (words, usage) => ({ kind: 'show', path: one(words, 'a file or folder', usage) }),
  },
  {
    verb: 'diff',
    aliases: ['compare'],
    doors: ['terminal'],
    usage: 'diff BEFORE AFTER',
    about: 'What appeared, grew, shrank or went away between two snapshots',
    flags: [],
    examples: ['diff monday/ tuesday/'],
    read: readDiff,
  },
  {
    verb: 'backtest',
    aliases: [],
    doors: ['terminal'],
    usage: 'backtest FILE.jsonl | backtest [service] --prometheus 14d',
    about: 'What watching would have said of a recorded history of memory samples, and when',
    flags: [{ flag: '--prometheus 14d', about: 'read so long from the Prometheus that services.yml names' }],
    examples: ['backtest payments-october.jsonl', 'backtest payments-svc --prometheus 14d'],
    read: readBacktest,
  },
  {
    verb: 'watch',
    aliases: [],
    doors: ['chat', 'terminal'],
    usage: 'watch <service>',
    about: 'Sample every instance of a service from now on, and capture by itself when something grows',
    flags: [],
    examples: ['watch payments-svc'],
    read: (words, usage) => ({ kind: 'watch', service: serviceIn(words, usage) }),
  },
  {
    verb: 'unwatch',
    aliases: [],
    doors: ['chat', 'terminal'],
    usage: 'unwatch <service>',
    about: 'End the sampling of a service; its history stays',
    flags: [],
    examples: [],
    read: (words, usage) => ({ kind: 'unwatch', service: serviceIn(words, usage) }),
  },
  {
    verb: 'history',
    aliases: [],
    doors: ['chat', 'terminal'],
    usage: 'history <service>',
    about: 'Memory, goroutines and requests of a watched service, its restarts, and what the watcher said',
    flags: [
      { flag: '--out FILE.png', about: 'draw it into a file (in a terminal; Slack shows the picture)' },
    ],
    examples: ['history payments-svc'],
    read: (words, usage) => {
      const out = words.flags.get('out');
      if (out === true) throw wrong('--out needs the name of a file', usage);
      return { kind: 'history', service: serviceIn(words, usage), ...(out !== undefined && { out }) };
    },
  },
  {
    verb: 'baseline',
    aliases: [],
    doors: ['chat', 'terminal'],
    usage: 'baseline <service> [set | clear]',
    about: 'What is usual for a watched service; `set` keeps it as the measure until `clear`',
    flags: [],
    examples: ['baseline payments-svc', 'baseline payments-svc set'],
    read: readBaseline,
  },
  {
    verb: 'digest',
    aliases: [],
    doors: ['chat', 'terminal'],
    usage: DIGEST_USAGE,
    about: 'The daily word on how services stand: now, every day at a time, or what it would say',
    flags: [],
    examples: ['digest payments-svc now', 'digest all at 09:00 Europe/Berlin', 'digest payments-svc preview'],
    read: ({ plain }, usage) => readDigest(plain, usage),
  },
  {
    verb: 'services',
    aliases: ['list', 'ls'],
    doors: ['chat', 'terminal'],
    usage: 'services',
    about: 'The registered services and their instances',
    flags: [],
    examples: [],
    read: () => ({ kind: 'services' }),
  },
  {
    verb: 'status',
    aliases: ['queue'],
    doors: ['chat', 'terminal'],
    usage: 'status',
    about: 'What is running and waiting',
    flags: [],
    examples: [],
    read: () => ({ kind: 'status' }),
  },
  {
    verb: 'stop',
    aliases: ['pause'],
    doors: ['chat', 'terminal'],
    usage: 'stop [service]',
    about: 'End every capture of a service, or of all, and start none until `resume`',
    flags: [],
    examples: ['stop payments-svc', 'stop'],
    read: (words, usage) => ({ kind: 'stop', ...serviceAmong(words, usage) }),
  },
  {
    verb: 'resume',
    aliases: ['unpause'],
    doors: ['chat', 'terminal'],
    usage: 'resume [service]',
    about: 'Let captures run again after `stop`',
    flags: [],
    examples: [],
    read: (words, usage) => ({ kind: 'resume', ...serviceAmong(words, usage) }),
  },
  {
    verb: 'cancel',
    aliases: [],
    doors: ['chat', 'terminal'],
    usage: 'cancel <id>',
    about: 'End one capture; `status` shows the ids',
    flags: [],
    examples: ['cancel 3f9c0d1e2a4b'],
    read: (words, usage) => ({ kind: 'cancel', id: one(words, 'the id of a capture', usage) }),
  },
  {
    verb: 'doctor',
    aliases: [],
    doors: ['chat', 'terminal'],
    usage: 'doctor',
    about: 'Check tokens, Redis and every registered instance',
    flags: [],
    examples: [],
    read: () => ({ kind: 'doctor' }),
  },
  {
    verb: 'audit',
    aliases: [],
    doors: ['chat', 'terminal'],
    usage: 'audit [service] [--since 1d] | audit verify [FOLDER]',
    about: 'Who had what captured, and what came of it (admins); in a terminal also whether that is unbroken',
    flags: [{ flag: '--since 1d', about: 'how far back to look' }],
    examples: ['audit payments-svc --since 7d', 'audit verify'],
    read: readAudit,
  },
  {
    verb: 'selftest',
    aliases: [],
    doors: ['terminal'],
    usage: 'selftest [--replay] [--save DIR]',
    about: 'Let it judge three planted leaks and their clean twins on this machine',
    flags: [
      { flag: '--replay', about: 'judge the recordings that come with it, as it does where Go is missing' },
      { flag: '--save DIR', about: 'keep the raw artefacts, one folder a program' },
    ],
    examples: ['selftest'],
    read: readSelftest,
  },
  {
    verb: 'help',
    aliases: ['?', 'usage'],
    doors: ['chat', 'terminal'],
    usage: 'help [verb]',
    about: 'This list, or one command in full',
    flags: [],
    examples: [],
    read: (words) => (words.plain[0] ? { kind: 'help', verb: words.plain[0] } : { kind: 'help' }),
  },
];

const VALUED_FLAGS: ReadonlySet<string> = new Set([
  'since',
  'for',
  'instance',
  'kinds',
  'save',
  'interval',
  'batch',
  'out',
  'prometheus',
]);

/**
 * Reads one command.
 * @throws Failure `command_unknown` or `usage_wrong`, with a hint fit to show as it is.
 */
export function readCommand(typed: readonly string[], door: Door): Command {
  const words = splitWords(typed, VALUED_FLAGS);
  const [first, ...rest] = words.plain;
  if (first === undefined) return { kind: 'help' };
  if (words.flags.has('help')) return { kind: 'help', verb: first };
  const verb = findVerb(first, door);
  if (!verb) throw unknownVerb(first, door);
  checkFlags(words, verb);
  return verb.read({ plain: rest, flags: words.flags }, verb.usage);
}

/** What to say of a word that is no verb at this door: meant for the other door, or mistyped. */
export function unknownVerb(word: string, door: Door): Failure {
  const elsewhere = findVerb(word, 'terminal');
  if (elsewhere) return new Failure('terminal_only', { verb: elsewhere.verb, usage: elsewhere.usage });
  const known = VERBS.filter(({ doors }) => doors.includes(door)).map(({ verb }) => verb);
  return new Failure('command_unknown', { word: word.slice(0, 40), suggestion: suggest(word, known) });
}

/** A mistyped flag that is passed over would quietly do something else than was asked. */
function checkFlags({ flags }: Words, verb: Verb): void {
  const known = verb.flags.map(({ flag }) => /^--([a-z]+)/.exec(flag)?.[1] ?? flag);
  for (const [name, value] of flags) {
    const flag = name.slice(0, 40);
    if (!known.includes(name)) {
      const meant = suggest(flag, known);
      const instead = meant === undefined ? '' : `, perhaps --${meant} is meant`;
      throw wrong(`--${flag} is not a flag of ${verb.verb}${instead}`, verb.usage);
    }
    if (VALUED_FLAGS.has(name) && (value === true || value.trim() === '')) {
      throw wrong(`--${flag} needs a value`, verb.usage);
    }
  }
}

/** The verb a word means at a door, by name or alias. */
export function findVerb(word: string, door: Door): Verb | undefined {
  const wanted = word.toLowerCase();
  return VERBS.find(
    (verb) => verb.doors.includes(door) && (verb.verb === wanted || verb.aliases.includes(wanted)),
  );
}

function readCapture(words: Words, usage: string): Command {
  const { target, windowText } = captureWords(words, usage);
  const windowMs = windowText === undefined ? DEFAULT_WINDOW_MS : parseDuration(windowText);
  if (windowMs === undefined) throw wrong(`"${windowText}" is not a length of time`, usage);
  if (windowMs !== 0 && (windowMs < MIN_WINDOW_MS || windowMs > MAX_WINDOW_MS)) {
    const limits = `${formatDuration(MIN_WINDOW_MS)} to ${formatDuration(MAX_WINDOW_MS)}`;
    throw wrong(`A window of ${formatDuration(windowMs)} is outside ${limits}`, usage);
  }
  const save = words.flags.get('save');
  if (save === true) throw wrong('--save needs a folder', usage);
  return {
    kind: 'capture',
    target,
    instances: readInstances(words, usage),
    windowMs,
    kinds: readKinds(words, usage),
    ...(words.flags.has('force') && { force: true }),
    ...(save !== undefined && { save }),
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

function readAnalyze(words: Words, usage: string): Command {
  const intervalText = words.flags.get('interval');
  const intervalMs = typeof intervalText === 'string' ? parseDuration(intervalText) : DEFAULT_WINDOW_MS;
  if (intervalMs === undefined || intervalMs <= 0)
    throw wrong(`"${intervalText}" is not a length of time`, usage);
  const batch = words.flags.get('batch');
  const out = words.flags.get('out');
  if (batch === true || out === true) throw wrong('--batch and --out each need a folder', usage);
  if (batch === undefined && words.plain.length === 0)
    throw wrong('analyze needs at least one file or folder', usage);
  if (batch !== undefined && out === undefined) throw wrong('--batch needs --out DIR for the reports', usage);
  return {
    kind: 'analyze',
    paths: words.plain,
    intervalMs,
    ...(batch !== undefined && { batch }),
    ...(out !== undefined && { out }),
  };
}

function readDiff(words: Words, usage: string): Command {
  const [before, after, ...rest] = words.plain;
  if (before === undefined || after === undefined || rest.length > 0) {
    throw wrong('diff needs two snapshots', usage);
  }
  return { kind: 'diff', before, after };
}

function readSelftest(words: Words): Command {
  const save = words.flags.get('save');
  return { kind: 'selftest', replay: words.flags.has('replay'), ...(typeof save === 'string' && { save }) };
}

function readAudit(words: Words, usage: string): Command {
  const [first, folder, ...rest] = words.plain;
  if (first !== 'verify') return readAuditList(words, usage);
  if (rest.length > 0 || words.flags.has('since'))
    throw wrong('audit verify takes a folder, or nothing', usage);
  return { kind: 'audit', verify: true, ...(folder !== undefined && { folder }) };
}

function readAuditList(words: Words, usage: string): Command {
  const since = words.flags.get('since');
  const sinceMs = typeof since === 'string' ? parseDuration(since) : undefined;
  if (typeof since === 'string' && sinceMs === undefined)
    throw wrong(`"${since.slice(0, 40)}" is not a length of time`, usage);
  return {
    kind: 'audit',
    verify: false,
    ...(sinceMs !== undefined && { sinceMs }),
    ...serviceAmong(words, usage),
  };
}

/** The series of a longer window would not fit into memory. */
const MAX_BACKTEST_MS = 90 * 86_400_000;

function readBacktest(words: Words, usage: string): Command {
  const window = words.flags.get('prometheus');
  if (window === undefined) return { kind: 'backtest', path: one(words, 'a file of samples', usage) };
  const windowMs = typeof window === 'string' ? parseDuration(window) : undefined;
  if (windowMs === undefined || windowMs < 60_000 || windowMs > MAX_BACKTEST_MS)
    throw wrong('--prometheus needs a length of time of at most 90 days, such as 14d', usage);
  return { kind: 'backtest', windowMs, ...serviceAmong(words, usage) };
}

function readBaseline(words: Words, usage: string): Command {
  const [service, action, ...rest] = words.plain;
  if (service === undefined || rest.length > 0) throw wrong('baseline needs the name of one service', usage);
  if (action === undefined) return { kind: 'baseline', service: service.toLowerCase() };
  if (action !== 'set' && action !== 'clear') {
    throw wrong(`"${action.slice(0, 40)}" is neither set nor clear`, usage);
  }
  return { kind: 'baseline', service: service.toLowerCase(), action };
}

function serviceIn(words: Words, usage: string): string {
  return one(words, 'the name of a service', usage).toLowerCase();
}

function serviceAmong({ plain }: Words, usage: string): { service?: string } {
  const [service, ...rest] = plain;
  if (rest.length > 0) throw wrong('One service at a time, or none for all', usage);
  return service === undefined ? {} : { service: service.toLowerCase() };
}

function one(words: Words, what: string, usage: string): string {
  const [first, ...rest] = words.plain;
  if (first === undefined || rest.length > 0) throw wrong(`This needs ${what}`, usage);
  return first;
}

function wrong(what: string, usage: string): Failure {
  return new Failure('usage_wrong', { what, usage });
}
