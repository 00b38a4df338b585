// What people say and ask of watching: watch, unwatch, history, baseline. The same from Slack and from a terminal.
import type { Authorise } from '../authorise.ts';
import type { Command } from '../command/command.ts';
import { Failure } from '../failure.ts';
import type { DrawnHistory } from '../model/history.ts';
import type { Origin } from '../model/request.ts';
import type { Service } from '../model/target.ts';
import { formatBytes, formatCount, formatDuration } from '../model/units.ts';
import { drawnHistory, type Past, pastOf, type ReadPrometheus } from '../past/past.ts';
import { usualNow } from '../past/usual.ts';
import { watchRulesOf } from '../policy/watching.ts';
import { type BaselineStore, MEASURES, type Usuals } from '../store/baselines.ts';
import type { HistoryStore } from '../store/history.ts';
import type { WatchingStore } from '../store/watching.ts';
import type { Usual } from '../watch/baseline.ts';
import { GRAINS, type RollUp, rowsOf } from '../watch/roll-up.ts';

export type WatchedCommand = Extract<Command, { kind: 'watch' | 'unwatch' | 'history' | 'baseline' }>;

export interface WatchedPorts {
  readonly services: readonly Service[];
  readonly authorise: Authorise;
  readonly watching: WatchingStore;
  readonly history: HistoryStore;
  readonly baselines: BaselineStore;
  readonly prometheus: ReadPrometheus;
  readonly now: () => number;
}

export interface WatchedAnswer {
  /** Plain lines. */
  readonly text: string;
  /** What a picture shows of it. */
  readonly drawn?: DrawnHistory;
}

/**
 * Does it, and says it in plain lines.
 * @throws Failure when they may not, `service_unknown`
 */
export async function tendWatched(
  command: WatchedCommand,
  asker: Origin,
  ports: WatchedPorts,
): Promise<WatchedAnswer> {
  const service = ports.services.find(({ name }) => name === command.service);
  if (!service) {
    const known = ports.services.map(({ name }) => name);
    throw new Failure('service_unknown', { service: command.service, known });
  }
  // Whoever may have it captured lightly may have it sampled, which is less.
  const isChange = command.kind === 'watch' || command.kind === 'unwatch' || 'action' in command;
  const actions = [isChange ? ('capture-light' as const) : ('look' as const)];
  const decision = await ports.authorise({ at: 'door', origin: asker, actions, service });
  if (decision.may === 'no') throw decision.refusal;
  switch (command.kind) {
    case 'watch':
    case 'unwatch':
      return { text: await switchWatching(service, command.kind === 'watch', asker, ports) };
    case 'history':
      return historyText(service, ports);
    case 'baseline':
      return { text: await baseline(service, command.action, asker, ports) };
    default:
      return command satisfies never;
  }
}

async function switchWatching(
  service: Service,
  on: boolean,
  { user }: Origin,
  { watching, now }: WatchedPorts,
): Promise<string> {
  const { name } = service;
  if (on && service.doNotTouch) throw new Failure('do_not_touch', { service: name });
  const said = { on, by: user, atMs: now() };
  await watching.switch(name, said);
  const rules = watchRulesOf(service, said);
  if (!rules)
    return `${name} is not watched any more. Its history is kept; \`watch ${name}\` goes on with it.`;
  return `${name} is watched: a sample of each instance every ${formatDuration(rules.everyMs)}, from the next minute on. \`history ${name}\` shows them.`;
}

const HOURS_SHOWN = 12;
const MARKS_SHOWN = 5;

/** A past as text; pictures of it are drawn from the same. */
export function pastText(service: string, past: Past): string {
  const { instances, more, told, now, source, problems } = past;
  const parts: string[] = source === 'prometheus' ? ['From Prometheus, a sample every 5 minutes:', ''] : [];
  for (const { instance, t, kept, miss } of instances) {
    const gone = miss ? `; it has not answered since ${minute(miss.t)}: ${miss.says}` : '';
    parts.push(
      `${instance || service}, last sample ${minute(t)}${gone}`,
      ...table(kept, now),
      ...marksOf(kept),
      '',
    );
  }
  if (more > 0) parts.push(`… ${more} more instances`);
  if (told.length > 0) {
    const said = source === 'prometheus' ? 'What the watcher would have said' : 'What the watcher said';
    parts.push(`${said} in the last week:`);
  }
  parts.push(
    ...told
      .slice(-MARKS_SHOWN)
      .map(
        ({ t, kind, instance, because }) =>
          `${minute(t)}  ${instance}  ${kind.replaceAll('_', ' ')}: ${because}`,
      ),
    ...problems.map(({ text }) => text),
  );
  return parts.join('\n').trimEnd();
}

