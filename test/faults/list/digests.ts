// F12 to F14: digests when workers start together or in a loop, when nobody is there at their time, and when clocks are
// put forward or back, or are wrong.
import { setTimeout as sleep } from 'node:timers/promises';
import { openTimetable } from '../../../src/digest/slots.ts';
import { connectRedis } from '../../../src/queue/connection.ts';
import { openDigestStore } from '../../../src/store/digests.ts';
import { type DigestJudgement, judgeDigests } from '../digest-judge.ts';
import { type GroundSettings, writeServices } from '../ground.ts';
import { keyOf, type Scene } from '../scene.ts';
import { must, type Variant } from '../variants.ts';

const GROUND: GroundSettings = { apps: 1, workers: 3, targets: 2 };
/** Apps and workers whose clocks are a minute and a half ahead; Redis's is not. */
const AHEAD: GroundSettings = {
  ...GROUND,
  env: { FAULTS_CLOCK_AHEAD_MS: '90000' },
  preload: ['./test/faults/clock.mjs'],
};
const BEHIND: GroundSettings = { ...AHEAD, env: { FAULTS_CLOCK_AHEAD_MS: '-90000' } };
const WITHIN_MS = 60_000;

interface Running {
  readonly id: string;
  readonly nowMs: () => Promise<number>;
  /** What the channel shows of the slots since it was set up. */
  readonly judge: (untilMs: number) => DigestJudgement;
  readonly texts: () => readonly string[];
  readonly schedulers: () => Promise<number>;
}

/** Sets a digest up in the scene's channel, has something done while it runs, and takes it away again. */
async function withDigest(
  { ground, workspace, channel }: Scene,
  about: { readonly everyS: number; readonly grace?: string },
  run: (running: Running) => Promise<string>,
): Promise<string> {
  const { everyS, grace } = about;
  const id = `digest-${channel.toLowerCase()}`;
  const cron = everyS < 60 ? `*/${everyS} * * * * *` : `0 */${everyS / 60} * * * *`;
  const times = { cron, zone: 'UTC' };
  const timetable = openTimetable(times);
  if ('fault' in timetable) throw new Error(timetable.fault);
  const redis = connectRedis(ground.redisUrl, 'worker');
  const store = openDigestStore(redis);
  const write = (digests: object): void => {
    const services = Object.fromEntries(
      ground.targets.map(({ name, url }) => [name, { instances: [url], metrics: false }]),
    );
    writeServices(ground.home, { services, digests });
  };
  const shown = () =>
    workspace.messages(channel).map((message) => ({ key: keyOf(message), text: message.text }));
  try {
    write({ [id]: { services: 'all', channel, ...times, ...(grace !== undefined && { grace }) } });
    const by = Date.now() + WITHIN_MS;
    while (!(await store.state(id))) {
      must(Date.now() < by, 'no worker took the digest up within a minute');
      await sleep(200);
    }
    const fromMs = await store.nowMs();
    return await run({
      id,
      nowMs: store.nowMs,
      judge: (untilMs) => {
        const slots = timetable.slots(fromMs, untilMs, Number.MAX_SAFE_INTEGER);
        const expected = slots.map(({ key }) => ({ digest: id, slot: key }));
        return judgeDigests(expected, shown(), ({ slot }) => Number(slot.slice(-2)) % everyS === 0);
      },
      texts: () => shown().map(({ text }) => text),
      schedulers: () => redis.zcard('{goleak}:digest:repeat'),
    });
  } finally {
    write({});
    redis.disconnect();
  }
}

/** Waits until every slot up to a moment is there or named, and says how it was. */
async function settled({ until }: Scene, { judge }: Running, untilMs: number): Promise<string> {
  const words = (): string => {
    const { expected, visible, skipped, missing, duplicate, contradictory } = judge(untilMs);
    return `${expected} slots, ${visible} visible, ${skipped} said to be skipped, ${missing.length} missing, ${duplicate.length} twice, ${contradictory.length} both`;
  };
  await until(
    () => `every slot once (${words()})`,
    () => judge(untilMs).missing.length === 0,
    WITHIN_MS,
  );
  must(judge(untilMs).kept, words());
  return words();
}

