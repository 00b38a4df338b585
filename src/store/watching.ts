// Who switched watching on or off, and when an address was sampled last: in Redis, for all workers.
import type { Redis } from 'ioredis';
import { LEAST_SAMPLE_MS } from '../model/target.ts';
import type { WatchSwitch } from '../policy/watching.ts';

const SWITCHES = '{goleak}:watching';
const SAMPLED_PREFIX = '{goleak}:sampled:';
const AUTOMATIC_PREFIX = '{goleak}:automatic:';

export interface WatchingStore {
  readonly switch: (service: string, said: WatchSwitch) => Promise<void>;
  readonly said: (service: string) => Promise<WatchSwitch | undefined>;
  readonly all: () => Promise<ReadonlyMap<string, WatchSwitch>>;
  /** 0 when the address may be sampled now, which is taken for done; else milliseconds until it may. */
  readonly allow: (address: string) => Promise<number>;
  /** False when an automatic capture of this service for this cause has its thread already. */
  readonly claim: (service: string, cause: string, request: string) => Promise<boolean>;
  /** Nothing came of it. */
  readonly unclaim: (service: string, cause: string) => Promise<void>;
}

/** The same cause gets no second thread within a day, however many instances have it and however often they restart. */
const CAUSE_SECONDS = 86_400;

export function openWatchingStore(redis: Redis): WatchingStore {
  return {
    switch: async (service, said) => {
      await redis.hset(SWITCHES, service, JSON.stringify(said));
    },
    said: async (service) => {
      const text = await redis.hget(SWITCHES, service);
      return text === null ? undefined : (JSON.parse(text) as WatchSwitch);
    },
    all: async () => {
      const kept = Object.entries(await redis.hgetall(SWITCHES));
      return new Map(kept.map(([service, text]) => [service, JSON.parse(text) as WatchSwitch]));
    },
    allow: async (address) => {
      const key = SAMPLED_PREFIX + address;
      if ((await redis.set(key, '1', 'PX', LEAST_SAMPLE_MS, 'NX')) === 'OK') return 0;
      return Math.max(1, await redis.pttl(key));
    },
    claim: async (service, cause, request) => {
      const key = `${AUTOMATIC_PREFIX}${service}:${cause}`;
      return (await redis.set(key, request, 'EX', CAUSE_SECONDS, 'NX')) === 'OK';
    },
    unclaim: async (service, cause) => {
      await redis.del(`${AUTOMATIC_PREFIX}${service}:${cause}`);
    },
  };
}
