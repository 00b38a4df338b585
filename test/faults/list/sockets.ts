// F5: the connections of Socket Mode break, are recycled, fall silent, or may not be opened again.
import type { Scene } from '../scene.ts';
import { must, type Variant } from '../variants.ts';

const READY_WITHIN_MS = 10_000;

const TROUBLES: readonly (readonly [string, (scene: Scene) => void])[] = [
  ['every connection breaks', ({ workspace }) => workspace.sockets.drop()],
  ['Slack asks for a refresh', ({ workspace }) => workspace.sockets.refresh('refresh_requested')],
  ['Slack warns of a restart', ({ workspace }) => workspace.sockets.refresh('warning')],
  ['every connection falls silent, half open', ({ workspace }) => workspace.sockets.blackHole()],
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
    const { ground } = scene;
    trouble(scene);
    const atMs = Date.now();
    let heard = false;
    while (!heard && Date.now() - atMs < 2 * READY_WITHIN_MS) {
      const { outcome } = await scene.asks();
      heard = outcome.kind === 'acked';
      if (!heard) await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const heardMs = Date.now() - atMs;
    must(heard && heardMs <= READY_WITHIN_MS, `heard after ${(heardMs / 1000).toFixed(1)} s`);
    await scene.until(
      'all apps ready',
      () => scene.workspace.sockets.connections >= ground.apps.length,
      20_000,
    );
    const ready = await Promise.all(ground.apps.map(({ log }) => isReady(log)));
    must(ready.every(Boolean), '/readyz says that an app is not ready');
    return `heard after ${(heardMs / 1000).toFixed(1)} s, ${ready.length} apps ready`;
  },
}));

async function isReady(log: readonly string[]): Promise<boolean> {
  const line = log.findLast((each) => each.includes('Health port open.')) ?? '{}';
  const { port } = JSON.parse(line) as { port?: number };
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`);
  return answer.ok;
}
