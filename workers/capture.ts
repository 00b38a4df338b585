// capture jobs: request id -> investigate -> report kept -> thread asked to catch up. Safe to run twice:
// what is already captured is not asked of the service again.
import { DelayedError, type Job, UnrecoverableError, WaitingError } from 'bullmq';
import type { Authorise } from '../src/authorise.ts';
import type { Fetch } from '../src/capture/fetch.ts';
import { resolveInstances } from '../src/capture/resolve.ts';
import type { ServiceCatalog } from '../src/config/services.ts';
import { stoppedFailure } from '../src/control/captures.ts';
import type { SlackFiles } from '../src/deliver/slack-files.ts';
import { explain, Failure, isGone } from '../src/failure.ts';
import { type Captured, investigate, NotYet } from '../src/investigate.ts';
import { inForce } from '../src/known/rules.ts';
import type { Log } from '../src/log.ts';
import type { LastKnown } from '../src/model/black-box.ts';
import type { Flames } from '../src/model/flame.ts';
import type { CaptureRequest, Progress } from '../src/model/request.ts';
import type { Service } from '../src/model/target.ts';
import { captureJob, captureJobId, unreadable } from '../src/queue/jobs.ts';
import type { JobQueue } from '../src/queue/queue.ts';
import { tellThreads } from '../src/queue/tell.ts';
import type { Report } from '../src/report/schema.ts';
import type { BudgetStore } from '../src/store/budgets.ts';
import type { HeldFile } from '../src/store/captures.ts';
import type { CircuitStore } from '../src/store/circuits.ts';
import type { FlameStore } from '../src/store/flames.ts';
import type { LeaseStore } from '../src/store/leases.ts';
import type { PushStore } from '../src/store/pushes.ts';
import type { ReportStore } from '../src/store/reports.ts';
import type { RequestStore } from '../src/store/requests.ts';
import type { RuleStore } from '../src/store/rules.ts';
import type { SpooledCaptures } from '../src/store/spool.ts';
import type { SwitchStore } from '../src/store/switches.ts';
import type { AnalysisChildren } from './analysis-children.ts';
import { grant } from './granted.ts';
import { type ProgressBoard, progressBoard } from './progress.ts';
import { capturePushed } from './pushed.ts';
import { putBack } from './put-back.ts';
import { captureTarget, type Granted } from './target.ts';
import { AlreadyTold, beginTurn, PlaceLost, type Turn } from './turn.ts';
import { runUpload } from './upload.ts';

export interface CaptureWork {
  /** Reads what is registered now: an admin may have accepted the service a moment ago. */
  readonly refresh?: () => Promise<void>;
  readonly services: ServiceCatalog;
  readonly requests: RequestStore;
  readonly captures: SpooledCaptures;
  readonly pushes: Pick<PushStore, 'load' | 'drop'>;
  readonly reports: ReportStore;
  readonly flames: FlameStore;
  readonly rules: Pick<RuleStore, 'all' | 'hid'>;
  readonly leases: LeaseStore;
  readonly budgets: BudgetStore;
  readonly circuits: CircuitStore;
  readonly switches: SwitchStore;
  readonly queue: Pick<JobQueue, 'capture' | 'deliver' | 'begun' | 'wake'>;
  readonly fetch: Fetch;
  readonly authorise: Authorise;
  /** In a child that can be killed, which reads the files from the store under `home`. */
  readonly analyse: AnalysisChildren['analyse'];
  readonly home: string;
  /** The report beside what is known of its service from before, of which it becomes a part. */
  readonly remember: (report: Report, request: CaptureRequest) => Promise<Report>;
  /** What is known of instances that are gone. */
  readonly recall: (service: string, instances: readonly string[]) => Promise<LastKnown | undefined>;
  /** What people uploaded, and Slack keeps. */
  readonly files: SlackFiles;
  readonly log: Log;
  /** Aborted when this process must end before the window does; the job then goes back to the queue. */
  readonly leaving: AbortSignal;
}

/** A request that waited longer is answered, not run: nobody wants to know any more how it was then. */
const EXPIRES_AFTER_MS = 15 * 60_000;

/**
 * Runs one capture job.
 * @param lost aborted when another worker may have taken the job over
 */
