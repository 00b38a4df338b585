// The history that the sampler keeps of instances, as a digest wants it: of a service together.
import type { FactPorts } from './digest-facts.ts';
import type { KeptDetection, MemoryPoint } from './model/digest.ts';
import type { HistoryStore } from './store/history.ts';
import { BUCKET_FIELDS, type RollUp, rowsOf } from './watch/roll-up.ts';
import type { Detection } from './watch/sample.ts';

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
