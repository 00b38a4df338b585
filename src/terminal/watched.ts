// watch, unwatch, history and baseline from a terminal: what is watched is in the Redis that app and workers use.
import { writeFile } from 'node:fs/promises';
import { auditedControl } from '../audit/audited.ts';
import { openTrail, trailOptions } from '../audit/trail.ts';
import { openPrometheus } from '../capture/prometheus.ts';
import type { Env } from '../config/env.ts';
import { watchServices } from '../config/services.ts';
import { tendWatched, type WatchedCommand } from '../control/watching.ts';
import { Failure } from '../failure.ts';
import { createLog } from '../log.ts';
import type { DrawnHistory } from '../model/history.ts';
import { answersPing, connectRedis } from '../queue/connection.ts';
import { privateRedisUrl } from '../queue/private-redis.ts';
import { historyPicture } from '../report/charts/history.ts';
import { openBaselineStore } from '../store/baselines.ts';
import { openHistoryStore } from '../store/history.ts';
import { openWatchingStore } from '../store/watching.ts';

const PING_MS = 1_500;

/** @throws Failure `verb_needs_redis` when none answers */
export async function watchedHere(command: WatchedCommand, env: Env, signal: AbortSignal): Promise<string> {
  const prometheus = openPrometheus(env.secret, signal);
  const redis = connectRedis(env.redisUrl ?? privateRedisUrl(env.home), 'worker');
  try {
    if (!(await answersPing(redis, PING_MS))) throw new Failure('verb_needs_redis', { verb: command.kind });
    const services = watchServices(env.servicesFile, (fault) => {
      throw fault;
    });
    const asker = { door: 'terminal', user: 'terminal' } as const;
    const trail = openTrail(trailOptions(env, 'terminal', createLog('terminal', 'error', env.secrets)));
    const tend = () =>
      tendWatched(command, asker, {
        services: services.all(),
        // Whoever has a terminal on this machine could do it without us.
        authorise: async () => ({ may: 'yes' }),
        watching: openWatchingStore(redis),
        history: openHistoryStore(redis),
        baselines: openBaselineStore(redis),
        prometheus: prometheus.read,
        now: Date.now,
      });
    const { text, drawn } = await auditedControl(command, asker, trail, tend).finally(() => trail.close());
    if (command.kind !== 'history' || command.out === undefined) return text;
    return `${text}\n\n${await drawInto(command.out, drawn)}`;
  } finally {
    redis.disconnect();
    await prometheus.close();
  }
}

async function drawInto(path: string, drawn: DrawnHistory | undefined): Promise<string> {
  const picture = drawn && historyPicture(drawn);
  if (!picture) return 'There is not enough of it to draw.';
  const { renderChart } = await import('../deliver/charts.ts');
  await writeFile(path, await renderChart(picture.art, picture.size));
  return `Drawn into ${path}.`;
}
