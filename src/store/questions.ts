// What was asked about captures in their threads, in Redis, until it is answered and a while longer: a delivery that comes
// twice finds it there.
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { Asked } from '../model/question.ts';
import type { Ledger } from '../outbox/outbox.ts';
import { openLedger } from './ledger.ts';
import { type Seal, sealedText, unsealed } from './seal.ts';

const PREFIX = '{goleak}:question:';
const KEEP_SECONDS = 14 * 86_400;

const rank = z.number().int().min(0).max(99);
const askedSchema = z.strictObject({
  id: z.string().max(80),
  request: z.string().max(80),
  question: z.discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('why') }),
    z.strictObject({ kind: z.literal('stack'), rank }),
    z.strictObject({ kind: z.literal('stacks') }),
    z.strictObject({ kind: z.literal('owner'), rank }),
    z.strictObject({ kind: z.literal('yesterday') }),
    z.strictObject({ kind: z.literal('raw') }),
    z.strictObject({ kind: z.literal('retention') }),
    z.strictObject({ kind: z.literal('rule'), rule: z.string().max(40) }),
  ]),
  origin: z.strictObject({
    door: z.enum(['mention', 'button', 'dm']),
    user: z.string().max(40),
    channel: z.string().max(40),
    threadTs: z.string().max(40),
  }),
  atMs: z.number(),
});

export interface QuestionStore {
  /** False when it was asked before. */
  readonly keep: (asked: Asked) => Promise<boolean>;
  /** Undefined when it is not kept, or not as it was asked. */
  readonly load: (id: string) => Promise<Asked | undefined>;
  /** The outbox's memory of its answer. */
  readonly ledger: (id: string) => Ledger;
}

export function openQuestionStore(redis: Redis, seal?: Seal): QuestionStore {
  const key = (id: string): string => PREFIX + id;
  return {
    keep: async (asked) => {
      const [isNew] = await Promise.all([
        redis.hsetnx(key(asked.id), 'asked', sealedText(asked, seal)),
        redis.expire(key(asked.id), KEEP_SECONDS),
      ]);
      return isNew === 1;
    },
    load: async (id) => {
      const { data: asked } = askedSchema.safeParse(unsealed(await redis.hget(key(id), 'asked'), seal));
      return asked?.id === id ? asked : undefined;
    },
    ledger: (id) => openLedger(redis, { key: key(id), prefix: 'post:', keepSeconds: KEEP_SECONDS }),
  };
}
