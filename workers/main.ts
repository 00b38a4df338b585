// The worker process: takes capture and deliver jobs from the queue until it is told to stop. Any number of
// these may run. No domain words here, only concurrency, locks and shutdown.
import type { Job } from 'bullmq';
import { openTrail, trailOptions } from '../src/audit/trail.ts';
import { createFetcher } from '../src/capture/fetch.ts';
import { botTokenOf, type Env } from '../src/config/env.ts';
import { createSlackClient } from '../src/deliver/slack.ts';
import { slackAnswers } from '../src/deliver/slack-check.ts';
import { openSlackFiles } from '../src/deliver/slack-files.ts';
import { startHealthServer } from '../src/entry/health.ts';
import { type Running, runProcess } from '../src/lifecycle.ts';
import type { Log } from '../src/log.ts';
import { openMetrics } from '../src/metrics.ts';
import { answersPing, connectRedis } from '../src/queue/connection.ts';
import { CAPTURE_QUEUE, captureJob, DELIVER_QUEUE } from '../src/queue/jobs.ts';
import { privateRedisUrl } from '../src/queue/private-redis.ts';
import { openQueue, withinDeadline } from '../src/queue/queue.ts';
import { watchRedis } from '../src/queue/redis-check.ts';
import { openRegistering } from '../src/registering.ts';
import { openFlameStore } from '../src/store/flames.ts';
import { openVerdictStore, rememberingReports } from '../src/store/verdicts.ts';
import { openAnalysisChildren } from './analysis-children.ts';
import { runCapture } from './capture.ts';
import { runDeliver } from './deliver.ts';
import { keepHeapSmall } from './heap.ts';
import { measuredCapture, measuredFetch, measuredReports } from './measured.ts';
import { type MendWork, mendRequest, mendRound } from './mend.ts';
import {
  openCaptures,
  openMemory,
  openReports,
  openRequests,
  openSafety,
  openSealed,
  openShowing,
  openTalk,
} from './parts.ts';
import { sendDigests } from './send-digests.ts';
import { turnTaker, workerStarter } from './start.ts';
import { startSampling } from './start-sampling.ts';
import { startTriage } from './start-triage.ts';
import { suspectsApart } from './suspects.ts';
import { triageRound } from './triage.ts';

const DEFAULT_PORT = 3001;
const DELIVER_CONCURRENCY = 8;
const TRIAGE_EVERY_MS = 1_000;
const EXPIRE_EVERY_MS = 3_600_000;
const MEND_EVERY_MS = 15_000;
/** A window may outlast the drain budget; captures are given back to the queue after this. */
const CAPTURE_GRACE_MS = 2_000;

/** A connection for queues, which waits as long as it takes, and one for what is kept. */
async function openRedis(
  url: string,
  { redisUrl }: Env,
  { lifecycle, log }: Pick<Running, 'lifecycle' | 'log'>,
): Promise<{ redis: ReturnType<typeof connectRedis>; kept: ReturnType<typeof connectRedis> }> {
  const redis = connectRedis(url, 'worker');
  const kept = connectRedis(url, 'store');
  lifecycle.onEnd('Redis', () => {
    redis.disconnect();
    kept.disconnect();
  });
  if (!(await answersPing(redis, 2_000))) {
    log.info(
      redisUrl
        ? 'Waiting for Redis.'
        : "Waiting for the app's Redis: start `npm start` with the same GOLEAK_HOME.",
    );
  }
  return { redis, kept };
}

