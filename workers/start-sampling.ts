// Starts what looks at watched services.
import { createFetcher } from '../src/capture/fetch.ts';
import { SAMPLE_CAPS, SAMPLE_DEADLINES } from '../src/capture/sample.ts';
import type { Env } from '../src/config/env.ts';
import { refuseStopped } from '../src/control/captures.ts';
import type { createSlackClient } from '../src/deliver/slack.ts';
import { createSlackReader } from '../src/deliver/slack-read.ts';
import { requestId } from '../src/entry/accept.ts';
import type { Lifecycle } from '../src/lifecycle.ts';
import type { CaptureRequest } from '../src/model/request.ts';
import type { connectRedis } from '../src/queue/connection.ts';
import { SAMPLE_QUEUE } from '../src/queue/jobs.ts';
import type { JobQueue } from '../src/queue/queue.ts';
import { submit } from '../src/queue/submit.ts';
import { openFixStore } from '../src/store/fixes.ts';
import { openHistoryStore } from '../src/store/history.ts';
import { openIncidentStore } from '../src/store/incidents.ts';
import { incidentSeal } from '../src/store/seal.ts';
import { openVerdictStore } from '../src/store/verdicts.ts';
import { openWatchingStore } from '../src/store/watching.ts';
import { captureByItself, pairKeeper } from './automatic.ts';
import type { CaptureWork } from './capture.ts';
import { fixRound, planLook } from './fixes.ts';
import { putOffReader } from './put-off.ts';
import { createSampler } from './sample.ts';
import { openSampling } from './sampling.ts';
import type { Every, StartWorker } from './start.ts';

const SAMPLE_CONCURRENCY = 4;
const FIXES_EVERY_MS = 5_000;
const RECONCILE_EVERY_MS = 60_000;

interface Connections {
  readonly env: Env;
  readonly redis: ReturnType<typeof connectRedis>;
  readonly kept: ReturnType<typeof connectRedis>;
  readonly slack: ReturnType<typeof createSlackClient>;
}

interface Starting {
  readonly start: StartWorker;
  readonly every: Every;
  readonly lifecycle: Lifecycle;
}

/** Looks at watched services all the time, and starts a capture by itself when there is something to see. */
export function startSampling(
  work: CaptureWork & { readonly queue: JobQueue },
  { env, redis, kept, slack }: Connections,
  { start, every, lifecycle }: Starting,
): void {
  const { services, switches, circuits, leases, queue, log, leaving, requests, rules } = work;
  const fetcher = createFetcher(env.secret, { caps: SAMPLE_CAPS, deadlines: SAMPLE_DEADLINES });
  const ended = new AbortController();
  lifecycle.onEnd('connections of the sampler', () => fetcher.close());
  const watching = openWatchingStore(kept);
  const automatic = {
    watching,
    submit: (request: CaptureRequest) =>
      submit(request, {
        requests,
        queue,
        mayStart: (service) => refuseStopped(service, switches),
      }),
    channelId: createSlackReader(slack, Date.now).idOf,
    isPutOff: putOffReader({ verdicts: openVerdictStore(kept), rules, now: Date.now }),
    requestId,
    now: Date.now,
    log,
  };
  const newBuilds = {
    fixes: openFixStore(kept),
    incidents: openIncidentStore(kept, incidentSeal(env.sealKeys)),
    triage: (service: string) => queue.triage('service', service),
    submit: automatic.submit,
    now: Date.now,
    warmUpMs: () => services.incidents().settleMs,
    log,
  };
  every(FIXES_EVERY_MS, 'looking at new builds', () => fixRound(Date.now(), newBuilds));
  const sample = createSampler({
    services,
    switches,
    circuits,
    leases,
    watching,
    history: openHistoryStore(kept),
    queue,
    fetch: fetcher.fetch,
    sampled: pairKeeper(automatic),
    raise: async (service, instance, raised) => {
      if (raised.mark) await planLook(service, instance, raised.mark, newBuilds);
      await captureByItself(service, instance, raised, automatic);
    },
    log,
    // What is missed now is sampled in the next round, by another worker.
    leaving: AbortSignal.any([leaving, ended.signal]),
  });
  const sampler = start(SAMPLE_QUEUE, sample, SAMPLE_CONCURRENCY);
  const sampling = openSampling(redis, { services, watching, now: Date.now });
  lifecycle.onEnd('the sampler', async () => {
    ended.abort(new Error('this worker is leaving'));
    await sampler.close();
    await sampling.close();
  });
  every(RECONCILE_EVERY_MS, 'looking after the sampler', sampling.reconcile);
}
