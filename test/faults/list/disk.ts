// F16: the disk is full, read-only, or not a folder at all. The verdict is posted all the same, and says what was not kept.
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { GroundSettings } from '../ground.ts';
import type { Scene, Typed } from '../scene.ts';
import { blockedFolders, IN_PLACE, openSmallDisk, type SmallDisk } from '../small-disk.ts';
import { must, type Variant } from '../variants.ts';
import { threadOf } from './slack-answers.ts';

const GROUND: GroundSettings = { apps: 1, workers: 2, targets: 40 };

/** What a capture's thread says of what was not kept, and the files that it has. */
interface Ended {
  readonly saysNotKept: (reason: string) => boolean;
  readonly files: readonly string[];
}

async function ended(scene: Scene, request: Typed): Promise<Ended> {
  const root = await scene.finished(request, 90_000);
  must(/confidence/.test(root.text), `no verdict, but: ${root.text.slice(0, 200)}`);
  const words = JSON.stringify(scene.workspace.thread(scene.channel, root.ts));
  return {
    saysNotKept: (reason) =>
      words.includes(`not kept: ${reason}`) || words.includes(`not kept on disk: ${reason}`),
    files: threadOf(scene, root.ts).files,
  };
}

/** The verdict came, and its thread says what was not kept. */
async function endedWithout(scene: Scene, request: Typed, reason: string): Promise<string> {
  const { saysNotKept, files } = await ended(scene, request);
  must(saysNotKept(reason), `the thread does not say "not kept: ${reason}"`);
  return `verdict, "not kept: ${reason}", ${request.target.hits.length} questions, files: ${files.join(', ')}`;
}

function homeOf({ ground }: Scene): string {
  return join(ground.home, 'kept');
}

type Play = (scene: Scene, disk: SmallDisk) => Promise<string>;

const FULL: Readonly<Record<string, { readonly promise: string; readonly play: Play }>> = {
  'is full from the beginning': {
    promise: 'the verdict is posted, its footnote says what was not kept and why, and no half file is left',
    play: async (scene, disk) => {
      disk.fill();
      const observed = await endedWithout(scene, await scene.asks(), disk.reason);
      const halves = readdirSync(homeOf(scene), { recursive: true }).filter((name) =>
        String(name).endsWith('.part'),
      );
      must(halves.length === 0, `${halves.length} half files lie there`);
      return observed;
    },
  },
  'fills up in the middle of a capture': {
    promise: 'what was kept before and what came after make one verdict, and nothing is asked twice',
    play: async (scene, disk) => {
      const target = scene.target();
      const hit = target.nextHit(/heap/);
      const request = await scene.asks({ target, words: 'for 3s' });
      await hit;
      disk.fill();
      const observed = await endedWithout(scene, request, disk.reason);
      const dumps = target.hits.filter(({ path }) => path.startsWith('/debug/pprof/heap')).length;
      must(dumps <= 3, `the heap was asked for ${dumps} times`);
      return observed;
    },
  },
  'is full while six people ask': {
    promise: 'all six get their verdict',
    play: async (scene, disk) => {
      disk.fill();
      const requests = await Promise.all(Array.from({ length: 6 }, () => scene.asks()));
      const observed = [];
      for (const request of requests) observed.push(await endedWithout(scene, request, disk.reason));
      return `six times: ${observed[0]}`;
    },
  },
  'is full, and the worker that holds the artefacts is killed': {
    promise: 'another worker captures anew and posts the verdict',
    play: async (scene, disk) => {
      disk.fill();
      const target = scene.target();
      const hit = target.nextHit(/heap/);
      const request = await scene.asks({ target, words: 'for 3s' });
      await hit;
      await (await scene.workerOf(request)).killAndRestart();
      return endedWithout(scene, request, disk.reason);
    },
  },
  'is full and then has room again': {
    promise: 'the next capture is kept, with its files in the thread, without a restart',
    play: async (scene, disk) => {
      disk.fill();
      const without = await endedWithout(scene, await scene.asks(), disk.reason);
      disk.makeRoom();
      const { saysNotKept, files } = await ended(scene, await scene.asks());
      must(!saysNotKept(disk.reason), 'the next one was not kept either');
      must(files.length > 1, `its thread has no artefacts: ${files.join(', ')}`);
      return `${without}; then ${files.length} files, and nothing of a full disk`;
    },
  },
};

const full = Object.entries(FULL).map(
  ([how, { promise, play }]): Variant => ({
    fault: 'F16',
    variant: `the disk ${how}`,
    promise,
    ground: GROUND,
    play: async (scene) => {
      const disk = openSmallDisk(homeOf(scene));
      try {
        return await play(scene, disk);
      } finally {
        disk.close();
      }
    },
  }),
);

const PROMISE = 'the verdict is posted, and its footnote says what was not kept and why';

const closed: readonly Variant[] = [
  {
    fault: 'F16',
    variant: 'the disk is read-only',
    promise: PROMISE,
    ground: GROUND,
    play: async (scene) => {
      const disk = openSmallDisk(homeOf(scene), 'size=8m,ro');
      if (disk.reason === IN_PLACE) disk.fill();
      try {
        return await endedWithout(scene, await scene.asks(), disk.reason);
      } finally {
        disk.close();
      }
    },
  },
  {
    fault: 'F16',
    variant: 'files lie where the folders should be',
    promise: PROMISE,
    ground: GROUND,
    play: async (scene) => {
      mkdirSync(homeOf(scene), { recursive: true });
      const folders = blockedFolders(homeOf(scene));
      folders.fill();
      try {
        return await endedWithout(scene, await scene.asks(), IN_PLACE);
      } finally {
        folders.close();
      }
    },
  },
];

export const smallDisk: readonly Variant[] = [...full, ...closed];
