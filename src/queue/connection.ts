// Connections to Redis, by temper: producers fail fast, because a person is waiting; workers and their stores never
// give up, because nobody is.
import { Redis } from 'ioredis';

const PRODUCER = { maxRetriesPerRequest: 1, enableOfflineQueue: false, connectTimeout: 1_000 };
const WORKER = { maxRetriesPerRequest: null, connectTimeout: 5_000 };
/** What many jobs ask in the same turn of the event loop goes out in one write. Not for BullMQ, which spins on it. */
const STORE = { ...WORKER, enableAutoPipelining: true };
const TEMPERS = { producer: PRODUCER, worker: WORKER, store: STORE } as const;
const MAX_RETRY_DELAY_MS = 2_000;

/**
 * Opens a connection. Never throws: the caller learns of an absent Redis from its first command.
 * @param url `redis://…`, `rediss://…` or `unix:///path/to/redis.sock`
 */
export function connectRedis(url: string, temper: keyof typeof TEMPERS): Redis {
  const options = {
    ...TEMPERS[temper],
    // Jitter, so that a fleet does not return in step.
    retryStrategy: (attempt: number): number =>
      Math.min(MAX_RETRY_DELAY_MS, 100 * attempt) * (0.5 + Math.random() / 2),
  };
  const socket = url.startsWith('unix:') ? new URL(url).pathname : undefined;
  const redis = socket === undefined ? new Redis(url, options) : new Redis(socket, options);
  // Every command reports its own failure; without a listener the process would end.
  redis.on('error', () => {});
  return redis;
}

/** True when Redis answers within the time given. */
export async function answersPing(redis: Redis, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (Date.now() < deadline) {
    const answer = await Promise.race([
      redis.ping().catch(() => ''),
      pause(Math.min(500, withinMs)).then(() => ''),
    ]);
    if (answer === 'PONG') return true;
    await pause(50);
  }
  return false;
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
