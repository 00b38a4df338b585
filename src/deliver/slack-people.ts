// What Slack says of people, user groups and channels, for those who decide who may. An answer serves for half a minute;
// while Slack does not answer, the last one serves for five. After that nothing is known.
import type { WebClient } from '@slack/web-api';
import { Failure } from '../failure.ts';
import type { Directory, Place, PlaceKind, Standing, Unknown } from '../model/who.ts';
import { call } from './slack-call.ts';

const FRESH_MS = 30_000;
/** Somebody who was deactivated, or left a group, is let in for no longer than this. */
const KEPT_MS = 300_000;
/** Somebody waits for an acknowledgement: a Slack that is slow is not waited for where its last answer will do. */
const PATIENCE_MS = 400;
/** Far more than people who capture. */
const MAX_KEPT = 5_000;

export function openSlackDirectory(slack: WebClient, now: () => number = Date.now): Directory {
  const home = kept(() => homeOf(slack), now, Number.POSITIVE_INFINITY);
  const people = kept(async (user) => standingIn(await home(''), await lookUp(slack, user)), now);
  const groups = kept((group) => membersOf(slack, group), now);
  const places = kept((channel) => describe(slack, channel), now);
  return {
    standingOf: (user) => people(user).catch(unknownBecause),
    groupsOf: async (user, wanted) => {
      const found: string[] = [];
      let doubt: Unknown | undefined;
      await Promise.all(
        wanted.map(async (group) => {
          const members = await groups(group).catch(unknownBecause);
          if ('unknown' in members) doubt ??= members;
          else if (members.has(user)) found.push(group);
        }),
      );
      return { groups: found.sort(), ...(doubt && { groupsUnknown: doubt }) };
    },
    placeOf: async (channel) => {
      // A direct message with the bot has no others to ask about, and its scope is not asked for.
      if (channel.startsWith('D')) return { id: channel, kind: 'dm' };
      try {
        return await places(channel);
      } catch (error) {
        // A private channel does not exist for a bot that is not in it.
        if (error instanceof Failure && error.code === 'not_in_channel') {
          return { id: channel, kind: 'private', isMember: false };
        }
        return { id: channel, kind: unknownBecause(error) };
      }
    },
  };
}

/** The answers of one question, each asked once at a time and again when it is not fresh. */
function kept<Answer>(
  ask: (key: string) => Promise<Answer>,
  now: () => number,
  freshMs = FRESH_MS,
): (key: string) => Promise<Answer> {
  const answers = new Map<string, { readonly atMs: number; readonly answer: Answer }>();
  const underWay = new Map<string, Promise<Answer>>();
  const fetch = async (key: string): Promise<Answer> => {
    const last = answers.get(key);
    try {
      const answer = await ask(key);
      answers.delete(key);
      answers.set(key, { atMs: now(), answer });
      const [oldest] = answers.keys();
      if (answers.size > MAX_KEPT && oldest !== undefined) answers.delete(oldest);
      return answer;
    } catch (error) {
      const isRefusal = error instanceof Failure && error.retry === 'never';
      if (!isRefusal && last && now() - last.atMs < KEPT_MS) return last.answer;
      throw error;
    } finally {
      underWay.delete(key);
    }
  };
  return (key) => {
    const last = answers.get(key);
    if (last && now() - last.atMs < freshMs) return Promise.resolve(last.answer);
    const running = underWay.get(key) ?? fetch(key);
    underWay.set(key, running);
    return last && now() - last.atMs < KEPT_MS ? soon(running, last.answer) : running;
  };
}

async function soon<Answer>(asked: Promise<Answer>, otherwise: Answer): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Answer>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), PATIENCE_MS);
  });
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}

interface Home {
  readonly team: string;
  readonly enterprise?: string;
}

async function homeOf(slack: WebClient): Promise<Home> {
  const { team_id: team = '', enterprise_id: enterprise } = await call('auth.test', () => slack.auth.test());
  return { team, ...(enterprise && { enterprise }) };
}

