// F1 and F2: workers end by SIGKILL in the middle of a capture, or between a post to Slack and the note that it is done.
import type { Hit } from '../judge.ts';
import type { Scene, Typed } from '../scene.ts';
import type { Target } from '../target.ts';
import { must, type Variant } from '../variants.ts';
import { threadOf } from './slack-answers.ts';

const RESUMED_WITHIN_MS = 15_000;
const WITHIN_MS = 60_000;

/** The question in whose middle the worker is killed, of the first or the second snapshot. */
const MOMENTS: readonly (readonly [string, RegExp, 1 | 2])[] = [
  ['at the first look', /pprof\/$/, 1],
  ['at the goroutine profile', /goroutine$/, 1],
  ['at the full stacks', /debug=2$/, 1],
  ['at the heap profile', /heap$/, 1],
  ['in the second snapshot', /goroutine$/, 2],
];
const OFFSETS = 5;
/** A capture of one second lasts about this long. */
const LONGEST_OFFSET_MS = 1_600;

export const workersKilled: readonly Variant[] = [
  ...MOMENTS.map(([moment, path, nth]) =>
    midCapture(`worker killed ${moment}`, async (target) => {
      for (let seen = 0; seen < nth; seen++) await target.nextHit(path);
    }),
  ),
  ...Array.from({ length: OFFSETS }, (_, at) =>
    midCapture(`worker killed at a random moment, ${at + 1} of ${OFFSETS}`, async (_target, scene) => {
      await pause(scene.random.below(LONGEST_OFFSET_MS));
    }),
  ),
  ...(['root', 'verdict', 'reply', 'upload'] as const).map(afterPost),
];

function midCapture(variant: string, moment: (target: Target, scene: Scene) => Promise<unknown>): Variant {
  return {
    fault: 'F1',
    variant,
    promise:
      'another worker goes on within 15 s, asks at most one question again, and edits the same message',
    play: async (scene) => {
      const target = scene.target();
      const arrived = moment(target, scene);
      const request = await scene.asks({ target, words: 'for 1s' });
      const worker = await scene.workerOf(request);
      await arrived;
      const killedAtMs = performance.now();
      const begun = beginnings(scene, request);
      const back = worker.killAndRestart();
      await scene.until(
        'somebody who goes on, or the end',
        () => beginnings(scene, request) > begun || scene.roots(request).some(({ text }) => isEnd(text)),
      );
      const resumedMs = performance.now() - killedAtMs;
      await back;
      await scene.finished(request, WITHIN_MS);
      must(resumedMs <= RESUMED_WITHIN_MS, `went on after ${seconds(resumedMs)}`);
      const again = askedAgain(target.hits);
      must(again <= 1, `${again} questions were asked again`);
      must(scene.roots(request).length === 1, `${scene.roots(request).length} root messages`);
      return `went on after ${seconds(resumedMs)}, ${again} asked again, 1 root message`;
    },
  };
}

/** Whatever a message shows at last; a capture that was over before the kill needs nobody to go on. */
function isEnd(text: string): boolean {
  return text.includes('confidence');
}

function beginnings({ ground }: Scene, { id }: Typed): number {
  const begins = (line: string): boolean => line.includes(id) && line.includes('A capture begins.');
  return ground.workers.reduce((sum, { log }) => sum + log.filter(begins).length, 0);
}

/** Profiles are asked once a snapshot; memory readings as often as the window needs. */
function askedAgain(hits: readonly Hit[]): number {
  const times = new Map<string, number>();
  for (const { path } of hits)
    if (path.startsWith('/debug/pprof/')) times.set(path, (times.get(path) ?? 0) + 1);
  const looks = Math.min(...times.values());
  return [...times.values()].reduce((sum, each) => sum + each - looks, 0);
}

type Posted = 'root' | 'verdict' | 'reply' | 'upload';

/** All workers are killed: whichever posted it cannot note that it did. */
function afterPost(posted: Posted): Variant {
  const method =
    posted === 'upload'
      ? 'files.completeUploadExternal'
      : posted === 'verdict'
        ? 'chat.update'
        : 'chat.postMessage';
  return {
    fault: 'F2',
    variant: `workers killed after Slack took the ${posted}, before they knew`,
    promise: 'nothing is there twice and nothing is missing',
    play: async (scene) => {
      const { workspace, channel, ground } = scene;
      const hang = (where: Readonly<Record<string, string>>): void =>
        workspace.faults.add({ kind: 'hang', method, accepted: true, where });
      if (posted === 'root') hang({ channel });
      const request = await scene.asks();
      const root = await scene.root(request, /./);
      if (posted === 'reply') hang({ channel, thread_ts: root.ts });
      if (posted === 'upload') hang({ channel_id: channel });
      if (posted === 'verdict') hang({ channel, ts: root.ts });
      await scene.until('the call that Slack takes', () =>
        workspace
          .calls(method)
          .some(({ args, error }) => error?.startsWith('hang') && belongs(args, channel)),
      );
      await Promise.all(ground.workers.map((worker) => worker.killAndRestart()));
      await scene.finished(request, WITHIN_MS);
      const { replies, files } = threadOf(scene, root.ts);
      const roots = scene.roots(request).length;
      must(roots === 1, `${roots} root messages`);
      must(
        new Set([...replies, ...files]).size === replies.length + files.length,
        'something is there twice',
      );
      must(
        files.some((name) => name.startsWith('triage_')),
        'the files are missing',
      );
      return `1 root message, ${replies.length} replies and ${files.length} files, each once`;
    },
  };
}

function belongs(args: Readonly<Record<string, unknown>>, channel: string): boolean {
  return args.channel === channel || args.channel_id === channel;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
