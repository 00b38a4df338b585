// What was asked for, how far it has come, and which messages are already in Slack: the state that app
// and workers share, in Redis. Jobs carry only ids into it.
import { createHash, randomUUID } from 'node:crypto';
import type { ChainableCommander, Redis } from 'ioredis';
import { z } from 'zod';
import { type CaptureRequest, DOORS, isLastWord, type Progress } from '../model/request.ts';
import { CAPTURE_KINDS } from '../model/target.ts';
import { MAX_UPLOADS } from '../model/upload.ts';
import type { Ledger } from '../outbox/outbox.ts';
import { lastJudged } from './judged.ts';
import { openLedger } from './ledger.ts';
import { scriptOf } from './script.ts';
import type { Seal } from './seal.ts';

/** Requests, progress and posted messages outlive any thread people still press buttons in. */
const KEEP_SECONDS = 14 * 86_400;

/** All keys share one hash slot, so that a Redis Cluster works too. */
const PREFIX = '{goleak}:request:';
/** What is asked for -> the request that asks the services for all who want the same. */
const SAME_PREFIX = '{goleak}:same:';
const FOLLOWERS_PREFIX = '{goleak}:followers:';
const NAMES_PREFIX = '{goleak}:names:';
/** Accepted requests whose last word is not in their thread yet, by the time they were accepted. */
const OPEN = '{goleak}:open';
const MEMORY = '{goleak}:memory';
/** Looked after in one round; the others follow in the next. */
const MAX_OPEN_READ = 500;

const requestSchema = z.object({
  id: z.string(),
  service: z.string(),
  instances: z.union([z.array(z.string()), z.literal('all'), z.literal('one')]),
  windowMs: z.number(),
  kinds: z.array(z.enum(CAPTURE_KINDS)),
  origin: z.object({
    door: z.enum(DOORS),
    user: z.string(),
    channel: z.string().optional(),
    threadTs: z.string().optional(),
  }),
  acceptedAtMs: z.number(),
  consent: z.enum(['confirmed', 'forced']).optional(),
  lightOnly: z.boolean().optional(),
  compareWith: z.string().optional(),
  sameInstancesAs: z.string().optional(),
  incident: z.string().optional(),
  quiet: z.literal(true).optional(),
  verifies: z.object({ request: z.string(), build: z.string() }).optional(),
  files: z.array(z.string().max(40)).max(MAX_UPLOADS).optional(),
  pushed: z.literal(true).optional(),
  because: z.string().max(2_000).optional(),
});

export interface RequestStore {
  /**
   * Keeps a request and opens it; however often. Gives the id of the request that is captured for it: its own, or that
   * of one that is under way and wants the `same`.
   */
  readonly accept: (request: CaptureRequest, same?: string) => Promise<string>;
  /** The request whose capture answers this one, if that is not its own. */
  readonly leaderOf: (id: string) => Promise<string | undefined>;
  /** The requests that wait for the capture of this one. */
  readonly followersOf: (id: string) => Promise<readonly string[]>;
  /** Lets a request go its own way: the one it followed is gone. */
  readonly unfollow: (id: string) => Promise<void>;
  /** Forgets a request that was refused after all; not one that an earlier delivery of the same has had accepted. */
  readonly withdraw: (request: CaptureRequest) => Promise<void>;
  /** Undefined when it is not kept, or not as it was accepted. */
  readonly load: (id: string) => Promise<CaptureRequest | undefined>;
  /** Why a request could not be loaded, in a sentence. */
  readonly whyNot: (id: string) => Promise<string>;
  /** Names what Redis remembers: another name means that it was emptied in between. */
  readonly memory: () => Promise<string>;
  /** Ids accepted before a moment and not closed, oldest first. */
  readonly open: (beforeMs: number) => Promise<readonly string[]>;
  /** The thread shows the last word on a request, or never can. */
  readonly close: (id: string) => Promise<void>;
  /**
   * False when a later stage is kept already: a worker that lost its job without noticing must not write
   * "capturing" over a verdict. Nor may a failure be; a verdict may take the place of a failure.
   */
  readonly saveProgress: (id: string, progress: Progress) => Promise<boolean>;
  /** How far a request has come; a follower is as far as its leader until it has a word of its own. */
  readonly progress: (id: string) => Promise<Progress>;
  /** True for the first who says that something about a request was done. */
  readonly once: (id: string, what: string) => Promise<boolean>;
  /** Reserves a file name in a place for a request; false when another request has it. */
  readonly claimName: (id: string, place: string, name: string) => Promise<boolean>;
  /** The outbox's memory of the messages of one request. */
  readonly ledger: (id: string) => Ledger;
  /** Content last written into an edited message, to skip edits that change nothing. */
  readonly rendered: (id: string, step: string) => Promise<string | undefined>;
  readonly saveRendered: (id: string, step: string, content: string) => Promise<void>;
}

