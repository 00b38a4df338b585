// A channel that may be about an incident: which service it is about is read from it, or asked in it.
import { postKeyed } from '../src/deliver/incident-thread.ts';
import type { ChannelSeen } from '../src/deliver/slack-read.ts';
import { emptyDesk, hear } from '../src/incident/fold.ts';
import { wordsOfMessage } from '../src/incident/messages.ts';
import { type Candidate, clearWinner, fits, mayShow, rankServices } from '../src/incident/service.ts';
import type { IncidentChannel, IncidentPlace } from '../src/model/incident.ts';
import {
  elsewhereMessage,
  type SlackMessage,
  serviceFoundMessage,
  whichServiceMessage,
} from '../src/report/blocks.ts';
import { mention } from '../src/report/foreign.ts';
import { threadPorts } from './triage-thread.ts';
import type { TriageWork } from './triage-work.ts';

/** Whoever opens an incident channel sets its topic and says a first word before they are asked. */
const ASK_AFTER_MS = 20_000;
/** What is said later is about what was found, not about what it is. */
const LISTEN_FOR_MS = 3_600_000;
const NEW_FOR_MS = 3_600_000;

export async function runChannel(id: string, work: TriageWork): Promise<void> {
  const known = await work.incidents.channel(id);
  const subject = { what: 'channel', id } as const;
  if (known === undefined || known.isDone) {
    return work.incidents.plan(subject, undefined);
  }
  const seen = await work.read.channel(id);
  const isOurs = seen !== undefined && !seen.isArchived && isIncident(seen, work);
  if (!isOurs || work.now() - known.sinceMs > LISTEN_FOR_MS) {
    // A channel the bot cannot see yet may be one: whoever invites it is heard.
    if (seen !== undefined)
      await work.incidents.changeChannel(id, (kept = known) => ({ ...kept, isDone: true }));
    return work.incidents.plan(subject, undefined);
  }
  if (!seen.isMember && !(await joined(seen, work))) {
    return work.incidents.plan(subject, undefined);
  }
  const candidates = await candidatesIn(seen, work);
  const service = known.service ?? clearWinner(candidates);
  if (service !== undefined) return link(seen, { ...known, service }, work);
  const askAtMs = known.sinceMs + ASK_AFTER_MS;
  if (known.asked !== undefined || work.now() < askAtMs) {
    return work.incidents.plan(subject, known.asked === undefined ? askAtMs : undefined);
  }
  await work.incidents.plan(subject, undefined);
  return ask(seen, candidates, work);
}

function isIncident({ name }: ChannelSeen, { services }: TriageWork): boolean {
  return services.incidents().channelPatterns.some((pattern) => fits(pattern, name));
}

async function joined({ id, isPrivate }: ChannelSeen, { services, read, log }: TriageWork): Promise<boolean> {
  if (!services.incidents().join || isPrivate) return false;
  if (await read.join(id)) return true;
  log.warn({ channel: id }, 'An incident channel cannot be joined: the scope channels:join was not granted.');
  return false;
}

async function candidatesIn(
  seen: ChannelSeen,
  { read, services }: TriageWork,
): Promise<readonly Candidate[]> {
  const { pinned, first } = await read.said(seen.id);
  const names = services.all().map(({ name }) => name);
  const words = (messages: readonly unknown[]) =>
    messages.map((message) => wordsOfMessage(message).join('\n'));
  const channel = { name: seen.name, topic: seen.topic, pinned: words(pinned), messages: words(first) };
  return rankServices(channel, names, services.incidents());
}

/** The incident of the service is told here from now on. */
async function link(
  { id, name, createdMs }: ChannelSeen,
  known: IncidentChannel & { readonly service: string },
  work: TriageWork,
): Promise<void> {
  const { incidents, services, now, queue } = work;
  const { service, sinceMs, chosenBy } = known;
  const rules = services.incidents();
  const ports = threadPorts(`channel.${id}`, work);
  if (!mayShow(services.find(service)?.channels, { id, name })) {
    await postKeyed(`${id}:elsewhere`, 'elsewhere', elsewhereMessage(service), { channel: id }, ports);
  } else {
    // An old channel is about an incident since goleak was called; a new one since it was made, however late that is heard.
    const isNew = createdMs > sinceMs - NEW_FOR_MS && createdMs < sinceMs;
    const place: IncidentPlace = { channel: id, why: 'incident', sinceMs: isNew ? createdMs : sinceMs };
    await incidents.changeDesk(service, (desk = emptyDesk(service)) =>
      hear(desk, { kind: 'channel', place }, { settleMs: rules.settleMs, nowMs: now() }),
    );
    await incidents.plan({ what: 'service', id: service }, now());
    await queue.triage('service', service);
  }
  if (known.asked !== undefined) {
    const by = chosenBy === undefined ? undefined : mention(chosenBy).markup;
    await edit(id, serviceFoundMessage(service, by), work);
  }
  await incidents.changeChannel(id, (kept = known) => ({ ...kept, service, isDone: true }));
  await incidents.plan({ what: 'channel', id }, undefined);
}

/** The likeliest first, then every other registered service. */
async function ask(seen: ChannelSeen, candidates: readonly Candidate[], work: TriageWork): Promise<void> {
  const { id } = seen;
  const registered = work.services.all().filter(({ channels }) => mayShow(channels, seen));
  const likely = candidates
    .map(({ service }) => service)
    .filter((name) => registered.some((each) => each.name === name));
  const others = registered.map(({ name }) => name).filter((name) => !likely.includes(name));
  const options = [...likely, ...others.sort()];
  if (options.length > 0) {
    const ports = threadPorts(`channel.${id}`, work);
    await postKeyed(`${id}:which`, 'which', whichServiceMessage(options), { channel: id }, ports);
  }
  await work.incidents.changeChannel(id, (kept) => ({
    ...(kept ?? { id, sinceMs: work.now() }),
    asked: options,
  }));
}

async function edit(channel: string, message: SlackMessage, work: TriageWork): Promise<void> {
  const posting = await threadPorts(`channel.${channel}`, work).ledger.posting('which');
  if (posting.state === 'sent') await work.slack.update(channel, posting.ts, message, `${channel}:which`);
}
