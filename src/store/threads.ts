// Which captures are told in which thread, in Redis: what a reply there is about.
import type { Redis } from 'ioredis';
import type { ThreadPlace } from '../model/question.ts';

const PREFIX = '{goleak}:thread:';
/** As long as requests are kept. */
const KEEP_SECONDS = 14 * 86_400;
/** Somebody who captures again and again in one thread asks about the last of them. */
const MOST_CAPTURES = 20;

export interface ThreadStore {
  /** However often. */
  readonly note: (
    place: ThreadPlace,
    capture: { readonly id: string; readonly atMs: number },
  ) => Promise<void>;
  /** Ids of requests, the latest first. */
  readonly capturesIn: (place: ThreadPlace) => Promise<readonly string[]>;
}

export function openThreadStore(redis: Redis): ThreadStore {
  const key = ({ channel, threadTs }: ThreadPlace): string => `${PREFIX}${channel}:${threadTs}`;
  return {
    note: async (place, { id, atMs }) => {
      await redis
        .pipeline()
        .zadd(key(place), atMs, id)
        .zremrangebyrank(key(place), 0, -MOST_CAPTURES - 1)
        .expire(key(place), KEEP_SECONDS)
        .exec();
    },
    capturesIn: (place) => redis.zrevrange(key(place), 0, MOST_CAPTURES - 1),
  };
}
