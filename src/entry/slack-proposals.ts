// Proposing a service by a form, and an admin's word on it: in the channel services.yml names, or in the home tab.
import type { App, BlockAction, ViewSubmitAction } from '@slack/bolt';
import { Failure } from '../failure.ts';
import {
  decidedMessage,
  PROPOSAL_ACCEPT,
  PROPOSAL_REFUSE,
  PROPOSE_FIELD,
  PROPOSE_FORM,
  proposedWords,
  proposeForm,
  readProposeForm,
  withdrawnWords,
} from '../forms/propose.ts';
import { HOME_PROPOSE, HOME_WITHDRAW } from '../home/actions.ts';
import { stateIn } from '../home/state.ts';
import type { Proposal } from '../model/proposal.ts';
import type { Origin } from '../model/request.ts';
import { contentOf } from '../report/blocks.ts';
import { type Mrkdwn, mrkdwn, prose } from '../report/foreign.ts';
import { doneThenAcknowledged, once } from './acknowledge.ts';
import { ephemeral, guarded, MAX_REPLY } from './slack-answer.ts';
import { type HomePorts, publishHome } from './slack-home.ts';
import { answered, NOTHING_WRONG } from './slack-submission.ts';

export interface ProposalDoorPorts extends HomePorts {
  /** Keeps it, and asks admins where services.yml says. */
  readonly propose: (
    proposed: { readonly name: string; readonly url: string; readonly owner?: string },
    origin: Origin,
  ) => Promise<Proposal>;
  /** Takes back what an admin accepted. */
  readonly withdraw: (name: string, origin: Origin) => Promise<void>;
  readonly decide: (
    decision: { readonly id: string; readonly isAccepted: boolean },
    origin: Origin,
  ) => Promise<Proposal>;
}

export function registerProposals(app: App, ports: ProposalDoorPorts): void {
  app.action<BlockAction>(HOME_PROPOSE, async ({ ack, body, client }) => {
    await doneThenAcknowledged(once(ack), async () => {
      await client.views.open({ trigger_id: body.trigger_id, view: proposeForm() });
    });
  });

  app.action<BlockAction>(HOME_WITHDRAW, async ({ ack, body, client }) => {
    const user = body.user.id;
    const show = (text: Mrkdwn) =>
      publishHome(client, user, stateIn(body.view?.private_metadata), ports, text);
    await doneThenAcknowledged(once(ack), () =>
      guarded(ports.log, show, body.trigger_id, async () => {
        const name = valueIn(body);
        await ports.withdraw(name, { door: 'button', user });
        await show(withdrawnWords(name));
      }),
    );
  });

  app.view<ViewSubmitAction>(PROPOSE_FORM, async ({ ack, view, body, client }) => {
    const user = body.user.id;
    const show = (text: Mrkdwn) => publishHome(client, user, stateIn(undefined), ports, text);
    const late = (text: string) => show(mrkdwn`${prose(text, MAX_REPLY)}`);
    const fieldOf = (error: unknown) => (isOfAddress(error) ? PROPOSE_FIELD.address : PROPOSE_FIELD.name);
    await answered({ ack, field: fieldOf, log: ports.log, id: view.id, late }, async () => {
      const proposal = await ports.propose(readProposeForm(view.state.values), { door: 'form', user });
      await show(proposedWords(proposal.name));
      return NOTHING_WRONG;
    });
  });

  for (const [action, isAccepted] of [
    [PROPOSAL_ACCEPT, true],
    [PROPOSAL_REFUSE, false],
  ] as const) {
    app.action<BlockAction>(action, async ({ ack, body, client, respond }) => {
      const user = body.user.id;
      const channel = body.channel?.id;
      const origin: Origin = { door: 'button', user, ...(channel !== undefined && { channel }) };
      const inHome = (text: Mrkdwn) =>
        publishHome(client, user, stateIn(body.view?.private_metadata), ports, text);
      const answer = channel === undefined ? inHome : ephemeral(respond);
      await doneThenAcknowledged(once(ack), () =>
        guarded(ports.log, answer, body.trigger_id, async () => {
          const proposal = await ports.decide({ id: valueIn(body), isAccepted }, origin);
          const decided = decidedMessage(proposal, user, isAccepted);
          if (channel === undefined) await inHome(decided.text);
          else await respond({ replace_original: true, ...contentOf(decided) });
        }),
      );
    });
  }
}

function isOfAddress(error: unknown): boolean {
  if (!(error instanceof Failure)) return false;
  const { code: what, facts } = error as Failure;
  return what === 'proposal_outside' || ('field' in facts && facts.field === 'address');
}

function valueIn({ actions: [action] }: BlockAction): string {
  return action?.type === 'button' ? (action.value ?? '').slice(0, 80) : '';
}
