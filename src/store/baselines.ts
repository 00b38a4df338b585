// Baselines that somebody set: what was usual then stays the measure until it is set anew or cleared.
import type { Redis } from 'ioredis';
import type { Baseline } from '../watch/baseline.ts';

const BASELINES = '{goleak}:baselines';

export const MEASURES = ['rss', 'heap', 'goroutines'] as const;
export type Measure = (typeof MEASURES)[number];
export type Usuals = Readonly<Partial<Record<Measure, Baseline>>>;

export interface SetBaseline {
  readonly by: string;
  readonly atMs: number;
  /** Of all instances together. */
  readonly usuals: Usuals;
}

export interface BaselineStore {
  readonly set: (service: string, baseline: SetBaseline) => Promise<void>;
  readonly load: (service: string) => Promise<SetBaseline | undefined>;
  /** False when there was none. */
  readonly clear: (service: string) => Promise<boolean>;
}

export function openBaselineStore(redis: Redis): BaselineStore {
  return {
    set: async (service, baseline) => {
      await redis.hset(BASELINES, service, JSON.stringify(baseline));
    },
    load: async (service) => {
      const text = await redis.hget(BASELINES, service);
      return text === null ? undefined : (JSON.parse(text) as SetBaseline);
    },
    clear: async (service) => (await redis.hdel(BASELINES, service)) === 1,
  };
}
