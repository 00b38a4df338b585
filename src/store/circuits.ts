// What is remembered of instances that failed, in Redis, by address. Written only by whoever holds the lease of the
// address, so nothing else is needed to keep it straight.
import type { Redis } from 'ioredis';
import type { Circuit } from '../policy/circuit.ts';

const CIRCUITS = '{goleak}:circuits';

export interface CircuitStore {
  readonly load: (address: string) => Promise<Circuit | undefined>;
  readonly save: (address: string, circuit: Circuit) => Promise<void>;
  /** It answered: what was is forgotten. */
  readonly clear: (address: string) => Promise<void>;
  readonly all: () => Promise<ReadonlyMap<string, Circuit>>;
}

export function openCircuitStore(redis: Redis): CircuitStore {
  return {
    load: async (address) => {
      const text = await redis.hget(CIRCUITS, address);
      return text === null ? undefined : (JSON.parse(text) as Circuit);
    },
    save: async (address, circuit) => {
      await redis.hset(CIRCUITS, address, JSON.stringify(circuit));
    },
    clear: async (address) => {
      await redis.hdel(CIRCUITS, address);
    },
    all: async () => {
      const kept = Object.entries(await redis.hgetall(CIRCUITS));
      return new Map(kept.map(([address, text]) => [address, JSON.parse(text) as Circuit]));
    },
  };
}
