// rules from a terminal: what people said of signatures is in the Redis that the app and the workers use.
import { auditRule } from '../audit/audited.ts';
import { openTrail, trailOptions } from '../audit/trail.ts';
import type { Env } from '../config/env.ts';
import { watchServices } from '../config/services.ts';
import { controlRules, type RulesCommand } from '../control/rules.ts';
import { Failure } from '../failure.ts';
import { createLog } from '../log.ts';
import { answersPing, connectRedis } from '../queue/connection.ts';
import { privateRedisUrl } from '../queue/private-redis.ts';
import { openQueue } from '../queue/queue.ts';
import { openRuleStore } from '../store/rules.ts';
import { ruleSeal } from '../store/seal.ts';

const PING_MS = 1_500;

/** @throws Failure `verb_needs_redis` when none answers */
export async function rulesHere(command: RulesCommand, env: Env): Promise<string> {
  const redis = connectRedis(env.redisUrl ?? privateRedisUrl(env.home), 'worker');
  try {
    if (!(await answersPing(redis, PING_MS))) throw new Failure('verb_needs_redis', { verb: command.kind });
    const services = watchServices(env.servicesFile, (fault) => {
      throw fault;
    });
    const queue = openQueue(redis);
    const trail = openTrail(trailOptions(env, 'terminal', createLog('terminal', 'error', env.secrets)));
    const asker = { door: 'terminal', user: 'terminal' } as const;
    const done = await controlRules(command, asker, {
      services: services.all(),
      rules: openRuleStore(redis, ruleSeal(env.sealKeys)),
      // Whoever has a terminal on this machine could do it without us.
      authorise: async () => ({ may: 'yes' }),
      queue,
      decided: (rule, by) => auditRule(rule, by, trail),
      now: Date.now,
    });
    trail.close();
    await queue.close();
    return done;
  } finally {
    redis.disconnect();
  }
}
