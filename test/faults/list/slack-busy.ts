// F4: Slack says to wait, is in trouble, or is away. What it says is honoured, and nothing is lost or out of order.
import type { Call } from '../../../demo/workspace/call-log.ts';
import type { Scene } from '../scene.ts';
import { must, type Variant } from '../variants.ts';
import { threadOf } from './slack-answers.ts';

const RETRY_AFTER_S = 3;
/** Clocks of two processes, and when a call is noted. */
const SLACK_MS = 50;
const IN_FLIGHT_MS = 500;
const WITHIN_MS = 90_000;
const PROMISE_429 = 'the method is left alone in that channel for as long as Slack said, and nothing is lost';

const METHODS = ['chat.postMessage', 'chat.update', 'files.completeUploadExternal'] as const;

export const slackBusy: readonly Variant[] = [
  ...METHODS.map(
    (method): Variant => ({
      fault: 'F4',
      variant: `${method} answers 429, Retry-After ${RETRY_AFTER_S} s`,
      promise: PROMISE_429,
      together: true,
      play: async (scene) => {
        scene.troubles({ kind: 'rate-limited', method, retryAfterSeconds: RETRY_AFTER_S });
        await scene.finished(await scene.asks(), WITHIN_MS);
        return `next call ${seconds(honoured(scene, RETRY_AFTER_S))} later, thread complete`;
      },
    }),
  ),
  {
    fault: 'F4',
    variant: 'a storm of 429 on every method',
    promise: PROMISE_429,
    together: true,
    play: async (scene) => {
      for (const method of METHODS)
        scene.troubles({ kind: 'rate-limited', method, retryAfterSeconds: RETRY_AFTER_S, times: 4 });
      const requests = await Promise.all(Array.from({ length: 3 }, () => scene.asks()));
      for (const request of requests) await scene.finished(request, WITHIN_MS);
      return `shortest wait ${seconds(honoured(scene, RETRY_AFTER_S))}, 3 threads complete`;
    },
  },
  {
    fault: 'F4',
    variant: 'one channel is told to wait, another is not',
    promise: 'only the channel that was told to wait waits',
    together: true,
    play: async (scene) => {
      const { workspace, channel } = scene;
      workspace.faults.add({
        kind: 'rate-limited',
        method: 'chat.postMessage',
        retryAfterSeconds: 20,
        where: { channel: workspace.addChannel(`elsewhere-${channel}`).id },
      });
      const atMs = Date.now();
      await scene.root(await scene.asks(), /./, 10_000);
      return `its first message after ${seconds(Date.now() - atMs)}`;
    },
  },
  ...(['chat.postMessage', 'chat.update'] as const).map(
    (method): Variant => ({
      fault: 'F4',
      variant: `${method} answers 503 five times`,
      promise: 'it is delivered once when Slack is well again',
      together: true,
      play: async (scene) => {
        scene.troubles({ kind: 'unavailable', method, times: 5 });
        const root = await scene.finished(await scene.asks(), WITHIN_MS);
        return inOrder(scene, root.ts);
      },
    }),
  ),
  {
    fault: 'F4',
    variant: 'Slack is away for 15 s while verdicts become ready',
    promise: 'everything is delivered afterwards, once, and in the order of its thread',
    play: async (scene) => {
      const requests = await Promise.all(Array.from({ length: 4 }, () => scene.asks()));
      await Promise.all(requests.map((request) => scene.root(request, /./)));
      scene.workspace.faults.add({ kind: 'unavailable', method: '*', times: 10_000 });
      await new Promise((resolve) => setTimeout(resolve, OUTAGE_MS));
      scene.workspace.faults.clear();
      const told = [];
      for (const request of requests)
        told.push(inOrder(scene, (await scene.finished(request, WITHIN_MS)).ts));
      return `4 threads, the first: ${told[0]}`;
    },
  },
  {
    fault: 'F4',
    variant: 'eight captures show their progress in one channel',
    promise: 'progress is edited at most once a second in a channel; last words do not wait',
    together: true,
    play: async (scene) => {
      const requests = await Promise.all(Array.from({ length: 8 }, () => scene.asks({ words: 'for 6s' })));
      for (const request of requests) await scene.finished(request, WITHIN_MS);
      const edits = callsOf(scene, 'chat.update').filter(isProgress);
      const most = busiest(edits.map(({ atMs }) => atMs));
      must(most <= WATCHED_S + 1, `${most} progress edits within ${WATCHED_S} s`);
      return `${edits.length} progress edits, at most ${most} within ${WATCHED_S} s`;
    },
  },
];

const OUTAGE_MS = 15_000;

function callsOf({ workspace, channel }: Scene, method: string): readonly Call[] {
  return workspace
    .calls(method)
    .filter(({ args }) => args.channel === channel || args.channel_id === channel);
}

/**
 * The shortest time between a 429 and the next call of that method in the channel; Broken when it was too short. What was
 * on its way while Slack said it could not know.
 */
function honoured(scene: Scene, askedS: number): number {
  const waits = METHODS.flatMap((method) => {
    const calls = callsOf(scene, method);
    const refused = calls.filter(({ status }) => status === 429);
    return refused.flatMap(({ atMs }) => {
      const next = calls.find((call) => call.atMs > atMs + IN_FLIGHT_MS);
      return next ? [next.atMs - atMs] : [];
    });
  });
  must(waits.length > 0, 'nothing was called again');
  const shortest = Math.min(...waits);
  must(shortest + SLACK_MS >= askedS * 1000, `called again after ${seconds(shortest)}`);
  return shortest;
}

/** Replies are numbered; files come after them. */
function inOrder(scene: Scene, ts: string): string {
  const { replies, files } = threadOf(scene, ts);
  must(new Set(replies).size === replies.length, 'a reply is there twice');
  must(replies.join() === replies.toSorted().join(), `replies in another order: ${replies.join(', ')}`);
  return `${replies.length} replies in order, ${files.length} files`;
}

function isProgress({ args }: Call): boolean {
  return String(args.text ?? '')
    .replace(/^:\w+: /, '')
    .startsWith('Capturing ');
}

/** Calls of one rhythm arrive a little early and late. */
const WATCHED_S = 5;

function busiest(moments: readonly number[]): number {
  const within = (from: number): number =>
    moments.filter((at) => at >= from && at < from + WATCHED_S * 1000).length;
  return Math.max(0, ...moments.map(within));
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}
