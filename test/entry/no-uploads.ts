import type { UploadPorts } from '../../src/entry/slack-uploads.ts';
import { createLog } from '../../src/log.ts';

/** For doors whose tests are about something else. */
export const NO_UPLOADS: UploadPorts = {
  authorise: async () => ({ may: 'yes' }),
  read: async () => {
    throw new Error('nobody uploads anything here');
  },
  isOurThread: async () => false,
  now: Date.now,
  log: createLog('test', 'silent'),
};
