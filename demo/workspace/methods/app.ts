import { z } from 'zod';
import { method, timestamp } from '../method.ts';
import { BOT, defined, TEAM } from '../nouns.ts';
import { refuse } from '../refusal.ts';
import { readableChannel } from './chat.ts';

/** Who am I, and the socket. */

const authTest = method({
  name: 'auth.test',
  tier: 4,
  args: z.strictObject({}),
  run: (_args, api) => ({
    url: `${api.origin}/`,
    team: TEAM.name,
    user: BOT.name,
    team_id: TEAM.id,
    user_id: BOT.id,
    ...defined({ bot_id: BOT.botId }),
    is_enterprise_install: false,
  }),
});

const connectionsOpen = method({
  name: 'apps.connections.open',
  token: 'app',
  tier: 1,
  args: z.strictObject({}),
  run: (_args, api) => ({ url: api.openSocket() }),
});

const reactionsAdd = method({
  name: 'reactions.add',
  scopes: ['reactions:write'],
  tier: 3,
  args: z.strictObject({ channel: z.string().min(1), timestamp, name: z.string().regex(/^[a-z0-9_+'-]+$/) }),
  run: (args, api) => {
    const channel = readableChannel(args.channel, api);
    if (!channel.members.has(BOT.id)) throw refuse('not_in_channel');
    const message = api.world.message(channel.id, args.timestamp);
    if (!message) throw refuse('message_not_found');
    if (message.reactions.some((each) => each.name === args.name && each.users.includes(BOT.id))) {
      throw refuse('already_reacted');
    }
    api.world.react(message, args.name, BOT.id);
    return {};
  },
});

export const appMethods = [authTest, connectionsOpen, reactionsAdd];
