// One cheap look at an instance for those who watch it: MemStats and the number of goroutines, from /metrics where
// that tells them, else from /debug/vars and the index page. Never a profile; the service stops for a fraction of a
// millisecond, if at all (ReadMemStats).
import { Failure } from '../failure.ts';
import type { Instance } from '../model/target.ts';
import type { Sample } from '../watch/sample.ts';
import type { Fetch } from './fetch.ts';
import { readIndexPage } from './index-page.ts';
import type { Caps, Deadlines } from './limits.ts';
import { buildName, type MetricsPage, openMetricsPage } from './metrics-page.ts';

/** What an earlier sample found out, so that the next one asks no more than it must. */
export interface Acquaintance {
  /** Where MemStats come from. */
  readonly source?: 'metrics' | 'vars';
  /** Unix seconds until which /metrics is not asked for again: it was not there. */
  readonly noMetricsUntil?: number;
  readonly requests?: { readonly name: string; readonly total: number; readonly t: number };
}

export interface SampleRules {
  /** Bytes; the container's limit, as services.yml has it. */
  readonly limitBytes?: number;
  /** The expvar that names the build, where /metrics has no `*_build_info`. */
  readonly buildVar?: string;
}

export interface SamplePorts {
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
  /** Unix seconds, by the clock that histories are kept by. */
  readonly now: () => number;
}

export interface Sampled {
  readonly sample: Sample;
  readonly known: Acquaintance;
}

/** A sample that is not cheap is none: a page of ordinary size, at once. */
export const SAMPLE_CAPS: Caps = { bodyBytes: 2 * 1024 * 1024, inflatedBytes: 2 * 1024 * 1024 };
export const SAMPLE_DEADLINES: Deadlines = {
  connectMs: 2_000,
  headersMs: 3_000,
  idleMs: 3_000,
  totalMs: 4_000,
  rateMs: 3_000,
};

/** Somebody may mount it with the next release. */
const METRICS_AGAIN_SECONDS = 3_600;
const ABSENT: readonly string[] = ['target_refused', 'target_not_pprof', 'target_too_big'];

/** Requests served, as the usual libraries count them; the first that is there is kept to. */
export const REQUESTS = [
  'http_requests_total',
  'http_server_requests_total',
  'http_server_request_duration_seconds_count',
  'http_request_duration_seconds_count',
  'grpc_server_handled_total',
] as const;

/** @throws Failure when the instance does not answer, or says nothing of its memory */
export async function sampleInstance(
  instance: Instance,
  known: Acquaintance,
  rules: SampleRules,
  ports: SamplePorts,
): Promise<Sampled> {
  const page = await metricsOf(instance, known, ports);
  const t = Math.round(ports.now());
  const { noMetricsUntil: _, ...before } = known;
  const without = page === undefined && instance.metricsUrl !== undefined;
  const base = {
    ...before,
    ...(without && { noMetricsUntil: known.noMetricsUntil ?? t + METRICS_AGAIN_SECONDS }),
  };
  const figures = page ? figuresOf(page) : {};
  const served = page?.sum(known.requests ? [known.requests.name, ...REQUESTS] : REQUESTS);
  const rate = served && rateOf(known.requests, served, t);
  const common = {
    t,
    instance: instance.name,
    ...(rules.limitBytes !== undefined && { container_limit: rules.limitBytes }),
    ...(rate !== undefined && { requests_per_s: rate }),
  };
  const requests = served ? { requests: { ...served, t } } : {};
  const build = page?.build();
  const isWhole = figures.HeapAlloc !== undefined && figures.go_goroutines !== undefined;
  if (isWhole && (build !== undefined || rules.buildVar === undefined)) {
    const sample = { ...common, ...figures, ...(build !== undefined && { version: build }) };
    return { sample, known: { ...base, source: 'metrics', ...requests } };
  }
  const vars = await varsOf(instance, isWhole, rules, ports);
  const version = build ?? vars.version;
  const sample = { ...common, ...vars.figures, ...figures, ...(version !== undefined && { version }) };
  return { sample, known: { ...base, source: isWhole ? 'metrics' : 'vars', ...requests } };
}

