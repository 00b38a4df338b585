// npm run bench -- load: a backlog of captures and deliveries, and the worker processes that work it off.
//
//   npm run bench -- load [--jobs 10000] [--kinds goroutine]    drained in 60 s, each worker below 256 MiB
//   npm run bench -- load --soak [--jobs 100000]                a worker grows by less than 1 MiB in 10,000 jobs
//   … --workers N                                               so many worker processes; one is quickest where two cores are shared by all
//   … --profile DIR                                             leaves a processor profile of each worker there
//
// Half of the jobs are captures of one look (`for 0s`), half bring a thread up to date. Not as in earnest: budgets are
// raised, nobody's request is answered by somebody else's capture, and Slack has no rate limits, but its other limits.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Redis } from 'ioredis';
import { stringify } from 'yaml';
import type { CaptureRequest } from '../../src/model/request.ts';
import type { CaptureKind } from '../../src/model/target.ts';
import { connectRedis } from '../../src/queue/connection.ts';
import { type PrivateRedis, startPrivateRedis } from '../../src/queue/private-redis.ts';
import { openQueue } from '../../src/queue/queue.ts';
import { openRequestStore } from '../../src/store/requests.ts';
import { requestSeal } from '../../src/store/seal.ts';
import { removeFolder } from '../kit/remove-folder.ts';
import { LOOKED_AT_EVERY, type SlackStub, startSlackStub } from './load/slack-stub.ts';
import { type Spent, spentBetween, spentBy, wordsOf } from './load/spent.ts';
import { type Fleet, startFleet } from './load/targets.ts';
import { startWorker, type WatchedWorker } from './load/watched.ts';

const SERVICES = 100;
const INSTANCES = 10;
const ANSWER_MS = 5;
const PROMISE = { seconds: 60, rssMib: 256, slopeMib: 1 };
const PLENTY = { light: 10_000, heavy: 10_000, service: 10_000 };
/** As `npm run worker` and the image have it: with V8's own limit garbage grows to four times what lives. */
const HEAP_LIMIT = '--max-old-space-size=512';
const TOKEN = 'xoxb-load';
const MIB = 1024 * 1024;
const LOOK_EVERY_MS = 1_000;
const FILLED_AT_ONCE = 250;
const TOLD_EVERY = 10;
/** The first part of a soak is warming up: code is compiled, pools are filled. */
const WARM_SHARE = 0.2;

