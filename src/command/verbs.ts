// One table of verbs serves the slash command, mentions, DMs and the CLI, and the same table makes the help, so the two
// cannot disagree.
import {
  CAPTURE_KINDS,
  DEFAULT_KINDS,
  MAX_WINDOW_MS,
  MIN_WINDOW_MS,
  TRACE_SECONDS,
} from '../model/target.ts';
import { formatDuration } from '../model/units.ts';
import type { Door } from './command.ts';
import { DIGEST_USAGE, readDigest } from './digest.ts';
import { one, serviceAmong, serviceIn, wrong } from './operands.ts';
import { readCapture } from './read-capture.ts';
import {
  readAnalyze,
  readAudit,
  readBacktest,
  readBaseline,
  readDiff,
  readRegister,
  readRules,
  readSelftest,
} from './read-others.ts';
import type { Verb } from './verb.ts';
import { CHECK_VERB } from './verb-check.ts';

const CAPTURE_USAGE = `capture <service> [--instance I | --all] [--for 30s] [--kinds ${CAPTURE_KINDS.join(',')}]`;

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
      { flag: '--html FILE', about: 'terminal only: write the report as a page that needs no network' },
      { flag: '--force', about: 'admins only: full stacks of up to 100,000 goroutines, whatever the pause' },
      {
        flag: '--kinds K,K',
        about: `any of ${DEFAULT_KINDS.join(', ')} (these, if nothing is said), and trace: what goroutines do within ${TRACE_SECONDS} s`,
      },
    ],
    examples: [
      'capture payments-svc',
      'capture payments-svc for 60s',
      'capture payments-svc --all',
      'capture payments-svc --kinds goroutine,heap,trace',
    ],
    read: readCapture,
  },
  {
    verb: 'analyze',
    aliases: ['analyse'],
    doors: ['terminal'],
    usage: 'analyze PATH... [--interval 30s] [--html FILE] | analyze --batch DIR --out DIR',
    about: 'Diagnose files or folders you already have; one folder is one snapshot',
    flags: [
      { flag: '--interval 30s', about: 'time between snapshots that carry none of their own' },
      {
        flag: '--html FILE',
        about: 'write the report as a page: searchable stacks, flame graphs, no network',
      },
      { flag: '--batch DIR', about: 'a folder of cases: <case>/<snapshot>/files' },
      { flag: '--out DIR', about: 'with --batch: where <case>.json goes' },
    ],
    examples: ['analyze before/ after/', 'analyze goroutines-1.txt goroutines-2.txt'],
    read: readAnalyze,
  },
  CHECK_VERB,
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
    verb: 'rules',
    aliases: ['snoozes'],
    doors: ['chat', 'terminal'],
    usage: 'rules [service] | rules remove <id>',
    about: 'Signatures that are snoozed or ruled no leak: by whom, until when, and how much that hid',
    flags: [],
    examples: ['rules payments-svc', 'rules remove 3f9c0d1e2a4b'],
    read: readRules,
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
    verb: 'register',
    aliases: ['propose', 'add'],
    doors: ['chat'],
    usage: 'register <name> <address>',
    about: 'Propose a service; an admin accepts it, inside the bounds the operator has set',
    flags: [],
    examples: ['register payments-svc http://10.0.0.7:6060'],
    read: readRegister,
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

/** The verb a word means at a door, by name or alias. */
export function findVerb(word: string, door: Door): Verb | undefined {
  const wanted = word.toLowerCase();
  return VERBS.find(
    (verb) => verb.doors.includes(door) && (verb.verb === wanted || verb.aliases.includes(wanted)),
  );
}
