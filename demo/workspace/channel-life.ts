import { z } from 'zod';
import type { Deliveries, Outcome } from './delivery.ts';
import type { Json } from './json.ts';
import type { Permissions } from './manifest.ts';
import { BOT, type Channel, defined, type Message, newId, TEAM, type User } from './nouns.ts';
import { eventCallback } from './payloads.ts';
import { shownMessage } from './shown.ts';
import type { World } from './world.ts';

/** What happens to channels besides typing: they are opened, joined, given a topic; messages are pinned, tools post. */

export interface Scene {
  readonly world: World;
  readonly permissions: Permissions;
  readonly deliveries: Deliveries;
}

/** Tells the app an event it subscribed to. */
export async function tellEvent(scene: Scene, subscription: string, event: Json): Promise<Outcome> {
  if (!scene.permissions.events.has(subscription))
    return { kind: 'unreachable', why: `not subscribed to ${subscription}` };
  const seconds = Math.floor(scene.world.now() / 1000);
  return scene.deliveries.event({ type: 'events_api', payload: eventCallback(event, seconds) });
}

export interface Opening {
  readonly name: string;
  readonly user: string;
  readonly topic?: string | undefined;
  readonly isPrivate?: boolean | undefined;
}

/** A channel somebody makes: everyone's app hears of public ones, nobody's of private ones. */
export function openChannel(scene: Scene, user: User, { name, topic, isPrivate = false }: Opening) {
  const { world } = scene;
  if (world.channel(name)) throw new Error(`there is a channel ${name}`);
  const channel = world.addChannel({
    id: newId(isPrivate ? 'G' : 'C'),
    name,
    kind: isPrivate ? 'private' : 'public',
    members: new Set([user.id]),
    archived: false,
    topic: topic ?? '',
    created: Math.floor(world.now() / 1000),
  });
  world.post({
    channel: channel.id,
    user: user.id,
    text: `<@${user.id}> has joined the channel`,
    subtype: 'channel_join',
  });
  const { created } = channel;
  const delivered = isPrivate
    ? undefined
    : tellEvent(scene, 'channel_created', {
        type: 'channel_created',
        channel: {
          id: channel.id,
          is_channel: true,
          name,
          name_normalized: name,
          created,
          creator: user.id,
          context_team_id: TEAM.id,
        },
        event_ts: world.nextTs(),
      });
  return { channel, ...defined({ delivered }) };
}

/** Slack tells the bot of joins in channels it is in; of its own too. */
export function joinChannel(
  scene: Scene,
  channel: Channel,
  whom: User,
  inviter?: User,
): Promise<Outcome> | undefined {
  const { world } = scene;
  if (channel.members.has(whom.id)) return undefined;
  world.join(channel, whom);
  if (!channel.members.has(BOT.id) || channel.kind === 'im') return undefined;
  return tellEvent(scene, 'member_joined_channel', {
    type: 'member_joined_channel',
    user: whom.id,
    channel: channel.id,
    channel_type: channel.kind === 'public' ? 'C' : 'G',
    team: TEAM.id,
    ...(inviter ? { inviter: inviter.id } : {}),
    event_ts: world.nextTs(),
  });
}

export function setTopic(scene: Scene, channel: Channel, user: User, topic: string) {
  const { world } = scene;
  const changed = { ...channel, topic };
  world.replaceChannel(changed);
  const posted = world.post({
    channel: channel.id,
    user: user.id,
    text: `<@${user.id}> set the channel topic: ${topic}`,
    subtype: channel.kind === 'private' ? 'group_topic' : 'channel_topic',
  });
  return tellMessage(scene, changed, posted, { topic });
}

export function pinMessage(
  scene: Scene,
  channel: Channel,
  user: User,
  ts: string,
): Promise<Outcome> | undefined {
  const { world } = scene;
  const message = world.message(channel.id, ts);
  if (!message) throw new Error(`no message ${ts} in ${channel.name}`);
  const count = world.pin(channel.id, ts, user.id);
  if (!channel.members.has(BOT.id)) return undefined;
  return tellEvent(scene, 'pin_added', {
    type: 'pin_added',
    user: user.id,
    channel_id: channel.id,
    item: pinned(channel, message, user.id, world),
    item_user: message.user,
    pin_count: count,
    event_ts: world.nextTs(),
  });
}

export function pinned(channel: Channel, message: Message, by: string, world: World): Json {
  const created = Math.floor(Number(message.ts));
  return {
    type: 'message',
    channel: channel.id,
    created,
    created_by: by,
    message: {
      ...shownMessage(message, world),
      permalink: `/archives/${channel.id}/p${message.ts.replace('.', '')}`,
    },
  };
}

export const toolPostShape = z.strictObject({
  channel: z.string(),
  /** The name the tool posts under. */
  tool: z.string().min(1),
  text: z.string().default(''),
  blocks: z.array(z.record(z.string(), z.unknown())).optional(),
  attachments: z.array(z.record(z.string(), z.unknown())).optional(),
});
export type ToolPost = z.input<typeof toolPostShape>;

/** What an alerting tool posts by its own app: its bot is nobody the workspace has as a person. */
export function toolPosts(scene: Scene, channel: Channel, post: z.output<typeof toolPostShape>) {
  const { text, blocks, attachments, tool } = post;
  const posted = scene.world.post({
    channel: channel.id,
    user: `B0${tool.toUpperCase().replace(/[^A-Z0-9]/g, '')}`,
    text,
    subtype: 'bot_message',
    ...defined({ blocks, attachments }),
  });
  return tellMessage(scene, channel, posted, { bot_id: posted.user, username: tool });
}

function tellMessage(scene: Scene, channel: Channel, posted: Message, more: Json) {
  const subscription = channel.kind === 'private' ? 'message.groups' : 'message.channels';
  const isHeard = channel.members.has(BOT.id) && scene.permissions.events.has(subscription);
  const delivered = isHeard
    ? tellEvent(scene, subscription, {
        ...shownMessage(posted, scene.world),
        ...more,
        type: 'message',
        channel: channel.id,
        channel_type: channel.kind === 'private' ? 'group' : 'channel',
        event_ts: posted.ts,
      })
    : undefined;
  return { ts: posted.ts, ...defined({ delivered }) };
}
