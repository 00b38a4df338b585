// Walks a plan against one instance. Everything fetched is kept at once, so a capture that was cut short
// goes on where it stopped and asks nothing twice.
import { Failure } from '../failure.ts';
import type { Endpoint, IndexPage, StepRecord } from '../model/capture.ts';
import type { Instance } from '../model/target.ts';
import type { Refusal } from '../policy/gates.ts';
import type { Fetched } from './fetch.ts';
import { readIndexPage } from './index-page.ts';
import { ABSENT, FIRST_LOOK, lostRecord } from './lost.ts';
import { type AskRules, pauseEstimateMs, refuseStep, type Step, withProbe } from './plan.ts';
import { askProbe, isAskedOneByOne } from './probe.ts';
import { type StrainPorts, secondLook } from './strain.ts';
import { withoutCredentials } from './strike-out.ts';
import { withoutSecrets } from './vars.ts';
import { readVitals } from './vitals.ts';

export interface CaptureProgress {
  readonly step: Step;
  readonly done: number;
  readonly total: number;
  readonly waitMs: number;
}

export interface CapturePorts extends StrainPorts {
  /** Clock of this machine, Unix milliseconds. */
  readonly now: () => number;
  /** Records of an earlier attempt at the same capture, in order. */
  readonly earlier: readonly StepRecord[];
  readonly progress: (progress: CaptureProgress) => void;
}

export interface CapturePlan extends AskRules {
  readonly steps: readonly Step[];
}

/** Samples later than this are not made up for: their moment is gone. Anything else moves what follows. */
const LATE_MS = 2_500;

/**
 * Captures one instance. Gives its records as they were kept.
 * @throws Failure when the instance does not answer as a Go service at all, or is too busy to be asked.
 */
export async function captureInstance(
  instance: Instance,
  plan: CapturePlan,
  given: CapturePorts,
): Promise<readonly StepRecord[]> {
  // What is left out is left out again by whoever takes over, so its records wait for the next one that must be written.
  const leftOut: StepRecord[] = [];
  const ports: CapturePorts = {
    ...given,
    keep: (record, bytes) => given.keep(record, bytes, leftOut.splice(0)),
  };
  const records = [...ports.earlier];
  const steps = instance.probe ? withProbe(plan.steps) : plan.steps;
  const done = new Set(records.map((record) => record.id));
  let startedAt = startOf(records, steps) ?? ports.now();
  let page = records.findLast((record) => record.page)?.page ?? { profiles: [] };
  let memorySource = records.findLast((record) => record.memorySource)?.memorySource;
  let isLookedAt = records.some(({ vitals }) => vitals !== undefined);

  for (const [at, step] of steps.entries()) {
    if (done.has(step.id)) continue;
    if (step.ask === 'probe' && isAskedOneByOne(step, done)) continue;
    const first = step.againAfterMs === undefined ? undefined : firstAnswer(step, records);
    const refusal = refusalOf({ instance, step, page, memorySource }, first, plan);
    const dueAt = Math.max(startedAt + step.atMs, (first?.toMs ?? 0) + (step.againAfterMs ?? 0));
    // What is not going to be asked is not waited for.
    const waitMs = refusal ? 0 : dueAt - ports.now();
    if (step.sample && waitMs < -LATE_MS) continue;
    startedAt = movedBy(startedAt, step, ports.now());
    ports.progress({ step, done: at, total: steps.length, waitMs: Math.max(0, waitMs) });
    if (waitMs > 0) await ports.sleep(waitMs, ports.signal);
    ports.signal.throwIfAborted();

    if (step.ask === 'probe') {
      const answered = await askProbe({ instance, step, page, rules: plan }, ports);
      records.push(...answered);
      for (const { id } of answered) done.add(id);
      if (answered.some(({ gone }) => gone)) break;
      continue;
    }
    if (refusal) {
      const record = skipped(step, refusal, ports.now());
      records.push(record);
      leftOut.push(record);
      continue;
    }
    const record = await ask({ instance, step, page, memorySource }, ports);
    records.push(record);
    page = record.page ?? page;
    memorySource = record.memorySource ?? memorySource;
    // A service that has gone away is not knocked at for every remaining question.
    if (record.gone) break;
    if (record.vitals && !isLookedAt) {
      isLookedAt = true;
      records.push(...(await secondLook({ instance, vitals: record.vitals, page, rules: plan }, ports)));
    }
  }
  const last = leftOut.pop();
  if (last) await ports.keep(last, undefined);
  return records;
}

