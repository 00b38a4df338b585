// The outbox's memory of the messages of one thing, a request or the slot of a digest: a field of a hash in Redis each.
import type { Redis } from 'ioredis';
import type { Ledger, Posting } from '../outbox/outbox.ts';
import { scriptOf } from './script.ts';

export interface LedgerPlace {
  readonly key: string;
  /** What the fields begin with, where the hash holds other things too. */
  readonly prefix?: string;
  /** The hash is kept so long after it was last written to. */
  readonly keepSeconds: number;
}

export function openLedger(redis: Redis, { key, prefix = '', keepSeconds }: LedgerPlace): Ledger {
  const set = async (step: string, posting: Posting): Promise<void> => {
    // In one turn of the event loop, so both are in one write.
    await Promise.all([
      redis.hset(key, prefix + step, JSON.stringify(posting)),
      redis.expire(key, keepSeconds),
    ]);
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
  if there then return there end
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  return false`);

function read(text: unknown): Posting {
  return typeof text === 'string' ? (JSON.parse(text) as Posting) : { state: 'absent' };
}
