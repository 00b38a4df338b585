// Files that somebody dropped into a thread: read, and answered there as a capture is.
import { Failure } from '../../../src/failure.ts';
import { uploadMessage } from '../../../src/report/upload-message.ts';
import { uploadedCapture } from '../captured.ts';
import { buttonIds } from '../room.ts';
import type { Scene, SceneOrigin } from '../scene.ts';

const ORIGIN: SceneOrigin = {
  go: 'go1.26.8',
  program: 'test/captures/profiles/origin.json',
  command: 'curl -o NAME.heap.pb.gz http://HOST/debug/pprof/heap, 65 s and 305 s after the start',
};
const profiles = () =>
  uploadedCapture(
    {
      'before.heap.pb.gz': 'profiles/heap-leak.t065.heap.pb.gz',
      'after.heap.pb.gz': 'profiles/heap-leak.t305.heap.pb.gz',
    },
    ORIGIN,
  );
const SAID = 'two heap profiles of cache-svc, four minutes apart';
const request = { files: ['F1', 'F2'] };

export const UPLOAD_SCENES: readonly Scene[] = [
  {
    name: 'upload-reading',
    about: 'Two profiles were dropped into a thread, and are being read.',
    origin: [ORIGIN],
    play: async (room) => {
      const ts = await room.say(SAID);
      await room.post(uploadMessage(room.requestOf(request), { stage: 'analysing' }), ts);
      return { at: 'thread', ts };
    },
  },
  {
    name: 'upload-verdict',
    about: 'What two uploaded heap profiles show, and what to ask about it.',
    origin: [ORIGIN],
    play: async (room) => {
      const ts = await room.say(SAID);
      const captured = profiles();
      const { why, full_stacks } = buttonIds(captured.report.id);
      const buttons = { ...(why && { why }), ...(full_stacks && { full_stacks }) };
      const origin = { door: 'mention', user: 'U0ONCALL', channel: 'C0PAYMENTS', threadTs: ts } as const;
      const atMs = room.now() + 4_000;
      await room.show(captured, { request: { ...request, origin }, state: { buttons }, atMs });
      return { at: 'thread', ts };
    },
  },
  {
    name: 'upload-unread',
    about: 'A file that says nothing of a Go service: what it is, and what to upload.',
    origin: [ORIGIN],
    play: async (room) => {
      const ts = await room.say('is this a leak?');
      const { message: what, hint } = new Failure('artefact_unknown', {
        path: 'screenshot.png',
        reasons: ['screenshot.png is a picture.'],
      });
      await room.post(uploadMessage(room.requestOf({ files: ['F1'] }), { stage: 'failed', what, hint }), ts);
      return { at: 'thread', ts };
    },
  },
];