export async function runCapture(
  job: Job,
  token: string | undefined,
  lost: AbortSignal | undefined,
  work: CaptureWork,
): Promise<void> {
  const payload = captureJob.safeParse(job.data);
  if (!payload.success) return refuseJob(job, token, work);
  const { requestId } = payload.data;
  if (job.id !== undefined && job.id !== captureJobId(requestId)) throw new UnrecoverableError(EDITED_JOB);
  // In one turn, so Redis is asked once: first its name, lest it be emptied between that and the request.
  const [memory, request, { stage }] = await Promise.all([
    work.requests.memory(),
    work.requests.load(requestId),
    work.requests.progress(requestId),
  ]);
  if (!request) throw new UnrecoverableError(await work.requests.whyNot(requestId));
  if (stage === 'failed' || stage === 'cancelled') return;
  const log = work.log.child({ request: requestId, service: request.service });

  const tell = (progress: Progress): Promise<void> => tellThreads(requestId, progress, work);
  const turn = beginTurn(requestId, lost ? [work.leaving, lost] : [work.leaving], {
    leases: work.leases,
    objection: () => objectionTo(request, work),
    wake: work.queue.wake,
    log,
    now: Date.now,
  });
  log.info('A capture begins.');
  try {
    if (job.opts.priority) await work.queue.begun(job.opts.priority);
    await tell(await finish(request, tell, { ...work, turn }));
    work.captures.release(requestId);
    await putBack(request, memory, work);
    log.info('The verdict is ready.');
  } catch (error) {
    if (work.leaving.aborted && !lost?.aborted) {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    if ((await putBack(request, memory, work)) || lost?.aborted) throw error;
    if (error instanceof NotYet || error instanceof PlaceLost) {
      if (error instanceof NotYet) {
        await tellHeld(request, error.message, tell, work);
        if (error.place !== undefined) await work.leases.line(error.place, requestId, request.acceptedAtMs);
      }
      log.info({ because: error.name }, 'The capture goes on later.');
      await job.moveToDelayed(Date.now() + laterMs(job), token);
      throw new DelayedError();
    }
    if (error instanceof AlreadyTold) return;
    const attempts = job.opts.attempts ?? 1;
    const last = job.attemptsMade + 1 >= attempts || (error instanceof Failure && error.retry === 'never');
    log.warn({ err: error, last }, 'The capture did not succeed.');
    if (!last) throw error;
    work.captures.release(requestId);
    await tell({ stage: 'failed', ...explain(error, requestId), ...(await recalled(request, error, work)) });
    throw new UnrecoverableError(error instanceof Error ? error.message : 'unknown error');
  } finally {
    await turn.end();
  }
}

/** What is known of it from before, when nobody was there to be asked. A lookup that fails takes nothing from the answer. */
async function recalled(
  request: CaptureRequest,
  error: unknown,
  { recall, services, log }: CaptureWork,
): Promise<{ lastKnown?: LastKnown }> {
  const service = services.find(request.service);
  if (!service || !isGone(error)) return {};
  try {
    const names = resolveInstances(service, request).map(({ name }) => name);
    const lastKnown = await recall(service.name, names);
    return lastKnown ? { lastKnown } : {};
  } catch (trouble) {
    log.warn({ err: trouble, request: request.id }, 'The black box could not be read.');
    return {};
  }
}

const EDITED_JOB = 'Somebody edited this job in Redis: it is not as goleak writes it.';

/** A job of a newer release waits for a worker of that release, and its thread says so; any other is nobody's. */
async function refuseJob(job: Job, token: string | undefined, work: CaptureWork): Promise<never> {
  const why = unreadable(job.data);
  if (why.kind === 'edited') throw new UnrecoverableError(EDITED_JOB);
  const { requestId } = why;
  const request = await work.requests.load(requestId);
  if (!request) throw new UnrecoverableError(await work.requests.whyNot(requestId));
  const tell = (progress: Progress): Promise<void> => tellThreads(requestId, progress, work);
  work.log.error({ request: requestId }, 'This worker is older than the app: update it.');
  if (Date.now() - request.acceptedAtMs < EXPIRES_AFTER_MS) {
    await tellHeld(request, 'this worker is older than the app: update it', tell, work);
    await job.moveToDelayed(Date.now() + laterMs(job), token);
    throw new DelayedError();
  }
  const outdated = new Failure('worker_outdated', { service: request.service });
  await tell({ stage: 'failed', ...explain(outdated, requestId) });
  throw new UnrecoverableError(outdated.message);
}

/** Asked before every single request to a service, and once a second. */
async function objectionTo(
  { id, service, files }: CaptureRequest,
  { switches, requests }: CaptureWork,
): Promise<Error | undefined> {
  const [stop, { stage }] = await Promise.all([switches.stopOf(service), requests.progress(id)]);
  if (stage === 'failed' || stage === 'cancelled') return new AlreadyTold();
  return stop && !files ? stoppedFailure(service, stop.atMs) : undefined;
}

/** Once: a capture that waits for minutes is not a message every second. */
async function tellHeld(
  request: CaptureRequest,
  why: string,
  tell: (progress: Progress) => Promise<void>,
  { requests }: CaptureWork,
): Promise<void> {
  const before = await requests.progress(request.id);
  if (before.stage === 'held' && before.why === why) return;
  await tell({
    stage: 'held',
    why,
    begun: before.stage === 'held' ? before.begun : before.stage !== 'queued',
  });
}

const FIRST_LATER_MS = 1_000;
const LONGEST_LATER_MS = 8_000;

/** Sooner at first; a queue of many that wait must not become load by itself. */
function laterMs({ attemptsStarted, attemptsMade }: Job): number {
  const waited = Math.max(0, attemptsStarted - attemptsMade - 1);
  return Math.min(LONGEST_LATER_MS, FIRST_LATER_MS * 1.5 ** waited) * (0.75 + Math.random() / 2);
}

interface Run extends CaptureWork {
  readonly turn: Turn;
}

async function finish(
  request: CaptureRequest,
  tell: (progress: Progress) => Promise<void>,
  work: Run,
): Promise<Progress> {
  const kept = await work.reports.load(request.id);
  if (kept) return { stage: 'done', reportId: kept.id };
  const { files } = request;
  if (files) {
    await runUpload({ ...request, files }, tell, work);
    return { stage: 'done', reportId: request.id };
  }
  await work.refresh?.();
  const service = work.services.find(request.service);
  if (!service) {
    const known = work.services.all().map(({ name }) => name);
    throw new Failure('service_unknown', { service: request.service, known });
  }
  if (service.doNotTouch) throw new Failure('do_not_touch', { service: service.name });
  const [progress] = await Promise.all([work.requests.progress(request.id), work.turn.check()]);
  const total = resolveInstances(service, request).length;
  refuseExpired(request, total, progress);
  const granted = await grant(request, service, work.authorise).catch(async (error: unknown) => {
    if (error instanceof Failure) await letFollowersGo(request.id, work);
    throw error;
  });
  const board = progressBoard(request, total, {
    tell: (progress) => {
      tell(progress).catch((error: unknown) => work.log.debug({ err: error }, 'progress was not saved'));
    },
    now: Date.now,
    later: (delayMs, run) => {
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  });
  try {
    const { report, flames } = await investigated(request, service, { ...work, granted, board });
    // First: a report that is kept is not made again.
    await work.flames.save(request.id, flames);
    await work.reports.save(await work.remember(report, request));
    await countHidden(report, work);
  } finally {
    board.close();
  }
  return { stage: 'done', reportId: request.id };
}

/** Each rule keeps count of what it hid. */
async function countHidden({ id: report, hidden = [] }: Report, { rules }: Run): Promise<void> {
  for (const { rule, count } of hidden) await rules.hid(rule, { report, count });
}

async function investigated(
  request: CaptureRequest,
  service: Service,
  work: Run & { readonly board: ProgressBoard; readonly granted: Granted },
): Promise<{ report: Report; flames: Flames }> {
  const { board } = work;
  const { compareWith = '' } = request;
  const leader = compareWith === '' ? undefined : await work.requests.leaderOf(compareWith);
  const comparedWith = leader ?? compareWith;
  const rules = inForce([...(service.notALeak ?? []), ...(await work.rules.all())], service.name, Date.now());
  let flames: Flames = {};
  const report = await investigate(request, service, {
    capture: async (instance, looks) => {
      const captured = request.pushed
        ? await capturePushed(request.id, instance.name, work)
        : await captureTarget(request, service, { instance, looks }, work);
      board.finished(instance.name);
      return captured;
    },
    analyse: async (captured, context) => {
      const question = {
        home: work.home,
        id: request.id,
        captured,
        held: heldOf(request.id, captured, work.captures),
        context,
        ...(comparedWith !== '' && { compareWith: comparedWith }),
      };
      const reading = await work.analyse({ service: service.name, question }, work.turn.signal);
      flames = reading.flames;
      return reading;
    },
    analysing: async () => board.analysing(),
    rules,
  });
  return { report, flames };
}

function heldOf(
  id: string,
  captured: readonly Captured[],
  { held }: SpooledCaptures,
): Record<string, readonly HeldFile[]> {
  return Object.fromEntries(captured.map(({ instance }) => [instance, held(id, instance)]));
}

/** Those who asked for the same may have it all the same: each is captured for itself. */
async function letFollowersGo(id: string, { requests, queue }: CaptureWork): Promise<void> {
  for (const follower of await requests.followersOf(id)) {
    await requests.unfollow(follower);
    const request = await requests.load(follower);
    if (request) await queue.capture(request);
  }
}

/** One that had begun before may have its windows, and those of a third look, on top. */
function refuseExpired(request: CaptureRequest, instances: number, progress: Progress): void {
  const begun = progress.stage === 'held' ? progress.begun : progress.stage !== 'queued';
  const waitedMs = Date.now() - request.acceptedAtMs;
  if (waitedMs < EXPIRES_AFTER_MS + (begun ? 2 * instances * request.windowMs : 0)) return;
  const minutes = Math.floor(waitedMs / 60_000);
  throw new Failure('request_expired', { service: request.service, minutes });
}