function firstAnswer({ ask, snapshot }: Step, records: readonly StepRecord[]): StepRecord | undefined {
  return records.find(({ id }) => id === `${ask}-${snapshot}`);
}

/** Why a step's question is not asked; undefined when it is. Known once the instance was counted at its snapshot. */
function refusalOf(
  { step, page, memorySource }: Question,
  first: StepRecord | undefined,
  rules: AskRules,
): Refusal | undefined {
  // Where MemStats come from /metrics already, they bring the process's figures with them.
  if (step.ask === 'process' && memorySource === 'metrics') return { because: '' };
  // A second answer says something beside a first one only.
  if (first && first.file === undefined) return { because: '' };
  return refuseStep(step, page, rules);
}

/** When an earlier attempt began, as its own delays moved it. */
function startOf(records: readonly StepRecord[], steps: readonly Step[]): number | undefined {
  let startedAt = records[0]?.fromMs;
  for (const { id, fromMs } of records) {
    const step = steps.find((candidate) => candidate.id === id);
    if (step && startedAt !== undefined) startedAt = movedBy(startedAt, step, fromMs);
  }
  return startedAt;
}

/**
 * The start as it would have been had this step not been late. A snapshot that was finished late (its worker was killed,
 * the service is slow) moves the next one: a window of milliseconds would make every goroutine look stuck.
 */
function movedBy(startedAt: number, { sample, atMs }: Step, nowMs: number): number {
  return !sample && nowMs - (startedAt + atMs) > LATE_MS ? nowMs - atMs : startedAt;
}

interface Question {
  readonly instance: Instance;
  readonly step: Step;
  readonly page: IndexPage;
  readonly memorySource: Endpoint | undefined;
}

async function ask(question: Question, ports: CapturePorts): Promise<StepRecord> {
  const { step, page } = question;
  const base = { id: step.id, snapshot: step.snapshot, bytes: 0 };
  const from = ports.now();
  try {
    const answer = await answerTo(question, ports);
    const kept = answer.file === undefined ? undefined : await withoutCredentials(answer.fetched.bytes);
    const record: StepRecord = {
      ...base,
      fromMs: answer.fetched.span.fromMs,
      toMs: answer.fetched.span.toMs,
      path: answer.fetched.path,
      bytes: (kept ?? answer.fetched.bytes).byteLength,
      pauseMsEstimate: pauseEstimateMs(step.ask, page.goroutines ?? 0),
      ...(answer.file && { file: answer.file }),
      ...(answer.page && { page: answer.page }),
      ...(answer.memorySource && { memorySource: answer.memorySource }),
      ...(step.snapshot === 0 && !step.sample && vitalsOf(answer)),
    };
    return await ports.keep(record, kept);
  } catch (error) {
    ports.signal.throwIfAborted();
    if (!(error instanceof Failure) || error.code === 'left_alone') throw error;
    const lost = lostRecord(error, step, page.goroutines ?? 0, { ...base, fromMs: from, toMs: ports.now() });
    const kept = await ports.keep(lost, undefined);
    // The first look decides whether there is a Go service at all; everything after it may fail alone.
    if (step.id === FIRST_LOOK) throw error;
    return kept;
  }
}

function vitalsOf({ file, fetched }: Answer): Pick<StepRecord, 'vitals'> {
  const vitals = file?.endsWith('.prom') ? readVitals(fetched.bytes, fetched.span.toMs) : undefined;
  return vitals ? { vitals } : {};
}

