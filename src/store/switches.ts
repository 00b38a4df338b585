// The kill switch: which services are stopped, and by whom, in Redis, where every worker looks before every request.
import type { Redis } from 'ioredis';

const STOPPED = '{goleak}:stopped';
/** Stands for every service; no service can be called so. */
export const EVERYTHING = '*';

export interface Stop {
  /** A service's name, or `EVERYTHING`. */
  readonly service: string;
  readonly by: string;
  readonly atMs: number;
}

export interface SwitchStore {
  readonly stop: (stop: Stop) => Promise<void>;
  /** Lifts the stop of a service, or every stop; gives what was stopped. */
  readonly resume: (service: string) => Promise<readonly Stop[]>;
  readonly stops: () => Promise<readonly Stop[]>;
  /** The stop that holds for a service, if one does. */
  readonly stopOf: (service: string) => Promise<Stop | undefined>;
}

export function openSwitchStore(redis: Redis): SwitchStore {
  const stops = async (): Promise<readonly Stop[]> =>
    Object.values(await redis.hgetall(STOPPED)).map((text) => JSON.parse(text) as Stop);
  return {
    stop: async (stop) => {
      await redis.hset(STOPPED, stop.service, JSON.stringify(stop));
    },
    resume: async (service) => {
      const lifted = (await stops()).filter((stop) => service === EVERYTHING || stop.service === service);
      if (lifted.length > 0) await redis.hdel(STOPPED, ...lifted.map((stop) => stop.service));
      return lifted;
    },
    stops,
    stopOf: async (service) => {
      const [all, own] = await redis.hmget(STOPPED, EVERYTHING, service);
      const text = own ?? all;
      return text ? (JSON.parse(text) as Stop) : undefined;
    },
  };
}
