// The outbox's memory of the messages of one thing, a request or the slot of a digest: a field of a hash in Redis each.
import type { Redis } from 'ioredis';
import type { Ledger, Posting } from '../outbox/outbox.ts';
import { scriptOf } from './script.ts';

export interface LedgerPlace {
  readonly key: string;
  /** What the fields begin with, where the hash holds other things too. */
  readonly prefix?: string;
  /** The hash is kept so long after a message was last claimed. */
  readonly keepSeconds: number;
}

export function openLedger(redis: Redis, { key, prefix = '', keepSeconds }: LedgerPlace): Ledger {
  const set = async (step: string, posting: Posting): Promise<void> => {
    await redis.hset(key, prefix + step, JSON.stringify(posting));
  };
  return {
    posting: async (step) => read(await redis.hget(key, prefix + step)),
    claim: async (step, sinceMs) =>
      read(
        await CLAIM(redis, [key], [prefix + step, JSON.stringify({ state: 'intent', sinceMs }), keepSeconds]),
      ),
    annotate: (step, sinceMs, note) => set(step, { state: 'intent', sinceMs, note }),
    sent: (step, ts) => set(step, { state: 'sent', ts }),
    withdraw: async (step) => {
      await redis.hdel(key, prefix + step);
    },
  };
}

/** Gives what is there already; nothing when it was claimed. */
const CLAIM = scriptOf(`
  local there = redis.call('HGET', KEYS[1], ARGV[1])
  if not there then redis.call('HSET', KEYS[1], ARGV[1], ARGV[2]) end
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  return there`);

function read(text: unknown): Posting {
  return typeof text === 'string' ? (JSON.parse(text) as Posting) : { state: 'absent' };
}
