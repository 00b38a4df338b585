// `goleak capture` in a terminal: the same investigation as in a worker, with nothing kept unless asked.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Folders, readCaptures } from '../analysis.ts';
import { createFetcher } from '../capture/fetch.ts';
import { type Looks, planSteps } from '../capture/plan.ts';
import { serviceFromUrl } from '../capture/resolve.ts';
import { type CaptureProgress, captureInstance } from '../capture/run.ts';
import type { Env } from '../config/env.ts';
import { watchServices } from '../config/services.ts';
import { type CaptureCommand, findService, toRequest } from '../entry/accept.ts';
import { Failure } from '../failure.ts';
import { type Captured, investigate } from '../investigate.ts';
import { inForce } from '../known/rules.ts';
import { type StepRecord, takenOf } from '../model/capture.ts';
import type { Flames } from '../model/flame.ts';
import type { CaptureRequest } from '../model/request.ts';
import type { RawArtefact } from '../model/snapshot.ts';
import { type Instance, PROBE_TOKEN, type Service, TRACE_SECONDS } from '../model/target.ts';
import { formatDuration } from '../model/units.ts';
import { terminal as clean } from '../report/foreign.ts';
import type { Report } from '../report/schema.ts';
import { TIMES_FILE, timesFile } from '../saved/times.ts';
import { mayWrite, writePage } from './page.ts';
import type { Terminal } from './ports.ts';

export async function captureNow(command: CaptureCommand, terminal: Terminal): Promise<Report> {
  const env = await terminal.env();
  const { service, request } = targetOf(command, env);
  if (command.save !== undefined) await prepareFolder(command.save);
  if (command.html !== undefined) await mayWrite(command.html);
  const { fetch, close } = createFetcher(env.secret);
  try {
    const { capture, filesOf } = memoryCapture(request, service, (instance) => ({
      fetch,
      signal: terminal.signal,
      progress: (progress) => terminal.progress(clean(progressText(instance, progress))),
    }));
    let flames: Flames = {};
    const report = await investigate(request, service, {
      capture: async (instance, looks) => {
        const captured = await capture(instance, looks);
        const files = { instance: instance.name, snapshots: filesOf(instance.name) };
        if (command.save !== undefined) await save(command.save, files, request.instances === 'one');
        return captured;
      },
      analyse: async (captured, context) => {
        const files = captured.map((one) => ({ ...one, snapshots: filesOf(one.instance), earlier: [] }));
        const reading = readCaptures(files, context);
        flames = reading.flames;
        return reading;
      },
      analysing: async () => terminal.progress(clean('analysing')),
      rules: inForce(service.notALeak ?? [], service.name, Date.now()),
    });
    if (command.html !== undefined) await writePage(command.html, report, flames);
    return report;
  } finally {
    await close();
  }
}

/** `127.0.0.1:6060`, `localhost:6060/debug`, `[::1]:6060`; names of services hold neither colon nor dot. */
const HOST_AND_PORT = /^(\[[\da-f:.]+\]|[\w.-]+):\d{1,5}(\/|$)|^\d+\.\d+\.\d+\.\d+(\/|$)/i;

export function targetOf(command: CaptureCommand, env: Env): { service: Service; request: CaptureRequest } {
  const nowMs = Date.now();
  const asked = { origin: { door: 'terminal', user: 'terminal' }, delivery: `${nowMs}`, nowMs } as const;
  if (HOST_AND_PORT.test(command.target)) {
    throw new Failure('usage_wrong', {
      what: `"${clean(command.target, 60)}" is an address without its http://`,
      usage: `capture http://${clean(command.target, 60)}`,
    });
  }
  if (/^[a-z]+:\/\//i.test(command.target)) {
    const service = withProbe(serviceFromUrl(command.target), env);
    return { service, request: toRequest(command, service, asked) };
  }
  const catalog = watchServices(env.servicesFile, (fault) => {
    throw fault;
  });
  const service = findService(command.target, catalog.all());
  if (service.doNotTouch) throw new Failure('do_not_touch', { service: service.name });
  return { service, request: toRequest(command, service, asked) };
}

