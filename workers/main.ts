// The worker process: takes capture and deliver jobs from the queue until it is told to stop. Any number of
// these may run. No domain words here, only concurrency, locks and shutdown.
import { type Job, type Processor, Worker, type WorkerOptions } from 'bullmq';
import { auditedRequests } from '../src/audit/audited.ts';
import { openTrail, type Trail, trailOptions } from '../src/audit/trail.ts';
import { createAuthorise } from '../src/authorise.ts';
import { recall } from '../src/black-box.ts';
import { createFetcher } from '../src/capture/fetch.ts';
import { SAMPLE_CAPS, SAMPLE_DEADLINES } from '../src/capture/sample.ts';
import { botTokenOf, type Env } from '../src/config/env.ts';
import { type ServiceCatalog, watchServices } from '../src/config/services.ts';
import { refuseStopped } from '../src/control.ts';
import { chartRenderer } from '../src/deliver/charts.ts';
import { rememberedPace } from '../src/deliver/paced.ts';
import { createSlackClient, createSlackPoster } from '../src/deliver/slack.ts';
import { slackAnswers } from '../src/deliver/slack-check.ts';
import { openSlackDirectory } from '../src/deliver/slack-people.ts';
import { createSlackReader } from '../src/deliver/slack-read.ts';
import { requestId } from '../src/entry/accept.ts';
import { startHealthServer } from '../src/entry/health.ts';
import { type Lifecycle, type Running, runProcess } from '../src/lifecycle.ts';
import type { Log } from '../src/log.ts';
import { type Metrics, openMetrics } from '../src/metrics.ts';
import type { CaptureRequest } from '../src/model/request.ts';
import { answersPing, connectRedis } from '../src/queue/connection.ts';
import {
  CAPTURE_QUEUE,
  captureJob,
  DELIVER_QUEUE,
  QUEUE_PREFIX,
  SAMPLE_QUEUE,
  TRIAGE_QUEUE,
} from '../src/queue/jobs.ts';
import { privateRedisUrl } from '../src/queue/private-redis.ts';
import { type JobQueue, openQueue, patientBackoffMs, withinDeadline } from '../src/queue/queue.ts';
import { watchRedis } from '../src/queue/redis-check.ts';
import { submit } from '../src/queue/submit.ts';
import { openBaselineStore } from '../src/store/baselines.ts';
import { openBlackBox } from '../src/store/black-box.ts';
import { openBudgetStore } from '../src/store/budgets.ts';
import { openButtonStore } from '../src/store/buttons.ts';
import { openCaptureStore } from '../src/store/captures.ts';
import { openCircuitStore } from '../src/store/circuits.ts';
import { openFixStore } from '../src/store/fixes.ts';
import { openHistoryStore } from '../src/store/history.ts';
import { openIncidentStore } from '../src/store/incidents.ts';
import { openKnownStore } from '../src/store/known.ts';
import { openLeaseStore } from '../src/store/leases.ts';
import { openMentionStore } from '../src/store/mentions.ts';
import { openPaceStore } from '../src/store/pace.ts';
import { openReportStore, type ReportStore } from '../src/store/reports.ts';
import { openRequestStore, type RequestStore } from '../src/store/requests.ts';
import { incidentSeal, reportSeal, requestSeal } from '../src/store/seal.ts';
import { openSpareReports } from '../src/store/spare-reports.ts';
import { type SpooledCaptures, spoolCaptures } from '../src/store/spool.ts';
import { openSwitchStore } from '../src/store/switches.ts';
import { openVerdictStore, rememberingReports } from '../src/store/verdicts.ts';
import { openWatchingStore } from '../src/store/watching.ts';
import { openAnalysisChildren } from './analysis-children.ts';
import { captureByItself, pairKeeper } from './automatic.ts';
import { type CaptureWork, runCapture } from './capture.ts';
import { type DeliverWork, runDeliver } from './deliver.ts';
import { fixRound, planLook } from './fixes.ts';
import { keepHeapSmall } from './heap.ts';
import { measuredCapture, measuredFetch, measuredOutbox, measuredReports } from './measured.ts';
import { type MendWork, mendRequest, mendRound } from './mend.ts';
import { remember } from './remember.ts';
import { createSampler } from './sample.ts';
import { openSampling } from './sampling.ts';
import { sendDigests } from './send-digests.ts';
import { suspectsApart } from './suspects.ts';
import { runTriage, triageRound } from './triage.ts';
import type { TriageWork } from './triage-work.ts';

const DEFAULT_PORT = 3001;
const DELIVER_CONCURRENCY = 8;
const TRIAGE_CONCURRENCY = 8;
const TRIAGE_EVERY_MS = 1_000;
const SAMPLE_CONCURRENCY = 4;
const FIXES_EVERY_MS = 5_000;
const RECONCILE_EVERY_MS = 60_000;
const EXPIRE_EVERY_MS = 3_600_000;
const MEND_EVERY_MS = 15_000;
/** A window may outlast the drain budget; captures are given back to the queue after this. */
const CAPTURE_GRACE_MS = 2_000;

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

/** What keeps captures from hurting a service, shared through Redis, and from being had by those who may not. */
function openSafety(
  redis: ReturnType<typeof connectRedis>,
  slack: ReturnType<typeof createSlackClient>,
  { admins }: ServiceCatalog,
): Pick<CaptureWork, 'leases' | 'budgets' | 'switches' | 'circuits' | 'authorise'> {
  return {
    authorise: createAuthorise({ directory: openSlackDirectory(slack), admins }),
    leases: openLeaseStore(redis),
    budgets: openBudgetStore(redis),
    circuits: openCircuitStore(redis),
    switches: openSwitchStore(redis),
  };
}

