// Services that were proposed, and those that were accepted: in Redis, sealed, so that whoever may write there cannot have
// anything registered.
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Proposal, Registered } from '../model/proposal.ts';
import { scriptOf } from './script.ts';
import { type Seal, sealedText, unsealed } from './seal.ts';

const PROPOSED = '{goleak}:proposed';
const REGISTERED = '{goleak}:registered';
/** Far more than an admin looks through; whoever proposes then is told. */
const MAX_PROPOSED = 100;
const MAX_REGISTERED = 1_000;

const proposalSchema = z.object({
  id: z.string().max(80),
  name: z.string().max(80),
  url: z.string().max(500),
  owner: z.string().max(80).optional(),
  by: z.string().max(40),
  atMs: z.number(),
});
const registeredSchema = proposalSchema.extend({ acceptedBy: z.string().max(40) });

export interface ProposalStore {
  /** False when too many wait already. */
  readonly propose: (proposal: Proposal) => Promise<boolean>;
  /** Oldest first. */
  readonly waiting: () => Promise<readonly Proposal[]>;
  readonly find: (id: string) => Promise<Proposal | undefined>;
  /** False when somebody else decided it first, one of its name is registered, or too many are. */
  readonly accept: (registered: Registered) => Promise<boolean>;
  readonly refuse: (id: string) => Promise<boolean>;
  /** One that was accepted is registered no more. False when there was none of this name. */
  readonly withdraw: (name: string) => Promise<boolean>;
  readonly registered: () => Promise<readonly Registered[]>;
}

export function openProposalStore(redis: Redis, seal?: Seal): ProposalStore {
  const proposalIn = (kept: string): readonly Proposal[] => {
    const { data } = proposalSchema.safeParse(unsealed(kept, seal));
    return data ? [data as Proposal] : [];
  };
  return {
    propose: async (proposal) => {
      if ((await redis.hlen(PROPOSED)) >= MAX_PROPOSED) return false;
      await redis.hset(PROPOSED, proposal.id, sealedText(proposal, seal));
      return true;
    },
    waiting: async () => {
      const all = Object.values(await redis.hgetall(PROPOSED)).flatMap(proposalIn);
      return all.sort((a, b) => a.atMs - b.atMs);
    },
    find: async (id) => {
      const kept = await redis.hget(PROPOSED, id);
      // One proposal's words under another's id are neither.
      return kept === null ? undefined : proposalIn(kept).find((proposal) => proposal.id === id);
    },
    accept: async (registered) => {
      const { id, name } = registered;
      return (
        (await ACCEPT(
          redis,
          [PROPOSED, REGISTERED],
          [id, name, sealedText(registered, seal), MAX_REGISTERED],
        )) === 1
      );
    },
    refuse: async (id) => (await redis.hdel(PROPOSED, id)) === 1,
    withdraw: async (name) => (await redis.hdel(REGISTERED, name)) === 1,
    registered: async () =>
      Object.entries(await redis.hgetall(REGISTERED)).flatMap(([name, kept]) => {
        const { data } = registeredSchema.safeParse(unsealed(kept, seal));
        return data?.name === name ? [data as Registered] : [];
      }),
  };
}

const ACCEPT = scriptOf(`
  if redis.call('HLEN', KEYS[2]) >= tonumber(ARGV[4]) then return 0 end
  if redis.call('HEXISTS', KEYS[2], ARGV[2]) == 1 then return 0 end
  if redis.call('HDEL', KEYS[1], ARGV[1]) == 0 then return 0 end
  redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
  return 1`);

const READ_EVERY_MS = 1_000;

/** What is registered, as read a moment ago, for those who cannot wait for an answer. */
export interface Followed {
  readonly current: () => readonly Registered[];
  /** Reads it now: before a capture, as its service may have been accepted since the last look. */
  readonly refresh: () => Promise<void>;
  readonly stop: () => void;
}

export function followRegistered(store: Pick<ProposalStore, 'registered'>): Followed {
  let current: readonly Registered[] = [];
  // While Redis does not answer, what it said last holds.
  const refresh = async (): Promise<void> => {
    current = await store.registered().catch(() => current);
  };
  const timer = setInterval(() => void refresh(), READ_EVERY_MS).unref();
  void refresh();
  return { current: () => current, refresh, stop: () => clearInterval(timer) };
}
