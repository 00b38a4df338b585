// Answers that only the person who asked can see, and the form.

import { readCommand } from '../../../src/command/read.ts';
import { wordsOf } from '../../../src/command/words.ts';
import { statusText } from '../../../src/control/status.ts';
import { pastText } from '../../../src/control/watching.ts';
import { findService } from '../../../src/entry/accept.ts';
import { servicesText } from '../../../src/entry/look.ts';
import { helpMessage } from '../../../src/entry/slack-help.ts';
import { explain } from '../../../src/failure.ts';
import { captureForm } from '../../../src/forms/capture.ts';
import { codeBlock, mrkdwn, prose } from '../../../src/report/foreign.ts';
import { uploadMessage } from '../../../src/report/upload-message.ts';
import { CHANNEL } from '../../kit/stage.ts';
import { programCapture } from '../captured.ts';
import { NIGHT_MS } from '../room.ts';
import type { Scene, SceneOrigin } from '../scene.ts';
import { madeUp, pastOf, serviceOf, WEEKS_ORIGIN } from '../weeks.ts';

const REPLY = 2_900;
const HERE: SceneOrigin = { program: 'src/command', command: '/goleak' };
const services = () => madeUp().map(serviceOf);

function whispered(name: string, about: string, origin: SceneOrigin, lines: () => string): Scene {
  return {
    name,
    about,
    origin: [origin],
    play: async (room) => {
      await room.whisper(mrkdwn`${codeBlock(lines().split('\n'), REPLY)}`);
      return { at: 'channel' };
    },
  };
}

/** What somebody is told who typed this. */
function refused(name: string, about: string, typed: string): Scene {
  return {
    name,
    about,
    origin: [{ ...HERE, command: `/goleak ${typed}` }],
    play: async (room) => {
      const { what, hint } = saidOf(typed);
      await room.whisper(mrkdwn`${prose(what, REPLY)} ${prose(hint, REPLY)}`);
      return { at: 'channel' };
    },
  };
}

function saidOf(typed: string): { readonly what: string; readonly hint: string } {
  try {
    const command = readCommand(wordsOf(typed), 'chat');
    if (command.kind === 'capture') findService(command.target, services());
  } catch (error) {
    return explain(error, 'gallery');
  }
  throw new Error(`"${typed}" is understood`);
}

export const WORD_SCENES: readonly Scene[] = [
  {
    name: 'help',
    about: 'What can be typed.',
    origin: [{ ...HERE, command: '/goleak help' }],
    play: async (room) => {
      await room.whisper(helpMessage(undefined));
      return { at: 'channel' };
    },
  },
  whispered('services', 'The registered services.', { ...HERE, command: '/goleak services' }, () =>
    servicesText(services()),
  ),
  whispered(
    'status',
    'What is under way, stopped or left alone.',
    { ...HERE, command: '/goleak status' },
    () =>
      statusText(
        {
          open: [],
          more: 0,
          stops: [{ service: 'payments-svc', atMs: NIGHT_MS - 420_000, by: 'U0ONCALL' }],
          circuits: new Map(),
          failures: [],
          counts: { capture: { active: 1, waiting: 2, delayed: 1, failed: 0 } },
        } as unknown as Parameters<typeof statusText>[0],
        NIGHT_MS,
      ),
  ),
  whispered('history-text', 'The past day of a service in figures.', WEEKS_ORIGIN, () => {
    const [week] = madeUp((service) => service === 'payments-svc');
    return week ? pastText(week.service, pastOf(week)) : '';
  }),
  refused('did-you-mean-command', 'A word mistyped.', 'captrue payments-svc'),
  refused('did-you-mean-service', 'A service mistyped.', 'capture paymets-svc'),
  refused('not-an-address', 'No address comes from chat.', 'capture http://10.0.0.7:6060'),
  {
    name: 'form-capture',
    about: 'The form that opens when nothing else was typed.',
    origin: [{ ...HERE }],
    play: async (room) => {
      await room.openModal(captureForm({ channel: CHANNEL }));
      return { at: 'modal' };
    },
  },
  {
    name: 'upload-reading',
    about: 'Two profiles were dropped into a thread, and are being read.',
    origin: [programCapture('metric-labels', 'go1.27.3-high', { service: 'uploaded' }).origin],
    play: async (room) => {
      const ts = await room.say('two heap profiles of metrics-svc, half a minute apart');
      await room.post(uploadMessage(room.requestOf({ files: ['F1', 'F2'] }), { stage: 'analysing' }), ts);
      return { at: 'thread', ts };
    },
  },
];
