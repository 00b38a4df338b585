import { randomBytes } from 'node:crypto';
import type { Json } from './json.ts';

/** Slack's nouns as this workspace keeps them, and the people and channels it starts with. */

export interface User {
  readonly id: string;
  readonly name: string;
  readonly botId?: string;
  /** Set for those who are not full members of this workspace. */
  readonly guest?: 'multi-channel' | 'single-channel';
  /** Another workspace's, for those who are met in a shared channel. */
  readonly teamId?: string;
  /** Of another workspace, and in no channel with this app. */
  readonly stranger?: boolean;
  readonly deactivated?: boolean;
}

/** Who somebody is, as people and tests say it. */
export type Standing = Omit<User, 'id' | 'name' | 'botId'> & { readonly bot?: boolean };

export interface UserGroup {
  readonly id: string;
  readonly handle: string;
  readonly members: Set<string>;
  readonly disabled: boolean;
}

/** With whom a channel is shared: other workspaces of the company, another company, or one that is invited. */
export type Sharing = 'org' | 'external' | 'pending';

export interface Channel {
  readonly id: string;
  readonly name: string;
  readonly kind: 'public' | 'private' | 'im' | 'mpim';
  readonly shared?: Sharing;
  readonly members: Set<string>;
  readonly archived: boolean;
  readonly topic: string;
  /** Seconds; channels that were always there have none. */
  readonly created?: number;
}

/** What a message said at one moment. The first revision is what was posted; each edit adds one. */
export interface Revision {
  readonly atMs: number;
  readonly text: string;
  readonly blocks: readonly Json[];
}

export interface Message {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly attachments: readonly Json[];
  readonly threadTs?: string;
  readonly broadcast: boolean;
  readonly metadata?: Json;
  readonly subtype?: string;
  readonly clientMsgId?: string;
  readonly files: readonly string[];
  readonly reactions: readonly { readonly name: string; readonly users: readonly string[] }[];
  /** The "(edited)" mark; Slack leaves it out when the edit carried blocks. */
  readonly editedMark: boolean;
  readonly revisions: readonly Revision[];
}

/** Visible to one person, gone with a restart, no part of history. */
export interface Ephemeral {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly from: 'app' | 'slackbot';
  readonly text: string;
  readonly blocks: readonly Json[];
  readonly threadTs?: string;
  readonly atMs: number;
}

export interface StoredFile {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly sizeBytes: number;
  readonly mimetype: string;
  /** Who uploaded it; the app's own have none. */
  readonly user?: string;
  readonly altText?: string;
  readonly createdMs: number;
  readonly uploaded: boolean;
  readonly completed: boolean;
  readonly shares: readonly { readonly channel: string; readonly ts: string; readonly threadTs?: string }[];
}

export interface View {
  readonly id: string;
  readonly rootId: string;
  readonly user: string;
  readonly hash: string;
  readonly view: Json;
  /** What the app found wrong with the answers, by block_id. */
  readonly errors?: Readonly<Record<string, string>>;
  /** Why the last thing done in it came to nothing. */
  readonly problem?: string;
}

/** One run of a step of a workflow. */
export interface Execution {
  /** Names of the outputs it has to give. */
  readonly outputs: readonly string[];
  readonly end?:
    | { readonly kind: 'completed'; readonly outputs: Json }
    | { readonly kind: 'failed'; readonly error: string };
}

/** What others are told when something changes, so that the page and `waitFor` need not poll. */
export interface Change {
  readonly kind: 'message' | 'ephemeral' | 'file' | 'view' | 'channel' | 'call' | 'delivery' | 'reset';
  readonly channel?: string;
  readonly ts?: string;
  readonly threadTs?: string;
  readonly user?: string;
}

export const TEAM = { id: 'T0ACME', name: 'Acme', domain: 'acme' } as const;
/** The workspace that others come from. */
export const OTHER_TEAM = 'T0OTHERCO';
export const APP_ID = 'A0GOLEAK';
/** Whoever posts for a workflow. */
export const WORKFLOW_BOT = 'B0WORKFLOW';
export const BOT: User = { id: 'U0GOLEAK', name: 'goleak', botId: 'B0GOLEAK' };

export const SEED_USERS: readonly User[] = [
  { id: 'U0ONCALL', name: 'on-call' },
  { id: 'U0PLATFORM', name: 'platform' },
  { id: 'U0NEWCOMER', name: 'newcomer' },
];
export const SEED_CHANNELS: readonly {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
}[] = [
  { id: 'C0PAYMENTS', name: 'payments-oncall', topic: 'Pages, captures and hand-overs for payments' },
  { id: 'C0GENERAL', name: 'general', topic: 'Announcements' },
  { id: 'C0RANDOM', name: 'random', topic: 'Everything else' },
];

/** `C`, `F`, `V`… and ten characters nobody can guess. */
export function newId(prefix: string): string {
  return prefix + randomBytes(8).toString('hex').toUpperCase().slice(0, 10);
}

export function defined<T extends Record<string, unknown>>(
  record: T,
): { [K in keyof T]?: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
