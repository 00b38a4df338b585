// Proposing services and deciding about proposals. Nothing is asked of an address until an admin has accepted it, and none
// outside the operator's bounds can be.
import { createHash } from 'node:crypto';
import type { Authorise } from '../authorise.ts';
import { Failure } from '../failure.ts';
import type { Proposal, ProposalRules } from '../model/proposal.ts';
import type { Origin } from '../model/request.ts';
import type { Service } from '../model/target.ts';
import type { ProposalStore } from '../store/proposals.ts';

export interface ProposalPorts {
  readonly rules: () => ProposalRules;
  readonly services: () => readonly Service[];
  readonly authorise: Authorise;
  readonly proposals: ProposalStore;
  /** Whether an address is inside the bounds. */
  readonly isAllowed: (url: string, allow: readonly string[]) => boolean;
  /** @throws Failure `proposal_wrong` */
  readonly serviceOf: (proposal: Pick<Proposal, 'name' | 'url' | 'owner'>) => Service;
  /** Makes what was accepted known at once. */
  readonly refresh: () => Promise<void>;
  readonly audit: (decision: {
    readonly what: 'proposed' | 'registered' | 'declined' | 'unregistered';
    readonly origin: Origin;
    readonly proposal: Pick<Proposal, 'name' | 'url' | 'owner'>;
  }) => void;
  readonly now: () => number;
}

export interface Proposed {
  readonly name: string;
  readonly url: string;
  readonly owner?: string;
}

/** Of one person at once: each is a message to the admins, and nobody may fill the places of all. */
const MAX_OWN = 5;

/**
 * Keeps a proposal until an admin decides.
 * @throws Failure when they may not, or it could not be accepted anyway
 */
export async function propose(proposed: Proposed, origin: Origin, ports: ProposalPorts): Promise<Proposal> {
  // Seen by the asker alone: which channel it was said in does not matter.
  const { channel: _, ...person } = origin;
  await permit('look', person, ports);
  const name = proposed.name.trim().toLowerCase();
  const url = proposed.url.trim();
  check({ ...proposed, name, url }, ports);
  const owner = proposed.owner?.trim() ?? '';
  // Of all that an admin is shown: what was shown is what is accepted, whatever was proposed since.
  const said = [name, url, owner, origin.user].join('\n');
  const proposal: Proposal = {
    id: createHash('sha256').update(said).digest('base64url').slice(0, 22),
    name,
    url,
    by: origin.user,
    atMs: ports.now(),
    ...(owner !== '' && { owner }),
  };
  const own = (await ports.proposals.waiting()).filter(
    ({ id, by }) => by === origin.user && id !== proposal.id,
  );
  if (own.length >= MAX_OWN) throw new Failure('proposals_own', { most: MAX_OWN });
  if (!(await ports.proposals.propose(proposal))) throw new Failure('proposals_full', {});
  ports.audit({ what: 'proposed', origin, proposal });
  return proposal;
}

/**
 * An admin's word on a proposal.
 * @throws Failure when they may not, it is decided already, or it is not inside the bounds any more
 */
export async function decide(
  { id, isAccepted }: { readonly id: string; readonly isAccepted: boolean },
  origin: Origin,
  ports: ProposalPorts,
): Promise<Proposal> {
  const { channel: _, ...person } = origin;
  await permit('register', person, ports);
  const proposal = await ports.proposals.find(id);
  if (!proposal) throw new Failure('proposal_gone', {});
  if (isAccepted) check(proposal, ports);
  const isDone = isAccepted
    ? await ports.proposals.accept({ ...proposal, acceptedBy: origin.user })
    : await ports.proposals.refuse(id);
  if (!isDone) throw new Failure('proposal_gone', {});
  ports.audit({ what: isAccepted ? 'registered' : 'declined', origin, proposal });
  await ports.refresh();
  return proposal;
}

/**
 * Takes back what an admin accepted: nothing is asked of it any more.
 * @throws Failure when they may not, or no admin has accepted a service of this name
 */
export async function withdraw(name: string, origin: Origin, ports: ProposalPorts): Promise<void> {
  const { channel: _, ...person } = origin;
  await permit('register', person, ports);
  const accepted = (await ports.proposals.registered()).find((each) => each.name === name);
  if (!accepted || !(await ports.proposals.withdraw(name)))
    throw new Failure('not_accepted', { service: name });
  ports.audit({ what: 'unregistered', origin, proposal: accepted });
  await ports.refresh();
}

/** @throws Failure `proposals_closed`, `proposal_wrong`, `proposal_outside`, `service_taken` */
function check(proposed: Proposed, { rules, services, isAllowed, serviceOf }: ProposalPorts): void {
  const { allow } = rules();
  if (allow.length === 0) throw new Failure('proposals_closed', {});
  const { name } = serviceOf(proposed);
  if (services().some((service) => service.name === name))
    throw new Failure('service_taken', { service: name });
  if (!isAllowed(proposed.url, allow))
    throw new Failure('proposal_outside', { url: proposed.url.slice(0, 200) });
}

async function permit(
  action: 'look' | 'register',
  origin: Origin,
  { authorise }: ProposalPorts,
): Promise<void> {
  const decision = await authorise({ at: 'door', origin, actions: [action] });
  if (decision.may === 'no') throw decision.refusal;
}
