// F8 to F10: Redis is killed, gone, frozen, or emptied. What was accepted ends once; what could not be accepted is refused
// at once, and nothing that was posted is posted again.
import { setTimeout as sleep } from 'node:timers/promises';
import { connectRedis } from '../../../src/queue/connection.ts';
import type { Ground, GroundSettings } from '../ground.ts';
import type { Scene, Typed } from '../scene.ts';
import { must, type Variant } from '../variants.ts';
import { threadOf } from './slack-answers.ts';

/** What happens to Redis happens to everybody: these are played one after the other. */
export const SMALL: GroundSettings = { apps: 2, workers: 2, targets: 120 };

const KILLED: Readonly<Record<string, (scene: Scene) => Promise<readonly Typed[]>>> = {
  'killed as soon as a command was acknowledged': async (scene) => {
    const request = await scene.asks();
    await scene.ground.redis.killAndRestart();
    return [request];
  },
  'killed at the first question to the service': async (scene) => {
    const request = await asksUntil(scene, /\/debug\/pprof\/$/);
    await scene.ground.redis.killAndRestart();
    return [request];
  },
  'killed in the middle of a window': async (scene) => {
    const request = await asksUntil(scene, /heap/, 'for 4s');
    await sleep(1_000);
    await scene.ground.redis.killAndRestart();
    return [request];
  },
  'killed while the verdict is posted': async (scene) => {
    const request = await scene.asks();
    await scene.root(request, /confidence/);
    await scene.ground.redis.killAndRestart();
    return [request];
  },
  'killed twice in one capture': async (scene) => {
    const request = await asksUntil(scene, /heap/, 'for 4s');
    await scene.ground.redis.killAndRestart();
    await sleep(1_000);
    await scene.ground.redis.killAndRestart();
    return [request];
  },
  'killed with twelve captures waiting and running': async (scene) => {
    const requests = await Promise.all(Array.from({ length: 12 }, () => scene.asks()));
    await scene.ground.redis.killAndRestart();
    return requests;
  },
  'shut down in order, and started again': async (scene) => {
    const request = await asksUntil(scene, /heap/, 'for 4s');
    await scene.ground.redis.leave();
    await scene.ground.redis.up();
    return [request];
  },
  'away for 12 s, longer than a job may be unheard of': async (scene) => {
    const request = await asksUntil(scene, /heap/, 'for 4s');
    await scene.ground.redis.down();
    await sleep(12_000);
    await scene.ground.redis.up();
    return [request];
  },
};

const killed = Object.entries(KILLED).map(
  ([variant, play]): Variant => ({
    fault: 'F8',
    variant: `Redis is ${variant}`,
    promise: 'every accepted request ends once, and no instance is asked by two at a time',
    play: async (scene) => {
      const requests = await play(scene);
      const accepted = scene.asked().filter((one) => one.accepted).length;
      for (const request of requests) await scene.finished(request, 90_000);
      return `${accepted} of ${requests.length} accepted, ${scene.shown().length} threads with a last word, ${scene.hits().length} questions`;
    },
  }),
);

/** The command is told in time that nothing was started, and nothing is. */
async function refused(scene: Scene): Promise<string> {
  const startedMs = performance.now();
  const request = await scene.asks();
  const words = await scene.until('a refusal', () => scene.told(request.user, request.atMs)[0], 4_000);
  const tookMs = performance.now() - startedMs;
  must(/nothing was started/i.test(words), `it said: ${words}`);
  must(tookMs < 2_000, `answered after ${Math.round(tookMs)} ms`);
  must(request.target.hits.length === 0, 'the service was asked all the same');
  return `"nothing was started" after ${Math.round(tookMs)} ms`;
}

/** Commands are typed until one is taken. */
async function healthyAgain(scene: Scene): Promise<string> {
  const startedMs = performance.now();
  while (performance.now() - startedMs < 20_000) {
    const request = await scene.asks();
    await sleep(300);
    if (scene.told(request.user, request.atMs).length > 0) continue;
    await scene.finished(request);
    return `a command ended in its thread ${((performance.now() - startedMs) / 1000).toFixed(1)} s after Redis was back`;
  }
  must(false, 'no command was taken within 20 s');
}