const { values: options } = parseArgs({
  options: {
    jobs: { type: 'string' },
    kinds: { type: 'string', default: 'goroutine' },
    workers: { type: 'string', default: '1' },
    soak: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const jobs = Number(options.jobs ?? (options.soak ? 100_000 : 10_000));
const kinds = options.kinds.split(',') as CaptureKind[];
const workerCount = Number(options.workers);

interface Reading {
  readonly jobs: number;
  /** Of the largest worker. */
  readonly rssMib: number;
  readonly spent: Spent;
}

interface Stage {
  readonly home: string;
  readonly redis: Redis;
  readonly server: PrivateRedis;
  readonly slack: SlackStub;
  readonly fleet: Fleet;
}

process.exitCode = (await onStage(drain)) ? 0 : 1;

async function onStage(run: (stage: Stage) => Promise<boolean>): Promise<boolean> {
  const home = mkdtempSync(join(tmpdir(), 'goleak-load-'));
  const server = await startPrivateRedis(home, {
    searchPath: process.env.PATH ?? '',
    ...(process.env.GOLEAK_REDIS_SERVER && { preferred: process.env.GOLEAK_REDIS_SERVER }),
  });
  const redis = connectRedis(server.url, 'worker');
  const slack = await startSlackStub();
  const fleet = await startFleet(SERVICES, INSTANCES, ANSWER_MS);
  try {
    register(home, fleet);
    return await run({ home, redis, server, slack, fleet });
  } finally {
    fleet.close();
    slack.close();
    redis.disconnect();
    await server.stop();
    removeFolder(home);
  }
}

async function drain(stage: Stage): Promise<boolean> {
  const { slack, home } = stage;
  const wanted = jobs / 2;
  const ended = endedThreads(slack);
  await fill(wanted, stage);
  console.log(
    `${jobs} jobs wait: ${wanted} captures (${kinds.join(', ')}; one look) and ${wanted} deliveries; ${SERVICES} services of ${INSTANCES} instances that answer in ${ANSWER_MS} ms; budgets raised`,
  );
  const workers = await Promise.all(
    Array.from({ length: workerCount }, (_, at) =>
      startWorker(commandOf(), environment(stage), join(home, `worker-${at + 1}.log`)),
    ),
  );
  try {
    const startedMs = performance.now();
    const readings: Reading[] = [await readingOf(ended.size, workers, stage)];
    for (let look = 1; ended.size < wanted; look++) {
      await sleep(LOOK_EVERY_MS);
      readings.push(await readingOf(ended.size, workers, stage));
      if (look % TOLD_EVERY === 0) tellHowFar(readings);
    }
    const seconds = (performance.now() - startedMs) / 1000;
    return tell(stage, workers, { seconds, readings });
  } finally {
    await Promise.all(workers.map((worker) => worker.stop()));
  }
}

async function readingOf(
  captures: number,
  workers: readonly WatchedWorker[],
  { redis }: Stage,
): Promise<Reading> {
  return {
    jobs: captures * 2,
    rssMib: Math.max(...workers.map((worker) => worker.rssBytes())) / MIB,
    spent: await spentBy(workers, redis),
  };
}

function tellHowFar(readings: readonly Reading[]): void {
  const last = readings.at(-1);
  if (!last) return;
  const { jobs: done, rssMib, spent } = last;
  const spentWords = wordsOf(spent, (ms) => `${(ms / 1000).toFixed(1)} s`);
  console.error(
    `${readings.length - 1} s: ${done} jobs done, worker ${rssMib.toFixed(0)} MiB, processor: ${spentWords}`,
  );
}

function tell(
  { slack, fleet }: Stage,
  workers: readonly WatchedWorker[],
  { seconds, readings }: { readonly seconds: number; readonly readings: readonly Reading[] },
): boolean {
  const rssMib = Math.max(...workers.map((worker) => worker.peakRssBytes())) / MIB;
  const double = [...slack.roots.values()].filter((own) => own.size > 1).length;
  const calls = [...slack.calls.values()].reduce((sum, each) => sum + each, 0);
  const slope = slopeMib(readings);
  const judge = (isKept: boolean): string => (isKept ? 'kept' : 'MISSED');
  const checks: readonly (readonly [string, boolean])[] = [
    ...(options.soak
      ? ([
          [
            `worker grows by ${slope.toFixed(2)} MiB in 10,000 jobs, promised ${PROMISE.slopeMib}`,
            slope <= PROMISE.slopeMib,
          ],
        ] as const)
      : ([
          [`drained in ${seconds.toFixed(1)} s, promised ${PROMISE.seconds}`, seconds <= PROMISE.seconds],
        ] as const)),
    [`worker at most ${rssMib.toFixed(0)} MiB, promised ${PROMISE.rssMib}`, rssMib <= PROMISE.rssMib],
    [
      `${double} threads with two root messages, ${slack.refused.length} calls that Slack would refuse`,
      double + slack.refused.length === 0,
    ],
    [`at most ${fleet.atOnce()} questions at one instance at once`, fleet.atOnce() <= 1],
  ];
  for (const [words, isKept] of checks) console.log(`${judge(isKept)}: ${words}`);
  console.log(
    `${workers.length} worker ${workers.length === 1 ? 'process' : 'processes'}, ${calls} calls of Slack (one in ${LOOKED_AT_EVERY} of each kind looked at), ${fleet.hits()} questions, ${seconds.toFixed(1)} s`,
  );
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  console.log(`processor time for a capture and its deliveries: ${wordsOf(eachSince(0, readings), ms)}`);
  console.log(
    `the same without the first ${WARM_SHARE * 100} %: ${wordsOf(eachSince(WARM_SHARE, readings), ms)}`,
  );
  return checks.every(([, isKept]) => isKept);
}

/** What a capture cost from a share of the backlog to its end. */
function eachSince(share: number, readings: readonly Reading[]): Spent {
  const from = readings.find((reading) => reading.jobs >= share * jobs);
  const to = readings.at(-1);
  if (!from || !to) throw new Error('nothing was read');
  return spentBetween(from.spent, to.spent, (to.jobs - from.jobs) / 2);
}

/** Least squares over what follows the warm-up, MiB in 10,000 jobs. */
function slopeMib(readings: readonly Reading[]): number {
  const late = readings.filter((reading) => reading.jobs > WARM_SHARE * jobs);
  const mean = (of: (reading: Reading) => number): number =>
    late.reduce((sum, reading) => sum + of(reading), 0) / late.length;
  const [x, y] = [mean((reading) => reading.jobs), mean((reading) => reading.rssMib)];
  const spread = late.reduce((sum, reading) => sum + (reading.jobs - x) ** 2, 0);
  const joint = late.reduce((sum, reading) => sum + (reading.jobs - x) * (reading.rssMib - y), 0);
  return spread === 0 ? 0 : (joint / spread) * 10_000;
}

/** The requests whose threads show a last word, as they come. */
function endedThreads(stub: SlackStub): ReadonlySet<string> {
  const ended = new Set<string>();
  stub.onRoot((request, text) => {
    if (!/^(?::\w+: )?Capturing /.test(text)) ended.add(request);
  });
  return ended;
}

function register(home: string, { services }: Fleet): void {
  const entries = [...services].map(([name, instances]) => [
    name,
    { instances, metrics: false, budget: PLENTY, capture: { dump_up_to: 0, leak_profile_up_to: 0 } },
  ]);
  const text = stringify({ services: Object.fromEntries(entries) }, { aliasDuplicateObjects: false });
  writeFileSync(join(home, 'services.yml'), text);
}

/** What the app does with commands, without the people. */
async function fill(wanted: number, { redis }: Stage): Promise<void> {
  const requests = openRequestStore(redis, requestSeal([TOKEN]));
  const queue = openQueue(redis);
  for (let from = 0; from < wanted; from += FILLED_AT_ONCE) {
    const some = Array.from({ length: Math.min(FILLED_AT_ONCE, wanted - from) }, (_, at) => from + at);
    await Promise.all(
      some.map(async (nth) => {
        const request = requestOf(nth);
        await requests.accept(request);
        await Promise.all([queue.capture(request), queue.deliver(request.id)]);
      }),
    );
  }
  await queue.close();
}

function requestOf(nth: number): CaptureRequest {
  const service = `service-${(nth % SERVICES) + 1}`;
  const day = new Date().toISOString().slice(0, 10).replaceAll('-', '');
  return {
    id: `${day}-${nth.toString(16).padStart(12, '0')}`,
    service,
    instances: [`${service}-${(Math.floor(nth / SERVICES) % INSTANCES) + 1}`],
    windowMs: 0,
    kinds,
    origin: { door: 'slash', user: 'U0ONCALL', channel: 'C0PAYMENTS' },
    acceptedAtMs: Date.now(),
  };
}

function commandOf(): string[] {
  const dist = process.env.GOLEAK_LOAD_DIST ?? '.bench/dist';
  const profiled = options.profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${options.profile}`];
  return [
    process.execPath,
    HEAP_LIMIT,
    ...profiled,
    '--import',
    './demo/leash.mjs',
    join(dist, 'workers/main.js'),
  ];
}

function environment({ home, server, slack }: Stage): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    NODE_NO_WARNINGS: '1',
    SLACK_BOT_TOKEN: TOKEN,
    SLACK_API_URL: slack.apiUrl,
    REDIS_URL: server.url,
    GOLEAK_HOME: home,
    GOLEAK_SERVICES: join(home, 'services.yml'),
    PORT: '0',
    LOG_LEVEL: 'info',
  };
}