async function metricsOf(
  instance: Instance,
  { noMetricsUntil = 0 }: Acquaintance,
  { fetch, signal, now }: SamplePorts,
): Promise<MetricsPage | undefined> {
  if (instance.metricsUrl === undefined || now() < noMetricsUntil) return undefined;
  try {
    return openMetricsPage((await fetch(instance, 'metrics', signal)).bytes);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Failure && ABSENT.includes(error.code)) return undefined;
    throw error;
  }
}

type Figures = Omit<Sample, 't' | 'instance' | 'version'>;

// Names of prometheus/client_golang and of OpenTelemetry's exporter for it.
export const FIGURES = [
  ['go_goroutines', 'go_goroutines'],
  ['HeapAlloc', 'go_memstats_heap_alloc_bytes'],
  ['HeapInuse', 'go_memstats_heap_inuse_bytes'],
  ['HeapIdle', 'go_memstats_heap_idle_bytes'],
  ['HeapReleased', 'go_memstats_heap_released_bytes'],
  ['Sys', 'go_memstats_sys_bytes'],
  ['NextGC', 'go_memstats_next_gc_bytes'],
  ['NumGC', 'go_gc_duration_seconds_count'],
  ['LastGC', 'go_memstats_last_gc_time_seconds'],
  ['StackInuse', 'go_memstats_stack_inuse_bytes'],
  ['RSS', 'process_resident_memory_bytes'],
  ['start_time', 'process_start_time_seconds'],
  ['GOGC', 'go_gc_gogc_percent'],
  ['GOMEMLIMIT', 'go_gc_gomemlimit_bytes'],
] as const satisfies readonly (readonly [keyof Figures, string])[];
/** GOMEMLIMIT is the largest integer when it is unset. */
export const UNSET = 2 ** 60;

function figuresOf(page: MetricsPage): Figures {
  const figures: Partial<Record<keyof Figures, number>> = {};
  for (const [field, name] of FIGURES) {
    const value = page.figure(name);
    if (value !== undefined && value >= 0 && value < UNSET) figures[field] = value;
  }
  return figures;
}

/** A counter that fell began anew. */
function rateOf(
  before: Acquaintance['requests'],
  served: { readonly name: string; readonly total: number },
  t: number,
): number | undefined {
  if (before?.name !== served.name || t <= before.t || served.total < before.total) return undefined;
  return (served.total - before.total) / (t - before.t);
}

const MEMSTATS = [
  'HeapAlloc',
  'HeapInuse',
  'HeapIdle',
  'HeapReleased',
  'Sys',
  'NextGC',
  'NumGC',
  'StackInuse',
] as const;

async function varsOf(
  instance: Instance,
  isBuildAlone: boolean,
  { buildVar }: SampleRules,
  { fetch, signal }: SamplePorts,
): Promise<{ readonly figures: Figures; readonly version?: string }> {
  let vars: Record<string, unknown> | undefined;
  try {
    vars = objectIn((await fetch(instance, 'vars', signal)).bytes);
  } catch (error) {
    signal.throwIfAborted();
    if (isBuildAlone && error instanceof Failure) return { figures: {} };
    throw error;
  }
  const memstats = vars?.memstats;
  const named = buildVar === undefined ? undefined : vars?.[buildVar];
  const version = typeof named === 'string' ? buildName(named) : undefined;
  const said = { ...(version !== undefined && { version }) };
  if (isBuildAlone) return { figures: {}, ...said };
  if (typeof memstats !== 'object' || memstats === null) {
    const url = instance.varsUrl ?? instance.name;
    throw new Failure('target_not_pprof', {
      instance: instance.name,
      url,
      what: 'something else',
      wanted: 'MemStats',
    });
  }
  const figures = memstatsIn(memstats as Record<string, unknown>);
  const { bytes } = await fetch(instance, 'index', signal);
  const goroutines = readIndexPage(bytes)?.goroutines;
  return { figures: { ...figures, ...(goroutines !== undefined && { go_goroutines: goroutines }) }, ...said };
}

function memstatsIn(memstats: Record<string, unknown>): Figures {
  const figures: Partial<Record<keyof Figures, number>> = {};
  for (const field of MEMSTATS) {
    const value = memstats[field];
    if (typeof value === 'number' && value >= 0) figures[field] = value;
  }
  const { LastGC } = memstats;
  if (typeof LastGC === 'number' && LastGC > 0) figures.LastGC = LastGC / 1e9;
  return figures;
}

function objectIn(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