const away: readonly Variant[] = [
  {
    fault: 'F9',
    variant: 'Redis is down when a command is typed',
    promise:
      'the command is answered in less than 2 s: nothing was started; 20 s after its return all is well',
    play: async (scene) => {
      await scene.ground.redis.down();
      const first = await refused(scene);
      await scene.ground.redis.up();
      return `${first}; ${await healthyAgain(scene)}`;
    },
  },
  {
    fault: 'F9',
    variant: 'Redis is frozen when a command is typed',
    promise: 'the command is answered in less than 2 s: nothing was started, nor is it when Redis goes on',
    play: async (scene) => {
      scene.ground.redis.signal('SIGSTOP');
      const first = await refused(scene).finally(() => scene.ground.redis.signal('SIGCONT'));
      await sleep(2_000);
      must(scene.hits().length === 0, 'the service was asked after Redis had gone on');
      return `${first}; 0 questions afterwards; ${await healthyAgain(scene)}`;
    },
  },
  {
    fault: 'F9',
    variant: 'Redis is down for 8 s, and every command is answered',
    promise: 'every command is answered in less than 2 s: nothing was started',
    play: async (scene) => {
      await scene.ground.redis.down();
      const answers: string[] = [];
      for (let nth = 0; nth < 4; nth++) {
        answers.push(await refused(scene));
        await sleep(1_500);
      }
      await scene.ground.redis.up();
      return `${answers.length} commands: ${answers.join(', ')}; ${await healthyAgain(scene)}`;
    },
  },
];

/** So many questions a capture of one second has asked when Redis is emptied. */
const FLUSHED_AT = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];

const emptied: readonly Variant[] = [
  ...FLUSHED_AT.map(
    (nth): Variant => ({
      fault: 'F10',
      variant: `FLUSHALL at question ${nth} of a capture`,
      promise:
        'the capture ends from what is on disk, in the thread it has, and asks nothing twice but that question',
      play: async (scene) => {
        const target = scene.target();
        const request = await scene.asks({ target });
        await scene.until(`question ${nth}`, () => target.hits.length >= nth, 20_000);
        await flush(scene.ground);
        const root = await scene.finished(request, 60_000);
        must(target.hits.length <= THREE_LOOKS + 1, `${target.hits.length} questions`);
        return once(scene, request, root.ts);
      },
    }),
  ),
  {
    fault: 'F10',
    variant: 'FLUSHALL after the last word',
    promise: 'nothing that was posted is posted again, and the next command is taken',
    play: async (scene) => {
      const before = await scene.asks();
      const root = await scene.finished(before);
      await flush(scene.ground);
      const next = await scene.asks();
      await scene.finished(next);
      return `${once(scene, before, root.ts)}; the next one ended too`;
    },
  },
];

/** Questions of a capture without trouble: three snapshots of five. */
const THREE_LOOKS = 15;

async function flush({ redisUrl }: Ground): Promise<void> {
  const redis = connectRedis(redisUrl, 'worker');
  await redis.flushall();
  redis.disconnect();
}

function once(scene: Scene, request: Typed, ts: string): string {
  const { replies, files } = threadOf(scene, ts);
  const roots = scene.roots(request).length;
  must(roots === 1, `${roots} root messages`);
  must(new Set(replies).size === replies.length, `a reply is there twice: ${replies.join(', ')}`);
  return `1 root message, ${replies.length} replies, ${files.length} files, ${request.target.hits.length} questions`;
}

async function asksUntil(scene: Scene, path: RegExp, words?: string): Promise<Typed> {
  const target = scene.target();
  const hit = target.nextHit(path);
  const request = await scene.asks({ target, ...(words !== undefined && { words }) });
  await hit;
  return request;
}

export const redisAway: readonly Variant[] = [...killed, ...away, ...emptied].map((variant) => ({
  ...variant,
  ground: SMALL,
}));