/** What is known of services from before. */
function openMemory(
  redis: ReturnType<typeof connectRedis>,
  captures: SpooledCaptures,
  log: Log,
): Pick<CaptureWork, 'remember' | 'recall'> {
  const work = {
    known: openKnownStore(redis),
    history: openHistoryStore(redis),
    baselines: openBaselineStore(redis),
    blackBox: openBlackBox(redis),
    drop: captures.drop,
    now: Date.now,
    log,
  };
  return {
    remember: (report, request) => remember(report, request, work),
    recall: (service, instances) => recall(service, instances, work),
  };
}

/** What shows things in Slack. */
function openShowing(
  slack: ReturnType<typeof createSlackClient>,
  { quickchartUrl }: Running['env'],
): Pick<DeliverWork, 'slack' | 'renderChart'> {
  return {
    slack: createSlackPoster(slack),
    renderChart: chartRenderer(quickchartUrl === undefined ? {} : { quickchartUrl }),
  };
}

function openCaptures({ home }: Env, log: Log): SpooledCaptures {
  return spoolCaptures(openCaptureStore(home), {
    now: Date.now,
    onTrouble: (reason) =>
      log.warn({ reason }, 'degraded: artefacts cannot be kept; captures go on without.'),
  });
}

function openReports(redis: ReturnType<typeof connectRedis>, { home, sealKeys }: Env): ReportStore {
  return openReportStore(home, openSpareReports(redis, reportSeal(sealKeys)));
}

function openRequests(
  redis: ReturnType<typeof connectRedis>,
  { sealKeys }: Env,
  { trail, metrics, reports }: { trail: Trail; metrics: Metrics; reports: ReportStore },
): RequestStore {
  const kept = openRequestStore(redis, requestSeal(sealKeys));
  return measuredOutbox(auditedRequests(kept, trail, reports.load), metrics);
}

/** Starts what decides about incidents. */
function startTriage(
  work: Omit<TriageWork, 'incidents' | 'known' | 'read' | 'now'>,
  from: { redis: ReturnType<typeof connectRedis>; env: Env; slack: ReturnType<typeof createSlackClient> },
  { lifecycle, log }: Pick<Running, 'lifecycle' | 'log'>,
): TriageWork {
  const triageWork = {
    ...work,
    incidents: openIncidentStore(from.redis, incidentSeal(from.env.sealKeys)),
    known: openKnownStore(from.redis),
    read: createSlackReader(from.slack, Date.now),
    now: Date.now,
  };
  const start = workerStarter(from.redis, log);
  const worker = start(TRIAGE_QUEUE, (job, token) => runTriage(job, token, triageWork), TRIAGE_CONCURRENCY);
  lifecycle.onEnd('the triage worker', () => worker.close());
  return triageWork;
}

/** A connection for queues, which waits as long as it takes, and one for what is kept. */
async function openRedis(
  url: string,
  { redisUrl }: Env,
  { lifecycle, log }: Pick<Running, 'lifecycle' | 'log'>,
): Promise<Pick<Connections, 'redis' | 'kept'>> {
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
  const services = watchServices(env.servicesFile, (fault) => log.error(fault.message));
  const captures = openCaptures(env, log);
  const verdicts = openVerdictStore(kept);
  const reports = rememberingReports(measuredReports(openReports(kept, env), metrics), verdicts, Date.now);
  const trail = openTrail(trailOptions(env, 'worker', log));
  lifecycle.onEnd('the audit', () => trail.close());
  const requests = openRequests(kept, env, { trail, metrics, reports });
  const leaving = new AbortController();
  const stores = { services, captures, reports, requests, log };

  const children = openAnalysisChildren({ log, onKill: metrics.killed });
  lifecycle.onEnd('analysis', () => children.close());
  const slack = createSlackClient(botToken, env.slack.apiUrl);
  const captureWork = {
    ...stores,
    ...openSafety(kept, slack, services),
    queue,
    fetch: measuredFetch(fetcher.fetch, metrics),
    analyse: children.analyse,
    home: env.home,
    ...openMemory(kept, captures, log),
    leaving: leaving.signal,
  };
  const showing = openShowing(slack, env);
  const deliverWork = {
    ...stores,
    queue,
    buttons: openButtonStore(kept),
    fixes: openFixStore(kept),
    mentions: openMentionStore(kept),
    pace: rememberedPace(openPaceStore(kept), Date.now),
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
  const triageWork = startTriage({ ...deliverWork, authorise }, { redis, env, slack }, { lifecycle, log });
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

interface Connections {
  readonly env: Env;
  readonly redis: ReturnType<typeof connectRedis>;
  readonly kept: ReturnType<typeof connectRedis>;
  readonly slack: ReturnType<typeof createSlackClient>;
}

interface Starting {
  readonly start: ReturnType<typeof workerStarter>;
  readonly every: ReturnType<typeof turnTaker>;
  readonly lifecycle: Lifecycle;
}

/** Looks at watched services all the time, and starts a capture by itself when there is something to see. */
function startSampling(
  work: CaptureWork & { readonly queue: JobQueue },
  { env, redis, kept, slack }: Connections,
  { start, every, lifecycle }: Starting,
): void {
  const { services, switches, circuits, leases, queue, log, leaving, requests } = work;
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

/** Gives a function that starts a worker of a queue. */
function workerStarter(redis: ReturnType<typeof connectRedis>, log: Log) {
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
function turnTaker(lifecycle: Lifecycle, log: Log) {
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

keepHeapSmall();
runProcess('worker', openWorker);
