// Keeps the schedulers of the sampler as services.yml and the switches have them. A Redis that was emptied has none:
// they are looked for again and again, and made where they are missing. One that is there and right is left alone, for
// writing it anew would move its rounds.
import { Queue } from 'bullmq';
import type { ServiceCatalog } from '../src/config/services.ts';
import { type SamplePlan, samplePlans } from '../src/policy/watching.ts';
import type { connectRedis } from '../src/queue/connection.ts';
import { QUEUE_PREFIX, SAMPLE_QUEUE, type SampleJob } from '../src/queue/jobs.ts';
import type { WatchingStore } from '../src/store/watching.ts';

export interface SamplingPorts {
  readonly services: Pick<ServiceCatalog, 'all'>;
  readonly watching: Pick<WatchingStore, 'all'>;
  readonly now: () => number;
}

export interface Sampling {
  /** Looks once; any number of workers may. */
  readonly reconcile: () => Promise<void>;
  readonly close: () => Promise<void>;
}

const MAX_SCHEDULERS = 5_000;

export function openSampling(connection: ReturnType<typeof connectRedis>, ports: SamplingPorts): Sampling {
  const queue = new Queue(SAMPLE_QUEUE, {
    connection,
    prefix: QUEUE_PREFIX,
    skipVersionCheck: true,
  });
  queue.on('error', () => {});
  return {
    reconcile: async () => {
      const wanted = samplePlans(ports.services.all(), await ports.watching.all());
      const there = await queue.getJobSchedulers(0, MAX_SCHEDULERS);
      for (const { key } of there) {
        if (!wanted.some(({ id }) => id === key)) await queue.removeJobScheduler(key);
      }
      const nowMs = ports.now();
      for (const plan of wanted) {
        const scheduler = there.find(({ key }) => key === plan.id);
        if (scheduler && isAlive(scheduler, plan, nowMs)) continue;
        await queue.upsertJobScheduler(
          plan.id,
          { every: plan.everyMs },
          {
            name: 'sample',
            data: { v: 1, service: plan.service, shard: plan.shard } satisfies SampleJob,
            opts: { attempts: 1, removeOnComplete: true, removeOnFail: { count: 100 } },
          },
        );
      }
    },
    close: () => queue.close(),
  };
}

/** One whose round should long have begun has lost its job. */
function isAlive(
  scheduler: { readonly every?: number | undefined; readonly next?: number | undefined },
  { everyMs }: SamplePlan,
  nowMs: number,
): boolean {
  return scheduler.every === everyMs && (scheduler.next ?? 0) > nowMs - 3 * everyMs;
}
