// F20: a job that ends every worker which takes it.
import type { Scene, Typed } from '../scene.ts';
import { must, type Variant } from '../variants.ts';

const NEIGHBOURS = 10;
const WITHIN_MS = 90_000;
const MOST_CRASHES = 2;

export const poison: readonly Variant[] = [
  {
    fault: 'F20',
    variant: 'a capture whose worker dies each time, among ten that are well',
    promise: 'after at most two crashes it is given up, its thread says why, and the neighbours finish',
    play: async (scene) => {
      const poisoned = await scene.asks({ words: 'for 30s' });
      const neighbours = await Promise.all(Array.from({ length: NEIGHBOURS }, () => scene.asks()));
      const crashes = await killWhoeverTakes(scene, poisoned);
      const root = await scene.finished(poisoned, WITHIN_MS);
      for (const neighbour of neighbours) await scene.finished(neighbour, WITHIN_MS);
      must(crashes <= MOST_CRASHES, `${crashes} crashes`);
      must(/ended in the middle of it/.test(root.text), `it says: ${root.text.slice(0, 160)}`);
      const well = neighbours.filter((each) => scene.roots(each)[0]?.text.includes('confidence')).length;
      must(well === NEIGHBOURS, `${well} of ${NEIGHBOURS} neighbours have a verdict`);
      return `${crashes} crashes, then "${root.text.slice(0, 90)}…"; ${well} neighbours have a verdict`;
    },
  },
];

async function killWhoeverTakes(scene: Scene, request: Typed): Promise<number> {
  const over = (): boolean => scene.roots(request).some(({ text }) => !/Capturing /.test(text));
  let crashes = 0;
  const begun = new Set<string>();
  while (!over()) {
    const taken = scene.ground.workers.flatMap((worker) =>
      worker.log
        .filter((line) => line.includes(request.id) && line.includes('A capture begins.') && !begun.has(line))
        .map((line) => ({ worker, line })),
    )[0];
    if (taken) {
      begun.add(taken.line);
      crashes += 1;
      await taken.worker.killAndRestart();
    } else {
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
  return crashes;
}
