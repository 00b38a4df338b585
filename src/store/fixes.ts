// Which leak of a service is followed until it is gone, and which looks at new builds are planned: in Redis, for all workers.
import type { Redis } from 'ioredis';
import type { FollowedLeak, PlannedLook } from '../model/fix.ts';

const LEAKS = '{goleak}:leaks';
const PLANNED = '{goleak}:leaks:planned';
/** As long as the thread and its request are kept. */
const KEEP_MS = 14 * 86_400_000;
const MAX_DUE = 50;
/** More services than that are not deployed within a warm-up. */
const MAX_PLANNED = 1_000;

export interface FixStore {
  readonly follow: (service: string, leak: FollowedLeak) => Promise<void>;
  /** Undefined when there is none, or it was too long ago. */
  readonly followed: (service: string, nowMs: number) => Promise<FollowedLeak | undefined>;
  /** One for a build, however many instances have it. */
  readonly plan: (look: PlannedLook, atMs: number) => Promise<void>;
  readonly due: (nowMs: number) => Promise<readonly PlannedLook[]>;
  /** It was begun. */
  readonly begun: (look: PlannedLook) => Promise<void>;
}

export function openFixStore(redis: Redis): FixStore {
  return {
    follow: async (service, leak) => {
      await redis.hset(LEAKS, service, JSON.stringify(leak));
    },
    followed: async (service, nowMs) => {
      const text = await redis.hget(LEAKS, service);
      const leak = text === null ? undefined : (JSON.parse(text) as FollowedLeak);
      return leak && nowMs - leak.atMs < KEEP_MS ? leak : undefined;
    },
    plan: async (look, atMs) => {
      const planned = (await redis.zrange(PLANNED, '0', String(MAX_PLANNED))).map(lookIn);
      const isSame = ({ service, build, request }: PlannedLook): boolean =>
        service === look.service && build === look.build && request === look.request;
      if (planned.length > MAX_PLANNED || planned.some(isSame)) return;
      await redis.zadd(PLANNED, 'NX', atMs, JSON.stringify(look));
    },
    due: async (nowMs) => (await redis.zrangebyscore(PLANNED, 0, nowMs, 'LIMIT', 0, MAX_DUE)).map(lookIn),
    begun: async (look) => {
      await redis.zrem(PLANNED, JSON.stringify(look));
    },
  };
}

function lookIn(text: string): PlannedLook {
  return JSON.parse(text) as PlannedLook;
}
