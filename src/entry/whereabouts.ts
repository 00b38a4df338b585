// What must be known of a channel before a verdict is promised there. Asked while a person waits: Slack gets a moment
// to answer, and what it said is believed for a minute.

export interface Whereabouts {
  readonly isMember: boolean;
  /** Absent for direct messages and when Slack cannot say. */
  readonly name?: string;
}

export interface ChannelFacts {
  readonly is_member?: boolean | undefined;
  readonly name?: string | undefined;
}

export interface LookupPorts {
  /** conversations.info; rejects with Slack's error in `data.error`. */
  readonly ask: (channel: string) => Promise<ChannelFacts | undefined>;
  readonly onTrouble: (error: unknown) => void;
  readonly now: () => number;
}

/** The acknowledgement waits for this, and for the queue. */
const ANSWER_WITHIN_MS = 400;
const BELIEVED_MS = 60_000;
const CHANNELS_KEPT = 1_000;

/**
 * Is the bot in the channel, and what is it called? When Slack cannot say, or not soon, the capture goes on: posting
 * will tell. A direct message with the bot has no members to ask about.
 */
export function channelLookup({
  ask,
  onTrouble,
  now,
}: LookupPorts): (channel: string) => Promise<Whereabouts> {
  const known = new Map<string, { readonly where: Whereabouts; readonly untilMs: number }>();
  const asking = new Map<string, Promise<Whereabouts>>();
  const look = async (channel: string): Promise<Whereabouts> => {
    try {
      const found = await ask(channel);
      const name = found?.name === undefined ? {} : { name: found.name };
      const where = { isMember: found?.is_member !== false, ...name };
      // Somebody told to invite the bot does so at once, and types again.
      if (where.isMember) remember(channel, where);
      return where;
    } catch (error) {
      const said = (error as { data?: { error?: string } }).data?.error;
      // A private channel does not exist for a bot that is not in it.
      if (said === 'channel_not_found') return { isMember: false };
      onTrouble(error);
      return { isMember: true };
    }
  };
  const remember = (channel: string, where: Whereabouts): void => {
    const [oldest] = known.keys();
    if (oldest !== undefined && known.size >= CHANNELS_KEPT) known.delete(oldest);
    known.set(channel, { where, untilMs: now() + BELIEVED_MS });
  };
  return async (channel) => {
    if (channel.startsWith('D')) return { isMember: true };
    const remembered = known.get(channel);
    if (remembered && remembered.untilMs > now()) return remembered.where;
    const asked = asking.get(channel) ?? look(channel).finally(() => asking.delete(channel));
    asking.set(channel, asked);
    return within(ANSWER_WITHIN_MS, asked, { isMember: true });
  };
}

async function within<Value>(ms: number, work: Promise<Value>, otherwise: Value): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<Value>((resolve) => {
    timer = setTimeout(() => resolve(otherwise), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}
