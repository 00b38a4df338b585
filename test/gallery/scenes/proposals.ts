// A service that somebody proposes, and an admin's word on it.
import { decidedMessage, proposalMessage, proposedWords, proposeForm } from '../../../src/forms/propose.ts';
import type { Proposal } from '../../../src/model/proposal.ts';
import { ON_CALL } from '../../kit/stage.ts';
import type { Scene } from '../scene.ts';
import { MORNING_MS, WEEKS_ORIGIN } from '../weeks.ts';
import { home } from './digests.ts';

const ORIGIN = {
  program: 'src/forms/propose.ts',
  command: '/goleak register refunds-svc http://10.0.7.44:6060',
};
const PROPOSAL: Proposal = {
  id: '4f0d2ab81c93',
  name: 'refunds-svc',
  url: 'http://10.0.7.44:6060',
  owner: '@payments-oncall',
  by: 'U0NEWCOMER',
  atMs: MORNING_MS - 60_000,
};

export const PROPOSAL_SCENES: readonly Scene[] = [
  {
    name: 'form-propose',
    about: 'The form behind "Propose a service…".',
    origin: [ORIGIN],
    play: async (room) => {
      await room.openModal(proposeForm());
      return { at: 'modal' };
    },
  },
  {
    name: 'proposal-made',
    about: 'What whoever proposed it is told.',
    origin: [ORIGIN],
    play: async (room) => {
      await room.whisper(proposedWords(PROPOSAL.name));
      return { at: 'channel' };
    },
  },
  {
    name: 'proposal-asked',
    about: 'What admins are asked in their channel.',
    origin: [ORIGIN],
    play: async (room) => {
      await room.post(proposalMessage(PROPOSAL));
      return { at: 'channel' };
    },
  },
  {
    name: 'proposal-decided',
    about: 'The same message once an admin has decided.',
    origin: [ORIGIN],
    play: async (room) => {
      await room.post(decidedMessage(PROPOSAL, ON_CALL, true));
      return { at: 'channel' };
    },
  },
  {
    name: 'home-admin',
    about: 'The home tab of an admin: what waits for their word stands first.',
    origin: [WEEKS_ORIGIN],
    play: async (room) => {
      const viewer = { isAdmin: true, maySetDigests: true, mayStop: true, isGuest: false };
      await home(room, 5, { proposals: [PROPOSAL], viewer });
      return { at: 'home' };
    },
  },
];
