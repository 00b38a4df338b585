// Which owners were told of which leak, in Redis: whoever is called once more for the same thing within a week stops
// reading.
import type { Redis } from 'ioredis';

const PREFIX = '{goleak}:told:';
const ONCE_IN_SECONDS = 7 * 86_400;

export interface MentionStore {
  /** True for the first request that asks within a week, and for that one however often it asks. */
  readonly mayTell: (service: string, stableId: string, request: string) => Promise<boolean>;
}

export function openMentionStore(redis: Redis): MentionStore {
  return {
    mayTell: async (service, stableId, request) => {
      const key = `${PREFIX}${service}:${stableId}`;
      const taken = await redis.set(key, request, 'EX', ONCE_IN_SECONDS, 'NX');
      return taken === 'OK' || (await redis.get(key)) === request;
    },
  };
}
