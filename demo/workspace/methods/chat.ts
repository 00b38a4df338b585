import { z } from 'zod';
import { isEmpty, readContent } from '../content.ts';
import { isJson, type Json } from '../json.ts';
import { MESSAGE_TEXT_ADVISED_CHARS, MESSAGE_TEXT_CHARS } from '../limits.ts';
import { type Api, flag, method, structured, timestamp } from '../method.ts';
import { BOT, type Channel, type Message } from '../nouns.ts';
import { refuse } from '../refusal.ts';
import { shownMessage } from '../shown.ts';
import type { World } from '../world.ts';

/** chat.*: https://docs.slack.dev/reference/methods/chat.postMessage and its neighbours. */

const METADATA_BYTES = 16 * 1024;

const said = {
  text: z.string().optional(),
  markdown_text: z.string().optional(),
  blocks: structured.optional(),
  attachments: structured.optional(),
  link_names: flag.optional(),
  parse: z.enum(['none', 'full', 'client']).optional(),
};

const postMessage = method({
  name: 'chat.postMessage',
  scopes: ['chat:write'],
  tier: 4,
  args: z.strictObject({
    channel: z.string().min(1),
    ...said,
    thread_ts: timestamp.optional(),
    reply_broadcast: flag.optional(),
    metadata: structured.optional(),
    unfurl_links: flag.optional(),
    unfurl_media: flag.optional(),
    mrkdwn: flag.optional(),
    client_msg_id: z.uuid().optional(),
  }),
  run: async (args, api) => {
    const channel = writableChannel(args.channel, api);
    const content = await readContent(args, api.world, MESSAGE_TEXT_CHARS);
    if (isEmpty(content)) throw refuse('no_text');
    const posted = api.world.post({
      channel: channel.id,
      user: BOT.id,
      text: content.text ?? '',
      blocks: content.blocks ?? [],
      attachments: content.attachments ?? [],
      threadTs: rootTs(args.thread_ts, channel, api.world),
      broadcast: Boolean(args.thread_ts && args.reply_broadcast),
      metadata: readMetadata(args.metadata),
      clientMsgId: args.client_msg_id,
    });
    return {
      channel: channel.id,
      ts: posted.ts,
      message: shownMessage(posted, api.world, { metadata: true }),
      ...(content.warnings.length > 0 ? { response_metadata: { messages: content.warnings } } : {}),
    };
  },
});

const update = method({
  name: 'chat.update',
  scopes: ['chat:write'],
  tier: 3,
  args: z.strictObject({
    channel: z.string().min(1),
    ts: timestamp,
    ...said,
    metadata: structured.optional(),
    reply_broadcast: flag.optional(),
    as_user: flag.optional(),
  }),
  run: async (args, api) => {
    const channel = writableChannel(args.channel, api);
    const message = ownMessage(channel, args.ts, api.world);
    const content = await readContent(args, api.world, MESSAGE_TEXT_ADVISED_CHARS);
    const nothing = [content.text, content.blocks, content.attachments].every((each) => each === undefined);
    if (nothing) throw refuse('no_text');
    const edited = api.world.edit(message, {
      text: content.text,
      blocks: content.blocks,
      attachments: content.attachments,
      metadata: readMetadata(args.metadata),
      broadcast: args.reply_broadcast,
    });
    return {
      channel: channel.id,
      ts: edited.ts,
      text: edited.text,
      message: shownMessage(edited, api.world),
    };
  },
});

const remove = method({
  name: 'chat.delete',
  scopes: ['chat:write'],
  tier: 3,
  args: z.strictObject({ channel: z.string().min(1), ts: timestamp, as_user: flag.optional() }),
  run: (args, api) => {
    const channel = readableChannel(args.channel, api);
    const message = api.world.message(channel.id, args.ts);
    if (!message) throw refuse('message_not_found');
    if (message.user !== BOT.id) throw refuse('cant_delete_message');
    api.world.remove(message);
    return { channel: channel.id, ts: args.ts };
  },
});

