// How fast Slack may be talked to, for all workers together: what it asked to be left alone, and whose turn it is to show
// progress in a channel. In Redis, by Redis's clock.
import type { Redis } from 'ioredis';

const BUSY = '{goleak}:busy:';
const TURN = '{goleak}:turn:';

export interface PaceStore {
  /** Milliseconds for which something is still to be left alone; 0 when it is not. */
  readonly waitMs: (what: string) => Promise<number>;
  readonly leaveAlone: (what: string, forMs: number) => Promise<void>;
  /** Takes the turn in a channel for so long: 0, or the milliseconds until somebody else's is over. */
  readonly turn: (channel: string, forMs: number) => Promise<number>;
}

export function openPaceStore(redis: Redis): PaceStore {
  const left = async (key: string): Promise<number> => Math.max(0, await redis.pttl(key));
  return {
    waitMs: (what) => left(BUSY + what),
    leaveAlone: async (what, forMs) => {
      await redis.set(BUSY + what, '1', 'PX', Math.max(1, Math.ceil(forMs)));
    },
    turn: async (channel, forMs) => {
      const taken = await redis.set(TURN + channel, '1', 'PX', forMs, 'NX');
      return taken === 'OK' ? 0 : Math.max(1, await left(TURN + channel));
    },
  };
}
