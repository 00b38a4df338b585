// What a worker stands on, for tests: a real Redis, a strict little Slack, and a home folder.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Processor, Queue, Worker, type WorkerOptions } from 'bullmq';
import type { Redis } from 'ioredis';
import { startWorkspace, type Workspace } from '../../demo/workspace/server.ts';
import { type Authorise, createAuthorise } from '../../src/authorise.ts';
import type { Fetch } from '../../src/capture/fetch.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { createSlackClient, createSlackPoster } from '../../src/deliver/slack.ts';
import { openSlackFiles } from '../../src/deliver/slack-files.ts';
import { openSlackDirectory } from '../../src/deliver/slack-people.ts';
import { createLog } from '../../src/log.ts';
import { DEFAULT_INCIDENT_RULES } from '../../src/model/incident.ts';
import { NO_PROPOSALS } from '../../src/model/proposal.ts';
import type { CaptureRequest } from '../../src/model/request.ts';
import { OWNERLESS, type Service } from '../../src/model/target.ts';
import type { Admins } from '../../src/model/who.ts';
import { recall } from '../../src/past/black-box.ts';
import { connectRedis } from '../../src/queue/connection.ts';
import { QUEUE_PREFIX } from '../../src/queue/jobs.ts';
import { startPrivateRedis } from '../../src/queue/private-redis.ts';
import { type JobQueue, openQueue, patientBackoffMs } from '../../src/queue/queue.ts';
import { openBaselineStore } from '../../src/store/baselines.ts';
import { openBlackBox } from '../../src/store/black-box.ts';
import { openBudgetStore } from '../../src/store/budgets.ts';
import { openButtonStore } from '../../src/store/buttons.ts';
import { openCaptureStore } from '../../src/store/captures.ts';
import { openCircuitStore } from '../../src/store/circuits.ts';
import { openFixStore } from '../../src/store/fixes.ts';
import { openFlameStore } from '../../src/store/flames.ts';
import { openHistoryStore } from '../../src/store/history.ts';
import { openKnownStore } from '../../src/store/known.ts';
import { openLeaseStore } from '../../src/store/leases.ts';
import { openMentionStore } from '../../src/store/mentions.ts';
import { openPaceStore } from '../../src/store/pace.ts';
import { openPushStore } from '../../src/store/pushes.ts';
import { openQuestionStore } from '../../src/store/questions.ts';
import { openReportStore } from '../../src/store/reports.ts';
import { openRequestStore, type RequestStore } from '../../src/store/requests.ts';
import { openRuleStore } from '../../src/store/rules.ts';
import { questionSeal, requestSeal, ruleSeal } from '../../src/store/seal.ts';
import { openSpareReports } from '../../src/store/spare-reports.ts';
import { spoolCaptures } from '../../src/store/spool.ts';
import { openSwitchStore } from '../../src/store/switches.ts';
import { openThreadStore } from '../../src/store/threads.ts';
import { openVerdictStore } from '../../src/store/verdicts.ts';
import { openAnalysisChildren } from '../../workers/analysis-children.ts';
import type { CaptureWork } from '../../workers/capture.ts';
import type { DeliverWork } from '../../workers/deliver.ts';
import { remember } from '../../workers/remember.ts';
import { removeFolder } from '../kit/remove-folder.ts';
import { pathOf } from '../kit/require.ts';
import { CHANNEL, ON_CALL } from '../kit/stage.ts';

export interface Room {
  readonly workspace: Workspace;
  readonly requests: RequestStore;
  readonly queue: JobQueue;
  readonly redis: Redis;
  /** The registered services, to be changed at will. */
  readonly services: Map<string, Service>;
  readonly work: DeliverWork;
  /** What a capture worker is given; services are asked through the function. */
  readonly captureWork: (fetch: Fetch) => CaptureWork;
  /** Starts a worker that recovers fast, so that a test need not wait as long as production does. */
  readonly worker: (name: string, run: Processor, options?: Partial<WorkerOptions>) => Worker;
  /** As workers ask: Slack is the workspace, and an hour can pass. */
  readonly authorise: Authorise;
  readonly pass: (durationMs: number) => void;
  readonly jobs: (name: string) => Queue;
  readonly close: () => Promise<void>;
}

/** A service that was given other instances after somebody had asked for one. */
const MOVED: Service = { ...serviceFromUrl('http://127.0.0.1:1'), name: 'moved-svc' };
const MANIFEST = fileURLToPath(new URL('../../manifest.yml', import.meta.url));
const TINY_PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

