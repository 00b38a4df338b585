// One capture at an address at a time, across all workers.
import { must, type Variant } from '../variants.ts';

export const oneAtATime: readonly Variant[] = [
  {
    fault: 'F17',
    variant: 'six people want different things of one service at once',
    promise: 'the service is asked by one capture at a time, and everybody is answered',
    guards: ['lease'],
    play: async (scene) => {
      const target = scene.target();
      const words = [
        'for 1s',
        'for 2s',
        'for 3s',
        'for 1s --kinds heap',
        'for 2s --kinds heap',
        'for 1s --kinds memstats',
      ];
      const requests = await Promise.all(words.map((each) => scene.asks({ target, words: each })));
      for (const request of requests) await scene.finished(request, 120_000);
      const captures = new Set(target.hits.map(({ capture }) => capture)).size;
      must(captures === requests.length, `${captures} captures for ${requests.length} people`);
      return `${captures} captures, one after the other`;
    },
  },
];
