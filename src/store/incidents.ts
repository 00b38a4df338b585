// Incidents and the channels they are talked about in, in Redis: one small record for each service and channel, written
// only by whoever has read its newest version, and sealed like requests.
import type { Redis } from 'ioredis';
import type { IncidentChannel, IncidentDesk } from '../model/incident.ts';
import { scriptOf } from './script.ts';
import type { Seal } from './seal.ts';

/** As long as threads are kept. */
const KEEP_SECONDS = 14 * 86_400;
const PREFIX = '{goleak}:incident:';
/** What has to be decided about again, by when. */
const DUE = '{goleak}:incidents:due';
const DELIVERY_PREFIX = '{goleak}:incidents:delivery:';
/** Alertmanagers repeat a group for days; what was heard a day ago is merged again and changes nothing. */
const DELIVERY_KEPT_S = 86_400;
/** Writers of one record at a time are few: a webhook, a worker. */
const ATTEMPTS = 50;
const MAX_DUE = 200;

/** `service` and its name, or `channel` and its id. */
export interface IncidentSubject {
  readonly what: 'service' | 'channel';
  readonly id: string;
}

export interface IncidentStore {
  readonly desk: (service: string) => Promise<IncidentDesk | undefined>;
  /** Changes what is kept; the function may run several times. Gives what is kept afterwards. */
  readonly changeDesk: (
    service: string,
    change: (desk: IncidentDesk | undefined) => IncidentDesk,
  ) => Promise<IncidentDesk>;
  readonly channel: (id: string) => Promise<IncidentChannel | undefined>;
  readonly changeChannel: (
    id: string,
    change: (channel: IncidentChannel | undefined) => IncidentChannel,
  ) => Promise<IncidentChannel>;
  /** True once the same delivery was noted. */
  readonly wasHeard: (delivery: string) => Promise<boolean>;
  readonly noteHeard: (delivery: string) => Promise<void>;
  /** Asks for a decision at a moment; undefined: no more. */
  readonly plan: (subject: IncidentSubject, atMs: number | undefined) => Promise<void>;
  readonly due: (nowMs: number) => Promise<readonly IncidentSubject[]>;
}

export function openIncidentStore(redis: Redis, seal?: Seal): IncidentStore {
  const read = async <Kept>(subject: string): Promise<{ version: string; kept: Kept | undefined }> => {
    const [version, text, sealed] = await redis.hmget(PREFIX + subject, 'version', 'record', 'seal');
    const isOurs = text && (!seal || seal.fits(`${subject}\n${text}`, sealed ?? ''));
    return { version: version ?? '', kept: isOurs ? (JSON.parse(text) as Kept) : undefined };
  };
  const change = async <Kept>(subject: string, run: (kept: Kept | undefined) => Kept): Promise<Kept> => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const { version, kept } = await read<Kept>(subject);
      const next = run(kept);
      if (next === kept) return next;
      const text = JSON.stringify(next);
      const args = [version, text, seal?.of(`${subject}\n${text}`) ?? '', KEEP_SECONDS];
      if ((await WRITE(redis, [PREFIX + subject], args)) === 1) return next;
    }
    throw new Error(`too many write ${subject} at once`);
  };
  return {
    desk: async (service) => (await read<IncidentDesk>(`service:${service}`)).kept,
    changeDesk: (service, run) => change(`service:${service}`, run),
    channel: async (id) => (await read<IncidentChannel>(`channel:${id}`)).kept,
    changeChannel: (id, run) => change(`channel:${id}`, run),
    wasHeard: async (delivery) => (await redis.exists(DELIVERY_PREFIX + delivery)) === 1,
    noteHeard: async (delivery) => {
      await redis.set(DELIVERY_PREFIX + delivery, '1', 'EX', DELIVERY_KEPT_S);
    },
    plan: async ({ what, id }, atMs) => {
      if (atMs === undefined) await redis.zrem(DUE, `${what}:${id}`);
      else await redis.zadd(DUE, atMs, `${what}:${id}`);
    },
    due: async (nowMs) => {
      const members = await redis.zrangebyscore(DUE, 0, nowMs, 'LIMIT', 0, MAX_DUE);
      return members.flatMap((member) => {
        const [, what, id] = /^(service|channel):(.+)$/s.exec(member) ?? [];
        return id === undefined ? [] : [{ what: what as IncidentSubject['what'], id }];
      });
    },
  };
}

/** Nothing is written over a version the writer has not seen. */
const WRITE = scriptOf(`
  if (redis.call('HGET', KEYS[1], 'version') or '') ~= ARGV[1] then return 0 end
  redis.call('HSET', KEYS[1], 'record', ARGV[2], 'seal', ARGV[3])
  redis.call('HINCRBY', KEYS[1], 'version', 1)
  redis.call('EXPIRE', KEYS[1], ARGV[4])
  return 1`);