/** @param seal put on each request and asked of each; only a terminal that has no key goes without */
export function openRequestStore(redis: Redis, seal?: Seal): RequestStore {
  const key = (id: string): string => PREFIX + id;
  const judged = lastJudged<CaptureRequest | string>();
  const read = async (id: string): Promise<CaptureRequest | string> => {
    const [text, leader, sealed] = await redis.hmget(key(id), 'request', 'leader', 'seal');
    if (!text) return 'This request is no longer kept.';
    const request = judged.of(id, `${sealed ?? ''} ${text}`, () => judge(id, text, sealed ?? ''));
    return typeof request === 'string' || !leader ? request : { ...request, sameInstancesAs: leader };
  };
  const judge = (id: string, text: string, sealed: string): CaptureRequest | string => {
    if (seal && !seal.fits(text, sealed)) return EDITED;
    const request = parseRequest(text);
    if (request === undefined) return 'This request was written by another release of goleak.';
    return request.id === id ? request : EDITED;
  };
  return {
    accept: async (request, same) => {
      const { id, acceptedAtMs } = request;
      const sameKey = SAME_PREFIX + (same === undefined ? '' : digest(same));
      const keys = [key(id), OPEN, sameKey];
      const text = JSON.stringify(request);
      const args = [id, text, acceptedAtMs, KEEP_SECONDS, same === undefined ? 0 : 1];
      const rest = [PREFIX, FOLLOWERS_PREFIX, seal?.of(text) ?? ''];
      return String(await ACCEPT(redis, keys, [...args, ...rest]));
    },
    leaderOf: async (id) => (await redis.hget(key(id), 'leader')) ?? undefined,
    followersOf: (id) => redis.smembers(FOLLOWERS_PREFIX + id),
    unfollow: async (id) => {
      await redis.hdel(key(id), 'leader');
    },
    withdraw: async (request) => {
      await WITHDRAW(redis, [key(request.id), OPEN], [request.id, request.acceptedAtMs]);
    },
    load: async (id) => {
      const request = await read(id);
      return typeof request === 'string' ? undefined : request;
    },
    whyNot: async (id) => {
      const request = await read(id);
      return typeof request === 'string' ? request : 'This request is kept.';
    },
    memory: async () => {
      const name = randomUUID();
      return (await redis.set(MEMORY, name, 'NX', 'GET')) ?? name;
    },
    open: (beforeMs) => redis.zrangebyscore(OPEN, 0, beforeMs, 'LIMIT', 0, MAX_OPEN_READ),
    close: async (id) => {
      await redis.zrem(OPEN, id);
    },
    saveProgress: async (id, progress) => {
      const args = [JSON.stringify(progress), finality(progress), KEEP_SECONDS];
      return (await SAVE_PROGRESS(redis, [key(id)], args)) === 1;
    },
    once: async (id, what) => {
      const [, first] = await Promise.all([
        redis.expire(key(id), KEEP_SECONDS, 'NX'),
        redis.hsetnx(key(id), `once:${what}`, '1'),
      ]);
      return first === 1;
    },
    claimName: async (id, place, name) => {
      const names = NAMES_PREFIX + place;
      const [, , answer] = await all(
        redis.pipeline().hsetnx(names, name, id).expire(names, KEEP_SECONDS).hget(names, name),
      );
      return answer === id;
    },
    progress: async (id) => {
      const [own, leader] = await redis.hmget(key(id), 'progress', 'leader');
      const text = own ?? (leader ? await redis.hget(key(leader), 'progress') : null);
      return text === null ? { stage: 'queued' } : (JSON.parse(text) as Progress);
    },
    ledger: (id) => openLedger(redis, { key: key(id), prefix: 'post:', keepSeconds: KEEP_SECONDS }),
    rendered: async (id, step) => (await redis.hget(key(id), `shown:${step}`)) ?? undefined,
    // Its message was claimed before it could be shown, which says how long all of it is kept.
    saveRendered: async (id, step, content) => {
      await redis.hset(key(id), `shown:${step}`, content);
    },
  };
}