/** The part of Slack's user object that says who somebody is. */
export interface SlackUser {
  readonly team_id?: string | undefined;
  readonly deleted?: boolean | undefined;
  readonly is_bot?: boolean | undefined;
  readonly is_stranger?: boolean | undefined;
  readonly is_restricted?: boolean | undefined;
  readonly is_ultra_restricted?: boolean | undefined;
  readonly enterprise_user?: { readonly enterprise_id?: string | undefined } | undefined;
}

async function lookUp(slack: WebClient, user: string): Promise<SlackUser | undefined> {
  // An event without an author has nobody to look up.
  if (user === '') return undefined;
  try {
    const { user: found } = await call('users.info', () => slack.users.info({ user }));
    return found;
  } catch (error) {
    if (NOBODY.has(refusalOf(error) ?? '')) return undefined;
    throw error;
  }
}

/** Slack's ways to say that there is no such person, or none this app may see. */
const NOBODY: ReadonlySet<string> = new Set(['user_not_found', 'user_not_visible']);

/** What excludes most goes first; whatever Slack leaves unsaid excludes. */
export function standingIn({ team, enterprise }: Home, user: SlackUser | undefined): Standing {
  if (!user) return 'stranger';
  if (user.deleted) return 'deactivated';
  if (user.is_stranger) return 'stranger';
  if (user.is_bot) return 'bot';
  const ofCompany = enterprise !== undefined && user.enterprise_user?.enterprise_id === enterprise;
  if (user.team_id !== team && !ofCompany) return 'other-team';
  // Guests of one channel carry both marks.
  if (user.is_ultra_restricted) return 'single-channel-guest';
  if (user.is_restricted) return 'guest';
  return 'member';
}

async function membersOf(slack: WebClient, usergroup: string): Promise<ReadonlySet<string>> {
  try {
    const { users = [] } = await call('usergroups.users.list', () =>
      slack.usergroups.users.list({ usergroup }),
    );
    return new Set(users);
  } catch (error) {
    // A group that does not exist has nobody in it, and neither has one of a plan without groups.
    if (['no_such_subteam', 'plan_upgrade_required'].includes(refusalOf(error) ?? '')) return new Set();
    throw error;
  }
}

async function describe(slack: WebClient, channel: string): Promise<Place> {
  const { channel: found } = await call('conversations.info', () => slack.conversations.info({ channel }));
  // Being invited is what somebody who was refused does next; that is asked again each time.
  if (!found || found.is_member === false) {
    throw new Failure('not_in_channel', { channel });
  }
  return {
    id: channel,
    kind: kindOf(found),
    isMember: true,
    ...(found.name !== undefined && { name: found.name }),
  };
}

/** The part of Slack's channel object that says who can read it. */
export interface SlackChannel {
  readonly is_ext_shared?: boolean | undefined;
  readonly is_pending_ext_shared?: boolean | undefined;
  readonly pending_shared?: readonly unknown[] | undefined;
  readonly is_org_shared?: boolean | undefined;
  readonly is_im?: boolean | undefined;
  readonly is_mpim?: boolean | undefined;
  readonly is_private?: boolean | undefined;
}

export function kindOf(channel: SlackChannel): PlaceKind {
  if (channel.is_ext_shared) return 'ext-shared';
  if (channel.is_pending_ext_shared || (channel.pending_shared ?? []).length > 0) return 'pending-ext-shared';
  if (channel.is_org_shared) return 'org-shared';
  if (channel.is_im) return 'dm';
  if (channel.is_mpim) return 'mpim';
  return channel.is_private ? 'private' : 'public';
}

function unknownBecause(error: unknown): Unknown {
  if (refusalOf(error) !== 'missing_scope') return { unknown: 'not-now' };
  const cause =
    error instanceof Error ? (error.cause as { data?: { needed?: string } } | undefined) : undefined;
  return { unknown: 'no-scope', scope: cause?.data?.needed ?? '' };
}

function refusalOf(error: unknown): string | undefined {
  const facts: unknown = error instanceof Failure && error.code === 'slack_refused' ? error.facts : undefined;
  return (facts as { readonly error?: string } | undefined)?.error;
}
