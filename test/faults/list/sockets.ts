// F5: the connections of Socket Mode break, are recycled, fall silent, or may not be opened again.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Scene } from '../scene.ts';
import { must, type Variant } from '../variants.ts';

const READY_WITHIN_MS = 10_000;
const TYPED_EVERY_MS = 500;

const TROUBLES: readonly (readonly [string, (scene: Scene) => void])[] = [
  ['every connection breaks', ({ workspace }) => workspace.sockets.drop()],
  ['Slack asks for a refresh', ({ workspace }) => workspace.sockets.refresh('refresh_requested')],
  ['Slack warns of a restart', ({ workspace }) => workspace.sockets.refresh('warning')],
  ['every connection falls silent, half open', ({ workspace }) => workspace.sockets.blackHole()],
  [
    'every connection breaks, and those in their place are accepted but never opened',
    ({ ground, workspace }) => {
      workspace.sockets.leaveUnanswered(ground.apps.length);
      workspace.sockets.drop();
    },
  ],
  [
    'every connection breaks, and three times no other may be opened',
    ({ workspace }) => {
      workspace.faults.add({ kind: 'unavailable', method: 'apps.connections.open', times: 3 });
      workspace.sockets.drop();
    },
  ],
];

export const sockets: readonly Variant[] = TROUBLES.map(([variant, trouble]) => ({
  fault: 'F5',
  variant,
  promise: 'people are heard again within 10 s, and /readyz says so',
  play: async (scene) => {
    const { ground, workspace } = scene;
    trouble(scene);
    const heardMs = await heardAfterMs(scene);
    must(heardMs <= READY_WITHIN_MS, `heard after ${(heardMs / 1000).toFixed(1)} s`);
    await scene.until('all apps ready', () => workspace.sockets.connections >= ground.apps.length, 20_000);
    const ready = await Promise.all(ground.apps.map(({ log }) => isReady(log)));
    must(ready.every(Boolean), '/readyz says that an app is not ready');
    return `heard after ${(heardMs / 1000).toFixed(1)} s, ${ready.length} apps ready`;
  },
}));

/**
 * People type, one every half second, whether or not those before them have heard anything yet: Slack needs three
 * seconds to tell them that nobody did, and keeps handing commands to a connection that it does not know to be dead.
 * @returns milliseconds until the first acknowledgement; infinite when there was none in twice the time
 */
async function heardAfterMs(scene: Scene): Promise<number> {
  const atMs = Date.now();
  let heardMs = Number.POSITIVE_INFINITY;
  const typing: Promise<void>[] = [];
  while (heardMs === Number.POSITIVE_INFINITY && Date.now() - atMs < 2 * READY_WITHIN_MS) {
    const typed = scene.asks().then(({ outcome }) => {
      if (outcome.kind === 'acked') heardMs = Math.min(heardMs, Date.now() - atMs);
    });
    typing.push(typed);
    await sleep(TYPED_EVERY_MS);
  }
  await Promise.all(typing);
  return heardMs;
}

async function isReady(log: readonly string[]): Promise<boolean> {
  const line = log.findLast((each) => each.includes('Health port open.')) ?? '{}';
  const { port } = JSON.parse(line) as { port?: number };
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
  return answer.ok;
}