async function historyText(service: Service, ports: WatchedPorts): Promise<WatchedAnswer> {
  const { name, prometheus } = service;
  const past = await pastOf(service, ports);
  if (past.instances.length > 0) {
    const drawn = drawnHistory(service, past);
    return { text: pastText(name, past), ...(drawn && { drawn }) };
  }
  if (prometheus) return { text: `Prometheus has no series of ${name} that match {${prometheus.match}}.` };
  const said = await ports.watching.said(name);
  return { text: `There is no history of ${name} yet.${said?.on ? '' : ` \`watch ${name}\` begins one.`}` };
}

/** Hours of the last half day, the latest last. */
function table(kept: RollUp, now: number): string[] {
  const names = GRAINS.tens.columns.map(({ name }) => name);
  const column = (values: readonly number[], name: string): number =>
    values[names.indexOf(name)] ?? Number.NaN;
  const rows = rowsOf(kept, 'tens', now - HOURS_SHOWN * 3600, now);
  const hours = new Map<number, (typeof rows)[number][]>();
  for (const row of rows) {
    const hour = row.t - (row.t % 3600);
    hours.set(hour, [...(hours.get(hour) ?? []), row]);
  }
  const lines = [...hours].map(([t, tens]) => {
    const all = (name: string): readonly number[] =>
      tens.map(({ values }) => column(values, name)).filter((value) => !Number.isNaN(value));
    const least = (name: string): number | undefined => atLeast(all(name));
    return [
      minute(t),
      bytes(atMost(all('rssHigh'))),
      bytes(least('trough')),
      count(least('goroutines')),
      count(middle(all('requests'))),
    ];
  });
  if (lines.length === 0) return ['  no ten minutes are complete yet'];
  return aligned([['hour (UTC)', 'resident, most', 'heap, least', 'goroutines', 'requests/s'], ...lines]);
}

function marksOf({ marks }: RollUp): string[] {
  return marks
    .slice(-MARKS_SHOWN)
    .map(({ t, what, version }) => `  ${minute(t)}  ${what}${version === undefined ? '' : `, ${version}`}`);
}

async function baseline(
  { name, instances }: Service,
  action: 'set' | 'clear' | undefined,
  { user }: Origin,
  ports: WatchedPorts,
): Promise<string> {
  const { baselines, now } = ports;
  if (action === 'clear') {
    const had = await baselines.clear(name);
    return had
      ? `The baseline of ${name} is cleared: what is usual is what its last week shows.`
      : `No baseline of ${name} was set.`;
  }
  const set = await baselines.load(name);
  const usuals =
    action === undefined && set
      ? set.usuals
      : await usualNow(
          name,
          instances.map((instance) => instance.name),
          ports,
        );
  if (Object.keys(usuals).length === 0) {
    return `Nothing is usual for ${name} yet: it takes two hours of samples. \`watch ${name}\` takes them.`;
  }
  if (action === 'set') await baselines.set(name, { by: user, atMs: now(), usuals });
  const of =
    action === 'set'
      ? `The baseline of ${name} is set`
      : set
        ? `The baseline of ${name}, set on ${minute(set.atMs / 1000)}`
        : `What was usual for ${name} in the last week`;
  return [`${of}:`, ...usualRows(usuals)].join('\n');
}

function usualRows(usuals: Usuals): string[] {
  const rows = MEASURES.flatMap((measure) => {
    const kept = usuals[measure];
    if (!kept) return [];
    const show = measure === 'goroutines' ? count : bytes;
    const { mean, p95, std, median, mad, samples }: Usual = kept.whole;
    const byHour = kept.byHour ? 'known' : 'not yet';
    return [[measure, show(median), show(mad), show(mean), show(p95), show(std), count(samples), byHour]];
  });
  return aligned([['', 'median', 'MAD', 'mean', 'p95', 'std', 'readings', 'by hour'], ...rows]);
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map(
    (row) =>
      `  ${row.map((cell, at) => (at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0))).join('  ')}`,
  );
}

function bytes(value: number | undefined): string {
  return value === undefined ? '–' : formatBytes(value);
}

function count(value: number | undefined): string {
  return value === undefined ? '–' : formatCount(value);
}

function atLeast(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.min(...values);
}

function atMost(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : Math.max(...values);
}

function middle(values: readonly number[]): number | undefined {
  return values.length === 0 ? undefined : values.toSorted((a, b) => a - b)[values.length >> 1];
}

/** `2026-11-03 05:59Z` */
function minute(t: number): string {
  return `${new Date(t * 1000).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
