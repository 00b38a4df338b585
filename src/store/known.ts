// What earlier captures of a service have shown of its signatures, in Redis. Kept as long as the program leaks so and a
// year longer; of more signatures than anybody reads, those that were seen longest ago go.
import type { Redis } from 'ioredis';
import {
  type Incident,
  type KnownSignature,
  linked,
  notSeen,
  type Sighting,
  seen,
} from '../known/signature.ts';

const PREFIX = '{goleak}:known:';
const KEEP_SECONDS = 400 * 86_400;
const MAX_SIGNATURES = 300;

export interface Shown {
  readonly stableId: string;
  readonly label: string;
  readonly count: number;
}

/** One capture, as far as signatures go. */
export interface Look extends Omit<Sighting, 'count'> {
  readonly shown: readonly Shown[];
  /** It could have shown every signature: those it did not show are gone. */
  readonly isWhole: boolean;
}

export interface KnownStore {
  /** Notes a capture, however often; gives what is known with it, by stable id. */
  readonly note: (service: string, look: Look) => Promise<ReadonlyMap<string, KnownSignature>>;
  /** Remembers where signatures were talked about; however often. */
  readonly link: (service: string, stableIds: readonly string[], incident: Incident) => Promise<void>;
  readonly all: (service: string) => Promise<ReadonlyMap<string, KnownSignature>>;
}

export function openKnownStore(redis: Redis): KnownStore {
  const all = async (service: string): Promise<ReadonlyMap<string, KnownSignature>> => {
    const kept = Object.entries(await redis.hgetall(PREFIX + service));
    return new Map(kept.map(([id, text]) => [id, JSON.parse(text) as KnownSignature]));
  };
  return {
    all,
    link: async (service, stableIds, incident) => {
      if (stableIds.length === 0) return;
      const key = PREFIX + service;
      const texts = await redis.hmget(key, ...stableIds);
      const changed = texts.flatMap((text, at) => {
        if (text === null) return [];
        const known = JSON.parse(text) as KnownSignature;
        const both = linked(known, incident);
        return both === known ? [] : [[stableIds[at] ?? '', JSON.stringify(both)] as const];
      });
      if (changed.length > 0) await redis.hset(key, Object.fromEntries(changed));
    },
    note: async (service, { shown, isWhole, ...sighting }) => {
      // It can neither show one nor miss one.
      if (shown.length === 0 && !isWhole) return new Map();
      const known = new Map(await all(service));
      const before = new Map(known);
      for (const { stableId, label, count } of shown) {
        known.set(stableId, seen(known.get(stableId), { stableId, label }, { ...sighting, count }));
      }
      const ids = new Set(shown.map(({ stableId }) => stableId));
      for (const [id, each] of known) if (isWhole && !ids.has(id)) known.set(id, notSeen(each, sighting));
      const byAge = [...known].sort(([, a], [, b]) => b.last.atMs - a.last.atMs);
      const gone = byAge.slice(MAX_SIGNATURES).map(([id]) => id);
      const changed = byAge.slice(0, MAX_SIGNATURES).filter(([id, each]) => before.get(id) !== each);
      if (changed.length + gone.length === 0) return known;
      const key = PREFIX + service;
      const transaction = redis.multi();
      if (changed.length > 0)
        transaction.hset(key, Object.fromEntries(changed.map(([id, each]) => [id, JSON.stringify(each)])));
      if (gone.length > 0) transaction.hdel(key, ...gone);
      await transaction.expire(key, KEEP_SECONDS).exec();
      return known;
    },
  };
}
