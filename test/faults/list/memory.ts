// F22: memory that creeps. A short soak of one worker; whether ten thousand jobs cost less than a MiB, only a long one
// can tell (`npm run bench`).
import { spawnSync } from 'node:child_process';
import { median, type Point, theilSen } from '../../../src/analyse/trend.ts';
import type { Player } from '../cast.ts';
import type { Scene } from '../scene.ts';
import { must, type Variant } from '../variants.ts';

const CAPTURES = 320;
const LANES = 8;
/** Compiled code, connections and caches are there by then. */
const WARM_UP = CAPTURES / 4;
/** A worker's own promise (its analysis children are bounded apart). */
const MOST_MIB = 256;
const MOST_GROWTH_MIB = 16;

function rssMib(worker: Player): number {
  const { stdout } = spawnSync('ps', ['-o', 'rss=', '-p', String(worker.pid())], { encoding: 'utf8' });
  const kib = Number(stdout.trim());
  must(kib > 0, `ps gave no memory of ${worker.name}`);
  return kib / 1024;
}

/** One capture after another in each lane, and the worker's memory after each. */
async function soak(scene: Scene, worker: Player): Promise<readonly Point[]> {
  const points: Point[] = [];
  let asked = 0;
  const lane = async (): Promise<void> => {
    const target = scene.target();
    const user = scene.person();
    while (asked < CAPTURES) {
      asked += 1;
      const request = await scene.asks({ target, user });
      const { text } = await scene.finished(request, 120_000);
      // A target too busy to answer in time is nobody's memory.
      must(/confidence|is left alone/.test(text), `no verdict, but: ${text.slice(0, 160)}`);
      points.push({ x: points.length + 1, y: rssMib(worker) });
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return points;
}

export const memory: readonly Variant[] = [
  {
    fault: 'F22',
    variant: `${CAPTURES} captures through one worker`,
    promise: `after warm-up its memory grows by no more than ${MOST_GROWTH_MIB} MiB from the first half to the second, and is never over ${MOST_MIB} MiB`,
    ground: {
      apps: 1,
      workers: 1,
      targets: LANES,
      env: { WORKER_CONCURRENCY: String(LANES) },
    },
    play: async (scene) => {
      const [worker] = scene.ground.workers;
      must(worker !== undefined, 'no worker');
      const pid = worker.pid();
      const points = await soak(scene, worker);
      must(worker.pid() === pid, 'the worker was started anew in between');
      const warm = points.slice(WARM_UP);
      const half = warm.length / 2;
      const [first, second] = [warm.slice(0, half), warm.slice(half)].map((some) =>
        median(some.map(({ y }) => y)),
      );
      const most = Math.max(...points.map(({ y }) => y));
      must(first !== undefined && second !== undefined, 'nothing was measured');
      const slope = (theilSen(warm) ?? Number.NaN) * 10_000;
      const figures = `first half ${first.toFixed(1)} MiB, second ${second.toFixed(1)} MiB (medians), most ${most.toFixed(1)} MiB, slope ${slope.toFixed(0)} MiB per 10k jobs over ${warm.length}`;
      must(second - first <= MOST_GROWTH_MIB, figures);
      must(most <= MOST_MIB, figures);
      return figures;
    },
  },
];
