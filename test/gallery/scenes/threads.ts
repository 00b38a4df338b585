// What is said below a root message, and what goes before one.
import type { Progress } from '../../../src/model/request.ts';
import { momentsOf, programCapture, recordedCapture } from '../captured.ts';
import type { Scene } from '../scene.ts';

const PAYMENTS = { service: 'payments-svc', owner: '@payments-oncall', memoryLimitMib: 512 } as const;
const payments = () => recordedCapture(['payments-svc-1'], [20, 50], PAYMENTS);
const { origin } = payments();

const STAGES: readonly (readonly [string, string, Progress])[] = [
  ['queued', 'Accepted, and no worker is free yet.', { stage: 'queued' }],
  [
    'held',
    'Waits for its turn, and says for what.',
    { stage: 'held', why: 'another capture of this service is running', begun: false },
  ],
  [
    'capturing',
    'The first snapshot is being taken.',
    {
      stage: 'capturing',
      instancesDone: 1,
      instancesTotal: 2,
      what: 'goroutines of payments-svc-2',
      passed: 0,
    },
  ],
  [
    'waiting',
    'Between two snapshots: the bar is the window.',
    { stage: 'waiting', next: 'second', secondsLeft: 14, samples: 4, passed: 0.53 },
  ],
  ['analysing', 'Everything is captured.', { stage: 'analysing' }],
  ['cancelled', 'Somebody ended it.', { stage: 'cancelled', by: 'U0ONCALL' }],
];

export const THREAD_SCENES: readonly Scene[] = [
  ...STAGES.map(
    ([stage, about, progress]): Scene => ({
      name: `progress-${stage}`,
      about,
      origin: [origin],
      play: async (room) => {
        const instances = stage === 'capturing' ? ['payments-svc-1', 'payments-svc-2'] : ['payments-svc-1'];
        await room.show(payments(), { progress, state: { instances } });
        return { at: 'channel' };
      },
    }),
  ),
  {
    name: 'thread-goroutine-leak',
    about: 'Everything about a goroutine leak: charts, clues, signatures as a table, memory, files.',
    origin: [origin],
    play: async (room) => ({ at: 'thread', ts: await room.show(payments()) }),
  },
  {
    name: 'thread-full-stacks',
    about: 'The full stacks, after the button was pressed.',
    origin: [origin],
    play: async (room) => ({ at: 'thread', ts: await room.show(payments(), { fullStacks: true }) }),
  },
  {
    name: 'thread-heap-leak',
    about: 'Everything about a heap leak.',
    origin: [programCapture('metric-labels', 'go1.27.3-high', { service: 'metrics-svc' }).origin],
    play: async (room) => {
      const about = { service: 'metrics-svc', memoryLimitMib: 256 };
      return { at: 'thread', ts: await room.show(programCapture('metric-labels', 'go1.27.3-high', about)) };
    },
  },
  {
    name: 'thread-healthy',
    about: 'Nobody has to act: one message to skim.',
    origin: [programCapture('lru-cache', 'go1.26.8-high', { service: 'catalog-svc' }).origin],
    play: async (room) => {
      const captured = programCapture('lru-cache', 'go1.26.8-high', { service: 'catalog-svc' });
      return { at: 'thread', ts: await room.show(captured) };
    },
  },
  {
    name: 'compare',
    about: '"Capture again and compare", minutes later: what appeared, grew and went away since.',
    origin: [origin],
    play: async (room) => {
      const folders = momentsOf('payments-svc-1', [20]);
      const earlier = { id: '20261123-earlier', folders };
      await room.show(recordedCapture(['payments-svc-1'], [60, 90], { ...PAYMENTS, earlier }));
      return { at: 'channel' };
    },
  },
];
