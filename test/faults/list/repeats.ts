// F6 and F17: the same thing is delivered or asked for more than once. It is done once, and everybody is answered.

import { requestId } from '../../../src/entry/accept.ts';
import { CAPTURE_AGAIN_ACTION } from '../../../src/model/button.ts';
import { keyOf, type Scene } from '../scene.ts';
import type { Target } from '../target.ts';
import { must, type Variant } from '../variants.ts';

const WITHIN_MS = 90_000;
const ONCE = 'one capture and one message, however often it is delivered';

export const repeats: readonly Variant[] = [
  ...[1, 4, 10].map(
    (copies): Variant => ({
      fault: 'F6',
      variant: `a command delivered ${copies + 1} times at once, to two apps`,
      promise: ONCE,
      play: async (scene) => {
        scene.workspace.faults.add({ kind: 'duplicate-delivery', copies });
        const request = await scene.asks();
        await scene.finished(request, WITHIN_MS);
        return oneCapture(scene, request.target, scene.roots(request).length);
      },
    }),
  ),
  {
    fault: 'F6',
    variant: 'a mention delivered 6 times at once',
    promise: ONCE,
    play: async (scene) => {
      scene.workspace.faults.add({ kind: 'duplicate-delivery', copies: 5 });
      return mentioned(scene);
    },
  },
  {
    fault: 'F6',
    variant: 'a mention that both apps were killed over, sent again with Slack’s retry headers',
    promise: 'it is not lost, and done once',
    play: async (scene) => {
      const { ground } = scene;
      ground.redis.signal('SIGSTOP');
      const said = mentioned(scene);
      await new Promise((resolve) => setTimeout(resolve, 300));
      await Promise.all(ground.apps.map((app) => app.down()));
      ground.redis.signal('SIGCONT');
      await Promise.all(ground.apps.map((app) => app.up()));
      return said;
    },
  },
  {
    fault: 'F6',
    variant: 'a button pressed three times within ten seconds',
    promise: ONCE,
    play: async (scene) => {
      const first = await scene.asks();
      const root = await scene.finished(first, WITHIN_MS);
      const before = first.target.hits.length;
      const press = {
        channel: scene.channel,
        ts: root.ts,
        actionId: CAPTURE_AGAIN_ACTION,
        user: scene.person(),
      };
      await Promise.all([
        scene.workspace.click(press),
        scene.workspace.click(press),
        scene.workspace.click(press),
      ]);
      const roots = () => rootsIn(scene, root.ts).filter((key) => !key.startsWith(first.id));
      await scene.until(
        'the second capture',
        () => roots().length > 0 && first.target.hits.length > before,
        WITHIN_MS,
      );
      await scene.until(
        'its end',
        () =>
          scene.workspace
            .thread(scene.channel, root.ts)
            .some((message) => keyOf(message) === roots()[0] && message.text.includes('confidence')),
        WITHIN_MS,
      );
      const captures = new Set(first.target.hits.slice(before).map(({ capture }) => capture));
      must(
        roots().length === 1 && captures.size === 1,
        `${roots().length} messages, ${captures.size} captures`,
      );
      return '1 capture, 1 message';
    },
  },
  {
    fault: 'F6',
    variant: 'two commands delivered in the other order',
    promise: 'each is done once, whatever comes first',
    together: true,
    play: async (scene) => {
      const [one, two] = [scene.target(), scene.target()];
      const [second, first] = await Promise.all([scene.asks({ target: two }), scene.asks({ target: one })]);
      for (const request of [first, second]) await scene.finished(request, WITHIN_MS);
      oneCapture(scene, one, scene.roots(first).length);
      return oneCapture(scene, two, scene.roots(second).length);
    },
  },
  ...[2, 50].map(
    (people): Variant => ({
      fault: 'F17',
      variant: `${people} people ask for the same of one service at once`,
      promise: 'the service is captured once, and everybody has a thread with the verdict',
      play: async (scene) => {
        const target = scene.target();
        const everybody = Array.from({ length: people }, () => scene.person());
        const requests = await Promise.all(everybody.map((user) => scene.asks({ target, user })));
        for (const request of requests) await scene.finished(request, WITHIN_MS);
        const captures = new Set(target.hits.map(({ capture }) => capture)).size;
        must(captures === 1, `${captures} captures`);
        return `1 capture, ${requests.length} threads with a verdict`;
      },
    }),
  ),
];

async function mentioned(scene: Scene): Promise<string> {
  const target = scene.target();
  const user = scene.person();
  const text = `@goleak capture ${target.name} for 1s`;
  const typed = await scene.workspace.userTypes({ channel: scene.channel, user, text });
  if (typed.kind !== 'message') throw new Error('a mention is a message');
  const outcome = (await typed.delivered) ?? { kind: 'unreachable', why: 'nobody was told' };
  const id = requestId(`mention ${scene.channel} ${typed.ts}`, Date.now());
  const roots = () => rootsIn(scene, typed.ts);
  must(outcome.kind === 'acked', `the mention was never acknowledged: ${outcome.kind}`);
  await scene.until(
    'the verdict',
    () =>
      scene.workspace
        .thread(scene.channel, typed.ts)
        .some((message) => keyOf(message) === `${id}:root` && message.text.includes('confidence')),
    WITHIN_MS,
  );
  return oneCapture(scene, target, roots().length);
}

function rootsIn({ workspace, channel }: Scene, ts: string): string[] {
  return workspace
    .thread(channel, ts)
    .map(keyOf)
    .filter((key) => key.endsWith(':root'));
}

function oneCapture(_scene: Scene, target: Target, roots: number): string {
  const captures = new Set(target.hits.map(({ capture }) => capture)).size;
  must(captures === 1 && roots === 1, `${captures} captures, ${roots} messages`);
  return '1 capture, 1 message';
}
