// The producing side of BullMQ: enqueue, and what is waiting. Consumers are in workers/.
import { type JobsOptions, Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import { Failure } from '../failure.ts';
import type { CaptureRequest } from '../model/request.ts';
import {
  CAPTURE_QUEUE,
  type CaptureJob,
  captureJobId,
  DELIVER_QUEUE,
  type DeliverJob,
  QUEUE_PREFIX,
  TRIAGE_QUEUE,
  type TriageJob,
} from './jobs.ts';
import { openRounds } from './rounds.ts';

/**
 * An enqueue on the way to a Slack acknowledgement may take this long. ioredis's own options do not
 * bound it: a command can wait for ever for a Redis that was never reachable.
 */
const ENQUEUE_DEADLINE_MS = 1_500;

const KEPT: JobsOptions = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 1_000, jitter: 0.5 },
  removeOnComplete: { age: 86_400, count: 10_000 },
  removeOnFail: { age: 604_800 },
};
/** Slack may be away for half an hour; delivering late beats not delivering. */
const DELIVERY: JobsOptions = { ...KEPT, attempts: 60, backoff: { type: 'patient' } };
const FIRST_RETRY_MS = 500;
/** Without a ceiling the waits double past the end of the outage, and new stages wait behind them. */
const LONGEST_RETRY_MS = 60_000;

export interface QueueCounts {
  readonly active: number;
  readonly waiting: number;
  readonly delayed: number;
  readonly failed: number;
}

export interface FailedJob {
  readonly requestId: string;
  readonly reason: string;
  readonly atMs: number;
}

export interface JobQueue {
  /** One job per request, however often it is asked; services take turns. */
  readonly capture: (request: Pick<CaptureRequest, 'id' | 'service'>) => Promise<void>;
  /** A capture of this priority has begun. */
  readonly begun: (priority: number) => Promise<void>;
  /** Lets a capture that is held back go on now. */
  readonly wake: (requestId: string) => Promise<void>;
  /** How many captures may run at once, in all workers together. */
  readonly limitCaptures: (atOnce: number) => Promise<void>;
  /** Asks for the thread to be brought up to date; requests while one is waiting are one. */
  readonly deliver: (requestId: string, what?: DeliverJob['what']) => Promise<void>;
  /** Asks for a decision about a service's incidents, or a channel; requests while one is waiting are one. */
  readonly triage: (what: TriageJob['what'], id: string) => Promise<void>;
  /** What the queue knows of a request's capture; "unknown" when there is no such job (any more). */
  readonly captureState: (requestId: string) => Promise<string>;
  /** The words a capture's job ended with; undefined when it did not fail. */
  readonly captureFailure: (requestId: string) => Promise<string | undefined>;
  readonly counts: () => Promise<Readonly<Record<string, QueueCounts>>>;
  /** Jobs that were given up, the newest first. */
  readonly failures: (most: number) => Promise<readonly FailedJob[]>;
  readonly close: () => Promise<void>;
}

export function openQueue(connection: Redis): JobQueue {
  const options = { connection, prefix: QUEUE_PREFIX, skipVersionCheck: true };
  const capture = new Queue<CaptureJob>(CAPTURE_QUEUE, options);
  const deliver = new Queue<DeliverJob>(DELIVER_QUEUE, options);
  const triage = new Queue<TriageJob>(TRIAGE_QUEUE, options);
  // Without a listener a lost connection would end the process; every command reports it by itself.
  capture.on('error', () => {});
  deliver.on('error', () => {});
  triage.on('error', () => {});
  const rounds = openRounds(connection);
  return {
    capture: async ({ id, service }) => {
      const priority = await rounds.next(service, capture.toKey('prioritized'));
      await capture.add('capture', { v: 1, requestId: id }, { ...KEPT, jobId: captureJobId(id), priority });
    },
    begun: (priority) => rounds.reached(priority),
    wake: async (requestId) => {
      const job = await capture.getJob(captureJobId(requestId));
      // It may have begun by itself in the meantime.
      if (job && (await job.isDelayed())) await job.promote().catch(() => {});
    },
    limitCaptures: async (atOnce) => {
      await capture.setGlobalConcurrency(atOnce);
    },
    deliver: async (requestId, what = 'request') => {
      const deduplication = { id: `${what}-${requestId}`, keepLastIfActive: true };
      const job: DeliverJob = what === 'answer' ? { v: 2, what, requestId } : { v: 1, what, requestId };
      await deliver.add(what, job, { ...DELIVERY, deduplication });
    },
    triage: async (what, id) => {
      const deduplication = { id: `${what}-${id}`, keepLastIfActive: true };
      await triage.add(what, { v: 1, what, id }, { ...DELIVERY, deduplication });
    },
    captureState: (requestId) => capture.getJobState(captureJobId(requestId)),
    captureFailure: async (requestId) => (await capture.getJob(captureJobId(requestId)))?.failedReason,
    counts: async () => ({ capture: await countsOf(capture), deliver: await countsOf(deliver) }),
    failures: async (most) => {
      const jobs = (
        await Promise.all([capture, deliver].map((queue) => queue.getFailed(0, most - 1)))
      ).flat();
      return jobs
        .map(({ data, failedReason, finishedOn }) => ({
          requestId: typeof data?.requestId === 'string' ? data.requestId : 'unknown',
          reason: failedReason ?? 'no reason was kept',
          atMs: finishedOn ?? 0,
        }))
        .toSorted((a, b) => b.atMs - a.atMs)
        .slice(0, most);
    },
    close: async () => {
      await Promise.all([capture.close(), deliver.close(), triage.close()]);
    },
  };
}

/** The backoff strategy that workers give to BullMQ for "patient" jobs: doubling up to a minute, with jitter. */
export function patientBackoffMs(attemptsMade: number): number {
  const whole = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** (attemptsMade - 1));
  return Math.round(whole * (0.5 + Math.random() / 2));
}

/**
 * Runs an enqueue with a deadline of its own.
 * @throws Failure `queue_unavailable` when Redis does not confirm in time.
 */
export async function withinDeadline<Value>(work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Failure('queue_unavailable', {})), ENQUEUE_DEADLINE_MS);
  });
  try {
    return await Promise.race([work, deadline]);
  } catch (error) {
    throw error instanceof Failure ? error : new Failure('queue_unavailable', {}, { cause: error });
  } finally {
    clearTimeout(timer);
    work.catch(() => {});
  }
}

async function countsOf(queue: Queue): Promise<QueueCounts> {
  const counts = await queue.getJobCounts('active', 'waiting', 'prioritized', 'delayed', 'failed');
  const { active = 0, waiting = 0, prioritized = 0, delayed = 0, failed = 0 } = counts;
  return { active, waiting: waiting + prioritized, delayed, failed };
}
