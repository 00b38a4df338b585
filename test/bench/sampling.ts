// npm run bench -- sampling [--instances 1000] [--minutes 3]: one worker that samples so many instances every minute,
// through the queue, its own Redis and real HTTP. Prints the share of a core that the worker takes, and Redis's bytes.
// The services are another process, which serves a page of metrics of ordinary size on a port for each instance.
import { fork } from 'node:child_process';
import { createServer } from 'node:http';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Worker } from 'bullmq';
import { createFetcher } from '../../src/capture/fetch.ts';
import { SAMPLE_CAPS, SAMPLE_DEADLINES } from '../../src/capture/sample.ts';
import { createLog } from '../../src/log.ts';
import { DEFAULT_BUDGET, DEFAULT_PERMISSIONS, type Service } from '../../src/model/target.ts';
import { QUEUE_PREFIX, SAMPLE_QUEUE } from '../../src/queue/jobs.ts';
import { openCircuitStore } from '../../src/store/circuits.ts';
import { openHistoryStore } from '../../src/store/history.ts';
import { openLeaseStore } from '../../src/store/leases.ts';
import { openSwitchStore } from '../../src/store/switches.ts';
import { openWatchingStore } from '../../src/store/watching.ts';
import { createSampler } from '../../workers/sample.ts';
import { openSampling } from '../../workers/sampling.ts';
import { openTestRedis } from '../kit/private-redis.ts';

const PROMISE = { coreShare: 0.25, bytesOfAnInstance: 160 * 1024 };
const OTHER_SERIES = 250;
const SERVICES = 20;

if (process.send) await serve(Number(process.argv[2]));
else await measure();

