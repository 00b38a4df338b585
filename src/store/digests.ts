// What is remembered of digests, in Redis: the last slot that was dealt with, what is to be sent now, who is sending
// it, and which of its messages are there. Measured by Redis's clock. A scheduler may fire or not; what is sent, and
// that it is sent once, is decided here.
import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Digest } from '../model/digest.ts';
import type { Ledger } from '../outbox/outbox.ts';
import { clockMs } from './clock.ts';
import { parsedJson } from './json.ts';
import { openLedger } from './ledger.ts';
import { scriptOf } from './script.ts';
import { type Seal, sealedText, unsealed } from './seal.ts';

/** All keys share one hash slot, so that a Redis Cluster works too. */
const STATE_PREFIX = '{goleak}:digest:';
const POSTS_PREFIX = '{goleak}:digest-posts:';
const SET_UP = '{goleak}:digests';
const ASKED = '{goleak}:digests-asked';
const TURN = '{goleak}:digest-schedulers';
/** Longer than any digest is late, shorter than a key of every ten seconds would fill memory. */
const POSTS_KEPT_SECONDS = 3 * 86_400;
/** A claim is renewed every second; one that was not heard of for this long is somebody else's to take up. */
export const CLAIM_MS = 8_000;
const MAX_ASKED = 1_000;

const slotSchema = z.object({ key: z.string().max(40), atMs: z.number() });
export type KeptSlot = z.infer<typeof slotSchema>;

const planSchema = z.object({
  slot: slotSchema,
  lateMs: z.number().optional(),
  skipped: z.array(slotSchema).max(1_000),
});
/** A slot that is to be sent, and what is said beside it. Decided once; whoever takes it up says the same. */
export type Plan = z.infer<typeof planSchema>;

export interface DigestState {
  /** The last slot dealt with; its key is empty when there was none yet. */
  readonly last: KeptSlot;
  readonly plan?: Plan;
  /** Slack refuses this slot for good. */
  readonly givenUp?: string;
  /** Redis was emptied at that moment: what is of before may be in the channel, unknown to Redis. */
  readonly restoredMs?: number;
}

export interface Claim {
  readonly id: string;
  readonly slot: string;
  readonly token: string;
}

const digestSchema = z.object({
  id: z.string().max(80),
  services: z.union([z.literal('all'), z.array(z.string().max(80)).max(1_000).readonly()]),
  cron: z.string().max(100),
  zone: z.string().max(60),
  channel: z.string().max(40),
  silentWhenHealthy: z.boolean(),
  graceMs: z.number(),
});
const askSchema = z.object({
  id: z.string().max(80),
  digest: digestSchema,
  by: z.string().max(40),
  door: z.enum(['slash', 'mention', 'dm', 'terminal']),
  atMs: z.number(),
});
/** A digest somebody wants now. */
export type Ask = z.infer<typeof askSchema>;

/** Under which an ask is sent, as if it were a digest of one slot. */
export function askStateId(ask: string): string {
  return `now-${ask}`;
}

export interface DigestStore {
  /** Redis's clock. */
  readonly nowMs: () => Promise<number>;
  /** Undefined for one that was never looked at. */
  readonly state: (id: string) => Promise<DigestState | undefined>;
  /** Begins to count at a slot, unless it is counted already. `restoredMs`: Redis had forgotten. */
  readonly begin: (id: string, last: KeptSlot, restoredMs?: number) => Promise<void>;
  /** Decides what is sent next; false when somebody else has, or the slot before is not the last any more. */
  readonly plan: (id: string, last: KeptSlot, plan: Plan) => Promise<boolean>;
  /** Takes up what was decided; undefined when somebody is at it, or it is done. */
  readonly claim: (id: string, slot: string) => Promise<Claim | undefined>;
  /** False when it is somebody else's by now. */
  readonly renew: (claim: Claim) => Promise<boolean>;
  /** Lets go without having finished; nobody takes it up for so long. */
  readonly hold: (claim: Claim, forMs: number) => Promise<void>;
  readonly finish: (claim: Claim, slot: KeptSlot) => Promise<void>;
  /** Gives a slot up: the next digest names it. */
  readonly giveUp: (claim: Claim) => Promise<void>;
  /** The outbox's memory of the messages of one slot. */
  readonly ledger: (id: string, slot: string) => Ledger;
  /** What people set up, by id; `off` for one that is switched off. */
  readonly setUp: () => Promise<ReadonlyMap<string, Digest | 'off'>>;
  readonly put: (id: string, digest: Digest | 'off', last: KeptSlot) => Promise<void>;
  readonly ask: (ask: Ask) => Promise<void>;
  readonly asked: () => Promise<readonly Ask[]>;
  readonly answered: (ask: Ask) => Promise<void>;
  /** True for one worker within so long. */
  readonly takeTurn: (forMs: number) => Promise<boolean>;
}

