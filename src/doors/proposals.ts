// Wires proposing services, and an admin's word on it, to what is kept.
import { aboutOrigin } from '../audit/audited.ts';
import type { Trail } from '../audit/trail.ts';
import type { Authorise } from '../authorise.ts';
import { isOnList } from '../capture/allow-list.ts';
import { proposedService } from '../config/proposals.ts';
import { decide, type ProposalPorts, propose, withdraw } from '../control/proposals.ts';
import type { SlackPoster } from '../deliver/slack.ts';
import type { ProposalDoorPorts } from '../entry/slack-proposals.ts';
import { proposalMessage } from '../forms/propose.ts';
import type { Log } from '../log.ts';
import { withinDeadline } from '../queue/queue.ts';
import type { Registering } from '../registering.ts';

export function proposalDoors(
  { services, proposals, refresh }: Registering,
  {
    authorise,
    trail,
    slack,
    log,
  }: {
    readonly authorise: Authorise;
    readonly trail: Pick<Trail, 'write'>;
    readonly slack: Pick<SlackPoster, 'post'>;
    readonly log: Log;
  },
): Pick<ProposalDoorPorts, 'propose' | 'decide' | 'withdraw'> {
  const ports: ProposalPorts = {
    rules: services.proposals,
    services: services.all,
    authorise,
    proposals,
    isAllowed: isOnList,
    serviceOf: proposedService,
    refresh,
    audit: ({ what, origin, proposal: { name, url, owner } }) =>
      trail.write({
        what,
        ...aboutOrigin(origin),
        service: name,
        why: owner === undefined ? url : `${url}, ${owner}`,
      }),
    now: Date.now,
  };
  return {
    propose: async (proposed, origin) => {
      const proposal = await withinDeadline(propose(proposed, origin, ports));
      const { channel } = services.proposals();
      // Kept whether or not the channel takes the message: admins see it in their home tab too.
      if (channel !== undefined) {
        await slack
          .post({ channel }, proposalMessage(proposal), `proposal:${proposal.id}`)
          .catch((error: unknown) =>
            log.warn({ err: error, channel }, 'admins could not be asked in their channel'),
          );
      }
      return proposal;
    },
    withdraw: (name, origin) => withinDeadline(withdraw(name, origin, ports)),
    decide: (decision, origin) => withinDeadline(decide(decision, origin, ports)),
  };
}