/** Whoever has a probe's token in the environment may mean a service with one, at its usual place: one question more. */
function withProbe(service: Service, env: Env): Service {
  if (env.secret(PROBE_TOKEN) === undefined) return service;
  const instances = service.instances.map((instance) => ({
    ...instance,
    probe: {
      url: instance.pprofUrl.replace(/pprof$/, 'goleak'),
      tokenEnv: PROBE_TOKEN,
      isGuess: true as const,
    },
  }));
  return { ...service, instances };
}

interface Reach {
  readonly fetch: ReturnType<typeof createFetcher>['fetch'];
  readonly signal: AbortSignal;
  readonly progress: (progress: CaptureProgress) => void;
}

/** Captures an instance and, asked for a third look, goes on where it stopped; the files stay in memory. */
function memoryCapture(request: CaptureRequest, service: Service, reach: (instance: string) => Reach) {
  const kept = new Map<string, { records: readonly StepRecord[]; snapshots: RawArtefact[][] }>();
  const capture = async (instance: Instance, looks: Looks): Promise<Captured> => {
    const { records: earlier, snapshots } = kept.get(instance.name) ?? { records: [], snapshots: [] };
    const keep = async (record: StepRecord, bytes: Uint8Array | undefined): Promise<StepRecord> => {
      if (record.file === undefined || bytes === undefined) return record;
      const taken = takenOf(record);
      snapshots[record.snapshot] ??= [];
      snapshots[record.snapshot]?.push({ name: record.file, bytes, taken });
      return record;
    };
    const records = await captureInstance(
      instance,
      {
        steps: planSteps(request.kinds, request.windowMs, looks),
        allow: service.allow,
        ...(request.consent && { consent: request.consent }),
      },
      {
        ...reach(instance.name),
        now: Date.now,
        sleep: (durationMs, signal) => sleep(durationMs, undefined, { signal }).catch(() => {}),
        earlier,
        keep,
      },
    );
    kept.set(instance.name, { records, snapshots });
    return { instance: instance.name, records };
  };
  const filesOf = (instance: string): Folders =>
    (kept.get(instance)?.snapshots ?? []).filter((files) => files !== undefined);
  return { capture, filesOf };
}

/** Asked before the service is: two captures in one folder would be read as one. */
export async function prepareFolder(path: string): Promise<void> {
  const reason = await mkdir(path, { recursive: true })
    .then(() => readdir(path))
    .then(
      (entries) => (entries.length > 0 ? 'it is not empty, and captures are not mixed' : undefined),
      (error: NodeJS.ErrnoException) => UNWRITABLE[error.code ?? ''] ?? error.code ?? 'unknown error',
    );
  if (reason !== undefined) throw new Failure('folder_unwritable', { path, reason });
}

const UNWRITABLE: Readonly<Record<string, string>> = {
  EEXIST: 'it is a file',
  ENOTDIR: 'it is inside a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
};

/** Each snapshot in a folder of its own, with the times at which its files were fetched. */
export async function save(
  folder: string,
  { instance, snapshots }: { readonly instance: string; readonly snapshots: Folders },
  only: boolean,
): Promise<void> {
  const home = only ? folder : join(folder, instance.replace(/[^\w.-]/g, '_'));
  for (const [at, files] of snapshots.entries()) {
    const target = join(home, String(at));
    await mkdir(target, { recursive: true });
    for (const file of files) await writeFile(join(target, file.name), file.bytes);
    await writeFile(join(target, TIMES_FILE), timesFile(files));
  }
}

function progressText(instance: string, { step, done, total, waitMs }: CaptureProgress): string {
  const wait = waitMs > 0 ? `, next in ${formatDuration(waitMs)}` : '';
  return `${instance}: ${STEP_WORDS[step.ask]} (${done + 1} of ${total})${wait}`;
}

const STEP_WORDS = {
  count: 'looking at what is on offer',
  memory: 'memory reading',
  process: 'process figures',
  goroutine: 'counting goroutines by stack',
  'goroutine-text': 'goroutine stacks',
  heap: 'heap profile',
  'heap-collected': 'heap profile after a collection',
  probe: 'all clues at once, from its probe',
  goroutineleak: "the runtime's leak detector",
  trace: `an execution trace of ${TRACE_SECONDS} s`,
} as const;
