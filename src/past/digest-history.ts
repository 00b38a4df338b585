// The history that the sampler keeps of instances, or a Prometheus has, as a digest wants it: of a service together.

import type { KeptDetection, MemoryPoint } from '../model/digest.ts';
import type { Service } from '../model/target.ts';
import type { HistoryStore } from '../store/history.ts';
import { residentOf } from '../watch/bucket.ts';
import { endOf } from '../watch/lives.ts';
import { BUCKET_FIELDS, type RollUp, rowsOf } from '../watch/roll-up.ts';
import type { Detection, Sample } from '../watch/sample.ts';
import type { FactPorts } from './digest-facts.ts';
import type { ReadPrometheus } from './past.ts';

/** Of a large fleet, those that were sampled last. */
const MOST_INSTANCES = 50;
const HOUR_MS = 3_600_000;
const column = (name: (typeof BUCKET_FIELDS)[number]): number => BUCKET_FIELDS.indexOf(name);
const [RESIDENT, HEAP, GOROUTINES] = [column('rssHigh'), column('trough'), column('goroutines')];

export function digestHistory(
  store: Pick<HistoryStore, 'load' | 'instances' | 'detections'>,
): FactPorts['history'] {
  const rollUps = async (service: string): Promise<readonly RollUp[]> => {
    const instances = (await store.instances(service)).slice(0, MOST_INSTANCES);
    return Promise.all(instances.map(({ instance }) => store.load({ service, instance })));
  };
  return {
    memory: async (service, sinceMs) => {
      const largest = new Map<number, MemoryPoint>();
      for (const history of await rollUps(service)) {
        for (const point of hoursOf(history, sinceMs / 1_000)) {
          if (point.bytes > (largest.get(point.atMs)?.bytes ?? -1)) largest.set(point.atMs, point);
        }
      }
      return [...largest.values()].sort((a, b) => a.atMs - b.atMs);
    },
    detections: async (service, sinceMs) =>
      (await store.detections(service, sinceMs / 1_000)).map(keptDetection),
    changes: async (service, sinceMs) => {
      const marks = (await rollUps(service)).flatMap((history) => history.marks);
      const latest = marks.toSorted((a, b) => a.t - b.t).findLast(({ version }) => version !== undefined);
      const restarts = marks.filter(({ what, t }) => what !== 'deploy' && t * 1_000 > sinceMs).length;
      return { restarts, ...(latest?.version !== undefined && { build: latest.version }) };
    },
  };
}

/** A point an hour: what a digest compares are days. */
const RECORDED_STEP_SECONDS = 3_600;

/**
 * The same, but memory, restarts and the build from the Prometheus that a service names. One that cannot be read now leaves
 * what was sampled here.
 */
export function recordedHistory(
  sampled: FactPorts['history'],
  {
    find,
    prometheus,
  }: { readonly find: (service: string) => Service | undefined; readonly prometheus: ReadPrometheus },
): FactPorts['history'] {
  const samplesOf = async (name: string, sinceMs: number): Promise<readonly Sample[]> => {
    const source = find(name)?.prometheus;
    if (!source) return [];
    const from = Math.ceil(sinceMs / 1_000 / RECORDED_STEP_SECONDS) * RECORDED_STEP_SECONDS;
    const to = Math.floor(Date.now() / 1_000 / RECORDED_STEP_SECONDS) * RECORDED_STEP_SECONDS;
    if (to < from) return [];
    const range = { from, to, stepSeconds: RECORDED_STEP_SECONDS };
    return await prometheus(source, range, undefined).then(
      ({ value }) => value,
      () => [],
    );
  };
  return {
    ...sampled,
    memory: async (service, sinceMs) => {
      const largest = new Map<number, MemoryPoint>();
      for (const sample of await samplesOf(service, sinceMs)) {
        const bytes = known(residentOf(sample)) ?? sample.HeapAlloc;
        const atMs = sample.t * 1_000;
        if (bytes === undefined || bytes <= (largest.get(atMs)?.bytes ?? -1)) continue;
        const { go_goroutines: goroutines } = sample;
        largest.set(atMs, { atMs, bytes, ...(goroutines !== undefined && { goroutines }) });
      }
      return largest.size > 0 ? [...largest.values()] : sampled.memory(service, sinceMs);
    },
    changes: async (service, sinceMs) => {
      const samples = await samplesOf(service, sinceMs);
      if (samples.length === 0) return sampled.changes(service, sinceMs);
      const lastOf = new Map<string, Sample>();
      let restarts = 0;
      for (const sample of samples) {
        const { instance = '' } = sample;
        const last = lastOf.get(instance);
        const end = last && endOf(last, sample);
        if (end && end !== 'deploy') restarts += 1;
        lastOf.set(instance, sample);
      }
      const build = samples.findLast(({ version }) => version !== undefined)?.version;
      return { restarts, ...(build !== undefined && { build }) };
    },
  };
}

/** Whole hours, and the tens of minutes of the one that is not over. Resident memory, or the heap where only that is known. */
function hoursOf(history: RollUp, since: number): readonly MemoryPoint[] {
  const rows = (['hours', 'tens'] as const).flatMap((grain) =>
    rowsOf(history, grain, since, Number.POSITIVE_INFINITY),
  );
  return rows.flatMap(({ t, values }) => {
    const bytes = known(values[RESIDENT]) ?? known(values[HEAP]);
    const goroutines = known(values[GOROUTINES]);
    if (bytes === undefined) return [];
    const atMs = Math.floor((t * 1_000) / HOUR_MS) * HOUR_MS;
    return [{ atMs, bytes, ...(goroutines !== undefined && { goroutines }) }];
  });
}

function known(value: number | undefined): number | undefined {
  return value !== undefined && Number.isFinite(value) ? value : undefined;
}

function keptDetection({ t, instance, tier, because, forecast }: Detection): KeptDetection {
  if (forecast === null) return { atMs: t * 1_000, instance, tier, because };
  const { low, high } = forecast;
  return {
    atMs: t * 1_000,
    instance,
    tier,
    because,
    forecast: { lowMs: low * 1_000, highMs: high === null ? null : high * 1_000 },
  };
}
