import { z } from 'zod';
import { pinned } from '../channel-life.ts';
import { method } from '../method.ts';
import { BOT } from '../nouns.ts';
import { refuse } from '../refusal.ts';
import { readableChannel } from './chat.ts';

/** pins.list: the pinned messages of a channel the bot is in, the newest pin first. */

const list = method({
  name: 'pins.list',
  scopes: ['pins:read'],
  tier: 2,
  args: z.strictObject({ channel: z.string().min(1) }),
  run: (args, api) => {
    const channel = readableChannel(args.channel, api);
    if (!channel.members.has(BOT.id)) throw refuse('not_in_channel');
    const items = api.world.pins(channel.id).flatMap(({ ts, by }) => {
      const message = api.world.message(channel.id, ts);
      return message ? [pinned(channel, message, by, api.world)] : [];
    });
    return { items: items.reverse() };
  },
});

export const pinMethods = [list];
