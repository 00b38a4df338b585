// The form that proposes a service, and what admins are shown of a proposal.
import type { ModalView } from '@slack/types';
import type { Proposal } from '../model/proposal.ts';
import { actions, type Block, type SlackMessage, section } from '../report/elements.ts';
import { code, type Mrkdwn, mention, mrkdwn, prose, words } from '../report/foreign.ts';
import { modal, textField } from '../report/form.ts';
import { type Answers, textIn } from './answers.ts';

export const PROPOSE_FORM = 'propose_form';
export const PROPOSE_FIELD = { name: 'name', address: 'address', owner: 'owner' } as const;
export const PROPOSAL_ACCEPT = 'proposal_accept';
export const PROPOSAL_REFUSE = 'proposal_refuse';

const MAX_NAME = 63;
const MAX_ADDRESS = 300;
const MAX_OWNER = 80;

export function proposeForm(): ModalView {
  return modal({
    callbackId: PROPOSE_FORM,
    title: 'Propose a service',
    submit: 'Propose',
    blocks: [
      section(mrkdwn`${prose('An admin accepts it, or not. Nothing is asked of it before.', 200)}`),
      textField({
        blockId: PROPOSE_FIELD.name,
        label: 'Name',
        hint: 'Lower-case letters, digits and dashes: what people type to have it captured.',
        placeholder: 'payments-svc',
        most: MAX_NAME,
      }),
      textField({
        blockId: PROPOSE_FIELD.address,
        label: 'Address',
        hint: 'Where net/http/pprof answers, without the path.',
        placeholder: 'http://10.0.0.7:6060',
        most: MAX_ADDRESS,
      }),
      textField({
        blockId: PROPOSE_FIELD.owner,
        label: 'Owner',
        hint: 'A team or a user group, as you call it.',
        placeholder: '@payments-oncall',
        most: MAX_OWNER,
        isOptional: true,
      }),
    ],
  });
}

export function readProposeForm(answers: Answers): {
  readonly name: string;
  readonly url: string;
  readonly owner?: string;
} {
  const owner = textIn(answers, PROPOSE_FIELD.owner, MAX_OWNER);
  return {
    name: textIn(answers, PROPOSE_FIELD.name, MAX_NAME),
    url: textIn(answers, PROPOSE_FIELD.address, MAX_ADDRESS),
    ...(owner !== '' && { owner }),
  };
}

/** What is asked of admins, wherever they are asked. */
export function proposalBlocks(proposal: Proposal): Block[] {
  const { id, name } = proposal;
  return [
    section(proposalLine(proposal)),
    actions([
      { text: 'Accept', actionId: PROPOSAL_ACCEPT, value: id, primary: true, says: `Accept ${name}` },
      { text: 'Refuse', actionId: PROPOSAL_REFUSE, value: id, danger: true, says: `Refuse ${name}` },
    ]),
  ];
}

export function proposalMessage(proposal: Proposal): SlackMessage {
  return { text: proposalLine(proposal), blocks: proposalBlocks(proposal) };
}

/** Told to whoever proposed it, at every door. */
export function proposedWords(name: string): Mrkdwn {
  return mrkdwn`${code(name)} is proposed. An admin decides; it is asked nothing until then.`;
}

/** Told to the admin who took it back. */
export function withdrawnWords(name: string): Mrkdwn {
  return mrkdwn`${code(name, MAX_NAME)} is not registered any more. It is asked nothing, and may be proposed anew.`;
}

export function decidedMessage(proposal: Proposal, by: string, isAccepted: boolean): SlackMessage {
  const what = isAccepted ? 'registered' : 'refused';
  const text = mrkdwn`${code(proposal.name, MAX_NAME)} at ${code(proposal.url, MAX_ADDRESS)} was ${what} by ${mention(by)}.`;
  return { text, blocks: [section(text)] };
}

function proposalLine({ name, url, owner, by }: Proposal): Mrkdwn {
  const whose = owner === undefined ? '' : `, owned by ${owner}`;
  return mrkdwn`${mention(by)} proposes the service *${code(name, MAX_NAME)}* at ${code(url, MAX_ADDRESS)}${words(whose, 2 * MAX_OWNER)}.`;
}
