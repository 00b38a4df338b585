import { z } from 'zod';
import type { Json } from '../json.ts';
import { flag, method } from '../method.ts';
import { APP_ID, defined, TEAM, type User } from '../nouns.ts';
import { refuse } from '../refusal.ts';

/** Who they are, and which user groups they are in. */

const usersInfo = method({
  name: 'users.info',
  scopes: ['users:read'],
  tier: 4,
  args: z.strictObject({ user: z.string().min(1), include_locale: flag.optional() }),
  run: (args, api) => {
    const user = api.world.users.get(args.user);
    if (!user) throw refuse('user_not_found');
    return { user: shownUser(user) };
  },
});

const groupMembers = method({
  name: 'usergroups.users.list',
  scopes: ['usergroups:read'],
  tier: 2,
  args: z.strictObject({ usergroup: z.string().min(1), include_disabled: flag.optional() }),
  run: (args, api) => {
    const group = api.world.userGroups.get(args.usergroup);
    if (!group || (group.disabled && args.include_disabled !== true)) throw refuse('no_such_subteam');
    return { users: [...group.members] };
  },
});

export const userMethods = [usersInfo, groupMembers];

/** Slack leaves most of it out for those who are deactivated, and the marks of a role for those who have none. */
function shownUser(user: User): Json {
  const base = {
    id: user.id,
    team_id: user.teamId ?? TEAM.id,
    name: user.name,
    deleted: user.deactivated === true,
    is_bot: user.botId !== undefined,
    is_app_user: false,
    profile: {
      display_name: user.name,
      real_name: user.name,
      ...(user.botId ? { api_app_id: APP_ID } : {}),
    },
  };
  if (user.deactivated) return base;
  return {
    ...base,
    real_name: user.name,
    is_admin: false,
    is_owner: false,
    // Guests of one channel carry both marks.
    is_restricted: user.guest !== undefined,
    is_ultra_restricted: user.guest === 'single-channel',
    ...defined({ is_stranger: user.stranger }),
    tz: 'Etc/UTC',
    tz_offset: 0,
  };
}