async function serve(instances: number): Promise<void> {
  const began = Date.now();
  const other = Array.from(
    { length: OTHER_SERIES },
    (_, at) => `app_things_total{kind="${at}",zone="eu-1"} ${at * 17}`,
  );
  const page = (port: number): string => {
    const seconds = (Date.now() - began) / 1000;
    const wave = 1 + 0.2 * Math.sin(seconds / 20 + port);
    return [
      'payments_build_info{version="v2.14",revision="3f9c0d1e"} 1',
      `go_gc_duration_seconds_count ${Math.round(100 + seconds / 5)}`,
      `go_goroutines ${Math.round(400 * wave)}`,
      `go_memstats_heap_alloc_bytes ${180e6 * wave}`,
      `go_memstats_heap_inuse_bytes ${200e6 * wave}`,
      `go_memstats_heap_idle_bytes 9e+07`,
      `go_memstats_heap_released_bytes ${4e7 * wave}`,
      'go_memstats_sys_bytes 4.2e+08',
      `go_memstats_next_gc_bytes ${3e8 * wave}`,
      `go_memstats_stack_inuse_bytes ${3e6 * wave}`,
      ...other,
      `http_requests_total{code="200"} ${Math.round(1e6 + seconds * 120)}`,
      `process_resident_memory_bytes ${3.8e8 * wave}`,
      `process_start_time_seconds ${began / 1000 - 86_400}`,
      '',
    ].join('\n');
  };
  const ports = await Promise.all(
    Array.from({ length: instances }, async () => {
      const server = createServer((_, response) => {
        const { port } = server.address() as { port: number };
        response.setHeader('content-type', 'text/plain').end(page(port));
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      return (server.address() as { port: number }).port;
    }),
  );
  process.send?.(ports);
  process.on('disconnect', () => process.exit(0));
}

async function measure(): Promise<void> {
  const { values } = parseArgs({
    options: {
      instances: { type: 'string', default: '1000' },
      minutes: { type: 'string', default: '3' },
      json: { type: 'boolean', default: false },
    },
  });
  const [count, minutes] = [Number(values.instances), Number(values.minutes)];
  const targets = fork(fileURLToPath(import.meta.url), [String(count)], { execArgv: ['--import', 'tsx'] });
  const ports = await new Promise<number[]>((resolve) =>
    targets.once('message', (sent) => resolve(sent as number[])),
  );
  const { redis, close } = await openTestRedis();
  const registered = servicesAt(ports);
  const fetcher = createFetcher(() => undefined, { caps: SAMPLE_CAPS, deadlines: SAMPLE_DEADLINES });
  const watching = openWatchingStore(redis);
  const history = openHistoryStore(redis);
  const leaving = new AbortController();
  let raised = 0;
  const sample = createSampler({
    services: { find: (name) => registered.find((service) => service.name === name) },
    switches: openSwitchStore(redis),
    circuits: openCircuitStore(redis),
    leases: openLeaseStore(redis),
    watching,
    history,
    queue: { wake: async () => {} },
    fetch: fetcher.fetch,
    raise: async () => {
      raised += 1;
    },
    log: createLog('bench', 'warn'),
    leaving: leaving.signal,
  });
  const sampling = openSampling(redis, { services: { all: () => registered }, watching, now: Date.now });
  const worker = new Worker(SAMPLE_QUEUE, sample, {
    connection: redis,
    prefix: QUEUE_PREFIX,
    concurrency: 4,
  });
  worker.on('error', (error) => console.error(error.message));
  await sampling.reconcile();
  // The first round reads what is not there yet, and compiles.
  await sleep(60_000);
  const [before, startedAt] = [process.cpuUsage(), performance.now()];
  const samplesBefore = await samplesKept(registered, history);
  await sleep((minutes - 1) * 60_000);
  const used = process.cpuUsage(before);
  const wallMs = performance.now() - startedAt;
  const samples = (await samplesKept(registered, history)) - samplesBefore;
  const bytes = await bytesOf(redis, registered);
  const share = (used.user + used.system) / 1000 / wallMs;
  const result = {
    instances: count,
    samplesPerMinute: Math.round(samples / (wallMs / 60_000)),
    coreShare: Number(share.toFixed(3)),
    redisBytesPerInstanceNow: Math.round(bytes),
    raised,
    promised: PROMISE,
  };
  if (values.json) console.log(JSON.stringify(result));
  else {
    console.log(
      `${count} instances every 60 s, one worker: ${(share * 100).toFixed(1)} % of a core (promised: 25 %)`,
    );
    console.log(
      `${result.samplesPerMinute} samples a minute; Redis holds ${result.redisBytesPerInstanceNow} bytes of an instance after ${minutes} min`,
    );
    console.log(
      `an instance takes at most ${PROMISE.bytesOfAnInstance / 1024} KiB however long it is watched: test/store/history.test.ts`,
    );
  }
  leaving.abort();
  await worker.close();
  await sampling.close();
  await fetcher.close();
  targets.disconnect();
  await close();
  process.exitCode = share <= PROMISE.coreShare && samples >= count * (minutes - 2) ? 0 : 1;
}

function servicesAt(ports: readonly number[]): readonly Service[] {
  const each = Math.ceil(ports.length / SERVICES);
  return Array.from({ length: SERVICES }, (_, at) => ({
    name: `svc-${at}`,
    instances: ports.slice(at * each, (at + 1) * each).map((port) => ({
      name: `svc-${at}-${port}`,
      pprofUrl: `http://127.0.0.1:${port}/debug/pprof`,
      metricsUrl: `http://127.0.0.1:${port}/metrics`,
    })),
    firstParty: [],
    allow: DEFAULT_PERMISSIONS,
    budget: DEFAULT_BUDGET,
    watch: { everyMs: 60_000 },
  })).filter(({ instances }) => instances.length > 0);
}

type History = ReturnType<typeof openHistoryStore>;

async function samplesKept(services: readonly Service[], history: History): Promise<number> {
  let rows = 0;
  for (const { name, instances } of services) {
    for (const { name: instance } of instances) {
      const { raw } = await history.load({ service: name, instance });
      rows += raw.reduce((sum, piece) => sum + piece.rows, 0);
    }
  }
  return rows;
}

async function bytesOf(
  redis: Parameters<typeof openHistoryStore>[0],
  services: readonly Service[],
): Promise<number> {
  let [bytes, instances] = [0, 0];
  for (const { name, instances: all } of services) {
    for (const { name: instance } of all.slice(0, 5)) {
      const key = `{goleak}:history:${name}:${instance}`;
      bytes += Number(await redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0'));
      instances += 1;
    }
  }
  return bytes / instances;
}
