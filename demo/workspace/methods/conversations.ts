import { z } from 'zod';
import type { Json } from '../json.ts';
import { type Api, flag, method, timestamp, whole } from '../method.ts';
import { BOT, type Channel, type Message } from '../nouns.ts';
import { Refusal, refuse } from '../refusal.ts';
import { shownChannel, shownMessage } from '../shown.ts';
import { readableChannel } from './chat.ts';

/** conversations.*: what the bot may read, in pages, with the scope that goes with each kind of channel. */

const DEFAULT_PAGE = 100;
const MAX_PAGE = 999;

const page = { limit: whole.optional(), cursor: z.string().optional() };
const slice = {
  channel: z.string().min(1),
  ...page,
  oldest: timestamp.optional(),
  latest: timestamp.optional(),
  inclusive: flag.optional(),
  include_all_metadata: flag.optional(),
};

const history = method({
  name: 'conversations.history',
  tier: 3,
  args: z.strictObject(slice),
  run: (args, api) => {
    const channel = memberChannel(args.channel, 'history', api);
    const top = api.world.messages(channel.id).filter((message) => !message.threadTs || message.broadcast);
    return pageOfMessages([...top].reverse(), args, api);
  },
});

const replies = method({
  name: 'conversations.replies',
  tier: 3,
  args: z.strictObject({ ...slice, ts: timestamp }),
  run: (args, api) => {
    const channel = memberChannel(args.channel, 'history', api);
    const root = api.world.message(channel.id, args.ts);
    if (!root) throw refuse('thread_not_found');
    return pageOfMessages(api.world.thread(channel.id, root.threadTs ?? root.ts), args, api);
  },
});

const info = method({
  name: 'conversations.info',
  tier: 3,
  args: z.strictObject({
    channel: z.string().min(1),
    include_locale: flag.optional(),
    include_num_members: flag.optional(),
  }),
  run: (args, api) => ({ channel: shownChannel(scopedChannel(args.channel, 'read', api), BOT.id) }),
});

const list = method({
  name: 'conversations.list',
  tier: 2,
  args: z.strictObject({ ...page, types: z.string().optional(), exclude_archived: flag.optional() }),
  run: (args, api) => {
    const kinds = (args.types ?? 'public_channel').split(',').map((kind) => kind.trim());
    for (const kind of kinds) needScope(`${LIST_SCOPE[kind] ?? 'channels'}:read`, api);
    const wanted = [...api.world.channels.values()].filter(
      (channel) =>
        kinds.includes(LIST_KIND[channel.kind]) &&
        (channel.kind === 'public' || channel.members.has(BOT.id)) &&
        !(args.exclude_archived && channel.archived),
    );
    const { part, next } = cut(wanted, args);
    return {
      channels: part.map((channel) => shownChannel(channel, BOT.id)),
      response_metadata: { next_cursor: next },
    };
  },
});

const members = method({
  name: 'conversations.members',
  tier: 4,
  args: z.strictObject({ channel: z.string().min(1), ...page }),
  run: (args, api) => {
    const { part, next } = cut([...scopedChannel(args.channel, 'read', api).members], args);
    return { members: part, response_metadata: { next_cursor: next } };
  },
});

const open = method({
  name: 'conversations.open',
  scopes: ['im:write'],
  tier: 3,
  args: z.strictObject({ users: z.string().min(1), return_im: flag.optional() }),
  run: (args, api) => {
    const person = api.world.users.get(args.users);
    const im = person ? api.world.im(person) : undefined;
    if (!im) throw refuse('user_not_found');
    return { channel: args.return_im ? shownChannel(im, BOT.id) : { id: im.id } };
  },
});

const join = method({
  name: 'conversations.join',
  scopes: ['channels:join'],
  tier: 3,
  args: z.strictObject({ channel: z.string().min(1) }),
  run: (args, api) => {
    const channel = readableChannel(args.channel, api);
    if (channel.kind !== 'public') throw refuse('method_not_supported_for_channel_type');
    if (channel.archived) throw refuse('is_archived');
    const isIn = channel.members.has(BOT.id);
    if (!isIn) api.joins(channel);
    return { channel: shownChannel(channel, BOT.id), ...(isIn ? { warning: 'already_in_channel' } : {}) };
  },
});

export const conversationMethods = [history, replies, info, list, members, open, join];

const SCOPE = { public: 'channels', private: 'groups', im: 'im', mpim: 'mpim' } as const;
const LIST_KIND = {
  public: 'public_channel',
  private: 'private_channel',
  im: 'im',
  mpim: 'mpim',
} as const;
const LIST_SCOPE: Record<string, string> = {
  public_channel: 'channels',
  private_channel: 'groups',
  im: 'im',
  mpim: 'mpim',
};

function memberChannel(id: string, what: 'history', api: Api): Channel {
  const channel = scopedChannel(id, what, api);
  if (!channel.members.has(BOT.id)) throw refuse('not_in_channel');
  return channel;
}

function scopedChannel(id: string, what: 'history' | 'read', api: Api): Channel {
  const channel = readableChannel(id, api);
  needScope(`${SCOPE[channel.kind]}:${what}`, api);
  return channel;
}

export function needScope(scope: string, api: Api): void {
  if (api.permissions.scopes.has(scope)) return;
  throw new Refusal('missing_scope', { needed: scope, provided: [...api.permissions.scopes].join(',') });
}

interface Slice {
  readonly limit?: number | undefined;
  readonly cursor?: string | undefined;
  readonly oldest?: string | undefined;
  readonly latest?: string | undefined;
  readonly inclusive?: boolean | undefined;
  readonly include_all_metadata?: boolean | undefined;
}

function pageOfMessages(all: readonly Message[], slice: Slice, api: Api): Json {
  const within = all.filter((message) => {
    const ts = Number(message.ts);
    const low = Number(slice.oldest ?? 0);
    const high = Number(slice.latest ?? Number.POSITIVE_INFINITY);
    return slice.inclusive ? ts >= low && ts <= high : ts > low && ts < high;
  });
  const { part, next } = cut(within, slice);
  return {
    messages: part.map((message) =>
      shownMessage(message, api.world, { metadata: slice.include_all_metadata === true }),
    ),
    has_more: next !== '',
    response_metadata: { next_cursor: next },
  };
}

function cut<T>(
  all: readonly T[],
  page: Pick<Slice, 'limit' | 'cursor'>,
): { part: readonly T[]; next: string } {
  const size = page.limit ?? DEFAULT_PAGE;
  if (size < 1 || size > MAX_PAGE + 1) throw refuse('invalid_limit');
  const decoded = page.cursor ? Buffer.from(page.cursor, 'base64').toString() : 'from:0';
  if (!/^from:\d+$/.test(decoded)) throw refuse('invalid_cursor');
  const from = Number(decoded.slice('from:'.length));
  const more = from + size < all.length;
  return {
    part: all.slice(from, from + size),
    next: more ? Buffer.from(`from:${from + size}`).toString('base64') : '',
  };
}
