// How soon Slack is acknowledged under load: fifty commands a second, and Redis is killed half-way. Measured by the
// workspace, from sending a command to its acknowledgement.
import { setTimeout as sleep } from 'node:timers/promises';
import { figuresText, isWithin, measured, type Promised } from './figures.ts';
import { openGround, type Programs } from './ground.ts';
import { openScene, type Typed } from './scene.ts';

const PROMISED: Promised = { p99Ms: 500, maxMs: 2_000 };
const PER_SECOND = 50;
const PEOPLE = 50;

export interface Load {
  readonly seconds: number;
  readonly seed: number;
  readonly programs: Programs;
  readonly say: (text: string) => void;
}

/** True when the promise was kept. */
export async function measureAcknowledgements({ seconds, seed, programs, say }: Load): Promise<boolean> {
  // What is accepted is not waited for: one worker drains it meanwhile, and would need an hour for all of it.
  const ground = await openGround(programs, { workers: 1, env: { WORKER_CONCURRENCY: '2' } });
  try {
    await ground.whole();
    const scene = openScene(ground, 0, seed);
    const people = Array.from({ length: PEOPLE }, () => scene.person());
    const total = seconds * PER_SECOND;
    const asking: Promise<Typed>[] = [];
    const beganMs = performance.now();
    let killed: Promise<void> | undefined;
    for (let nth = 0; nth < total; nth++) {
      await sleep(Math.max(0, beganMs + (nth * 1000) / PER_SECOND - performance.now()));
      const target = ground.targets[nth % ground.targets.length];
      const user = people[nth % PEOPLE];
      // Every window is another one, so that nobody's capture answers somebody else's request.
      const window = 1 + Math.floor(nth / ground.targets.length);
      if (target && user) asking.push(scene.asks({ target, user, words: `for ${window}s` }));
      if (nth === total >> 1) killed = ground.redis.killAndRestart();
    }
    const typed = await Promise.all(asking);
    await killed;
    const acked = typed.flatMap(({ outcome }) => (outcome.kind === 'acked' ? [outcome.ms] : []));
    const refused = people.reduce((sum, user) => sum + scene.told(user).length, 0);
    const figures = measured(acked);
    say(
      figuresText(
        `acknowledged (${PER_SECOND} commands a second for ${seconds} s, Redis killed half-way)`,
        figures,
        PROMISED,
      ),
    );
    const silent = typed.length - acked.length;
    say(
      `${typed.length - silent - refused} accepted, ${refused} told that nothing was started, ${silent} not acknowledged`,
    );
    return silent === 0 && isWithin(figures, PROMISED);
  } finally {
    await ground.close();
  }
}
