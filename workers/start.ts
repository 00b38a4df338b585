// How this process takes jobs from queues, and does things now and then.
import { type Processor, Worker, type WorkerOptions } from 'bullmq';
import type { Lifecycle } from '../src/lifecycle.ts';
import type { Log } from '../src/log.ts';
import type { connectRedis } from '../src/queue/connection.ts';
import { QUEUE_PREFIX } from '../src/queue/jobs.ts';
import { patientBackoffMs } from '../src/queue/queue.ts';

// With BullMQ's defaults a job of a killed worker is taken over after up to 62 s; with these after 5 to 14 s: the lock has
// to run out, and two looks for stalled jobs have to pass, either of which may just have missed its turn.
const RECOVERY: Pick<
  WorkerOptions,
  'lockDuration' | 'stalledInterval' | 'maxStalledCount' | 'runRetryDelay'
> = {
  lockDuration: 10_000,
  stalledInterval: 1_000,
  maxStalledCount: 1,
  runRetryDelay: 1_000,
};

/** Gives a function that starts a worker of a queue. */
export function workerStarter(redis: ReturnType<typeof connectRedis>, log: Log) {
  return (name: string, run: Processor, concurrency: number): Worker => {
    // Blocking reads need connections of their own; BullMQ makes them by duplicating ours.
    const worker = new Worker(name, run, {
      ...RECOVERY,
      connection: redis,
      prefix: QUEUE_PREFIX,
      concurrency,
      skipVersionCheck: true,
      settings: { backoffStrategy: patientBackoffMs },
    });
    worker.on('error', (error) => log[isConnectionLoss(error) ? 'debug' : 'error']({ err: error }, 'queue'));
    // Somebody else may have the job by now: two at one service would be one too many.
    worker.on('lockRenewalFailed', (ids) => {
      for (const id of ids) worker.cancelJob(id, 'the job was taken over');
    });
    return worker;
  };
}

/** Said once a second by every connection while Redis is away; /readyz says it too. */
function isConnectionLoss(error: Error): boolean {
  const code = 'code' in error ? String(error.code) : '';
  return /^(ECONN|ENOENT|EPIPE|ETIMEDOUT)/.test(code) || error.message.includes('Connection is closed');
}

/** Gives a function that runs something now and then for as long as the process lives, never twice at a time. */
export function turnTaker(lifecycle: Lifecycle, log: Log) {
  return (everyMs: number, what: string, run: () => Promise<unknown>): void => {
    let isRunning = false;
    const turn = async (): Promise<void> => {
      if (isRunning) return;
      isRunning = true;
      await run().catch((error: unknown) => log.error({ err: error }, `${what} did not work`));
      isRunning = false;
    };
    void turn();
    const timer = setInterval(() => void turn(), everyMs);
    lifecycle.onEnd(what, () => clearInterval(timer));
  };
}

/** Starts a worker of a queue. */
export type StartWorker = ReturnType<typeof workerStarter>;
/** Runs something now and then. */
export type Every = ReturnType<typeof turnTaker>;
