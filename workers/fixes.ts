// Verified fixes: after a new build of a service that has a leak with a thread, one quiet look once it has warmed up; then
// the thread says whether the leak is gone, with the picture of before and after, and its first message is closed or opened
// again. Every step may be repeated.

import { postKeyed } from '../src/deliver/incident-thread.ts';
import { postPictures, type ThreadPorts } from '../src/deliver/thread.ts';
import { requestId } from '../src/entry/accept.ts';
import { Failure } from '../src/failure.ts';
import { deployed } from '../src/incident/fold.ts';
import { fixOutcome, isLeak } from '../src/known/fix.ts';
import type { Log } from '../src/log.ts';
import type { Fix, FollowedLeak, PlannedLook } from '../src/model/fix.ts';
import type { CaptureRequest, Progress } from '../src/model/request.ts';
import { DEFAULT_KINDS, DEFAULT_WINDOW_MS, type Instance, type Service } from '../src/model/target.ts';
import { fixMessage, type SlackMessage } from '../src/report/blocks.ts';
import { type Picture, type Recovery, recoveryPictures } from '../src/report/charts/pictures.ts';
import type { Report } from '../src/report/schema.ts';
import type { FixStore } from '../src/store/fixes.ts';
import type { FlameStore } from '../src/store/flames.ts';
import type { IncidentStore } from '../src/store/incidents.ts';
import type { ReportStore } from '../src/store/reports.ts';
import type { RequestStore } from '../src/store/requests.ts';
import type { Mark } from '../src/watch/watcher.ts';

export interface PlanWork {
  readonly fixes: FixStore;
  readonly incidents: Pick<IncidentStore, 'desk' | 'changeDesk'>;
  /** Asks for a decision about a service's incidents. */
  readonly triage: (service: string) => Promise<void>;
  readonly now: () => number;
  /** How long a new process is given before it is looked at. */
  readonly warmUpMs: () => number;
  readonly log: Log;
}

/** The sampler has seen a new build: a leak with a thread, or an open incident, has it looked at. */
export async function planLook(
  service: Service,
  instance: Instance,
  { t, what, version }: Mark,
  work: PlanWork,
): Promise<void> {
  if (what !== 'deploy' || version === undefined) return;
  const { fixes, now, warmUpMs, log } = work;
  await tellIncident(service.name, { name: version, atMs: t * 1_000 }, work);
  const leak = await fixes.followed(service.name, now());
  if (!leak) return;
  const look = { service: service.name, instance: instance.name, build: version, request: leak.request };
  await fixes.plan({ ...look, atMs: t * 1_000 }, now() + warmUpMs());
  log.info({ ...look }, 'A new build of a service with a leak is looked at once it has warmed up.');
}

/** Its own thread says what comes of it, and when it looks. */
async function tellIncident(
  service: string,
  build: { readonly name: string; readonly atMs: number },
  { incidents, triage }: PlanWork,
): Promise<void> {
  const desk = await incidents.desk(service);
  if (!desk || deployed(desk, build) === desk) return;
  await incidents.changeDesk(service, (known = desk) => deployed(known, build));
  await triage(service);
}

/** A thread that is about a leak has its verdict: it is the one that is followed, unless a newer one is. */
export async function followLeak(
  { id, service, origin }: CaptureRequest,
  { verdict, window }: Report,
  fixes: FixStore,
): Promise<void> {
  const { kind, tier } = verdict;
  if (origin.channel === undefined || !isLeak(kind) || tier === 'suspect') return;
  const atMs = window.to ?? 0;
  const before = await fixes.followed(service, atMs);
  if (before && (before.request === id || before.atMs >= atMs)) return;
  await fixes.follow(service, { request: id, kind, state: 'open', atMs });
}

export interface RoundWork {
  readonly fixes: FixStore;
  readonly submit: (request: CaptureRequest) => Promise<void>;
  readonly now: () => number;
  readonly log: Log;
}

/** Begins the looks that are due; of one build of a service one, however many instances have it. */
export async function fixRound(nowMs: number, { fixes, submit, log }: RoundWork): Promise<void> {
  for (const look of await fixes.due(nowMs)) {
    try {
      await submit(requestFor(look, nowMs));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      log.info({ err: error, service: look.service }, 'The look at a new build was not begun.');
      if (error.retry === 'later') continue;
    }
    await fixes.begun(look);
  }
}

