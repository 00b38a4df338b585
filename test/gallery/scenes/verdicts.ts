// One scene for each verdict and how sure it can be: the root message, as the channel sees it.
import { capturedIn, programCapture, recordedCapture } from '../captured.ts';
import type { Scene } from '../scene.ts';

/** Program, run, the name its service has here, and what the scene shows. */
const VERDICTS: Readonly<Record<string, readonly [string, string, string, string]>> = {
  'leak-three-signatures': [
    'webhook-hang',
    'go1.27.3-high',
    'webhooks-svc',
    'One leak that shows in three signatures: connections that nobody closes.',
  ],
  'leak-probable': [
    'early-return',
    'go1.26.8-high',
    'desk-svc',
    'A goroutine leak that growth and age show.',
  ],
  'leak-suspect': [
    'conn-no-deadline',
    'go1.26.8-low',
    'devices-svc',
    'A goroutine leak that is only suspected.',
  ],
  'leak-not-growing': [
    'boot-stuck-nil',
    'go1.24.13-high',
    'sinks-svc',
    'Goroutines that were lost once and stay as many.',
  ],
  deadlock: ['ledger-deadlock', 'go1.26.8-high', 'books-svc', 'Goroutines stuck behind locks.'],
  'heap-leak': ['metric-labels', 'go1.27.3-high', 'metrics-svc', 'A heap that grows from one place.'],
  'heap-leak-suspect': [
    'finalizer-backlog',
    'go1.22.12-high',
    'textures-svc',
    'A heap leak that is only suspected.',
  ],
  churn: ['churn-json', 'go1.26.8-high', 'export-svc', 'Much is allocated and thrown away; nothing is kept.'],
  fragmentation: ['sparse-spans', 'go1.26.8-high', 'documents-svc', 'Spans in use that hold nothing.'],
  'off-heap': ['mmap-segments', 'go1.27.3-high', 'segments-svc', 'Memory outside of the Go heap grows.'],
  'gc-pressure': ['memlimit-tight', 'go1.27.3-high', 'tiles-svc', 'The collector works all the time.'],
  'scales-with-load': [
    'hub-growing',
    'go1.26.8-high',
    'hub-svc',
    'More goroutines for more connections: no leak.',
  ],
  healthy: ['lru-cache', 'go1.26.8-high', 'catalog-svc', 'A service that is well.'],
  inconclusive: ['prefix-retain', 'go1.27.3-low', 'receiver-svc', 'What cannot be told, and why not.'],
};

export const VERDICT_SCENES: readonly Scene[] = [
  proven(),
  ...Object.entries(VERDICTS).map(([name, [program, run, service, about]]): Scene => {
    const captured = () => programCapture(program, run, { service, memoryLimitMib: 512 });
    return {
      name: `verdict-${name}`,
      about,
      origin: [originOf(program, run)],
      play: async (room) => {
        await room.show(captured());
        return { at: 'channel' };
      },
    };
  }),
  fleet(),
];

function originOf(program: string, run: string) {
  const [go = '', load = ''] = run.split(/-(?=high|low)/);
  return { go, program: `test/programs/${program}`, command: `./${program} -load ${load}` };
}

function proven(): Scene {
  const captured = () =>
    capturedIn('proven', { service: 'uploads-svc', memoryLimitMib: 512 }, 'test/programs/heavy-buffer');
  const { go, program, command } = captured().origin;
  const recorded = `${command}, recorded by npx tsx test/gallery/record-proven.ts`;
  return {
    name: 'verdict-leak-proven',
    about: "A goroutine leak that the runtime's own leak profile proves.",
    origin: [{ ...(go && { go }), program, command: recorded }],
    play: async (room) => {
      await room.show(captured());
      return { at: 'channel' };
    },
  };
}

function fleet(): Scene {
  const captured = () =>
    recordedCapture(['payments-svc-1', 'payments-svc-2'], [20, 50], {
      service: 'payments-svc',
      owner: '@payments-oncall',
      memoryLimitMib: 512,
    });
  return {
    name: 'verdict-fleet',
    about: 'Every instance of a service (`--all`): one verdict, each instance with its own figures.',
    origin: [captured().origin],
    play: async (room) => {
      await room.show(captured());
      return { at: 'channel' };
    },
  };
}
