// What the home tab shows, as plain facts. They are gathered in src/past/home-facts.ts and drawn in home.ts.
import type { DigestRow } from '../model/digest.ts';
import type { Proposal } from '../model/proposal.ts';
import type { VerdictKind } from '../model/verdict.ts';
import type { Mrkdwn } from '../report/foreign.ts';

/** Where somebody is in it. Slack keeps it and hands it back: it says what to show, and never what somebody may. */
export interface HomeState {
  /** What was searched for; empty for everything. */
  readonly query: string;
  /** From 0. */
  readonly page: number;
}

export const FIRST_PAGE: HomeState = { query: '', page: 0 };

/** What somebody may have asked of a service. */
export type MayCapture = 'all' | 'light' | 'no';

export interface HomeService {
  readonly name: string;
  readonly owner?: string;
  readonly instances: number;
  readonly may: MayCapture;
  /** Absent where the viewer may not be shown what is known of it. */
  readonly known?: Pick<DigestRow, 'standing' | 'days' | 'trend' | 'verdict' | 'memory' | 'limitBytes'>;
  /** Sampled all the time. */
  readonly isWatched: boolean;
  /** An admin accepted it in Slack, and may take that back; services.yml has it not. */
  readonly isAccepted: boolean;
  /** Registered, and not to be asked anything. */
  readonly isUntouchable: boolean;
}

export interface HomeDigest {
  readonly id: string;
  /** `0 9 * * *`, as services.yml or somebody in Slack has it. */
  readonly cron: string;
  readonly zone: string;
  readonly channel: string;
  readonly nextMs?: number;
}

export interface HomeCapture {
  readonly service: string;
  readonly atMs: number;
  readonly kind: VerdictKind;
  readonly tier?: string;
  /** Address of its thread. */
  readonly link?: string;
}

export interface HomeFacts {
  readonly nowMs: number;
  readonly state: HomeState;
  /** What became of the last thing pressed, where it is not to be seen below. */
  readonly notice?: Mrkdwn;
  /** Of the page that is shown; those that are ill first. */
  readonly services: readonly HomeService[];
  /** Of all that were searched for. */
  readonly found: number;
  /** All that the viewer may see. */
  readonly visible: number;
  /** How many of these they may have captured. */
  readonly mayCapture: number;
  readonly digests: readonly HomeDigest[];
  readonly recent: readonly HomeCapture[];
  /** That wait for an admin's word; for admins alone. */
  readonly proposals: readonly Proposal[];
  readonly viewer: {
    readonly isAdmin: boolean;
    readonly maySetDigests: boolean;
    readonly mayStop: boolean;
    /** Not a full member: sees what services.yml lets guests have, and no more. */
    readonly isGuest: boolean;
  };
}