const postEphemeral = method({
  name: 'chat.postEphemeral',
  scopes: ['chat:write'],
  tier: 4,
  args: z.strictObject({
    channel: z.string().min(1),
    user: z.string().min(1),
    ...said,
    thread_ts: timestamp.optional(),
  }),
  run: async (args, api) => {
    const channel = writableChannel(args.channel, api);
    if (!api.world.users.has(args.user)) throw refuse('user_not_found');
    if (!channel.members.has(args.user)) throw refuse('user_not_in_channel');
    const content = await readContent(args, api.world, MESSAGE_TEXT_CHARS);
    if (isEmpty(content)) throw refuse('no_text');
    const whispered = api.world.whisper({
      channel: channel.id,
      user: args.user,
      from: 'app',
      text: content.text ?? '',
      blocks: content.blocks ?? [],
      threadTs: rootTs(args.thread_ts, channel, api.world),
    });
    return { message_ts: whispered.ts };
  },
});

const getPermalink = method({
  name: 'chat.getPermalink',
  tier: 4,
  args: z.strictObject({ channel: z.string().min(1), message_ts: timestamp }),
  run: (args, api) => {
    const channel = readableChannel(args.channel, api);
    const message = api.world.message(channel.id, args.message_ts);
    if (!message) throw refuse('message_not_found');
    const thread = message.threadTs ? `?thread_ts=${message.threadTs}&cid=${channel.id}` : '';
    return {
      channel: channel.id,
      permalink: `${api.origin}/archives/${channel.id}/p${message.ts.replace('.', '')}${thread}`,
    };
  },
});

export const chatMethods = [postMessage, update, remove, postEphemeral, getPermalink];

/** A channel the bot can see at all: private ones only from inside. */
export function readableChannel(id: string, api: Api): Channel {
  const person = api.world.users.get(id);
  const channel = api.world.channels.get(id) ?? (person ? api.world.im(person) : undefined);
  if (!channel || (channel.kind !== 'public' && !channel.members.has(BOT.id)))
    throw refuse('channel_not_found');
  return channel;
}

export function writableChannel(id: string, api: Api): Channel {
  const channel = readableChannel(id, api);
  if (channel.archived) throw refuse('is_archived');
  if (!channel.members.has(BOT.id) && !api.permissions.scopes.has('chat:write.public'))
    throw refuse('not_in_channel');
  return channel;
}

/**
 * The root of the thread named. Slack accepts a reply's ts too and moves it to its root, but advises against it; a ts that is no
 * message at all is refused here, where Slack would quietly post outside any thread.
 */
export function rootTs(threadTs: string | undefined, channel: Channel, world: World): string | undefined {
  if (threadTs === undefined) return undefined;
  const parent = world.message(channel.id, threadTs);
  if (!parent) throw refuse('thread_not_found');
  if (parent.subtype?.startsWith('channel_')) throw refuse('cannot_reply_to_message');
  return parent.threadTs ?? parent.ts;
}

function ownMessage(channel: Channel, ts: string, world: World): Message {
  const message = world.message(channel.id, ts);
  if (!message) throw refuse('message_not_found');
  if (message.user !== BOT.id) throw refuse('cant_update_message');
  return message;
}

const metadataShape = z.strictObject({
  event_type: z.string().min(1).max(255),
  event_payload: z.record(z.string(), z.unknown()),
  entities: z.array(z.unknown()).optional(),
});

function readMetadata(given: unknown): Json | undefined {
  if (given === undefined) return undefined;
  if (!isJson(given)) throw refuse('invalid_metadata_format');
  const parsed = metadataShape.safeParse(given);
  if (!parsed.success)
    throw refuse(
      'invalid_metadata_schema',
      parsed.error.issues.map((issue) => `[ERROR] ${issue.message}`),
    );
  if (JSON.stringify(given).length > METADATA_BYTES) throw refuse('metadata_too_large');
  return parsed.data;
}
