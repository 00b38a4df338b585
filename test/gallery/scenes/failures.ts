// When there is no verdict: what happened, and what to do next. Facts are those of real refusals.
import { type Code, type Facts, Failure } from '../../../src/failure.ts';
import type { LastKnown } from '../../../src/model/black-box.ts';
import { recordedCapture } from '../captured.ts';
import type { Scene } from '../scene.ts';

const PAYMENTS = { service: 'payments-svc', memoryLimitMib: 512 } as const;
const payments = () => recordedCapture(['payments-svc-1'], [20, 50], PAYMENTS);
const { origin } = payments();
const WHERE = { instance: 'payments-svc-1', url: 'http://10.0.7.31:6060' };

function failing<C extends Code>(name: string, about: string, code: C, facts: Facts<C>): Scene {
  return {
    name: `failure-${name}`,
    about,
    origin: [origin],
    play: async (room) => {
      const { message: what, hint } = new Failure(code, facts);
      await room.show(payments(), { progress: { stage: 'failed', what, hint } });
      return { at: 'channel' };
    },
  };
}

export const FAILURE_SCENES: readonly Scene[] = [
  failing('unreachable', 'Nobody listens there.', 'target_unreachable', {
    ...WHERE,
    reason: 'connection refused',
  }),
  failing('forbidden', 'The service wants a token.', 'target_refused', { ...WHERE, status: 403 }),
  failing('not-pprof', 'Something else answers at that address.', 'target_not_pprof', {
    ...WHERE,
    what: 'a web page',
  }),
  failing(
    'all-instances',
    'No instance of several could be captured: every reason, once.',
    'nothing_captured',
    {
      service: 'payments-svc',
      reasons: [
        'payments-svc-1 did not answer at http://10.0.7.31:6060: connection refused.',
        'payments-svc-2 did not begin to answer http://10.0.7.32:6060 within 10 s.',
      ],
    },
  ),
  failing('stopped', 'Somebody has stopped captures of this service.', 'stopped', {
    service: 'payments-svc',
    at: '03:05 UTC',
  }),
  failing('budget', 'It has been captured often enough for now.', 'budget_spent', {
    what: 'payments-svc',
    limit: 12,
    frees: '09:31 UTC',
  }),
  {
    name: 'black-box',
    about:
      'The instance is gone: the last pair and the last samples, each with its moment, and nothing as if from now.',
    origin: [origin],
    play: async (room) => {
      const captured = payments();
      const { report } = captured;
      const { message: what, hint } = new Failure('target_unreachable', {
        ...WHERE,
        reason: 'connection refused',
      });
      const progress = { stage: 'failed', what, hint, lastKnown: lastKnownOf(report) } as const;
      const atMs = (report.window.to ?? 0) + ASKED_AFTER_MS;
      const ts = await room.show(captured, { progress, state: { recalled: report }, atMs });
      return { at: 'thread', ts };
    },
  },
];

const MINUTE_MS = 60_000;
const ASKED_AFTER_MS = 3 * MINUTE_MS;

function lastKnownOf(report: ReturnType<typeof payments>['report']): LastKnown {
  const { verdict, window, memory } = report;
  const atMs = window.to ?? 0;
  const last = memory.samples.at(-1);
  const figure = (value: unknown) => (typeof value === 'number' ? value : undefined);
  const [heapBytes, goroutines] = [figure(last?.heapInuse), figure(last?.goroutines)];
  return {
    instance: 'payments-svc-1',
    pair: { ...verdict, reportId: report.id, atMs, bytes: 538_000 } as NonNullable<LastKnown['pair']>,
    samples: {
      atMs: atMs + MINUTE_MS,
      ...(heapBytes !== undefined && { heapBytes }),
      ...(goroutines !== undefined && { goroutines }),
    },
    silentSinceMs: atMs + 2 * MINUTE_MS,
    other: { instance: 'payments-svc-2', atMs: atMs + 2 * MINUTE_MS },
  };
}
