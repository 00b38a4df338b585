// What was asked for, how far it has come, and which messages are already in Slack: the state that app
// and workers share, in Redis. Jobs carry only ids into it.
import type { ChainableCommander, Redis } from 'ioredis';
import { z } from 'zod';
import { type CaptureRequest, isLastWord, type Progress } from '../model/request.ts';
import { CAPTURE_KINDS } from '../model/target.ts';
import type { Ledger, Posting } from '../outbox/outbox.ts';

/** Requests, progress and posted messages outlive any thread people still press buttons in. */
const KEEP_SECONDS = 14 * 86_400;

/** All keys share one hash slot, so that a Redis Cluster works too. */
const PREFIX = '{goleak}:request:';
const NAMES_PREFIX = '{goleak}:names:';
/** Accepted requests whose last word is not in their thread yet, by the time they were accepted. */
const OPEN = '{goleak}:open';
/** Looked after in one round; the others follow in the next. */
const MAX_OPEN_READ = 500;

const requestSchema = z.object({
  id: z.string(),
  service: z.string(),
  instances: z.union([z.array(z.string()), z.literal('all'), z.literal('one')]),
  windowMs: z.number(),
  kinds: z.array(z.enum(CAPTURE_KINDS)),
  origin: z.object({
    door: z.enum(['slash', 'mention', 'button', 'dm', 'terminal', 'schedule', 'webhook']),
    user: z.string(),
    channel: z.string().optional(),
    threadTs: z.string().optional(),
  }),
  acceptedAtMs: z.number(),
  compareWith: z.string().optional(),
  sameInstancesAs: z.string().optional(),
});

export interface RequestStore {
  /** Keeps a request and opens it; however often. */
  readonly accept: (request: CaptureRequest) => Promise<void>;
  /** Forgets a request that was refused after all. */
  readonly withdraw: (id: string) => Promise<void>;
  readonly load: (id: string) => Promise<CaptureRequest | undefined>;
  /** Ids accepted before a moment and not closed, oldest first. */
  readonly open: (beforeMs: number) => Promise<readonly string[]>;
  /** The thread shows the last word on a request, or never can. */
  readonly close: (id: string) => Promise<void>;
  /**
   * False when a later stage is kept already: a worker that lost its job without noticing must not write
   * "capturing" over a verdict. Nor may a failure be; a verdict may take the place of a failure.
   */
  readonly saveProgress: (id: string, progress: Progress) => Promise<boolean>;
  readonly progress: (id: string) => Promise<Progress>;
  /** Reserves a file name in a place for a request; false when another request has it. */
  readonly claimName: (id: string, place: string, name: string) => Promise<boolean>;
  /** The outbox's memory of the messages of one request. */
  readonly ledger: (id: string) => Ledger;
  /** Content last written into an edited message, to skip edits that change nothing. */
  readonly rendered: (id: string, step: string) => Promise<string | undefined>;
  readonly saveRendered: (id: string, step: string, content: string) => Promise<void>;
}

export function openRequestStore(redis: Redis): RequestStore {
  const key = (id: string): string => PREFIX + id;
  const set = async (id: string, field: string, value: string): Promise<void> => {
    await all(redis.multi().hset(key(id), field, value).expire(key(id), KEEP_SECONDS));
  };
  return {
    accept: async (request) => {
      const { id, acceptedAtMs } = request;
      await all(
        redis
          .multi()
          .hsetnx(key(id), 'request', JSON.stringify(request))
          .expire(key(id), KEEP_SECONDS)
          .zadd(OPEN, 'NX', acceptedAtMs, id),
      );
    },
    withdraw: async (id) => {
      await all(redis.multi().del(key(id)).zrem(OPEN, id));
    },
    load: async (id) => {
      const text = await redis.hget(key(id), 'request');
      if (text === null) return undefined;
      const parsed = requestSchema.safeParse(JSON.parse(text));
      return parsed.success ? (parsed.data as CaptureRequest) : undefined;
    },
    open: (beforeMs) => redis.zrangebyscore(OPEN, 0, beforeMs, 'LIMIT', 0, MAX_OPEN_READ),
    close: async (id) => {
      await redis.zrem(OPEN, id);
    },
    saveProgress: async (id, progress) => {
      const args = [JSON.stringify(progress), finality(progress), KEEP_SECONDS];
      return (await redis.eval(SAVE_PROGRESS, 1, key(id), ...args)) === 1;
    },
    claimName: async (id, place, name) => {
      const names = NAMES_PREFIX + place;
      await all(redis.multi().hsetnx(names, name, id).expire(names, KEEP_SECONDS));
      return (await redis.hget(names, name)) === id;
    },
    progress: async (id) => {
      const text = await redis.hget(key(id), 'progress');
      return text === null ? { stage: 'queued' } : (JSON.parse(text) as Progress);
    },
    ledger: (id) => ({
      posting: async (step) => {
        const text = await redis.hget(key(id), `post:${step}`);
        return text === null ? { state: 'absent' } : (JSON.parse(text) as Posting);
      },
      intend: async (step, sinceMs) =>
        (await redis.hsetnx(key(id), `post:${step}`, posted({ state: 'intent', sinceMs }))) === 1,
      annotate: (step, sinceMs, note) => set(id, `post:${step}`, posted({ state: 'intent', sinceMs, note })),
      sent: (step, ts) => set(id, `post:${step}`, posted({ state: 'sent', ts })),
      withdraw: async (step) => {
        await redis.hdel(key(id), `post:${step}`);
      },
    }),
    rendered: async (id, step) => (await redis.hget(key(id), `shown:${step}`)) ?? undefined,
    saveRendered: (id, step, content) => set(id, `shown:${step}`, content),
  };
}

const SAVE_PROGRESS = `
  if redis.call('HEXISTS', KEYS[1], 'request') == 0 then return 0 end
  if tonumber(ARGV[2]) < tonumber(redis.call('HGET', KEYS[1], 'finality') or '0') then return 0 end
  redis.call('HSET', KEYS[1], 'progress', ARGV[1], 'finality', ARGV[2])
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  return 1`;

function finality({ stage }: Progress): 0 | 1 | 2 {
  if (stage === 'done') return 2;
  return isLastWord(stage) ? 1 : 0;
}

/** Runs a transaction. A command that Redis refuses (out of memory, read-only) is otherwise only a value in its answer. */
async function all(transaction: ChainableCommander): Promise<void> {
  for (const [error] of (await transaction.exec()) ?? []) if (error) throw error;
}

function posted(posting: Posting): string {
  return JSON.stringify(posting);
}
