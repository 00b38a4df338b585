// triage jobs: decides anew about the incidents of one service, or about a channel that may be one. What became of captures
// is taken in, the next one is begun when it is due, and threads are brought up to date. Every step is safe to repeat.
import { DelayedError, type Job, UnrecoverableError } from 'bullmq';
import { SlackBusy } from '../src/deliver/slack-call.ts';
import { requestId } from '../src/entry/accept.ts';
import { Failure } from '../src/failure.ts';
import { decide, isStale, lostLook, type Plan } from '../src/incident/decide.ts';
import { emptyDesk, looked, openIncident, planLook, withIncident } from '../src/incident/fold.ts';
import type { Incident, IncidentDesk, IncidentLook, LookOutcome } from '../src/model/incident.ts';
import type { CaptureRequest } from '../src/model/request.ts';
import { DEFAULT_KINDS } from '../src/model/target.ts';
import { triageJob } from '../src/queue/jobs.ts';
import { submit } from '../src/queue/submit.ts';
import { lastKnownWords } from '../src/report/black-box-message.ts';
import { lookOutcome } from '../src/report/look.ts';
import type { IncidentSubject } from '../src/store/incidents.ts';
import { runChannel } from './triage-channel.ts';
import { ASKER, placeId, showDesk } from './triage-thread.ts';
import type { TriageWork } from './triage-work.ts';

/** Runs one triage job. */
export async function runTriage(job: Job, token: string | undefined, work: TriageWork): Promise<void> {
  const payload = triageJob.safeParse(job.data);
  if (!payload.success) {
    throw new UnrecoverableError('Somebody edited this job in Redis: it is not as goleak writes it.');
  }
  try {
    await triage(payload.data, work);
  } catch (error) {
    if (error instanceof SlackBusy) {
      await job.moveToDelayed(Date.now() + error.retryAfterMs, token);
      throw new DelayedError();
    }
    work.log.warn({ err: error, ...payload.data }, 'An incident could not be brought up to date.');
    if (error instanceof Failure && error.retry === 'never') throw new UnrecoverableError(error.message);
    throw error;
  }
}

/** Asks for a decision about whatever is due. */
export async function triageRound(
  nowMs: number,
  { incidents, queue }: Pick<TriageWork, 'incidents' | 'queue'>,
): Promise<void> {
  for (const { what, id } of await incidents.due(nowMs)) await queue.triage(what, id);
}

export async function triage({ what, id }: IncidentSubject, work: TriageWork): Promise<void> {
  return what === 'channel' ? runChannel(id, work) : runService(id, work);
}

async function runService(service: string, work: TriageWork): Promise<void> {
  const { incidents } = work;
  if (work.services.find(service) === undefined || !(await incidents.desk(service))) {
    return incidents.plan({ what: 'service', id: service }, undefined);
  }
  const { desk, plan } = await advance(service, work);
  // Before the thread: a Slack that is away must not keep captures from being made.
  await incidents.plan({ what: 'service', id: service }, plan.nextAtMs);
  return showDesk(desk, plan, work);
}

/** Whatever is to be learnt and done at once is done; what is left is to wait. */
async function advance(
  service: string,
  work: TriageWork,
): Promise<{ readonly desk: IncidentDesk; readonly plan: Plan }> {
  for (;;) {
    await takeIn(service, work);
    const nowMs = work.now();
    let plan: Plan = {};
    const desk = await work.incidents.changeDesk(service, (known = emptyDesk(service)) => {
      const decided = decideDesk(known, nowMs, work);
      plan = decided.plan;
      return decided.desk;
    });
    const open = openIncident(desk);
    const pending = open?.looks.find(({ outcome }) => outcome === undefined);
    if (open && pending) await begin(open, pending, work);
    if (plan.look !== true && plan.close === undefined) return { desk, plan };
  }
}

function decideDesk(
  desk: IncidentDesk,
  nowMs: number,
  { services }: TriageWork,
): { readonly desk: IncidentDesk; readonly plan: Plan } {
  const incident = openIncident(desk);
  if (incident === undefined) return { desk, plan: {} };
  const close = (why: NonNullable<Plan['close']>): IncidentDesk =>
    withIncident(desk, { ...incident, closed: { why, atMs: nowMs } });
  if (isStale(incident, nowMs)) return { desk: close('recovered'), plan: { close: 'recovered' } };
  // Without a channel nobody would see what a capture finds.
  if (incident.places.length === 0) return { desk, plan: {} };
  const plan = decide(incident, nowMs, services.incidents());
  if (plan.close !== undefined) return { desk: close(plan.close), plan };
  if (plan.look !== true) return { desk, plan };
  const look = { request: requestId(`${incident.id} ${nowMs}`, nowMs), plannedAtMs: nowMs };
  return { desk: withIncident(desk, planLook(incident, look)), plan };
}

/** What became of captures that were under way. */
async function takeIn(service: string, work: TriageWork): Promise<void> {
  const desk = await work.incidents.desk(service);
  const incident = desk && openIncident(desk);
  for (const look of incident?.looks ?? []) {
    if (incident === undefined || look.outcome !== undefined) continue;
    const outcome = await outcomeOf(incident, look, work);
    if (outcome === undefined) continue;
    await work.incidents.changeDesk(service, (known = emptyDesk(service)) => {
      const kept = known.incidents.find(({ id }) => id === incident.id);
      return kept ? withIncident(known, looked(kept, look.request, outcome)) : known;
    });
  }
}

async function outcomeOf(
  incident: Incident,
  look: IncidentLook,
  { requests, reports, now }: TriageWork,
): Promise<LookOutcome | undefined> {
  const progress = await requests.progress(look.request);
  const failed = (what: string): LookOutcome => ({ kind: 'failed', atMs: now(), what });
  switch (progress.stage) {
    case 'done': {
      const report = await reports.load(progress.reportId);
      return report ? lookOutcome(report, now()) : failed('Its report is not kept on this machine.');
    }
    case 'failed': {
      const { what, lastKnown } = progress;
      return failed(lastKnown ? `${what} ${lastKnownWords(lastKnown)}` : what);
    }
    case 'cancelled':
      return failed('It was cancelled.');
    default:
      return lostLook(incident, now()) === look
        ? failed('Nothing was heard of it for 20 minutes.')
        : undefined;
  }
}

async function firstPlace(incident: Incident, work: TriageWork): Promise<string | undefined> {
  for (const place of incident.places) {
    const id = await placeId(incident, place, work);
    if (id !== undefined) return id;
  }
  return undefined;
}

/** The request is made from the look alone, so that a crash in between makes the same one again. */
async function begin(incident: Incident, look: IncidentLook, work: TriageWork): Promise<void> {
  if (await work.requests.load(look.request)) return;
  const first = incident.looks.find(({ outcome }) => outcome?.kind === 'seen');
  const channel = await firstPlace(incident, work);
  const request: CaptureRequest = {
    id: look.request,
    service: incident.service,
    instances: 'one',
    windowMs: work.services.incidents().windowMs,
    kinds: DEFAULT_KINDS,
    origin: { door: 'webhook', user: ASKER, ...(channel !== undefined && { channel }) },
    acceptedAtMs: look.plannedAtMs,
    ...(first && { compareWith: first.request, sameInstancesAs: first.request }),
    incident: incident.id,
  };
  await submit(request, work);
}
