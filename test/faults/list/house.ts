// F11, F18, F19, F21: Redis without room, a services.yml gone bad, workers that are told to leave, and a long line.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connectRedis } from '../../../src/queue/connection.ts';
import type { Scene } from '../scene.ts';
import { must, type Variant } from '../variants.ts';
import { SMALL } from './redis-away.ts';

async function limitMemory({ ground }: Scene, limit: 'none' | 'reached'): Promise<void> {
  const redis = connectRedis(ground.redisUrl, 'worker');
  await redis.config('SET', 'maxmemory', limit === 'none' ? '0' : '1mb');
  redis.disconnect();
}

const full: readonly Variant[] = [
  {
    fault: 'F11',
    variant: 'Redis has no room when a command is typed',
    promise:
      'the command is told that nothing was started, and with room again the next one is taken without a restart',
    play: async (scene) => {
      await limitMemory(scene, 'reached');
      const request = await scene.asks();
      const words = await scene
        .until('a refusal', () => scene.told(request.user, request.atMs)[0], 4_000)
        .finally(() => limitMemory(scene, 'none'));
      must(/nothing was started/i.test(words), `it said: ${words}`);
      const next = await scene.asks();
      await scene.finished(next);
      must(request.target.hits.length === 0, 'the refused one was captured all the same');
      return `"${words.slice(0, 80)}", then the next command ended in its thread`;
    },
  },
  {
    fault: 'F11',
    variant: 'Redis has no room in the middle of a window',
    promise: 'the capture ends once there is room again, without a restart',
    play: async (scene) => {
      const target = scene.target();
      const hit = target.nextHit(/heap/);
      const request = await scene.asks({ target, words: 'for 3s' });
      await hit;
      await limitMemory(scene, 'reached');
      await sleep(6_000);
      await limitMemory(scene, 'none');
      await scene.finished(request, 90_000);
      return `ended with ${target.hits.length} questions, 6 s without room between`;
    },
  },
];

const FAULTY: Readonly<Record<string, string>> = {
  'is not YAML': 'services: [',
  'names a key that there is not': 'services:\n  a:\n    instances: [http://127.0.0.1:1]\n    budgt: {}\n',
  'has an address with a password': 'services:\n  a:\n    instances: ["http://user:secret@127.0.0.1:1"]\n',
  'is a bomb of aliases': `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${'*a,'.repeat(60)}]\nservices: {}\n`,
  'is larger than 1 MiB': `# ${'x'.repeat(1024 * 1024)}\nservices: {}\n`,
  'is cut in half': '',
};

const reloads = Object.entries(FAULTY).map(
  ([how, text]): Variant => ({
    fault: 'F18',
    variant: `services.yml ${how}, in the middle of a window`,
    promise:
      'the last good one stays in use: the capture ends, the next command is taken, and the log says what is wrong',
    play: async (scene) => {
      const file = join(scene.ground.home, 'services.yml');
      const good = readFileSync(file, 'utf8');
      copyFileSync(file, `${file}.good`);
      const target = scene.target();
      const hit = target.nextHit(/heap/);
      const logged = scene.ground.apps.map(({ log }) => log.length);
      const running = await scene.asks({ target, words: 'for 2s' });
      await hit;
      // Half of a list of services ends in the middle of a word.
      writeFileSync(file, text === '' ? `${good.slice(0, good.length / 2)}\n  "` : text);
      try {
        const next = await scene.asks();
        await scene.finished(next);
        await scene.finished(running);
      } finally {
        writeFileSync(file, good);
      }
      const line = scene.ground.apps
        .flatMap(({ log }, at) => log.slice(logged[at]))
        .find((each) => each.includes('services.yml') && each.includes('"level":'));
      must(line !== undefined, 'no app said anything of it');
      return `both captures ended; the log: ${/"msg":"([^"]{0,140})/.exec(line)?.[1] ?? line.slice(0, 140)}`;
    },
  }),
);

const LEAVE_MS = 25_000;

