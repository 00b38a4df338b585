// The words after the other verbs.
import { DEFAULT_WINDOW_MS } from '../model/target.ts';
import { parseDuration } from '../model/units.ts';
import type { Command } from './command.ts';
import { one, serviceAmong, wrong } from './operands.ts';
import type { Words } from './words.ts';

export function readAnalyze(words: Words, usage: string): Command {
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
  const html = words.flags.get('html');
  if (html === true) throw wrong('--html needs the name of a file', usage);
  if (html !== undefined && batch !== undefined)
    throw wrong('--html is for one report, not for a batch', usage);
  return {
    kind: 'analyze',
    paths: words.plain,
    intervalMs,
    ...(html !== undefined && { html }),
    ...(batch !== undefined && { batch }),
    ...(out !== undefined && { out }),
  };
}

export function readDiff(words: Words, usage: string): Command {
  const [before, after, ...rest] = words.plain;
  if (before === undefined || after === undefined || rest.length > 0) {
    throw wrong('diff needs two snapshots', usage);
  }
  return { kind: 'diff', before, after };
}

export function readSelftest(words: Words): Command {
  const save = words.flags.get('save');
  return { kind: 'selftest', replay: words.flags.has('replay'), ...(typeof save === 'string' && { save }) };
}

export function readAudit(words: Words, usage: string): Command {
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

export function readBacktest(words: Words, usage: string): Command {
  const window = words.flags.get('prometheus');
  if (window === undefined) return { kind: 'backtest', path: one(words, 'a file of samples', usage) };
  const windowMs = typeof window === 'string' ? parseDuration(window) : undefined;
  if (windowMs === undefined || windowMs < 60_000 || windowMs > MAX_BACKTEST_MS)
    throw wrong('--prometheus needs a length of time of at most 90 days, such as 14d', usage);
  return { kind: 'backtest', windowMs, ...serviceAmong(words, usage) };
}

export function readBaseline(words: Words, usage: string): Command {
  const [service, action, ...rest] = words.plain;
  if (service === undefined || rest.length > 0) throw wrong('baseline needs the name of one service', usage);
  if (action === undefined) return { kind: 'baseline', service: service.toLowerCase() };
  if (action !== 'set' && action !== 'clear') {
    throw wrong(`"${action.slice(0, 40)}" is neither set nor clear`, usage);
  }
  return { kind: 'baseline', service: service.toLowerCase(), action };
}

export function readRules(words: Words, usage: string): Command {
  const [first, id, ...rest] = words.plain;
  if (first?.toLowerCase() !== 'remove') return { kind: 'rules', ...serviceAmong(words, usage) };
  if (id === undefined || rest.length > 0) throw wrong('rules remove needs the id of one rule', usage);
  return { kind: 'rules', remove: id.toLowerCase() };
}

/** Slack turns addresses into `<http://…|…>`. */
const LINKED = /^<([^|>]+)(?:\|[^>]*)?>$/;

export function readRegister({ plain }: Words, usage: string): Command {
  const [name, address, ...rest] = plain;
  if (name === undefined || address === undefined || rest.length > 0)
    throw wrong('This needs the name of a service and its address', usage);
  return { kind: 'register', name: name.toLowerCase(), url: LINKED.exec(address)?.[1] ?? address };
}
