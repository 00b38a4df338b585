/** What Slack says of somebody: who they are to the workspace this app is installed in. */
export type Standing =
  | 'member'
  /** Invited to some channels. */
  | 'guest'
  /** Invited to a single channel. */
  | 'single-channel-guest'
  /** Belongs to another workspace and is met in a shared channel. */
  | 'other-team'
  /** Belongs to another workspace and shares no channel with this app. */
  | 'stranger'
  | 'bot'
  | 'deactivated';

/** Slack could not say: not now, or never for want of a scope. */
export interface Unknown {
  readonly unknown: 'not-now' | 'no-scope';
  /** The scope that is missing. */
  readonly scope?: string;
}

export interface Person {
  readonly id: string;
  readonly standing: Standing | Unknown;
  /** Those of the user groups which the rules name that this person is in. */
  readonly groups: readonly string[];
  /** Set when Slack could not say it of one of these groups. */
  readonly groupsUnknown?: Unknown;
}

/** What a channel is; of several the one that reaches furthest. */
export type PlaceKind =
  | 'public'
  | 'private'
  | 'dm'
  | 'mpim'
  /** Shared among workspaces of one company. */
  | 'org-shared'
  /** Shared with another company (Slack Connect). */
  | 'ext-shared'
  /** The other company is invited and may come in at any moment. */
  | 'pending-ext-shared';

export interface Place {
  readonly id: string;
  readonly kind: PlaceKind | Unknown;
  /** Without #; absent where Slack gives none. */
  readonly name?: string;
  /** Whether this app may post there; absent when Slack did not say. */
  readonly isMember?: boolean;
}

/** Slack ids of those who may do what only admins may. */
export interface Admins {
  readonly users: readonly string[];
  readonly groups: readonly string[];
}

export const NO_ADMINS: Admins = { users: [], groups: [] };

/** Who, and from where. Each part that is absent lets anybody, or any channel. */
export interface Clause {
  readonly people?: { readonly users: readonly string[]; readonly groups: readonly string[] };
  /** Ids, or names without #. */
  readonly channels?: readonly string[];
}

/** Who may capture a service. Admins always may; whoever may ask for heavy captures may ask for light ones. */
export interface WhoRules {
  readonly light: Clause | 'admins';
  /** Full stacks, the leak detector, all instances at once. */
  readonly heavy: Clause | 'admins';
  /** Whether guests may ask for light captures as members do. */
  readonly guests: boolean;
  /** Whether results may be shown in channels shared with another company. */
  readonly externalChannels: boolean;
  /** What captures that nobody waits for may ask. */
  readonly automatic: 'none' | 'light' | 'heavy';
}

export const EVERYONE: Clause = {};

/** Every full member, from every channel within the company. */
export const DEFAULT_WHO: WhoRules = {
  light: EVERYONE,
  heavy: EVERYONE,
  guests: false,
  externalChannels: false,
  automatic: 'heavy',
};

/** What the rules need to know of a person: the user groups they name. */
export function groupsNamed(admins: Admins, who: WhoRules | undefined): readonly string[] {
  const clauses = who === undefined ? [] : [who.light, who.heavy];
  const named = clauses.flatMap((clause) => (clause === 'admins' ? [] : (clause.people?.groups ?? [])));
  return [...new Set([...admins.groups, ...named])];
}

/** What Slack says of people and places; answers may be a few minutes old. */
export interface Directory {
  readonly standingOf: (user: string) => Promise<Standing | Unknown>;
  /** Those of the groups that the person is in, and whether Slack could not say it of one. */
  readonly groupsOf: (
    user: string,
    groups: readonly string[],
  ) => Promise<Pick<Person, 'groups' | 'groupsUnknown'>>;
  readonly placeOf: (channel: string) => Promise<Place>;
}