export function openDigestStore(redis: Redis, seal?: Seal): DigestStore {
  const state = (id: string): string => STATE_PREFIX + id;
  const claimOf = ({ id, slot }: Pick<Claim, 'id' | 'slot'>): string => `${STATE_PREFIX}${id}:${slot}`;
  const end = async (claim: Claim, field: 'last' | 'givenUp', value: string): Promise<void> => {
    await FINISH(redis, [state(claim.id), claimOf(claim)], [claim.token, claim.slot, field, value]);
  };
  return {
    nowMs: async () => Math.floor(await clockMs(redis)),
    state: async (id) => stateIn(await redis.hgetall(state(id))),
    begin: async (id, last, restoredMs) => {
      await BEGIN(redis, [state(id)], [JSON.stringify(last), restoredMs ?? '']);
    },
    plan: async (id, last, plan) =>
      (await PLAN(redis, [state(id)], [last.key, JSON.stringify(plan), plan.slot.key])) === 1,
    claim: async (id, slot) => {
      const token = randomUUID();
      const keys = [state(id), claimOf({ id, slot })];
      return (await CLAIM(redis, keys, [slot, token, CLAIM_MS])) === 1 ? { id, slot, token } : undefined;
    },
    renew: async (claim) =>
      (await RENEW(redis, [claimOf(claim)], [claim.token, claim.token, CLAIM_MS])) === 1,
    hold: async (claim, forMs) => {
      await RENEW(redis, [claimOf(claim)], [claim.token, 'nobody', Math.round(forMs)]);
    },
    finish: (claim, slot) => end(claim, 'last', JSON.stringify(slot)),
    giveUp: (claim) => end(claim, 'givenUp', claim.slot),
    ledger: (id, slot) =>
      openLedger(redis, { key: `${POSTS_PREFIX}${id}:${slot}`, keepSeconds: POSTS_KEPT_SECONDS }),
    setUp: async () => {
      const kept = Object.entries(await redis.hgetall(SET_UP)).map(([id, text]) => {
        const value = unsealed(text, seal);
        return [id, value === 'off' ? value : digestSchema.safeParse(value).data] as const;
      });
      return new Map(
        kept.flatMap(([id, value]) =>
          value !== undefined && (value === 'off' || value.id === id) ? [[id, value] as const] : [],
        ),
      );
    },
    put: async (id, digest, last) => {
      await redis.hset(SET_UP, id, sealedText(digest, seal));
      // What passed while it was off is nothing that was missed.
      if (digest !== 'off') await redis.hset(state(id), 'last', JSON.stringify(last));
    },
    ask: async (ask) => {
      if ((await redis.hlen(ASKED)) < MAX_ASKED) await redis.hset(ASKED, ask.id, sealedText(ask, seal));
    },
    asked: async () =>
      Object.values(await redis.hgetall(ASKED)).flatMap((text) => {
        const { data: ask } = askSchema.safeParse(unsealed(text, seal));
        return ask ? [ask] : [];
      }),
    answered: async ({ id }) => {
      await redis.hdel(ASKED, id);
      await redis.del(state(askStateId(id)));
    },
    takeTurn: async (forMs) => (await redis.set(TURN, '1', 'PX', forMs, 'NX')) === 'OK',
  };
}

const BEGIN = scriptOf(`
  if redis.call('HSETNX', KEYS[1], 'last', ARGV[1]) == 0 then return 0 end
  if ARGV[2] ~= '' then redis.call('HSET', KEYS[1], 'restored', ARGV[2]) end
  return 1`);

const PLAN = scriptOf(`
  local last = redis.call('HGET', KEYS[1], 'last')
  if not last or cjson.decode(last).key ~= ARGV[1] then return 0 end
  local isNew = redis.call('HSETNX', KEYS[1], 'plan', ARGV[2])
  if isNew == 1 then redis.call('HSET', KEYS[1], 'slot', ARGV[3]) end
  return isNew`);

const CLAIM = scriptOf(`
  if redis.call('HGET', KEYS[1], 'slot') ~= ARGV[1] then return 0 end
  if redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3], 'NX') then return 1 end
  return 0`);

const RENEW = scriptOf(`
  if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
  if tonumber(ARGV[3]) > 0 then redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3]) else redis.call('DEL', KEYS[1]) end
  return 1`);

const FINISH = scriptOf(`
  if redis.call('GET', KEYS[2]) ~= ARGV[1] then return 0 end
  if redis.call('HGET', KEYS[1], 'slot') ~= ARGV[2] then return 0 end
  redis.call('HSET', KEYS[1], ARGV[3], ARGV[4])
  redis.call('HDEL', KEYS[1], 'plan', 'slot')
  return redis.call('DEL', KEYS[2])`);

function stateIn(kept: Readonly<Record<string, string>>): DigestState | undefined {
  const { data: last } = slotSchema.safeParse(parsedJson(kept.last ?? ''));
  if (!last) return undefined;
  const { data: plan } = planSchema.safeParse(parsedJson(kept.plan ?? ''));
  const restoredMs = Number(kept.restored ?? Number.NaN);
  return {
    last,
    ...(plan && { plan }),
    ...(kept.givenUp !== undefined && { givenUp: kept.givenUp }),
    ...(Number.isFinite(restoredMs) && { restoredMs }),
  };
}