const EDITED =
  'The record of this request was not sealed with our key: somebody edited it in Redis, or GOLEAK_KEY is not the same for all.';

function parseRequest(text: string): CaptureRequest | undefined {
  try {
    return requestSchema.safeParse(JSON.parse(text)).data as CaptureRequest | undefined;
  } catch {
    return undefined;
  }
}

/** Followed is only what is still under way: whoever comes after the last word asks anew. */
const ACCEPT = scriptOf(`
  local id, asksSame, prefix = ARGV[1], ARGV[5] == '1', ARGV[6]
  local known = redis.call('HGET', KEYS[1], 'leader')
  local isNew = redis.call('HSETNX', KEYS[1], 'request', ARGV[2]) == 1
  if isNew then redis.call('HSET', KEYS[1], 'seal', ARGV[8]) end
  redis.call('EXPIRE', KEYS[1], ARGV[4])
  redis.call('ZADD', KEYS[2], 'NX', ARGV[3], id)
  if known then return known end
  if not isNew or not asksSame then return id end
  local leader = redis.call('GET', KEYS[3])
  if leader and leader ~= id then
    local request, finality = unpack(redis.call('HMGET', prefix .. leader, 'request', 'finality'))
    if request and (finality or '0') == '0' and redis.call('ZSCORE', KEYS[2], leader) then
      redis.call('HSET', KEYS[1], 'leader', leader)
      redis.call('SADD', ARGV[7] .. leader, id)
      redis.call('EXPIRE', ARGV[7] .. leader, ARGV[4])
      return leader
    end
  end
  redis.call('SET', KEYS[3], id, 'EX', ARGV[4])
  return id`);

/** The moment of its acceptance tells one delivery of a request from another. */
const WITHDRAW = scriptOf(`
  local kept = redis.call('HGET', KEYS[1], 'request')
  if not kept or cjson.decode(kept).acceptedAtMs ~= tonumber(ARGV[2]) then return 0 end
  redis.call('DEL', KEYS[1])
  return redis.call('ZREM', KEYS[2], ARGV[1])`);

const SAVE_PROGRESS = scriptOf(`
  if redis.call('HEXISTS', KEYS[1], 'request') == 0 then return 0 end
  if tonumber(ARGV[2]) < tonumber(redis.call('HGET', KEYS[1], 'finality') or '0') then return 0 end
  redis.call('HSET', KEYS[1], 'progress', ARGV[1], 'finality', ARGV[2])
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  return 1`);

function finality({ stage }: Progress): 0 | 1 | 2 {
  if (stage === 'done') return 2;
  return isLastWord(stage) ? 1 : 0;
}

/** Runs several commands. One that Redis refuses (out of memory, read-only) is otherwise only a value in its answer. */
async function all(commands: ChainableCommander): Promise<unknown[]> {
  return ((await commands.exec()) ?? []).map(([error, answer]) => {
    if (error) throw error;
    return answer;
  });
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}
