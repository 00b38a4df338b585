// watch, unwatch, history and baseline from a terminal: what is watched is in the Redis that app and workers use.
import type { Env } from '../config/env.ts';
import { watchServices } from '../config/services.ts';
import { Failure } from '../failure.ts';
import { answersPing, connectRedis } from '../queue/connection.ts';
import { privateRedisUrl } from '../queue/private-redis.ts';
import { openBaselineStore } from '../store/baselines.ts';
import { openHistoryStore } from '../store/history.ts';
import { openWatchingStore } from '../store/watching.ts';
import { tendWatched, type WatchedCommand } from '../watched.ts';

const PING_MS = 1_500;

/** @throws Failure `verb_needs_redis` when none answers */
export async function watchedHere(command: WatchedCommand, env: Env): Promise<string> {
  const redis = connectRedis(env.redisUrl ?? privateRedisUrl(env.home), 'worker');
  try {
    if (!(await answersPing(redis, PING_MS))) throw new Failure('verb_needs_redis', { verb: command.kind });
    const services = watchServices(env.servicesFile, (fault) => {
      throw fault;
    });
    const asker = { door: 'terminal', user: 'terminal' } as const;
    return await tendWatched(command, asker, {
      services: services.all(),
      // Whoever has a terminal on this machine could do it without us.
      authorise: async () => ({ may: 'yes' }),
      watching: openWatchingStore(redis),
      history: openHistoryStore(redis),
      baselines: openBaselineStore(redis),
      now: Date.now,
    });
  } finally {
    redis.disconnect();
  }
}