const together: readonly Variant[] = [
  {
    fault: 'F12',
    variant: 'three workers start at the same moment, again and again',
    promise: 'every slot is in the channel once, and the digest has one scheduler',
    ground: GROUND,
    play: (scene) =>
      withDigest(scene, { everyS: 10 }, async (running) => {
        const { workers } = scene.ground;
        for (let times = 0; times < 6; times++) {
          await Promise.all(workers.map((worker) => worker.killAndRestart()));
          await sleep(3_000);
        }
        const said = await settled(scene, running, await running.nowMs());
        // One of all workers looks after them once a minute.
        const schedulers = await scene.until('a scheduler', running.schedulers, 2 * WITHIN_MS);
        must(schedulers === 1, `${schedulers} schedulers`);
        return `${said}; 6 restarts of all three, ${schedulers} scheduler`;
      }),
  },
];

const absent: readonly Variant[] = [
  {
    fault: 'F13',
    variant: 'nobody is there at the time of a digest, and somebody is within its grace',
    promise: 'it comes late and says so',
    ground: GROUND,
    play: (scene) =>
      withDigest(scene, { everyS: 120, grace: '2h' }, async (running) => {
        const { workers } = scene.ground;
        await Promise.all(workers.map((worker) => worker.down()));
        const slotMs = Math.floor((await running.nowMs()) / 120_000 + 1) * 120_000;
        // More than a minute late is late; the next slot has not come by then.
        await sleep(slotMs + 62_000 - (await running.nowMs()));
        await Promise.all(workers.map((worker) => worker.up()));
        const said = await settled(scene, running, slotMs);
        const { visible, late } = running.judge(slotMs);
        must(visible === 1 && late === 1, `${visible} visible, ${late} said to be late`);
        return `${said}; ${/Late by [^:]+/.exec(running.texts().join('\n'))?.[0]}`;
      }),
  },
  {
    fault: 'F13',
    variant: 'nobody is there until its grace is over',
    promise: 'it is skipped, and the next one says so',
    ground: GROUND,
    play: (scene) =>
      withDigest(scene, { everyS: 20, grace: '4s' }, async (running) => {
        const { workers } = scene.ground;
        await Promise.all(workers.map((worker) => worker.down()));
        const slotMs = Math.floor((await running.nowMs()) / 20_000 + 1) * 20_000;
        await sleep(slotMs + 6_000 - (await running.nowMs()));
        await Promise.all(workers.map((worker) => worker.up()));
        await scene.until('a digest that names it', () =>
          running.texts().some((text) => text.includes('Skipped: ')),
        );
        const judgement = running.judge(slotMs);
        must(judgement.kept && judgement.skipped >= 1, JSON.stringify(judgement));
        return `${judgement.skipped} said to be skipped by the next one`;
      }),
  },
];

const clocks: readonly Variant[] = [AHEAD, BEHIND].map((ground): Variant => {
  const way = ground === AHEAD ? 'ahead of' : 'behind';
  return {
    fault: 'F14',
    variant: `the clocks of all workers are 90 s ${way} Redis's`,
    promise: 'digests come once and at their time by Redis, and each worker says that its clock is wrong',
    ground,
    play: (scene) =>
      withDigest(scene, { everyS: 10 }, async (running) => {
        await sleep(25_000);
        await scene.ground.workers[0]?.killAndRestart();
        const said = await settled(scene, running, await running.nowMs());
        const warned = scene.ground.workers.filter(({ log }) =>
          log.some((line) => line.includes("machine's clock is 1 m")),
        );
        must(warned.length === scene.ground.workers.length, `${warned.length} workers warned`);
        return `${said}; ${warned.length} workers warned`;
      }),
  };
});

export const digests: readonly Variant[] = [...together, ...absent, ...clocks];
