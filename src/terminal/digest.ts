// Digests from a terminal: what is set up is in the Redis that the app and the workers use.
import { randomUUID } from 'node:crypto';
import { openPrometheus } from '../capture/prometheus.ts';
import type { DigestCommand } from '../command/digest.ts';
import type { Env } from '../config/env.ts';
import { watchServices } from '../config/services.ts';
import { controlDigest } from '../control/digests.ts';
import { Failure } from '../failure.ts';
import { factsReader } from '../past/digest-facts.ts';
import { digestHistory, recordedHistory } from '../past/digest-history.ts';
import { answersPing, connectRedis } from '../queue/connection.ts';
import { privateRedisUrl } from '../queue/private-redis.ts';
import { openDigestStore } from '../store/digests.ts';
import { openHistoryStore } from '../store/history.ts';
import { digestSeal } from '../store/seal.ts';
import { openVerdictStore } from '../store/verdicts.ts';

const PING_MS = 1_500;

/** @throws Failure `verb_needs_redis` when none answers */
export async function controlDigests(command: DigestCommand, env: Env, signal: AbortSignal): Promise<string> {
  const prometheus = openPrometheus(env.secret, signal);
  const redis = connectRedis(env.redisUrl ?? privateRedisUrl(env.home), 'worker');
  try {
    if (!(await answersPing(redis, PING_MS))) throw new Failure('verb_needs_redis', { verb: 'digest' });
    const services = watchServices(env.servicesFile, (fault) => {
      throw fault;
    });
    const asker = { origin: { door: 'terminal', user: 'terminal' }, delivery: randomUUID() } as const;
    return await controlDigest(command, asker, {
      digests: openDigestStore(redis, digestSeal(env.sealKeys)),
      written: services.digests(),
      services: services.all(),
      factsOf: factsReader({
        verdicts: openVerdictStore(redis),
        history: recordedHistory(digestHistory(openHistoryStore(redis)), {
          find: services.find,
          prometheus: prometheus.read,
        }),
      }),
      // Whoever has a terminal on this machine could do it without us.
      authorise: async () => ({ may: 'yes' }),
    });
  } finally {
    redis.disconnect();
    await prometheus.close();
  }
}
