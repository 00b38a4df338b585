// Rules that people made about signatures, in Redis, sealed: whoever can only write there hides no leak. What each of them
// hid is counted beside it, once a capture.
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { Failure } from '../failure.ts';
import { REASON_CHARACTERS, type Rule, type Tally } from '../model/rule.ts';
import { scriptOf } from './script.ts';
import { type Seal, sealedText, unsealed } from './seal.ts';

const RULES = '{goleak}:rules';
const TALLY_PREFIX = '{goleak}:rule:';
/** Captures by when they were counted, for as long as one may be told again. */
const SEEN_PREFIX = '{goleak}:rule-captures:';
/** More than anybody looks through. */
const MOST_RULES = 500;
/** What ended so long ago is deleted when the next one is made. */
const KEEP_ENDED_MS = 30 * 86_400_000;
/** A capture is not analysed again after this. */
const SEEN_SECONDS = 3 * 86_400;
const TALLY_SECONDS = 400 * 86_400;

const ruleSchema = z.strictObject({
  id: z.string().regex(/^[0-9a-f]{12}$/),
  kind: z.enum(['snooze', 'not-a-leak']),
  signature: z.string().max(40),
  label: z.string().max(300),
  service: z.string().max(80),
  scope: z.enum(['service', 'everywhere']),
  by: z.string().max(40),
  reason: z.string().max(REASON_CHARACTERS),
  atMs: z.number(),
  untilMs: z.number(),
  request: z.string().max(80),
  question: z.string().max(80),
  removed: z.strictObject({ by: z.string().max(40), atMs: z.number() }).optional(),
});

export interface RuleStore {
  /** Takes the place of an earlier one of its id. @throws Failure `too_many_rules` */
  readonly put: (rule: Rule) => Promise<void>;
  /** Ended ones too, for a while; the latest first. */
  readonly all: () => Promise<readonly Rule[]>;
  readonly find: (id: string) => Promise<Rule | undefined>;
  /** Counts what a rule hid in a capture, however often it is told. */
  readonly hid: (id: string, capture: { readonly report: string; readonly count: number }) => Promise<void>;
  readonly tallies: (ids: readonly string[]) => Promise<ReadonlyMap<string, Tally>>;
}

export function openRuleStore(redis: Redis, seal?: Seal): RuleStore {
  const read = (kept: string | null): Rule | undefined =>
    ruleSchema.safeParse(unsealed(kept, seal)).data as Rule | undefined;
  const all = async (): Promise<readonly Rule[]> => {
    const kept = Object.values(await redis.hgetall(RULES));
    return kept.flatMap((text) => read(text) ?? []).toSorted((a, b) => b.atMs - a.atMs);
  };
  return {
    all,
    find: async (id) => read(await redis.hget(RULES, id)),
    put: async (rule) => {
      const kept = await all();
      const ended = kept.filter((each) => endOf(each) < rule.atMs - KEEP_ENDED_MS && each.id !== rule.id);
      const others = kept.filter(({ id }) => id !== rule.id).length - ended.length;
      if (others >= MOST_RULES) throw new Failure('too_many_rules', { most: MOST_RULES });
      if (ended.length > 0) await redis.hdel(RULES, ...ended.map(({ id }) => id));
      await redis.hset(RULES, rule.id, sealedText(rule, seal));
    },
    hid: async (id, { report, count }) => {
      await HID(redis, [SEEN_PREFIX + id, TALLY_PREFIX + id], [report, count, SEEN_SECONDS, TALLY_SECONDS]);
    },
    tallies: async (ids) => {
      const kept = await Promise.all(
        ids.map((id) => redis.hmget(TALLY_PREFIX + id, 'captures', 'last', 'most')),
      );
      return new Map(
        kept.flatMap(([captures, last, most], at) =>
          captures === null || captures === undefined
            ? []
            : [[ids[at] ?? '', { captures: Number(captures), last: Number(last), most: Number(most) }]],
        ),
      );
    },
  };
}

const HID = scriptOf(`
  local now = tonumber(redis.call('TIME')[1])
  redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - ARGV[3])
  local isNew = redis.call('ZADD', KEYS[1], 'NX', now, ARGV[1]) == 1
  redis.call('EXPIRE', KEYS[1], ARGV[3])
  if not isNew then return 0 end
  redis.call('HINCRBY', KEYS[2], 'captures', 1)
  redis.call('HSET', KEYS[2], 'last', ARGV[2])
  local most = tonumber(redis.call('HGET', KEYS[2], 'most') or '0')
  if tonumber(ARGV[2]) > most then redis.call('HSET', KEYS[2], 'most', ARGV[2]) end
  redis.call('EXPIRE', KEYS[2], ARGV[4])
  return 1`);

function endOf({ untilMs, removed }: Rule): number {
  return removed?.atMs ?? untilMs;
}
