// How soon somebody goes on with a capture whose worker was killed: workers are killed one after the other while captures
// run, and the time from each kill to the next beginning of each capture that it cut off is measured.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Player } from './cast.ts';
import { figuresText, isWithin, measured, type Promised } from './figures.ts';
import { openGround, type Programs } from './ground.ts';
import { openScene, type Scene, type Typed } from './scene.ts';

const PROMISED: Promised = { p99Ms: 15_000 };
const UNDER_WAY = 6;
const BETWEEN_KILLS_MS = 3_000;
/** Whoever has not gone on by then does not count as slow, but as lost. */
const LOST_MS = 60_000;

export interface Recovery {
  readonly kills: number;
  readonly seed: number;
  readonly programs: Programs;
  readonly say: (text: string) => void;
}

interface Cut {
  readonly id: string;
  readonly killedAtMs: number;
}

/** True when the promise was kept. */
export async function measureRecovery({ kills, seed, programs, say }: Recovery): Promise<boolean> {
  const ground = await openGround(programs);
  try {
    await ground.whole();
    const scene = openScene(ground, 0, seed);
    const asking = new AbortController();
    const typed: Typed[] = [];
    const asks = keepAsking(scene, typed, asking.signal);
    const cuts: Cut[] = [];
    for (let nth = 0; nth < kills; nth++) {
      const { worker, ids } = await busiest(scene, typed, cuts);
      cuts.push(...ids.map((id) => ({ id, killedAtMs: Date.now() })));
      await worker.killAndRestart();
      await sleep(BETWEEN_KILLS_MS);
    }
    asking.abort();
    await asks;
    const times = await resumptions(scene, cuts);
    const lost = cuts.length - times.length;
    const figures = measured(times);
    say(figuresText(`a capture goes on after its worker's SIGKILL (${kills} kills)`, figures, PROMISED));
    if (lost > 0) say(`BROKEN: ${lost} captures were not gone on with`);
    return lost === 0 && isWithin(figures, PROMISED);
  } finally {
    await ground.close();
  }
}

async function keepAsking(scene: Scene, typed: Typed[], signal: AbortSignal): Promise<void> {
  const isOver = (request: Typed): boolean =>
    scene.roots(request).some(({ text }) => !text.includes('Capturing '));
  const person = scene.person();
  while (!signal.aborted) {
    if (typed.filter((request) => !isOver(request)).length >= UNDER_WAY) {
      await sleep(100);
      continue;
    }
    // Targets are taken again when their captures are long over.
    const target = scene.ground.targets[typed.length % scene.ground.targets.length];
    if (target) typed.push(await scene.asks({ target, user: person, words: 'for 6s' }));
  }
}

/** The worker with the most captures that were not cut off before, once there is one. */
async function busiest(
  { ground }: Scene,
  typed: readonly Typed[],
  cuts: readonly Cut[],
): Promise<{ worker: Player; ids: readonly string[] }> {
  for (;;) {
    const fresh = typed.map(({ id }) => id).filter((id) => cuts.every((cut) => cut.id !== id));
    const [most] = ground.workers
      .map((worker) => ({ worker, ids: fresh.filter((id) => isAt(worker, id)) }))
      .toSorted((a, b) => b.ids.length - a.ids.length);
    if (most && most.ids.length > 0) return most;
    await sleep(50);
  }
}

/** It began with it, and said nothing of it since. */
function isAt({ log }: Player, id: string): boolean {
  return log.findLast((line) => line.includes(`"request":"${id}"`))?.includes('A capture begins.') ?? false;
}

/** Milliseconds from each kill to the next beginning; those that are missing after a minute are left out. */
async function resumptions({ ground }: Scene, cuts: readonly Cut[]): Promise<readonly number[]> {
  const by = Date.now() + LOST_MS;
  for (;;) {
    const beginnings = ground.workers.flatMap(({ log }) =>
      log.filter((line) => line.includes('A capture begins.')),
    );
    const times = cuts.flatMap(({ id, killedAtMs }) => {
      const next = beginnings
        .filter((line) => line.includes(id))
        .map((line) => Date.parse((JSON.parse(line) as { time: string }).time))
        .filter((atMs) => atMs > killedAtMs);
      return next.length > 0 ? [Math.min(...next) - killedAtMs] : [];
    });
    if (times.length === cuts.length || Date.now() > by) return times;
    await sleep(500);
  }
}