function requestFor({ service, instance, build, request, atMs }: PlannedLook, nowMs: number): CaptureRequest {
  return {
    id: requestId(`fix ${service} ${build} ${request} ${atMs}`, atMs),
    service,
    instances: [instance],
    windowMs: DEFAULT_WINDOW_MS,
    kinds: DEFAULT_KINDS,
    origin: { door: 'schedule', user: '' },
    acceptedAtMs: nowMs,
    because: `build ${build} is new`,
    quiet: true,
    lightOnly: true,
    verifies: { request, build },
  };
}

export interface FixWork {
  readonly requests: RequestStore;
  readonly reports: Pick<ReportStore, 'load'>;
  readonly flames: Pick<FlameStore, 'load'>;
  readonly fixes: FixStore;
  readonly queue: { readonly deliver: (requestId: string) => Promise<void> };
  /** Those of the thread that the leak has. */
  readonly portsOf: (request: CaptureRequest) => ThreadPorts;
  readonly log: Log;
}

/** The look has its last word: the thread of the leak is told. */
export async function tellFix(look: CaptureRequest, progress: Progress, work: FixWork): Promise<void> {
  const { verifies } = look;
  if (!verifies) return;
  const { requests, reports, fixes, queue } = work;
  const followed = await fixes.followed(look.service, look.acceptedAtMs);
  const leak = await requests.load(verifies.request);
  const known = await requests.progress(verifies.request);
  // Another thread is the one by now, or this one is not kept any more.
  if (!leak || known.stage !== 'done' || followed?.request !== verifies.request) return;
  const before = await reports.load(known.reportId);
  if (!before) return;
  const after = progress.stage === 'done' ? await reports.load(progress.reportId) : undefined;
  const told = known.fix?.build === verifies.build && known.fix.outcome !== 'unclear' ? known.fix : undefined;
  const fix = told ?? fixOf(verifies.build, before, after, followed, look);
  // One that is gone and stays gone is no news with every build.
  const isNews = told !== undefined || fix.outcome !== 'fixed' || followed.state !== 'fixed';
  if (isNews) {
    await requests.saveProgress(leak.id, { ...known, fix });
    const message = fixMessage(fix, before, after ?? { failed: whatOf(progress) });
    const pictures = after ? recoveryPictures({ before, after, flames: flamesOf(before, after, work) }) : [];
    await showFix(leak, fix, { message, pictures }, work);
    await queue.deliver(leak.id);
  }
  if (fix.outcome === 'unclear') return;
  const state = fix.outcome === 'fixed' ? 'fixed' : 'open';
  await fixes.follow(look.service, { ...followed, state, atMs: look.acceptedAtMs });
}

function fixOf(
  build: string,
  before: Report,
  after: Report | undefined,
  { state }: FollowedLeak,
  look: CaptureRequest,
): Fix {
  const atMs = after?.window.to ?? look.acceptedAtMs;
  return { build, atMs, outcome: after ? fixOutcome(before, after, state) : 'unclear' };
}

/** Those of a capture made on another machine are not here. */
function flamesOf(before: Report, after: Report, { flames }: FixWork): NonNullable<Recovery['flames']> {
  return { before: flames.load(before.id) ?? {}, after: flames.load(after.id) ?? {} };
}

function whatOf(progress: Progress): string {
  return progress.stage === 'failed' ? progress.what : 'its report is not kept on this machine.';
}

async function showFix(
  leak: CaptureRequest,
  fix: Fix,
  told: { readonly message: SlackMessage; readonly pictures: readonly Picture[] },
  { portsOf, requests }: FixWork,
): Promise<void> {
  const root = await requests.ledger(leak.id).posting('root');
  if (root.state !== 'sent') return;
  const { channel = '', threadTs = root.ts } = leak.origin;
  const thread = { channel, threadTs };
  const ports = portsOf(leak);
  // By its moment: said again after a crash, it is the same.
  const step = `fix-${Math.round(fix.atMs)}`;
  await postKeyed(`${leak.id}:${step}`, step, told.message, thread, ports);
  await postPictures(`${step}-picture`, () => told.pictures, thread, ports);
}
