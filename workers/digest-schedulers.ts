// BullMQ wakes a worker at the moment a digest is due. That is all its job schedulers are for: whether something is
// sent is decided by workers/digest.ts, which also looks by itself. So they are made when they are missing, at most
// once a minute by one of all workers, and never written over: a fleet that restarts in a loop moves no digest.
import { type ConnectionOptions, type Processor, Queue, type Worker } from 'bullmq';
import type { Log } from '../src/log.ts';
import type { Digest } from '../src/model/digest.ts';
import { DIGEST_QUEUE, QUEUE_PREFIX } from '../src/queue/jobs.ts';

export interface SchedulerWork {
  readonly connection: ConnectionOptions;
  readonly start: (name: string, run: Processor, concurrency: number) => Worker;
  readonly look: () => Promise<void>;
  readonly log: Log;
}

export interface Schedulers {
  /** Makes what is missing or was changed, and takes away what is not wanted any more. */
  readonly reconcile: (wanted: readonly Digest[]) => Promise<void>;
  readonly close: () => Promise<void>;
}

const LOOK = { name: 'look', data: { v: 1 }, opts: { removeOnComplete: true, removeOnFail: true } } as const;

export function openSchedulers({ connection, start, look, log }: SchedulerWork): Schedulers {
  const queue = new Queue(DIGEST_QUEUE, { connection, prefix: QUEUE_PREFIX, skipVersionCheck: true });
  // Without a listener a lost connection would end the process; every command reports it by itself.
  queue.on('error', () => {});
  const worker = start(DIGEST_QUEUE, () => look(), 1);
  return {
    reconcile: async (wanted) => {
      const there = new Map((await queue.getJobSchedulers(0, -1)).map((one) => [one.key, one]));
      for (const { id, cron, zone } of wanted) {
        const known = there.get(id);
        there.delete(id);
        if (known?.pattern === cron && known.tz === zone) continue;
        await queue.upsertJobScheduler(id, { pattern: cron, tz: zone }, LOOK);
        log.info({ digest: id }, 'A digest has a scheduler now.');
      }
      for (const id of there.keys()) await queue.removeJobScheduler(id);
    },
    close: async () => {
      await worker.close();
      await queue.close();
    },
  };
}