export async function openRoom(): Promise<Room> {
  const home = mkdtempSync(join(tmpdir(), 'goleak-room-'));
  const server = await startPrivateRedis(home, { searchPath: '', preferred: pathOf('redis') });
  const redis = connectRedis(server.url, 'worker');
  const workspace = await startWorkspace({ manifest: MANIFEST });
  const { SLACK_BOT_TOKEN, SLACK_API_URL } = workspace.env();
  const slack = createSlackClient(SLACK_BOT_TOKEN, SLACK_API_URL);
  const admins: Admins = { users: [], groups: [] };
  let clockMs = 0;
  const directory = openSlackDirectory(slack, () => Date.now() + clockMs);
  const authorise = createAuthorise({ directory, admins: () => admins });
  const requests = openRequestStore(redis, requestSeal(['the key of this room']));
  const queue = openQueue(redis);
  const children = openAnalysisChildren({ log: createLog('test', 'silent') });
  const closers: (() => Promise<unknown>)[] = [() => children.close()];
  const options = { connection: redis, prefix: QUEUE_PREFIX, skipVersionCheck: true };
  const services = new Map([[MOVED.name, MOVED]]);
  const leaving = new AbortController();
  const stores = {
    services: {
      all: () => [...services.values()],
      find: (name: string) => services.get(name),
      admins: () => admins,
      owners: () => OWNERLESS,
      incidents: () => DEFAULT_INCIDENT_RULES,
      digests: () => [],
      proposals: () => NO_PROPOSALS,
    },
    requests,
    captures: spoolCaptures(openCaptureStore(home), { now: Date.now, onTrouble: () => {} }),
    reports: openReportStore(home, openSpareReports(redis)),
    flames: openFlameStore(home),
    log: createLog('test', 'silent'),
  };
  const known = {
    known: openKnownStore(redis),
    history: openHistoryStore(redis),
    baselines: openBaselineStore(redis),
    blackBox: openBlackBox(redis),
    drop: stores.captures.drop,
    now: Date.now,
    log: stores.log,
  };
  const memory: Pick<CaptureWork, 'remember' | 'recall'> = {
    remember: (report, request) => remember(report, request, known),
    recall: (service, instances) => recall(service, instances, known),
  };
  return {
    workspace,
    requests,
    queue,
    redis,
    services,
    work: {
      ...stores,
      queue,
      buttons: openButtonStore(redis),
      fixes: openFixStore(redis),
      mentions: openMentionStore(redis),
      slack: createSlackPoster(slack),
      pace: openPaceStore(redis),
      rules: openRuleStore(redis, ruleSeal(['the key of this room'])),
      threads: openThreadStore(redis),
      questions: openQuestionStore(redis, questionSeal(['the key of this room'])),
      verdicts: openVerdictStore(redis),
      authorise,
      renderChart: async () => ({ png: new Uint8Array(TINY_PNG), renderer: 'embedded' }),
    },
    captureWork: (fetch) => ({
      ...stores,
      pushes: openPushStore(redis),
      rules: openRuleStore(redis, ruleSeal(['the key of this room'])),
      leases: openLeaseStore(redis),
      budgets: openBudgetStore(redis),
      circuits: openCircuitStore(redis),
      switches: openSwitchStore(redis),
      queue,
      fetch,
      authorise,
      home,
      analyse: children.analyse,
      files: openSlackFiles(slack, { token: SLACK_BOT_TOKEN, apiUrl: SLACK_API_URL, withinMs: 1_500 }),
      ...memory,
      leaving: leaving.signal,
    }),
    worker: (name, run, more = {}) => {
      const worker = new Worker(name, run, {
        ...options,
        lockDuration: 1_000,
        stalledInterval: 500,
        maxStalledCount: 1,
        settings: { backoffStrategy: patientBackoffMs },
        ...more,
      });
      worker.on('error', () => {});
      closers.push(() => worker.close(true));
      return worker;
    },
    authorise,
    pass: (durationMs) => {
      clockMs += durationMs;
    },
    jobs: (name) => {
      const jobs = new Queue(name, options);
      closers.push(() => jobs.close());
      return jobs;
    },
    close: async () => {
      for (const closer of closers.reverse()) await closer();
      await queue.close();
      await workspace.close();
      redis.disconnect();
      await server.stop();
      removeFolder(home);
    },
  };
}

export function requestOf(id: string, about: Partial<CaptureRequest> = {}): CaptureRequest {
  return {
    id,
    service: 'payments-svc',
    instances: 'one',
    windowMs: 10_000,
    kinds: ['goroutine', 'heap', 'memstats'],
    origin: { door: 'slash', user: ON_CALL, channel: CHANNEL },
    acceptedAtMs: Date.now(),
    ...about,
  };
}
