// stop, resume and cancel from a terminal: the switch is in the Redis that the app and the workers use.
import { auditedControl, auditedRequests } from '../audit/audited.ts';
import { openTrail, trailOptions } from '../audit/trail.ts';
import type { Env } from '../config/env.ts';
import { watchServices } from '../config/services.ts';
import { type ControlCommand, control } from '../control/captures.ts';
import { Failure } from '../failure.ts';
import { createLog } from '../log.ts';
import { answersPing, connectRedis } from '../queue/connection.ts';
import { privateRedisUrl } from '../queue/private-redis.ts';
import { openQueue } from '../queue/queue.ts';
import { openRequestStore } from '../store/requests.ts';
import { requestSeal } from '../store/seal.ts';
import { openSwitchStore } from '../store/switches.ts';

const PING_MS = 1_500;

/** @throws Failure `verb_needs_redis` when none answers */
export async function controlCaptures(command: ControlCommand, env: Env): Promise<string> {
  const redis = connectRedis(env.redisUrl ?? privateRedisUrl(env.home), 'worker');
  try {
    if (!(await answersPing(redis, PING_MS))) throw new Failure('verb_needs_redis', { verb: command.kind });
    const services = watchServices(env.servicesFile, (fault) => {
      throw fault;
    });
    const queue = openQueue(redis);
    const trail = openTrail(trailOptions(env, 'terminal', createLog('terminal', 'error', env.secrets)));
    const asker = { door: 'terminal', user: 'terminal' } as const;
    const kept = openRequestStore(redis, requestSeal(env.sealKeys));
    const run = () =>
      control(command, asker, {
        services: services.all().map(({ name }) => name),
        // Whoever has a terminal on this machine could do it without us.
        authorise: async () => ({ may: 'yes' }),
        requests: auditedRequests(kept, trail, async () => undefined),
        queue,
        switches: openSwitchStore(redis),
        now: Date.now,
      });
    const done = await auditedControl(command, asker, trail, run);
    trail.close();
    await queue.close();
    return done;
  } finally {
    redis.disconnect();
  }
}
