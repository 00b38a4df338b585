// What goleak reads in Slack about channels: what an incident channel says of itself, and which id a name has.
import type { WebClient } from '@slack/web-api';
import { Failure } from '../failure.ts';
import { call } from './slack-call.ts';

/** What is said first in an incident channel says what it is about. */
const MESSAGES_READ = 20;
const CHANNELS_PER_PAGE = 200;
const PAGES_READ = 25;
const NAMES_BELIEVED_MS = 600_000;
const NAMES_KEPT = 1_000;

export interface ChannelSeen {
  readonly id: string;
  readonly name: string;
  readonly topic: string;
  readonly isMember: boolean;
  readonly isPrivate: boolean;
  readonly isArchived: boolean;
  readonly createdMs: number;
}

export interface SlackReader {
  /** Undefined for a channel the bot cannot see. */
  readonly channel: (id: string) => Promise<ChannelSeen | undefined>;
  /** What a channel was called lately. */
  readonly nameOf: (id: string) => Promise<string | undefined>;
  /** Messages and pinned ones, as Slack sends them, oldest first; only of channels the bot is in. */
  readonly said: (
    id: string,
  ) => Promise<{ readonly pinned: readonly unknown[]; readonly first: readonly unknown[] }>;
  /** False when the scope for it was not granted. */
  readonly join: (id: string) => Promise<boolean>;
  /** The id of a channel written as `#name`, `name` or its id. */
  readonly idOf: (nameOrId: string) => Promise<string | undefined>;
}

export function createSlackReader(client: WebClient, now: () => number): SlackReader {
  let names: { readonly byName: ReadonlyMap<string, string>; readonly untilMs: number } | undefined;
  const read = async (): Promise<ReadonlyMap<string, string>> => {
    if (names === undefined || names.untilMs < now()) {
      names = { byName: await channelNames(client), untilMs: now() + NAMES_BELIEVED_MS };
    }
    return names.byName;
  };
  const called = new Map<string, { readonly name: string | undefined; readonly untilMs: number }>();
  const reader: SlackReader = {
    channel: async (id) => {
      try {
        const { channel } = await call('conversations.info', () =>
          client.conversations.info({ channel: id }),
        );
        if (channel?.name === undefined) return undefined;
        return {
          id,
          name: channel.name,
          topic: channel.topic?.value ?? '',
          isMember: channel.is_member === true,
          isPrivate: channel.is_private === true,
          isArchived: channel.is_archived === true,
          createdMs: 1000 * (channel.created ?? 0),
        };
      } catch (error) {
        if (error instanceof Failure && error.code === 'not_in_channel') return undefined;
        throw error;
      }
    },
    nameOf: async (id) => {
      const known = called.get(id);
      if (known && known.untilMs > now()) return known.name;
      const name = (await reader.channel(id))?.name;
      if (called.size >= NAMES_KEPT) called.clear();
      called.set(id, { name, untilMs: now() + NAMES_BELIEVED_MS });
      return name;
    },
    said: async (id) => {
      const { messages = [] } = await call('conversations.history', () =>
        client.conversations.history({ channel: id, limit: MESSAGES_READ }),
      );
      return { pinned: await pinnedIn(client, id), first: messages.toReversed() };
    },
    join: (id) =>
      withScope(async () => {
        await call('conversations.join', () => client.conversations.join({ channel: id }));
        return true;
      }, false),
    idOf: async (nameOrId) => {
      if (/^[CG][A-Z0-9]{6,}$/.test(nameOrId)) return nameOrId;
      return (await read()).get(nameOrId.replace(/^#/, ''));
    },
  };
  return reader;
}

async function pinnedIn(client: WebClient, channel: string): Promise<readonly unknown[]> {
  return withScope(async () => {
    const { items = [] } = await call('pins.list', () => client.pins.list({ channel }));
    return items.flatMap((pin) => ('message' in pin ? [pin.message] : []));
  }, []);
}

/** What an optional scope would have given is done without. */
async function withScope<Value>(ask: () => Promise<Value>, otherwise: Value): Promise<Value> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof Failure && error.code === 'slack_refused') return otherwise;
    throw error;
  }
}

async function channelNames(client: WebClient): Promise<ReadonlyMap<string, string>> {
  const byName = new Map<string, string>();
  let cursor: string | undefined;
  for (let page = 0; page < PAGES_READ; page++) {
    const { channels = [], response_metadata: next } = await call('conversations.list', () =>
      client.conversations.list({
        types: 'public_channel,private_channel',
        exclude_archived: true,
        limit: CHANNELS_PER_PAGE,
        ...(cursor !== undefined && { cursor }),
      }),
    );
    for (const { id, name } of channels) if (id && name) byName.set(name, id);
    cursor = next?.next_cursor;
    if (!cursor) break;
  }
  return byName;
}
