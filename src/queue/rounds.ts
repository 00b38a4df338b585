// Fair turns between services: a service with many waiting captures does not keep the others from theirs. Every capture
// belongs to a round; in each round a service has one. BullMQ takes the lower round first, and the older job within it.
import type { Redis } from 'ioredis';
import { scriptOf } from '../store/script.ts';

const ROUNDS = '{goleak}:rounds';
/** The round the workers have come to; no service can be called so. */
const REACHED = '*';
/** BullMQ's lowest priority. Whoever comes later waits among equals. */
const LAST_ROUND = 2_097_151;

export interface Rounds {
  /**
   * The round of one more capture of a service: after its last one, and never before the round that is under way, so
   * that nobody saves up turns.
   * @param waiting the set of waiting jobs: when it is empty, counting begins anew
   */
  readonly next: (service: string, waiting: string) => Promise<number>;
  /** A capture of this round has begun. */
  readonly reached: (round: number) => Promise<void>;
}

export function openRounds(redis: Redis): Rounds {
  return {
    next: async (service, waiting) =>
      Number(await NEXT(redis, [ROUNDS, waiting], [service, REACHED, LAST_ROUND])),
    reached: async (round) => {
      await REACH(redis, [ROUNDS], [REACHED, round]);
    },
  };
}

const NEXT = scriptOf(`
  if redis.call('ZCARD', KEYS[2]) == 0 then redis.call('DEL', KEYS[1]) end
  local last, reached = unpack(redis.call('HMGET', KEYS[1], ARGV[1], ARGV[2]))
  local round = math.min(math.max(tonumber(last or 0) + 1, tonumber(reached or 1)), tonumber(ARGV[3]))
  redis.call('HSET', KEYS[1], ARGV[1], round)
  return round`);

const REACH = scriptOf(`
  if tonumber(ARGV[2]) > tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '0') then
    redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  end
  return 1`);
