import fc from 'fast-check';
import { expect, it } from 'vitest';
import { validateBlocks } from '../../demo/workspace/blocks.ts';
import type { CaptureRequest, Progress } from '../../src/model/request.ts';
import { UPLOADED } from '../../src/model/upload.ts';
import { contentOf } from '../../src/report/blocks.ts';
import { uploadMessage } from '../../src/report/upload-message.ts';

const request: CaptureRequest = {
  id: '20261126-0123456789ab',
  service: UPLOADED,
  instances: [],
  windowMs: 0,
  kinds: [],
  origin: { door: 'dm', user: 'U0ONCALL', channel: 'D0ONCALL' },
  acceptedAtMs: 0,
  files: ['F1', 'F2'],
};

/** Sentences carry names of files, and those are anybody's. */
const foreign = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 2_000 }),
  fc.constantFrom('<!channel> `', '<@U0BOSS>', '*_~', '& < >', '\u202e', 'x'.repeat(5_000)),
);

it('fits Slack and leaves nothing foreign unescaped, whatever a file is called', () => {
  fc.assert(
    fc.property(foreign, foreign, (what, hint) => {
      const stages: Progress[] = [
        { stage: 'failed', what, hint },
        { stage: 'held', why: what, begun: false },
      ];
      for (const progress of stages) {
        const { text, blocks } = contentOf(uploadMessage(request, progress));
        expect(validateBlocks(blocks)).toEqual([]);
        expect(`${text}${JSON.stringify(blocks)}`.replaceAll('<@U0ONCALL>', '')).not.toMatch(/<[!@#]|<http/);
        expect(text.length).toBeLessThan(4_000);
      }
    }),
    { numRuns: 200 },
  );
});

it.each([
  [{ stage: 'queued' }, 'Reading 2 uploaded files: waiting for a worker'],
  [{ stage: 'held', why: 'other uploads are being read', begun: false }, 'waiting: other uploads'],
  [{ stage: 'analysing' }, 'Reading 2 uploaded files: analysing'],
  [
    { stage: 'failed', what: 'It is a picture.', hint: 'Upload the dump.' },
    'No verdict on 2 uploaded files. It is',
  ],
  [{ stage: 'cancelled', by: 'U0ONCALL' }, 'cancelled by <@U0ONCALL>'],
] satisfies [Progress, string][])('says how far it has come: %j', (progress, words) => {
  expect(contentOf(uploadMessage(request, progress)).text).toContain(words);
});
