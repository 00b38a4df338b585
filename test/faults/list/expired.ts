// F21: a line so long that the moment people asked about has passed. They are told, and no service is asked any more.
import { setTimeout as sleep } from 'node:timers/promises';
import { requestId } from '../../../src/entry/accept.ts';
import { connectRedis } from '../../../src/queue/connection.ts';
import { openQueue } from '../../../src/queue/queue.ts';
import { submit } from '../../../src/queue/submit.ts';
import { openRequestStore } from '../../../src/store/requests.ts';
import { requestSeal } from '../../../src/store/seal.ts';
import type { Scene, Typed } from '../scene.ts';
import { must, type Variant } from '../variants.ts';
import { SMALL } from './redis-away.ts';

const MINUTE_MS = 60_000;

/** Accepted so many minutes ago, as the app would have had it accepted then. */
async function accepted(minutes: number, many: number, scene: Scene): Promise<readonly Typed[]> {
  const { ground, workspace, channel } = scene;
  const redis = connectRedis(ground.redisUrl, 'worker');
  const queue = openQueue(redis);
  const requests = openRequestStore(redis, requestSeal([workspace.env().SLACK_BOT_TOKEN]));
  const acceptedAtMs = Date.now() - minutes * MINUTE_MS;
  const typed: Typed[] = [];
  try {
    for (let nth = 0; nth < many; nth++) {
      const target = scene.target();
      const user = scene.person();
      const id = requestId(`asked ${minutes} min ago ${channel} ${nth}`, acceptedAtMs);
      const origin = { door: 'slash', user, channel } as const;
      const what = { windowMs: 1_000, kinds: ['goroutine', 'heap', 'memstats'], instances: 'one' } as const;
      await submit({ id, service: target.name, ...what, origin, acceptedAtMs }, { requests, queue });
      typed.push(scene.keeps({ id, user, target, outcome: { kind: 'acked', body: '', ms: 0 } }));
    }
    return typed;
  } finally {
    await queue.close();
    redis.disconnect();
  }
}

/** No worker has run meanwhile: that is how a request becomes old. */
async function withoutWorkers<Value>({ ground }: Scene, meanwhile: () => Promise<Value>): Promise<Value> {
  for (const worker of ground.workers) await worker.down();
  try {
    return await meanwhile();
  } finally {
    for (const worker of ground.workers) await worker.up();
  }
}

export const expired: readonly Variant[] = [
  {
    fault: 'F21',
    variant: 'twenty requests have waited for 16 min when workers come back, and somebody asks anew',
    promise:
      'each of them is dropped with a note in its thread and asks no target anything; the new one is captured',
    ground: SMALL,
    play: async (scene) => {
      const old = await withoutWorkers(scene, () => accepted(16, 20, scene));
      const anew = await scene.asks();
      const last = await scene.finished(anew);
      must(/confidence/.test(last.text), `the new one has no verdict: ${last.text.slice(0, 160)}`);
      for (const request of old) {
        const { text } = await scene.finished(request);
        must(/waited 16 min for a worker, so it was not run/.test(text), `it says: ${text.slice(0, 160)}`);
      }
      // Whatever might still come late, comes within this.
      await sleep(3_000);
      const questions = old.reduce((sum, { target }) => sum + target.hits.length, 0);
      must(questions === 0, `${questions} questions were asked for requests that had expired`);
      return `20 notes "waited 16 min", 0 questions for them, the new one ended after ${anew.target.hits.length} questions`;
    },
  },
  {
    fault: 'F21',
    variant: 'ten requests have waited for 13 min when workers come back',
    promise: 'they are late, not too late: each is captured and has its verdict',
    ground: SMALL,
    play: async (scene) => {
      const late = await withoutWorkers(scene, () => accepted(13, 10, scene));
      for (const request of late) {
        const { text } = await scene.finished(request, 90_000);
        must(/confidence/.test(text), `no verdict, but: ${text.slice(0, 160)}`);
      }
      return '10 verdicts';
    },
  },
];
