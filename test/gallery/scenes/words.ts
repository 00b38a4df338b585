// Answers that only the person who asked can see, and the form.

import { readCommand } from '../../../src/command/read.ts';
import { wordsOf } from '../../../src/command/words.ts';
import { pastMessage } from '../../../src/control/past-message.ts';
import type { Status } from '../../../src/control/status.ts';
import { statusMessage } from '../../../src/control/status-message.ts';
import { findService } from '../../../src/entry/accept.ts';
import { servicesMessage } from '../../../src/entry/look.ts';
import { helpMessage } from '../../../src/entry/slack-help.ts';
import { explain } from '../../../src/failure.ts';
import { captureForm } from '../../../src/forms/capture.ts';
import type { SlackMessage } from '../../../src/report/elements.ts';
import { mrkdwn, prose } from '../../../src/report/foreign.ts';
import { CHANNEL } from '../../kit/stage.ts';
import { requestOf } from '../../workers/room.ts';
import { NIGHT_MS } from '../room.ts';
import type { Scene, SceneOrigin } from '../scene.ts';
import { madeUp, pastOf, serviceOf, WEEKS_ORIGIN } from '../weeks.ts';

const REPLY = 2_900;
const HERE: SceneOrigin = { program: 'src/command', command: '/goleak' };
const services = () => madeUp().map(serviceOf);

function whispered(name: string, about: string, origin: SceneOrigin, said: () => SlackMessage): Scene {
  return {
    name,
    about,
    origin: [origin],
    play: async (room) => {
      await room.whisper(said());
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

const STATUS_ORIGIN: SceneOrigin = { ...HERE, command: '/goleak status' };
const NONE = { active: 0, waiting: 0, delayed: 0, failed: 0 };
const IDLE = { capture: NONE, deliver: NONE };
/** A night on which much goes on; its figures are those of no capture. */
const BUSY: Status = {
  open: [
    {
      request: requestOf('20261123-4f0d2ab81c93', {
        service: 'payments-svc',
        acceptedAtMs: NIGHT_MS - 21_000,
      }),
      progress: { stage: 'waiting', next: 'second', secondsLeft: 14, samples: 4, passed: 0.53 },
    },
    {
      request: requestOf('20261123-91b7c05de6aa', { service: 'orders-svc', acceptedAtMs: NIGHT_MS - 4_000 }),
      progress: { stage: 'held', why: 'another capture of this service is running', begun: false },
    },
  ],
  more: 0,
  stops: [{ service: 'search-svc', atMs: NIGHT_MS - 420_000, by: 'U0ONCALL' }],
  circuits: new Map([['10.0.7.31:6060', { failures: 3, request: '20261123-77aa', atMs: NIGHT_MS - 60_000 }]]),
  failures: [
    {
      requestId: '20261123-0c55e2d19b74',
      reason: 'gateway-1 did not answer at http://10.0.7.31:6060: connection refused.',
      atMs: NIGHT_MS - 1_260_000,
    },
  ],
  counts: { capture: { active: 1, waiting: 1, delayed: 0, failed: 1 }, deliver: NONE },
} as unknown as Status;

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
    servicesMessage(services()),
  ),
  whispered('status', 'What is under way, stopped or left alone.', STATUS_ORIGIN, () =>
    statusMessage(BUSY, NIGHT_MS),
  ),
  whispered('status-quiet', 'Nothing is under way.', STATUS_ORIGIN, () =>
    statusMessage(
      { ...BUSY, open: [], stops: [], circuits: new Map(), failures: [], counts: IDLE },
      NIGHT_MS,
    ),
  ),
  whispered('history-text', 'The past half day of a service in figures.', WEEKS_ORIGIN, () => {
    const [week] = madeUp((service) => service === 'payments-svc');
    if (!week) throw new Error('no such week');
    return pastMessage(week.service, pastOf(week));
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
];
