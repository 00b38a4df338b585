// What Slack was told "taken" is not lost, whenever the app dies; the person hears otherwise in time.
import { must, type Variant } from '../variants.ts';

export const acknowledged: readonly Variant[] = [
  {
    fault: 'F6',
    variant: 'the app is killed before Redis has a command',
    promise: 'a command is acknowledged only once it is kept, so that none is lost without a word',
    guards: ['ack'],
    play: async (scene) => {
      const { ground } = scene;
      ground.redis.signal('SIGSTOP');
      const asking = scene.asks();
      await new Promise((resolve) => setTimeout(resolve, 300));
      await Promise.all(ground.apps.map((app) => app.down()));
      ground.redis.signal('SIGCONT');
      await Promise.all(ground.apps.map((app) => app.up()));
      const request = await asking;
      const { outcome } = request;
      if (outcome.kind === 'acked') {
        await scene.root(request, /./, 20_000);
        return 'acknowledged, and its thread is there';
      }
      must(scene.roots(request).length <= 1, 'more than one message');
      return `not acknowledged (${outcome.kind}), so Slack tells the person`;
    },
  },
];
