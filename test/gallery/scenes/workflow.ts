// The step of Workflow Builder: what its capture posts, and what the workflow makes of what it hands on.
import { App, LogLevel } from '@slack/bolt';
import { serviceFromUrl } from '../../../src/capture/resolve.ts';
import { createSlackClient } from '../../../src/deliver/slack.ts';
import { openStepEnds } from '../../../src/deliver/slack-steps.ts';
import { CAPTURE_STEP, registerWorkflowStep } from '../../../src/entry/slack-workflow.ts';
import { createLog } from '../../../src/log.ts';
import { CHANNEL, ON_CALL } from '../../kit/stage.ts';
import { recordedCapture } from '../captured.ts';
import type { GalleryRoom } from '../room.ts';
import type { Scene } from '../scene.ts';

const WITHIN_MS = 10_000;
const payments = () =>
  recordedCapture(['payments-svc-1'], [20, 50], {
    service: 'payments-svc',
    owner: '@payments-oncall',
    memoryLimitMib: 512,
  });

/** The real door at the real event; captured was before. */
async function run(room: GalleryRoom, service: string): Promise<void> {
  const { workspace } = room;
  const { SLACK_BOT_TOKEN: token, SLACK_APP_TOKEN: appToken, SLACK_API_URL: slackApiUrl } = workspace.env();
  const client = createSlackClient(token, slackApiUrl);
  const options = {
    token,
    appToken,
    socketMode: true,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl },
  };
  const app = new App(options);
  const captured = payments();
  let execution = '';
  registerWorkflowStep(app, {
    services: () => [{ ...serviceFromUrl('http://127.0.0.1:1'), name: 'payments-svc' }],
    authorise: async () => ({ may: 'yes' }),
    awaitVerdict: async (waiting) => {
      execution = waiting;
    },
    submit: async ({ origin }) => {
      const ts = await room.show(captured, { request: { origin } });
      const { permalink: link = '' } = await client.chat.getPermalink({ channel: CHANNEL, message_ts: ts });
      const { summary: verdict } = captured.report.verdict;
      await openStepEnds(client).complete(execution, { verdict, link: link.replace(/:\d+\//, '/') });
    },
    now: room.now,
    log: createLog('gallery', 'silent'),
  });
  await app.start();
  try {
    const inputs = { service, channel: CHANNEL, for: '30s' };
    const begun = { user: ON_CALL, channel: CHANNEL, callbackId: CAPTURE_STEP, inputs };
    workspace.startWorkflow(begun);
    await workspace.waitFor(({ world }) => [...world.executions.values()].some(({ end }) => end), WITHIN_MS);
  } finally {
    await app.stop();
  }
}

export const WORKFLOW_SCENES: readonly Scene[] = [
  {
    name: 'workflow-verdict',
    about: 'A step of a workflow: its capture, and what the workflow posts of what the step hands on.',
    origin: [payments().origin],
    play: async (room) => {
      await run(room, 'payments-svc');
      return { at: 'channel' };
    },
  },
  {
    name: 'workflow-stopped',
    about: 'A step that could not be done: whoever started the workflow is told why.',
    origin: [{ program: 'src/entry/slack-workflow.ts', command: 'service: paymants-svc' }],
    play: async (room) => {
      await run(room, 'paymants-svc');
      return { at: 'channel' };
    },
  },
];
