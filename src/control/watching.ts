// What people say and ask of watching: watch, unwatch, history, baseline. The same from Slack and from a terminal.
import type { Authorise } from '../authorise.ts';
import type { Command } from '../command/command.ts';
import { Failure } from '../failure.ts';
import type { DrawnHistory } from '../model/history.ts';
import type { Origin } from '../model/request.ts';
import type { Service } from '../model/target.ts';
import { formatDuration } from '../model/units.ts';
import { drawnHistory, pastOf, type ReadPrometheus } from '../past/past.ts';
import { usualNow } from '../past/usual.ts';
import { watchRulesOf } from '../policy/watching.ts';
import type { SlackMessage } from '../report/elements.ts';
import { type BaselineStore, MEASURES, type Usuals } from '../store/baselines.ts';
import type { HistoryStore } from '../store/history.ts';
import type { WatchingStore } from '../store/watching.ts';
import type { Usual } from '../watch/baseline.ts';
import { aligned, bytes, count, minute } from './columns.ts';
import { pastMessage } from './past-message.ts';
import { pastText } from './past-text.ts';

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
  /** The same where a phone has to wrap it; absent where plain lines do. */
  readonly message?: SlackMessage;
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

async function historyText(service: Service, ports: WatchedPorts): Promise<WatchedAnswer> {
  const { name, prometheus } = service;
  const past = await pastOf(service, ports);
  if (past.instances.length > 0) {
    const drawn = drawnHistory(service, past);
    return {
      text: pastText(name, past),
      message: pastMessage(name, past),
      ...(drawn && { drawn }),
    };
  }
  if (prometheus) return { text: `Prometheus has no series of ${name} that match {${prometheus.match}}.` };
  const said = await ports.watching.said(name);
  return { text: `There is no history of ${name} yet.${said?.on ? '' : ` \`watch ${name}\` begins one.`}` };
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
