import type { Json } from './json.ts';
import {
  APP_ID,
  BOT,
  type Channel,
  defined,
  type Ephemeral,
  type Message,
  OTHER_TEAM,
  type StoredFile,
  TEAM,
} from './nouns.ts';
import type { World } from './world.ts';

/** The workspace's nouns in the JSON Slack would send. */

export function shownMessage(message: Message, world: World, about: { metadata?: boolean } = {}): Json {
  const author = world.users.get(message.user);
  const replies = message.threadTs ? [] : world.thread(message.channel, message.ts).slice(1);
  const last = replies.at(-1);
  const files = message.files.flatMap((id) => world.files.get(id) ?? []);
  const parent = message.threadTs ? world.message(message.channel, message.threadTs) : undefined;
  const edited = message.editedMark ? { user: message.user, ts: message.ts } : undefined;
  return {
    type: 'message',
    ...defined({ subtype: message.subtype, client_msg_id: message.clientMsgId }),
    user: message.user,
    ...(author?.botId
      ? {
          bot_id: author.botId,
          app_id: APP_ID,
          bot_profile: { id: author.botId, app_id: APP_ID, name: author.name },
        }
      : {}),
    text: message.text,
    ts: message.ts,
    team: author?.teamId ?? TEAM.id,
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.attachments.length > 0 ? { attachments: message.attachments } : {}),
    ...(message.threadTs
      ? { thread_ts: message.threadTs, ...defined({ parent_user_id: parent?.user }) }
      : {}),
    ...(message.broadcast ? { subtype: 'thread_broadcast' } : {}),
    ...(last
      ? {
          thread_ts: message.ts,
          reply_count: replies.length,
          reply_users: [...new Set(replies.map((reply) => reply.user))],
          latest_reply: last.ts,
        }
      : {}),
    ...(files.length > 0 ? { files: files.map((file) => shownFile(file)), upload: false } : {}),
    ...defined({ edited, metadata: about.metadata ? message.metadata : undefined }),
    ...(message.reactions.length > 0
      ? { reactions: message.reactions.map((each) => ({ ...each, count: each.users.length })) }
      : {}),
  };
}

export function shownChannel(channel: Channel, botId: string): Json {
  const isIm = channel.kind === 'im';
  const person = [...channel.members].find((member) => member !== botId);
  return {
    id: channel.id,
    ...(isIm ? { user: person } : { name: channel.name, name_normalized: channel.name }),
    is_channel: channel.kind === 'public',
    is_group: channel.kind === 'private',
    is_im: isIm,
    is_mpim: channel.kind === 'mpim',
    is_private: channel.kind !== 'public',
    is_shared: channel.shared === 'org' || channel.shared === 'external',
    is_org_shared: channel.shared === 'org',
    is_ext_shared: channel.shared === 'external',
    is_pending_ext_shared: channel.shared === 'pending',
    pending_shared: channel.shared === 'pending' ? [OTHER_TEAM] : [],
    ...(channel.shared === 'external' ? { connected_team_ids: [OTHER_TEAM] } : {}),
    is_archived: channel.archived,
    created: channel.created ?? 0,
    is_member: channel.members.has(botId),
    context_team_id: TEAM.id,
    topic: { value: channel.topic, creator: '', last_set: 0 },
    num_members: channel.members.size,
  };
}

/** `origin` is filled in by the server that answers, as private URLs are absolute. */
export function shownFile(file: StoredFile, origin = ''): Json {
  const where = `${origin}/files-pri/${TEAM.id}-${file.id}/${file.id}/${encodeURIComponent(file.name)}`;
  const shares = (kind: string) =>
    Object.fromEntries(
      file.shares
        .filter((share) => share.channel.startsWith(kind))
        .map((share) => [
          share.channel,
          [{ ts: share.ts, ...defined({ thread_ts: share.threadTs }), team_id: TEAM.id }],
        ]),
    );
  return {
    id: file.id,
    created: Math.floor(file.createdMs / 1000),
    name: file.name,
    title: file.title,
    mimetype: file.mimetype,
    filetype: file.name.split('.').at(-1) ?? 'binary',
    size: file.sizeBytes,
    user: file.user ?? BOT.id,
    mode: 'hosted',
    is_external: false,
    is_public: file.shares.length > 0,
    ...defined({ alt_txt: file.altText }),
    url_private: where,
    url_private_download: `${where}?download=1`,
    permalink: `${origin}/files/${file.id}`,
    channels: file.shares.map((share) => share.channel).filter((id) => id.startsWith('C')),
    groups: file.shares.map((share) => share.channel).filter((id) => id.startsWith('G')),
    ims: file.shares.map((share) => share.channel).filter((id) => id.startsWith('D')),
    shares: { public: shares('C'), private: shares('G') },
  };
}

export function shownEphemeral(each: Ephemeral): Json {
  const { ts, channel, user, from, text, blocks } = each;
  return { ts, channel, user, from, text, blocks, ...defined({ thread_ts: each.threadTs }) };
}

/** For the page: who can be written to where. */
export function shownPlaces(world: World): Json {
  return {
    team: TEAM,
    channels: [...world.channels.values()].map((channel) => ({
      ...shownChannel(channel, BOT.id),
      handle: channel.name,
    })),
    users: [...world.users.values()].map((user) => ({
      id: user.id,
      name: user.name,
      bot: user.botId !== undefined,
    })),
  };
}