function skipped(step: Step, { because, offer }: Refusal, nowMs: number): StepRecord {
  return {
    id: step.id,
    snapshot: step.snapshot,
    fromMs: nowMs,
    toMs: nowMs,
    bytes: 0,
    pauseMsEstimate: 0,
    problem: because,
    skipped: true,
    ...(offer && { offer }),
  };
}

interface Answer {
  readonly fetched: Fetched;
  readonly file?: string;
  readonly page?: IndexPage;
  readonly memorySource?: Endpoint;
}

async function answerTo(question: Question, ports: CapturePorts): Promise<Answer> {
  const { instance, step } = question;
  const get = (endpoint: Endpoint): Promise<Fetched> => ports.fetch(instance, endpoint, ports.signal);
  switch (step.ask) {
    case 'count': {
      const fetched = await get('index');
      const page = readIndexPage(fetched.bytes);
      if (!page) throw notPprof(instance, fetched);
      return { fetched, page };
    }
    case 'memory':
      return readMemory(question, get);
    case 'process': {
      // RSS and the container's limits are only here; the MemStats of a service that has no expvar, too.
      const fetched = await get('metrics');
      return { fetched, file: `${step.id}.prom` };
    }
    case 'goroutine':
      return { fetched: await get('goroutine'), file: 'goroutine.pb.gz' };
    case 'goroutine-text':
      return { fetched: await get('goroutine-text'), file: 'goroutines.txt' };
    case 'heap':
      return { fetched: await get('heap'), file: 'heap.pb.gz' };
    case 'heap-collected':
      return { fetched: await get('heap-collected'), file: 'heap.pb.gz' };
    case 'goroutineleak':
      return {
        fetched: await get('goroutineleak'),
        file: `goroutineleak${step.againAfterMs === undefined ? '' : '-again'}.pb.gz`,
      };
    case 'trace':
      return { fetched: await get('trace'), file: 'trace.out' };
    case 'probe':
      throw new Error('a probe answers several questions at once');
    default:
      return step.ask satisfies never;
  }
}

const MEMORY_SOURCES: readonly Endpoint[] = ['vars', 'metrics', 'heap-text'];

/** /debug/vars, else /metrics, else the trailer of the heap text; the one that answered first is kept to. */
async function readMemory(
  question: Question,
  get: (endpoint: Endpoint) => Promise<Fetched>,
): Promise<Answer> {
  const { step, memorySource } = question;
  const sources = memorySource ? [memorySource] : MEMORY_SOURCES;
  let last: unknown;
  for (const source of sources) {
    try {
      const fetched = await get(source);
      const answer = asMemory(source, fetched, step.id);
      if (answer) return answer;
    } catch (error) {
      if (!(error instanceof Failure) || !ABSENT.includes(error.code)) throw error;
      last = error;
    }
  }
  throw last instanceof Failure ? last : notPprof(question.instance, { path: '/debug/vars' });
}

function asMemory(source: Endpoint, fetched: Fetched, id: string): Answer | undefined {
  if (source === 'vars') {
    const bytes = withoutSecrets(fetched.bytes);
    return bytes && { fetched: { ...fetched, bytes }, file: `${id}.json`, memorySource: source };
  }
  const head = new TextDecoder('latin1').decode(fetched.bytes);
  if (source === 'metrics') {
    return head.includes('go_memstats_') ? { fetched, file: `${id}.prom`, memorySource: source } : undefined;
  }
  return head.includes('# runtime.MemStats')
    ? { fetched, file: `${id}.txt`, memorySource: source }
    : undefined;
}

function notPprof(
  instance: Instance,
  fetched: { readonly path: string; readonly contentType?: string },
): Failure {
  const what = fetched.contentType?.startsWith('text/html') ? 'another web page' : 'something else';
  return new Failure('target_not_pprof', { instance: instance.name, url: fetched.path, what });
}
