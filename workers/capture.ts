// capture jobs: request id -> investigate -> report kept -> thread asked to catch up. Safe to run twice:
// what is already captured is not asked of the service again.
import { setTimeout as sleep } from 'node:timers/promises';
import { type Job, UnrecoverableError, WaitingError } from 'bullmq';
import type { Fetch } from '../src/capture/fetch.ts';
import { type Looks, planSteps } from '../src/capture/plan.ts';
import { resolveInstances } from '../src/capture/resolve.ts';
import { captureInstance } from '../src/capture/run.ts';
import type { ServiceCatalog } from '../src/config/services.ts';
import { explain, Failure } from '../src/failure.ts';
import { type Captured, investigate } from '../src/investigate.ts';
import type { Log } from '../src/log.ts';
import type { CaptureRequest, Progress } from '../src/model/request.ts';
import type { Instance, Service } from '../src/model/target.ts';
import { captureJob } from '../src/queue/jobs.ts';
import type { JobQueue } from '../src/queue/queue.ts';
import type { CaptureStore } from '../src/store/captures.ts';
import type { ReportStore } from '../src/store/reports.ts';
import type { RequestStore } from '../src/store/requests.ts';
import type { AnalysisChildren } from './analysis-children.ts';
import { type ProgressBoard, progressBoard } from './progress.ts';

export interface CaptureWork {
  readonly services: ServiceCatalog;
  readonly requests: RequestStore;
  readonly captures: CaptureStore;
  readonly reports: ReportStore;
  readonly queue: JobQueue;
  readonly fetch: Fetch;
  /** In a child that can be killed, which reads the files from the store under `home`. */
  readonly analyse: AnalysisChildren['analyse'];
  readonly home: string;
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
  if (!payload.success) throw new UnrecoverableError('This job was written by another release.');
  const { requestId } = payload.data;
  const request = await work.requests.load(requestId);
  if (!request) throw new UnrecoverableError('The request of this job is no longer kept.');
  const log = work.log.child({ request: requestId, service: request.service });

  const tell = async (progress: Progress): Promise<void> => {
    if (await work.requests.saveProgress(requestId, progress)) await work.queue.deliver(requestId);
  };
  const signal = lost ? AbortSignal.any([work.leaving, lost]) : work.leaving;
  log.info('A capture begins.');
  try {
    await tell(await finish(request, tell, { ...work, signal }));
    log.info('The verdict is ready.');
  } catch (error) {
    if (lost?.aborted) throw error;
    if (work.leaving.aborted) {
      await job.moveToWait(token);
      throw new WaitingError();
    }
    const attempts = job.opts.attempts ?? 1;
    const last = job.attemptsMade + 1 >= attempts || (error instanceof Failure && error.retry === 'never');
    log.warn({ err: error, last }, 'The capture did not succeed.');
    if (!last) throw error;
    await tell({ stage: 'failed', ...explain(error, requestId) });
    throw new UnrecoverableError(error instanceof Error ? error.message : 'unknown error');
  }
}

interface Run extends CaptureWork {
  readonly signal: AbortSignal;
}

async function finish(
  request: CaptureRequest,
  tell: (progress: Progress) => Promise<void>,
  work: Run,
): Promise<Progress> {
  const kept = await work.reports.load(request.id);
  if (kept) return { stage: 'done', reportId: kept.id };
  await refuseExpired(request, work);
  const service = work.services.find(request.service);
  if (!service) {
    const known = work.services.all().map(({ name }) => name);
    throw new Failure('service_unknown', { service: request.service, known });
  }
  const total = resolveInstances(service, request).length;
  const board = progressBoard(request, total, {
    tell: (progress) => {
      tell(progress).catch((error: unknown) => work.log.debug({ err: error }, 'progress was not saved'));
    },
    now: Date.now,
  });
  const report = await investigate(request, service, {
    capture: async (instance, looks) => {
      const captured = await captureOne(request, service, { instance, looks }, board, work);
      board.finished(instance.name);
      return captured;
    },
    analyse: (captured, context) => {
      const { id, compareWith } = request;
      const question = {
        home: work.home,
        id,
        captured,
        context,
        ...(compareWith !== undefined && { compareWith }),
      };
      return work.analyse({ service: service.name, question }, work.signal);
    },
    analysing: () => tell({ stage: 'analysing' }),
  });
  await work.reports.save(report);
  return { stage: 'done', reportId: report.id };
}

/** One that had begun before may have its window, and the window of a third look, on top. */
async function refuseExpired(request: CaptureRequest, { requests }: CaptureWork): Promise<void> {
  const { stage } = await requests.progress(request.id);
  const waitedMs = Date.now() - request.acceptedAtMs;
  if (waitedMs < EXPIRES_AFTER_MS + (stage === 'queued' ? 0 : 2 * request.windowMs)) return;
  const minutes = Math.floor(waitedMs / 60_000);
  throw new Failure('request_expired', { service: request.service, minutes });
}

async function captureOne(
  request: CaptureRequest,
  service: Service,
  { instance, looks }: { readonly instance: Instance; readonly looks: Looks },
  board: ProgressBoard,
  work: Run,
): Promise<Captured> {
  const { id } = request;
  const records = await captureInstance(
    instance,
    { steps: planSteps(request.kinds, request.windowMs, looks), allow: service.allow },
    {
      fetch: (asked, endpoint, signal) => work.fetch(asked, endpoint, signal, id),
      now: Date.now,
      sleep: (durationMs, signal) => sleep(durationMs, undefined, { signal }),
      earlier: await work.captures.records(id, instance.name),
      keep: (record, bytes) => work.captures.keep(id, instance.name, record, bytes),
      progress: (progress) => board.step(instance.name, progress),
      signal: work.signal,
    },
  );
  return { instance: instance.name, records };
}
