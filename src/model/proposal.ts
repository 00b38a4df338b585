// Services that people propose in Slack, and that an admin accepts inside the bounds the operator has set.

export interface Proposal {
  readonly id: string;
  readonly name: string;
  /** Origin of its one instance, `http://10.0.0.7:6060`. */
  readonly url: string;
  readonly owner?: string;
  /** Slack id of who proposed it. */
  readonly by: string;
  readonly atMs: number;
}

/** One that was accepted: registered, unless services.yml has one of its name. */
export interface Registered extends Proposal {
  readonly acceptedBy: string;
}

export interface ProposalRules {
  /** Hosts, `*.suffix` for all below one, and networks such as `10.0.0.0/8`. Empty: nothing may be proposed. */
  readonly allow: readonly string[];
  /** Slack id of the channel in which admins are asked; absent: in their home tab only. */
  readonly channel?: string;
}

export const NO_PROPOSALS: ProposalRules = { allow: [] };