async function openWorker({ env, log, lifecycle }: Running): Promise<void> {
  const botToken = botTokenOf(env);
  const redisUrl = env.redisUrl ?? privateRedisUrl(env.home);
  const { redis, kept } = await openRedis(redisUrl, env, { lifecycle, log });

  const queue = openQueue(redis);
  lifecycle.onEnd('the queue', () => queue.close());
  const metrics = openMetrics(() => withinDeadline(queue.counts()));
  const watch = watchRedis({ redis, url: redisUrl }, log, metrics.redisDegraded);
  lifecycle.onEnd('the watch over Redis', () => watch.stop());
  const fetcher = createFetcher(env.secret);
  lifecycle.onEnd('connections to services', () => fetcher.close());
  const { services, refresh } = openRegistering(redis, { env, log, lifecycle });
  const captures = openCaptures(env, log);
  const verdicts = openVerdictStore(kept);
  const reports = rememberingReports(measuredReports(openReports(kept, env), metrics), verdicts, Date.now);
  const trail = openTrail(trailOptions(env, 'worker', log));
  lifecycle.onEnd('the audit', () => trail.close());
  const requests = openRequests(kept, env, { trail, metrics, reports });
  const leaving = new AbortController();
  const flames = openFlameStore(env.home);
  const stores = { services, refresh, captures, reports, flames, requests, log };

  const children = openAnalysisChildren({ log, onKill: metrics.killed });
  lifecycle.onEnd('analysis', () => children.close());
  const slack = createSlackClient(botToken, env.slack.apiUrl);
  const captureWork = {
    ...stores,
    ...openSafety(kept, slack, services),
    ...openSealed(kept, env),
    queue,
    fetch: measuredFetch(fetcher.fetch, metrics),
    analyse: children.analyse,
    files: openSlackFiles(slack, { token: botToken, apiUrl: env.slack.apiUrl }),
    home: env.home,
    ...openMemory(kept, captures, log),
    leaving: leaving.signal,
  };
  const showing = openShowing(slack, env);
  const deliverWork = {
    ...stores,
    authorise: captureWork.authorise,
    queue,
    verdicts,
    ...openTalk(kept, env),
    ...showing,
  };
  const start = workerStarter(redis, log);
  const deliverWorker = start(
    DELIVER_QUEUE,
    (job, token) => runDeliver(job, token, deliverWork),
    DELIVER_CONCURRENCY,
  );
  lifecycle.onEnd('the deliver worker', () => deliverWorker.close());
  const { authorise } = captureWork;
  const triageWork = startTriage(deliverWork, { redis, env, slack }, { lifecycle, log });
  const apart = suspectsApart();
  const captureWorker = start(
    CAPTURE_QUEUE,
    (job, token, signal) =>
      apart(job, token, () => measuredCapture(() => runCapture(job, token, signal, captureWork), metrics)),
    env.workerConcurrency,
  );
  captureWorker.on('failed', (job) => mendFailed(job, { requests, queue, log }));
  lifecycle.onEnd('the capture worker', async () => {
    setTimeout(() => leaving.abort(new Error('this worker is leaving')), CAPTURE_GRACE_MS).unref();
    await captureWorker.close();
  });

  const every = turnTaker(lifecycle, log);
  startSampling(captureWork, { env, redis, kept, slack }, { start, every, lifecycle });
  every(EXPIRE_EVERY_MS, 'deleting old captures', () =>
    Promise.all([captures.expire(Date.now()), reports.expire(Date.now())]),
  );
  every(TRIAGE_EVERY_MS, 'looking for incidents that are due', () => triageRound(Date.now(), triageWork));
  every(MEND_EVERY_MS, 'looking after open requests', async () => {
    // Again and again: a Redis that was emptied has forgotten it.
    await queue.limitCaptures(env.capturesAtOnce);
    await mendRound(Date.now(), { requests, queue, log });
  });
  sendDigests({ every, lifecycle, redis, kept, start, env, verdicts, services, authorise, showing, log });

  const checks = { redis: () => answersPing(redis, 1_000), slack: slackAnswers(slack) };
  const told = {
    checks,
    degraded: { audit: trail.isKept, artefacts: captures.isKeeping },
    metrics: metrics.page,
  };
  const health = await startHealthServer(env.port ?? DEFAULT_PORT, told, log);
  lifecycle.onEnd('the health port', () => health.close());
  void sayReady(redis, log);
}

function mendFailed(job: Job | undefined, work: MendWork): void {
  const payload = captureJob.safeParse(job?.data);
  if (job?.finishedOn === undefined || !payload.success) return;
  mendRequest(payload.data.requestId, work).catch((error: unknown) =>
    work.log.warn({ err: error }, 'a failed capture waits for the next round'),
  );
}

/** A worker without a queue takes no job: this waits as long as Redis is away. */
async function sayReady(redis: ReturnType<typeof connectRedis>, log: Log): Promise<void> {
  const answer = await redis.ping().catch(() => undefined);
  if (answer !== undefined) log.info('The worker is ready.');
}

keepHeapSmall();
runProcess('worker', openWorker);
