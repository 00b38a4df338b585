// The past of a service: from the samples goleak took itself, or, where services.yml names one, from its Prometheus, over
// which the watcher is run on the spot. Either way it is the same histories, marks and words of the watcher.
import { setImmediate as turnOfOthers } from 'node:timers/promises';
import type { Range } from '../capture/prometheus.ts';
import type { DrawnHistory, DrawnInstance, Reading } from '../model/history.ts';
import type { Outcome, Problem } from '../model/problem.ts';
import type { PrometheusSource, Service } from '../model/target.ts';
import type { HistoryStore, Miss } from '../store/history.ts';
import { residentOf } from '../watch/bucket.ts';
import {
  BUCKET_FIELDS,
  EMPTY_ROLL_UP,
  type RollUp,
  rollUp,
  rowsOf,
  samplesBetween,
} from '../watch/roll-up.ts';
import type { Detection, Sample } from '../watch/sample.ts';
import type { InstanceState } from '../watch/state.ts';
import { watch } from '../watch/watcher.ts';

export interface InstancePast {
  readonly instance: string;
  /** Unix seconds of the last sample. */
  readonly t: number;
  readonly kept: RollUp;
  /** It has not answered since. */
  readonly miss?: Miss;
}

export interface Past {
  readonly instances: readonly InstancePast[];
  /** Instances beyond those. */
  readonly more: number;
  /** What the watcher said in the last week, or would have said. */
  readonly told: readonly Detection[];
  /** Unix seconds. */
  readonly now: number;
  readonly source: 'samples' | 'prometheus';
  readonly problems: readonly Problem[];
}

export type ReadPrometheus = (
  source: PrometheusSource,
  range: Range,
  limitBytes: number | undefined,
) => Promise<Outcome<readonly Sample[]>>;

export interface PastPorts {
  readonly history: Pick<HistoryStore, 'instances' | 'missing' | 'now' | 'load' | 'detections'>;
  readonly prometheus: ReadPrometheus;
}

/** Of a larger fleet the latest, or the fullest, are told. */
const MOST_INSTANCES = 5;
const WEEK = 7 * 86_400;
/** A week in 2,017 points: one page. */
const STEP_SECONDS = 300;

/** @throws Failure when the Prometheus that is named cannot be read */
export async function pastOf(service: Service, ports: PastPorts): Promise<Past> {
  return service.prometheus
    ? recordedPast(service, service.prometheus, ports)
    : sampledPast(service.name, ports.history);
}

async function sampledPast(service: string, history: PastPorts['history']): Promise<Past> {
  const [all, missing, now] = await Promise.all([
    history.instances(service),
    history.missing(service),
    history.now(),
  ]);
  const shown = all.slice(0, MOST_INSTANCES);
  const instances = await Promise.all(
    shown.map(async ({ instance, t }) => {
      const miss = missing.get(instance);
      return { instance, t, kept: await history.load({ service, instance }), ...(miss && { miss }) };
    }),
  );
  const told = all.length === 0 ? [] : await history.detections(service, now - WEEK);
  return { instances, more: all.length - shown.length, told, now, source: 'samples', problems: [] };
}

async function recordedPast(
  { memoryLimitBytes }: Service,
  source: PrometheusSource,
  { history, prometheus }: PastPorts,
): Promise<Past> {
  const now = Math.floor(await history.now());
  const range = { from: now - WEEK, to: now, stepSeconds: STEP_SECONDS };
  const { value: samples, problems } = await prometheus(source, range, memoryLimitBytes);
  const byInstance = new Map<string, Sample[]>();
  for (const sample of samples) {
    const { instance = '' } = sample;
    const each = byInstance.get(instance);
    if (each) each.push(sample);
    else byInstance.set(instance, [sample]);
  }
  const fullest = [...byInstance].sort(([, a], [, b]) => heightOf(b) - heightOf(a));
  const folded: Folded[] = [];
  for (const [instance, each] of fullest.slice(0, MOST_INSTANCES)) folded.push(await fold(instance, each));
  return {
    instances: folded.map(({ past }) => past),
    more: Math.max(0, fullest.length - MOST_INSTANCES),
    told: folded.flatMap(({ told }) => told).sort((a, b) => a.t - b.t),
    now,
    source: 'prometheus',
    problems,
  };
}

/** Those that are there now before those that were. */
function heightOf(samples: readonly Sample[]): number {
  const last = samples.at(-1);
  const resident = last ? residentOf(last) : 0;
  return (last?.t ?? 0) * 2 ** 20 + (Number.isNaN(resident) ? 0 : resident / 2 ** 24);
}

interface Folded {
  readonly past: InstancePast;
  readonly told: readonly Detection[];
}

/** A week takes some hundred milliseconds, and the process has others to answer meanwhile. */
const SAMPLES_AT_ONCE = 100;

async function fold(instance: string, samples: readonly Sample[]): Promise<Folded> {
  let state: InstanceState | undefined;
  let kept = EMPTY_ROLL_UP;
  const told: Detection[] = [];
  for (const [at, sample] of samples.entries()) {
    if (at % SAMPLES_AT_ONCE === 0) await turnOfOthers();
    const watched = watch(state, sample);
    state = watched.state;
    kept = rollUp(kept, { ...watched, sample });
    told.push(...watched.detections);
  }
  return { past: { instance, t: samples.at(-1)?.t ?? 0, kept }, told };
}

/** As it is drawn: ten minutes of a week, or samples where there is less than two hours of it. Undefined: nothing to draw. */
export function drawnHistory(service: Service, past: Past): DrawnHistory | undefined {
  const since = past.now - WEEK;
  const instances = past.instances.map((each) => drawnInstance(each, since, past.now));
  const times = instances.flatMap(({ resident, heap, goroutines }) =>
    [resident, heap, goroutines].flatMap((readings) => readings.map(({ t }) => t)),
  );
  const from = times.reduce((least, t) => Math.min(least, t), Number.POSITIVE_INFINITY);
  if (!Number.isFinite(from) || new Set(times).size < 2) return undefined;
  const { memoryLimitBytes } = service;
  return {
    service: service.name,
    from,
    to: past.now,
    ...(memoryLimitBytes !== undefined && { limitBytes: memoryLimitBytes }),
    instances,
    more: past.more,
    marks: past.instances
      .flatMap(({ kept }) => kept.marks)
      .filter(({ t }) => t >= from)
      .map(({ t, what }) => ({ t, what })),
  };
}

/** Less than this in ten minutes is a line of a few dots. */
const LEAST_ROWS = 12;

function drawnInstance({ instance, kept }: InstancePast, since: number, now: number): DrawnInstance {
  const rows = rowsOf(kept, 'tens', since, now);
  if (rows.length < LEAST_ROWS) {
    const samples = samplesBetween(kept, since, now);
    const of = (read: (sample: Sample) => number | undefined): readonly Reading[] =>
      samples.flatMap((sample) => known(sample.t, read(sample)));
    return {
      instance,
      resident: of(residentOf),
      heap: of(({ HeapAlloc }) => HeapAlloc),
      goroutines: of(({ go_goroutines }) => go_goroutines),
    };
  }
  const of = (name: (typeof BUCKET_FIELDS)[number]): readonly Reading[] =>
    rows.flatMap(({ t, values }) => known(t, values[BUCKET_FIELDS.indexOf(name)]));
  return { instance, resident: of('rssHigh'), heap: of('trough'), goroutines: of('goroutines') };
}

function known(t: number, value: number | undefined): readonly Reading[] {
  return value === undefined || Number.isNaN(value) ? [] : [{ t, value }];
}
