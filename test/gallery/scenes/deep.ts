// The clues that go deeper: who holds the memory, an execution trace, and the last pair that a probe pushed.
import { answerTo } from '../../../src/answers/answer.ts';
import { verdictMessage } from '../../../src/report/blocks.ts';
import { pushWords } from '../../../src/report/push-words.ts';
import { CHANNEL, ON_CALL } from '../../kit/stage.ts';
import { type Captured, programCapture, recordedCapture, uploadedCapture } from '../captured.ts';
import { buttonIds, type GalleryRoom } from '../room.ts';
import type { Scene, SceneOrigin } from '../scene.ts';

const METRICS = { service: 'metrics-svc', memoryLimitMib: 256 } as const;
const PAYMENTS = {
  service: 'payments-svc',
  owner: '@payments-oncall',
  requestedBy: 'probe',
  isPushed: true,
  memoryLimitMib: 256,
} as const;
const metrics = () => programCapture('metric-labels', 'go1.27.3-high', METRICS);
const payments = () => recordedCapture(['payments-svc-1'], [100, 130], PAYMENTS);
const MIB = 1024 * 1024;
const READ_WITHIN_MS = 4_000;

const HOLDER_ORIGIN: SceneOrigin = {
  go: 'go1.26.8',
  program: 'test/captures/profiles/origin.json',
  command:
    'curl -o NAME.heap.pb.gz http://HOST/debug/pprof/heap, 65 s and 305 s after the start; goref attach PID',
};
const TRACE_ORIGIN: SceneOrigin = {
  go: 'go1.26.8',
  program: 'test/captures/traces/origin.json',
  command: 'curl -o leak-send.trace5s.out http://HOST/debug/pprof/trace?seconds=5',
};

/** Somebody drops files into a thread, and the answer comes there. */
async function uploaded(room: GalleryRoom, said: string, captured: Captured): Promise<string> {
  const ts = await room.say(said);
  const { why } = buttonIds(captured.report.id);
  const origin = { door: 'mention', user: ON_CALL, channel: CHANNEL, threadTs: ts } as const;
  await room.show(captured, {
    request: { files: captured.report.artefacts.map((_, at) => `F${at}`), origin },
    state: { buttons: why === undefined ? {} : { why } },
    atMs: room.now() + READ_WITHIN_MS,
  });
  return ts;
}

export const DEEP_SCENES: readonly Scene[] = [
  {
    name: 'answer-holder',
    about: '`who holds it?` where no file tells: the recipe, what it costs, and what it cannot say.',
    origin: [metrics().origin],
    play: async (room) => {
      const { report } = metrics();
      room.setTime((report.window.to ?? 0) + 900);
      const ts = await room.post(verdictMessage(report, { buttons: buttonIds(report.id) }));
      room.setTime((report.window.to ?? 0) + 60_000);
      await room.say('who holds it?', ts);
      await room.post(answerTo({ kind: 'retention' }, { report, service: {}, askedBy: ON_CALL }), ts);
      return { at: 'thread', ts };
    },
  },
  {
    name: 'upload-holder',
    about: 'Two heap profiles and a goref file: what grew, and the way from a root to what holds it.',
    origin: [HOLDER_ORIGIN],
    play: async (room) => {
      const captured = uploadedCapture(
        {
          'before.heap.pb.gz': 'profiles/heap-leak.t065.heap.pb.gz',
          'after.heap.pb.gz': 'profiles/heap-leak.t305.heap.pb.gz',
          'grf.out': 'profiles/heap-leak.grf.out',
        },
        HOLDER_ORIGIN,
      );
      const said = 'two heap profiles of cache-svc, and what goref says of it';
      return { at: 'thread', ts: await uploaded(room, said, captured) };
    },
  },
  {
    name: 'upload-trace',
    about: 'An execution trace: who was born and still waits, how long goroutines waited to run.',
    origin: [TRACE_ORIGIN],
    play: async (room) => {
      const captured = uploadedCapture({ 'search-svc.trace': 'traces/leak-send.trace5s.out' }, TRACE_ORIGIN);
      return { at: 'thread', ts: await uploaded(room, 'a trace of search-svc, five seconds', captured) };
    },
  },
  {
    name: 'probe-push',
    about:
      'A service close to its limit pushed its last pair by itself: the verdict is there when it is gone.',
    origin: [payments().origin],
    play: async (room) => {
      const alarm = { kind: 'limit', value: 218 * MIB, of: 256 * MIB } as const;
      const request = {
        origin: { door: 'webhook', user: 'probe', channel: CHANNEL },
        pushed: true,
        because: pushWords('payments-svc-1', alarm),
      } as const;
      await room.show(payments(), { request });
      return { at: 'channel' };
    },
  },
];
