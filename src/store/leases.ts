// Who may be at a service now, across all workers: leases in Redis, measured by Redis's clock. A lease has room for
// so many holders (one at an instance); whoever stops saying that it is still there loses its place.
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { scriptOf } from './script.ts';

const PREFIX = '{goleak}:lease:';
/** Requests that found no room, by when they were accepted. They look again by themselves too: a line may be lost. */
const LINE_PREFIX = '{goleak}:line:';
const LINE_TTL_MS = 3_600_000;

/** Longer than any single request to a service may last (20 s): nobody takes a place where an answer is still read. */
const TTL_MS = 25_000;
/**
 * A new attempt at a request takes over from an old one that was not heard of for this long: that worker was killed, or
 * is cut off from Redis and has let go by itself.
 */
const SILENT_MS = 6_000;

/** A place that is held. */
export interface Lease {
  readonly name: string;
  readonly token: string;
}

/** Who holds a place: an attempt at a request. */
export interface Holder {
  readonly request: string;
  readonly attempt: string;
}

export interface LeaseStore {
  /** Takes a place; undefined when `room` others are there. */
  readonly take: (name: string, holder: Holder, room: number) => Promise<Lease | undefined>;
  /** Says that the holder is still there. False when any of the places is somebody else's by now. */
  readonly renew: (leases: readonly Lease[]) => Promise<boolean>;
  /** Gives a place back, if it is still the holder's. Gives the request whose turn it is to ask for it. */
  readonly give: (lease: Lease) => Promise<string | undefined>;
  /** Stands in line for a place; who was accepted first is in front. */
  readonly line: (name: string, request: string, acceptedAtMs: number) => Promise<void>;
}

export function openLeaseStore(redis: Redis): LeaseStore {
  return {
    take: async (name, { request, attempt }, room) => {
      const token = `${request}/${attempt}/${randomUUID()}`;
      const args = [token, room, TTL_MS, SILENT_MS, `${request}/`, `${request}/${attempt}/`];
      return (await TAKE(redis, [PREFIX + name], args)) === 1 ? { name, token } : undefined;
    },
    renew: async (leases) => {
      if (leases.length === 0) return true;
      const keys = leases.map(({ name }) => PREFIX + name);
      const tokens = leases.map(({ token }) => token);
      return (await RENEW(redis, keys, [TTL_MS, ...tokens])) === 1;
    },
    give: async ({ name, token }) =>
      ((await GIVE(redis, [PREFIX + name, LINE_PREFIX + name], [token])) as string | null) ?? undefined,
    line: async (name, request, acceptedAtMs) => {
      const key = LINE_PREFIX + name;
      await redis.multi().zadd(key, acceptedAtMs, request).pexpire(key, LINE_TTL_MS).exec();
    },
  };
}

/** Redis's own clock: the clocks of workers differ. */
const NOW = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

const TAKE = scriptOf(`${NOW}
  local key, token, room, ttl, silent = KEYS[1], ARGV[1], tonumber(ARGV[2]), ARGV[3], ARGV[4]
  redis.call('ZREMRANGEBYSCORE', key, '-inf', now)
  local holders = redis.call('ZRANGE', key, 0, -1, 'WITHSCORES')
  for at = 1, #holders, 2 do
    local other = holders[at]
    local mine = string.sub(other, 1, #ARGV[5]) == ARGV[5] and string.sub(other, 1, #ARGV[6]) ~= ARGV[6]
    if mine and tonumber(holders[at + 1]) - ttl + silent < now then redis.call('ZREM', key, other) end
  end
  if redis.call('ZCARD', key) >= room then return 0 end
  redis.call('ZADD', key, now + ttl, token)
  redis.call('PEXPIRE', key, ttl * 2)
  return 1`);

const GIVE = scriptOf(`
  redis.call('ZREM', KEYS[1], ARGV[1])
  return redis.call('ZPOPMIN', KEYS[2])[1]`);

const RENEW = scriptOf(`${NOW}
  local ttl = ARGV[1]
  for at, key in ipairs(KEYS) do
    local till = redis.call('ZSCORE', key, ARGV[at + 1])
    if not till or tonumber(till) <= now then return 0 end
  end
  for at, key in ipairs(KEYS) do
    redis.call('ZADD', key, now + ttl, ARGV[at + 1])
    redis.call('PEXPIRE', key, ttl * 2)
  end
  return 1`);
