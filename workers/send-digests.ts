// Opens what sends digests, and has it look: when a scheduler wakes it, and by itself every two seconds.
import { setTimeout as sleep } from 'node:timers/promises';
import type { ConnectionOptions } from 'bullmq';
import { openPrometheus } from '../src/capture/prometheus.ts';
import type { ServiceCatalog } from '../src/config/services.ts';
import type { Running } from '../src/lifecycle.ts';
import { factsReader } from '../src/past/digest-facts.ts';
import { digestHistory, recordedHistory } from '../src/past/digest-history.ts';
import { openDigestStore } from '../src/store/digests.ts';
import { openHistoryStore } from '../src/store/history.ts';
import { digestSeal } from '../src/store/seal.ts';
import type { VerdictStore } from '../src/store/verdicts.ts';
import { type DigestWork, openDigests } from './digest.ts';
import { openSchedulers, type SchedulerWork } from './digest-schedulers.ts';

/** A digest is at most this late where no scheduler woke anybody. */
const LOOK_MS = 2_000;
const SCHEDULERS_EVERY_MS = 60_000;
const SCHEDULERS_LOOK_MS = 15_000;

export interface SendingDigests extends Pick<Running, 'env' | 'log' | 'lifecycle'> {
  readonly every: (everyMs: number, what: string, run: () => Promise<unknown>) => void;
  /** For BullMQ. */
  readonly redis: ConnectionOptions;
  /** For what is kept. */
  readonly kept: Parameters<typeof openDigestStore>[0];
  readonly start: SchedulerWork['start'];
  readonly verdicts: VerdictStore;
  readonly services: ServiceCatalog;
  readonly authorise: DigestWork['authorise'];
  readonly showing: Pick<DigestWork, 'slack' | 'renderChart'>;
}

export function sendDigests({ every, lifecycle, redis, kept, start, env, ...parts }: SendingDigests): void {
  const { verdicts, services, authorise, showing, log } = parts;
  const store = openDigestStore(kept, digestSeal(env.sealKeys));
  const leaving = new AbortController();
  const prometheus = openPrometheus(env.secret, leaving.signal);
  const digests = openDigests({
    services,
    digests: store,
    factsOf: factsReader({
      verdicts,
      history: recordedHistory(digestHistory(openHistoryStore(kept)), {
        find: services.find,
        prometheus: prometheus.read,
      }),
    }),
    authorise,
    ...showing,
    clock: { now: Date.now, sleep: (durationMs) => sleep(durationMs) },
    log,
  });
  const schedulers = openSchedulers({ connection: redis, start, look: digests.look, log });
  lifecycle.onEnd('digests', async () => {
    await schedulers.close();
    leaving.abort(new Error('this worker is leaving'));
    await digests.close();
    await prometheus.close();
  });
  every(LOOK_MS, 'looking for digests that are due', digests.look);
  every(SCHEDULERS_LOOK_MS, 'making schedulers of digests', async () => {
    if (await store.takeTurn(SCHEDULERS_EVERY_MS)) await schedulers.reconcile(await digests.inForce());
  });
}