const leaving: readonly Variant[] = [
  {
    fault: 'F19',
    variant: 'SIGTERM to the worker that captures, with 1 s of window left',
    promise: 'it is gone within 25 s, and the capture ends',
    play: async (scene) => {
      const request = await scene.asks({ words: 'for 1s' });
      const worker = await scene.workerOf(request);
      const startedMs = performance.now();
      await worker.leave();
      const tookMs = performance.now() - startedMs;
      await worker.up();
      await scene.finished(request);
      must(tookMs < LEAVE_MS, `it took ${Math.round(tookMs)} ms to leave`);
      return `gone after ${(tookMs / 1000).toFixed(1)} s, the capture ended with ${request.target.hits.length} questions`;
    },
  },
  {
    fault: 'F19',
    variant: 'SIGTERM to the worker that captures, with 20 s of window left',
    promise:
      'it is gone within 25 s, and another worker ends the capture without asking again what was answered',
    play: async (scene) => {
      const request = await scene.asks({ words: 'for 20s' });
      const worker = await scene.workerOf(request);
      await sleep(2_000);
      const startedMs = performance.now();
      await worker.leave();
      const tookMs = performance.now() - startedMs;
      await worker.up();
      await scene.finished(request, 90_000);
      must(tookMs < LEAVE_MS, `it took ${Math.round(tookMs)} ms to leave`);
      return `gone after ${(tookMs / 1000).toFixed(1)} s, ${request.target.hits.length} questions in all`;
    },
  },
  {
    fault: 'F19',
    variant: 'a rolling restart of apps and workers under twenty commands',
    promise: 'every command ends in a verdict: nobody sees a failure',
    play: async (scene) => {
      const { apps, workers } = scene.ground;
      const rolling = (async () => {
        for (const player of [...workers, ...apps]) {
          await player.leave();
          await player.up();
          await scene.ground.whole();
        }
      })();
      const requests = [];
      for (let nth = 0; nth < 20; nth++) {
        requests.push(await scene.asks());
        await sleep(300);
      }
      await rolling;
      const accepted = new Set(scene.asked().flatMap((one) => (one.accepted ? [one.requestId] : [])));
      for (const request of requests) if (accepted.has(request.id)) await scene.finished(request, 90_000);
      // On a machine this busy a target may need a second for its index page; that is nobody's restart.
      const failures = scene.shown().filter(({ text }) => text.startsWith('Capture of'));
      const failed = failures.filter(({ text }) => !text.includes('is left alone')).length;
      must(failed === 0, `${failed} people saw a failure`);
      must(accepted.size === requests.length, `${requests.length - accepted.size} commands were not taken`);
      return `${requests.length} commands, ${accepted.size} accepted, 0 failures seen but ${failures.length} of targets too busy to answer`;
    },
  },
];

const line: readonly Variant[] = [
  {
    fault: 'F21',
    variant: 'thirty captures of one service wait, and somebody asks for another one',
    promise: 'the other one does not wait for them',
    ground: {
      workers: 1,
      targets: 40,
      env: { CAPTURES_AT_ONCE: '4', WORKER_CONCURRENCY: '4' },
      services: (targets) => ({
        busy: { instances: targets.slice(0, 30).map(({ url }) => url), metrics: false, budget: PLENTY },
        ...Object.fromEntries(
          targets
            .slice(30)
            .map(({ name, url }) => [name, { instances: [url], metrics: false, budget: PLENTY }]),
        ),
      }),
    },
    play: async (scene) => {
      const [first] = scene.ground.targets;
      must(first !== undefined, 'no target');
      const busy = { ...first, name: 'busy' };
      const many = [];
      for (let nth = 1; nth <= 30; nth++) {
        many.push(await scene.asks({ target: busy, words: `for 1s --instance busy-${nth}` }));
      }
      const quiet = scene.ground.targets[35];
      must(quiet !== undefined, 'no target');
      const other = await scene.asks({ target: quiet });
      await scene.finished(other);
      const before = many.filter((one) =>
        scene.roots(one).some(({ text }) => /confidence/.test(text)),
      ).length;
      must(before < 15, `${before} of the busy service came first`);
      for (const one of many) await scene.finished(one, 180_000);
      return `${before} of 30 captures of the busy service came before it; all ended`;
    },
  },
];

const PLENTY = { light: 10_000, heavy: 10_000, service: 10_000 };

export const house: readonly Variant[] = [
  ...[...full, ...reloads, ...leaving].map((variant) => ({ ...variant, ground: SMALL })),
  ...line,
];
