// Brings the threads of a service's incidents up to date: one message in each of their channels.
import { setTimeout as sleep } from 'node:timers/promises';
import { type IncidentThread, showIncident } from '../src/deliver/incident-thread.ts';
import { pacedPoster } from '../src/deliver/paced.ts';
import type { ThreadPorts } from '../src/deliver/thread.ts';
import { Failure } from '../src/failure.ts';
import { isCalm, type Plan } from '../src/incident/decide.ts';
import { type ButtonValues, INCIDENT_ACTIONS } from '../src/model/button.ts';
import {
  beganMs,
  type Incident,
  type IncidentDesk,
  type IncidentLook,
  type IncidentPlace,
} from '../src/model/incident.ts';
import type { ThreadPlace } from '../src/model/question.ts';
import { type IncidentAbout, incidentMessage } from '../src/report/blocks.ts';
import type { Report } from '../src/report/schema.ts';
import { PROGRESS_EVERY_MS, portsOf, stateOf } from './deliver.ts';
import { knownId } from './remember.ts';
import type { TriageWork } from './triage-work.ts';

/** A closed incident hears late deliveries for a while; then its thread is left as it is. */
const SHOWN_AFTER_CLOSE_MS = 3_600_000;

/** A channel that Slack refuses for good does not keep the others back. */
export async function showDesk(desk: IncidentDesk, plan: Plan, work: TriageWork): Promise<void> {
  for (const incident of desk.incidents) {
    const { closed, looks } = incident;
    if (looks.length === 0 || (closed && closed.atMs < work.now() - SHOWN_AFTER_CLOSE_MS)) continue;
    const thread = await threadOf(incident, plan, work);
    for (const place of incident.places) {
      try {
        await showAt(thread, place, work);
      } catch (error) {
        if (!(error instanceof Failure) || error.retry !== 'never') throw error;
        work.log.warn(
          { err: error, channel: place.channel, incident: incident.id },
          'a channel was left out',
        );
      }
    }
  }
}

/** Before it is known in which channel: buttons belong to one. */
type Thread = Omit<IncidentThread, 'message'> & { readonly about: IncidentAbout };

async function threadOf(incident: Incident, plan: Plan, work: TriageWork): Promise<Thread> {
  const { nextAtMs } = plan;
  const isWaiting = incident.closed === undefined && nextAtMs !== undefined;
  const seen = incident.looks.filter(({ outcome }) => outcome?.kind === 'seen');
  const [first] = seen;
  const last = seen.at(-1);
  const isRecovered = incident.closed?.why === 'recovered' && last !== first && isCalm(last?.outcome);
  const after = isRecovered ? await reportOf(last, work) : undefined;
  return {
    incident,
    about: isWaiting ? { nextLookMs: nextAtMs } : {},
    ...(first && (await firstOf(first, work))),
    ...(after && { after, afterFlames: work.flames.load(after.id) ?? {} }),
  };
}

async function firstOf(look: IncidentLook, work: TriageWork): Promise<Pick<IncidentThread, 'first'>> {
  const request = await work.requests.load(look.request);
  const report = await reportOf(look, work);
  // Expired: whatever was to be told of it has been.
  if (request === undefined || report === undefined) return {};
  const progress = await work.requests.progress(request.id);
  const flames = work.flames.load(report.id) ?? {};
  return { first: { ...(await stateOf(request, progress, work)), report, flames } };
}

async function reportOf(
  look: IncidentLook | undefined,
  { reports }: TriageWork,
): Promise<Report | undefined> {
  return look?.outcome?.kind === 'seen' ? reports.load(look.outcome.report) : undefined;
}

async function showAt({ about, ...thread }: Thread, place: IncidentPlace, work: TriageWork): Promise<void> {
  const { incident, first } = thread;
  const id = await placeId(incident, place, work);
  if (id === undefined) return;
  const kept = `${incident.id}.${id}`;
  const ports = threadPorts(kept, work);
  const buttons = await buttonsOf(incident, { channel: id, kept }, work);
  const message = incidentMessage(incident, { ...about, ...(buttons && { buttons }) });
  const told = first ? { ...ports, artefacts: portsOf(first, work).artefacts } : ports;
  const threadTs = await showIncident({ ...thread, message }, id, told);
  await noteLooks(incident, { channel: id, threadTs }, work);
  if (place.why === 'incident' && first?.report) await link(incident, id, first.report, work);
}

/** About the last look that came to a verdict, as what is asked in the thread. */
async function buttonsOf(
  { looks, closed }: Incident,
  { channel, kept }: { readonly channel: string; readonly kept: string },
  { buttons, now }: TriageWork,
): Promise<ButtonValues | undefined> {
  const last = looks.findLast(({ outcome }) => outcome?.kind === 'seen');
  if (!last || closed) return undefined;
  const about = { request: last.request, channel, owner: ASKER, thread: kept };
  return buttons.idsOf({ ...about, actions: INCIDENT_ACTIONS }, now());
}

/** What is asked in the thread is about the last look that came to a verdict. */
async function noteLooks(
  { looks }: Incident,
  place: ThreadPlace,
  { threads, requests }: TriageWork,
): Promise<void> {
  const last = looks.findLast(({ outcome }) => outcome?.kind === 'seen');
  const request = last && (await requests.load(last.request));
  if (request) await threads.note(place, { id: request.id, atMs: request.acceptedAtMs });
}

/** Later captures say that the signature was seen before in this channel. */
async function link(
  incident: Incident,
  channel: string,
  { signatures }: Report,
  { known, read }: TriageWork,
): Promise<void> {
  const name = await read.nameOf(channel);
  if (name === undefined) return;
  await known.link(incident.service, signatures.map(knownId), { channel, name, atMs: beganMs(incident) });
}

/** The id of a channel in which the incident may be told; undefined when there is none, or it may not be. */
export async function placeId(
  { service: name, id: incident }: Incident,
  { channel }: IncidentPlace,
  { read, services, authorise, log }: TriageWork,
): Promise<string | undefined> {
  const id = await read.idOf(channel);
  const service = services.find(name);
  if (id === undefined || service === undefined) {
    log.warn({ channel, incident }, 'There is no such channel, or no such service any more.');
    return undefined;
  }
  const origin = { door: 'webhook', user: ASKER, channel: id } as const;
  const decision = await authorise({ at: 'worker', origin, service, actions: ['capture-light'] });
  if (decision.may !== 'no') return id;
  if (decision.refusal.retry !== 'never') throw decision.refusal;
  log.warn(
    { channel, incident, because: decision.refusal.message },
    'An incident is not told in this channel.',
  );
  return undefined;
}

/** Who "asks" for the captures of incidents. */
export const ASKER = 'alerts';

/** @param kept under which name the outbox remembers the messages */
export function threadPorts(kept: string, work: TriageWork): ThreadPorts {
  const { requests, slack, pace, renderChart, now } = work;
  return {
    slack: pacedPoster(slack, pace),
    progressTurn: (channel) => pace.turn(channel, PROGRESS_EVERY_MS),
    renderChart,
    ledger: requests.ledger(kept),
    clock: { now, sleep: (durationMs) => sleep(durationMs) },
    shown: {
      load: () => requests.rendered(kept, 'root'),
      save: (content) => requests.saveRendered(kept, 'root', content),
    },
    placed: async () => {},
    artefacts: async () => [],
    claimName: ({ channel, threadTs }, name) =>
      requests.claimName(kept, `${channel}:${threadTs ?? ''}`, name),
  };
}
