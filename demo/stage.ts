// Everything a play needs on one machine: a workspace, Go services (or recordings of them), the app with its private
// Redis, and workers, each a process of its own. The demo plays on it, and so do the end-to-end tests.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { buildGoService, startGoService } from './go-service.ts';
import { withSigns } from './prepare/steps.mjs';
import { logFileIn, type ProductProcess, startProcess } from './process.ts';
import { startReplay } from './replay/server.ts';
import { startWorkspace, type Workspace } from './workspace/server.ts';

const MANIFEST = fileURLToPath(new URL('../manifest.yml', import.meta.url));

export interface StageOptions {
  /** Path of a Go toolchain; empty: recordings are replayed. */
  readonly go: string;
  readonly redisServer?: string;
  readonly workers?: number;
  readonly port?: number;
  /** Told once per thing that stands. */
  readonly say: (step: string, what: string) => void;
  /** Goroutines each sick instance leaks in a second. */
  readonly leakRate?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** More sections for services.yml. */
  readonly rules?: Readonly<Record<string, unknown>>;
  /** What services.yml says of a service beside or instead of what the demo does. */
  readonly about?: Readonly<Partial<Record<keyof typeof CAST, Readonly<Record<string, unknown>>>>>;
}

export interface Stage {
  readonly workspace: Workspace;
  readonly home: string;
  readonly app: ProductProcess;
  readonly workers: readonly ProductProcess[];
  /** Origins by instance name: `payments-svc-1`, `payments-svc-2`, `ledger-svc-1`. */
  readonly instances: ReadonlyMap<string, string>;
  readonly addWorker: () => Promise<ProductProcess>;
  readonly stopInstance: (name: string) => Promise<void>;
  /** As the kernel ends a container that reaches its memory limit: without a word. */
  readonly killInstance: (name: string) => Promise<void>;
  /** Ends an instance of payments-svc and starts the build that does not leak at its address. */
  readonly deployMended: (name: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** Instances by service; the first two are sick, the last is well. */
const CAST = {
  'payments-svc': ['payments-svc-1', 'payments-svc-2'],
  'ledger-svc': ['ledger-svc-1'],
} as const;

export async function openStage(options: StageOptions): Promise<Stage> {
  const home = mkdtempSync(join(tmpdir(), 'goleak-'));
  const closers: (() => Promise<void> | void)[] = [() => rmSync(home, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (let closer = closers.pop(); closer; closer = closers.pop()) await closer();
  };
  try {
    const workspace = await startWorkspace({ manifest: MANIFEST, port: options.port ?? 0 });
    closers.push(() => workspace.close());
    options.say('workspace', workspace.url);

    const env = { ...settings(home), ...workspace.env(), ...redisOf(options), ...options.env };
    const start = (script: 'src/app.ts' | 'workers/main.ts', name: string): Promise<ProductProcess> =>
      startProcess(script, env, logFileIn(home, name));
    const workers: ProductProcess[] = [];
    const addWorker = async (): Promise<ProductProcess> => {
      const worker = await start('workers/main.ts', `worker-${workers.length + 1}`);
      workers.push(worker);
      return worker;
    };
    // All at once: workers wait for the app's Redis, and services.yml is read when it appears.
    const parts = await Promise.allSettled([
      startServices(options, home).then((started) => {
        closers.push(() =>
          Promise.all([...started.values()].map((service) => service.close())).then(() => {}),
        );
        register(home, started, options);
        return started;
      }),
      start('src/app.ts', 'app').then((started) => {
        closers.push(() => started.stop());
        options.say('app', 'ready, with a private Redis');
        return started;
      }),
      Promise.all(Array.from({ length: options.workers ?? 1 }, addWorker)).then((started) => {
        options.say('workers', `${started.length} ready`);
      }),
    ]);
    closers.push(() => Promise.all(workers.map((worker) => worker.stop())).then(() => {}));
    const [servicesPart, appPart, workersPart] = parts;
    const services = settled(servicesPart);
    const app = settled(appPart);
    settled(workersPart);

    const instances = new Map([...services].map(([name, { url }]) => [name, url]));
    const stopInstance = async (name: string): Promise<void> => services.get(name)?.close();
    const killInstance = async (name: string): Promise<void> => {
      const { pid } = services.get(name) ?? {};
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
      await stopInstance(name);
    };
    const deployMended = async (name: string): Promise<void> => {
      const before = services.get(name);
      if (!before) throw new Error(`no instance ${name}`);
      await before.close();
      services.set(name, await startMended(options.go, home, name, new URL(before.url)));
    };
    return {
      workspace,
      home,
      app,
      workers,
      instances,
      addWorker,
      stopInstance,
      killInstance,
      deployMended,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Waited for with the others, so that whatever did start is stopped again when one of them could not. */
function settled<Value>(part: PromiseSettledResult<Value>): Value {
  if (part.status === 'rejected') throw part.reason;
  return part.value;
}

interface Service {
  readonly url: string;
  /** Recordings have none. */
  readonly pid?: number;
  readonly close: () => Promise<void>;
}

async function startServices(
  { go, say, leakRate = 12 }: StageOptions,
  home: string,
): Promise<Map<string, Service>> {
  const running = new Map<string, Service>();
  const start = async (name: keyof typeof CAST): Promise<void> => {
    // A cold build compiles Go's standard library: long enough to look like a standstill.
    const build = () =>
      withSigns(name, 'compiling it, the first time with all of Go’s library', () =>
        buildGoService(go, name, home),
      );
    const binary = go === '' ? '' : await build();
    const rate = name === 'payments-svc' ? [`-leak-rate=${leakRate}`] : [];
    for (const instance of CAST[name]) {
      const started =
        go === ''
          ? await startReplay({ recording: instance })
          : await startGoService(binary, ['-addr=127.0.0.1:0', `-instance=${instance}`, ...rate]);
      running.set(instance, started);
    }
    say(name, `${CAST[name].length} ${go === '' ? 'replayed' : 'running'}: ${CAST[name].join(', ')}`);
  };
  await Promise.all([start('payments-svc'), start('ledger-svc')]);
  return running;
}

/** Without Go there is no build to deploy: the recording of a healthy service stands in for it. */
function startMended(go: string, home: string, instance: string, { host, port }: URL): Promise<Service> {
  if (go === '') return startReplay({ recording: 'ledger-svc-1', port: Number(port) });
  return startGoService(join(home, 'payments-svc'), [`-addr=${host}`, `-instance=${instance}`, '-mended']);
}

function settings(home: string): Record<string, string> {
  return {
    GOLEAK_HOME: join(home, 'kept'),
    GOLEAK_SERVICES: join(home, 'services.yml'),
    PORT: '0',
    LOG_LEVEL: 'info',
  };
}

function register(
  home: string,
  services: ReadonlyMap<string, Service>,
  { rules = {}, about = {} }: Pick<StageOptions, 'rules' | 'about'>,
): void {
  const registered = (Object.keys(CAST) as (keyof typeof CAST)[]).map((service) => [
    service,
    {
      instances: CAST[service].map((name) => ({ name, url: services.get(name)?.url })),
      owner: service === 'payments-svc' ? '@payments-oncall' : '@ledger-team',
      memory_limit: '512MiB',
      // A demo left running for a while still shows full stacks.
      capture: { dump_up_to: 8_000 },
      // Whoever plays presses buttons more often than production should bear.
      budget: { light: 100, heavy: 100, service: 500 },
      ...about[service],
    },
  ]);
  writeFileSync(
    join(home, 'services.yml'),
    stringify({ ...rules, services: Object.fromEntries(registered) }),
  );
}

function redisOf({ redisServer }: StageOptions): Record<string, string> {
  return redisServer === undefined || redisServer === '' ? {} : { GOLEAK_REDIS_SERVER: redisServer };
}
