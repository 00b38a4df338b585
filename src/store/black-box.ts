// The last captures of each instance, in Redis: few lines each, so that a pod that is gone still has its evidence told,
// wherever the report itself is.
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { KEEP_SECONDS, outOfBounds } from '../known/black-box.ts';
import type { KeptPair } from '../model/black-box.ts';
import { TIERS, VERDICT_KINDS } from '../model/verdict.ts';
import type { Report } from '../report/schema.ts';

const PREFIX = '{goleak}:black-box:';
const MAX_SENTENCE = 700;

const pairSchema = z.object({
  reportId: z.string(),
  atMs: z.number(),
  kind: z.enum(VERDICT_KINDS),
  tier: z.enum(TIERS).optional(),
  confidence: z.number(),
  summary: z.string(),
  nextStep: z.string(),
  bytes: z.number(),
  isQuiet: z.literal(true).optional(),
});

export interface BlackBox {
  /** Keeps a capture of an instance, however often; gives those that made room for it. */
  readonly keep: (
    service: string,
    instance: string,
    pair: KeptPair,
    nowMs: number,
  ) => Promise<readonly KeptPair[]>;
  /** What is kept of an instance, the newest first. */
  readonly pairs: (service: string, instance: string) => Promise<readonly KeptPair[]>;
}

export function openBlackBox(redis: Redis): BlackBox {
  const keyOf = (service: string, instance: string): string => `${PREFIX}${service}:${instance}`;
  return {
    keep: async (service, instance, pair, nowMs) => {
      const key = keyOf(service, instance);
      const [, , kept] =
        (await redis
          .multi()
          .hset(key, pair.reportId, JSON.stringify(pair))
          .expire(key, KEEP_SECONDS)
          .hvals(key)
          .exec()) ?? [];
      const texts = kept?.[0] === null && Array.isArray(kept[1]) ? kept[1] : [];
      const gone = outOfBounds(texts.flatMap(pairIn), nowMs);
      if (gone.length > 0) await redis.hdel(key, ...gone.map(({ reportId }) => reportId));
      return gone;
    },
    pairs: async (service, instance) =>
      (await redis.hvals(keyOf(service, instance))).flatMap(pairIn).sort((a, b) => b.atMs - a.atMs),
  };
}

/** What the black box keeps of a report; undefined for one that is no pair. */
export function pairOf(report: Report, isQuiet: boolean): KeptPair | undefined {
  const { verdict, window, artefacts, id } = report;
  if (window.snapshots < 2 || window.to === undefined) return undefined;
  const { kind, tier, confidence, summary, nextStep } = verdict;
  return {
    reportId: id,
    atMs: window.to,
    kind,
    ...(tier !== undefined && { tier }),
    confidence,
    summary: summary.slice(0, MAX_SENTENCE),
    nextStep: nextStep.slice(0, MAX_SENTENCE),
    bytes: artefacts.reduce((sum, { bytes }) => sum + bytes, 0),
    ...(isQuiet && { isQuiet: true as const }),
  };
}

function pairIn(text: unknown): readonly KeptPair[] {
  try {
    const { data: pair } = pairSchema.safeParse(JSON.parse(String(text)));
    return pair ? [pair as KeptPair] : [];
  } catch {
    return [];
  }
}
