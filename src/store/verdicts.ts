// The verdicts on each service, newest last, in Redis: what a digest compares. Reports themselves stay on disk, where
// only the machine that made them has them.
import type { ChainableCommander, Redis } from 'ioredis';
import { z } from 'zod';
import type { KeptSignature, KeptVerdict } from '../model/digest.ts';
import { isUploaded } from '../model/upload.ts';
import { TIERS, VERDICT_KINDS } from '../model/verdict.ts';
import type { Report, ReportSignature } from '../report/schema.ts';
import { parsedJson } from './json.ts';
import type { ReportStore } from './reports.ts';
import { scriptOf } from './script.ts';

const PREFIX = '{goleak}:verdicts:';
/** More than a digest looks at, even where somebody captures all day. */
const MAX_KEPT = 100;
const KEEP_SECONDS = 90 * 86_400;
const MAX_SIGNATURES = 5;
const MAX_SENTENCE = 600;
const MAX_NAME = 300;

const verdictSchema = z.object({
  atMs: z.number(),
  reportId: z.string(),
  kind: z.enum(VERDICT_KINDS),
  tier: z.enum(TIERS).optional(),
  summary: z.string(),
  signatures: z.array(
    z.object({
      stableId: z.string(),
      knownAs: z.string().optional(),
      func: z.string(),
      waitReason: z.string(),
      count: z.number(),
      firstSeenMs: z.number().optional(),
      firstBuild: z.string().optional(),
    }),
  ),
});

export interface VerdictStore {
  /** However often the same report is kept. */
  readonly keep: (service: string, verdict: KeptVerdict) => Promise<void>;
  /** Oldest first. */
  readonly of: (service: string) => Promise<readonly KeptVerdict[]>;
  /** The last few of each of many services, oldest first; of services without any, nothing. */
  readonly latest: (
    services: readonly string[],
    count: number,
  ) => Promise<ReadonlyMap<string, readonly KeptVerdict[]>>;
}

export function openVerdictStore(redis: Redis): VerdictStore {
  return {
    keep: async (service, verdict) => {
      const key = PREFIX + service;
      const { reportId, atMs } = verdict;
      const args = [reportId, atMs, JSON.stringify(verdict), MAX_KEPT, KEEP_SECONDS];
      await KEEP(redis, [key, reportsOf(key)], args);
    },
    of: async (service) => {
      const key = PREFIX + service;
      const ids = await redis.zrange(key, '0', '-1');
      const kept = ids.length === 0 ? [] : await redis.hmget(reportsOf(key), ...ids);
      return kept.flatMap(verdictIn);
    },
    latest: async (services, count) => {
      const listed = redis.pipeline();
      for (const service of services) listed.zrange(PREFIX + service, String(-count), '-1');
      const ids = (await answersOf(listed)) as string[][];
      const some = services.flatMap((service, at) => {
        const own = ids[at] ?? [];
        return own.length === 0 ? [] : [{ service, own }];
      });
      const read = redis.pipeline();
      for (const { service, own } of some) read.hmget(reportsOf(PREFIX + service), ...own);
      const texts = (await answersOf(read)) as (string | null)[][];
      return new Map(some.map(({ service }, at) => [service, (texts[at] ?? []).flatMap(verdictIn)]));
    },
  };
}

/** An answer that is an error counts as none: what is not known of one service hides no other. */
async function answersOf(commands: ChainableCommander): Promise<unknown[]> {
  return ((await commands.exec()) ?? []).map(([error, answer]) => (error ? [] : answer));
}

function reportsOf(key: string): string {
  return `${key}:reports`;
}

/** Keeps the verdict of every report that is saved: whichever machine has the report, all can compare. */
export function rememberingReports(
  reports: ReportStore,
  verdicts: VerdictStore,
  now: () => number,
): ReportStore {
  return {
    ...reports,
    save: async (report) => {
      await reports.save(report);
      if (!isUploaded(report.service)) await verdicts.keep(report.service, keptVerdict(report, now()));
    },
  };
}

/** What is kept of a report. */
export function keptVerdict(report: Report, nowMs: number): KeptVerdict {
  const { verdict, signatures, window, id } = report;
  const { tier } = verdict;
  return {
    atMs: window.to ?? window.from ?? nowMs,
    reportId: id,
    kind: verdict.kind,
    ...(tier !== undefined && { tier }),
    summary: verdict.summary.slice(0, MAX_SENTENCE),
    signatures: signatures.slice(0, MAX_SIGNATURES).map(keptSignature),
  };
}

function keptSignature(signature: ReportSignature): KeptSignature {
  const { stableId, knownAs, frames, state, waitReason, count, firstSeen } = signature;
  return {
    stableId,
    ...(knownAs !== undefined && { knownAs }),
    func: (frames[0]?.func ?? state).slice(0, MAX_NAME),
    waitReason: waitReason.slice(0, MAX_NAME),
    count,
    ...(firstSeen && { firstSeenMs: firstSeen.at }),
    ...(firstSeen?.build !== undefined && { firstBuild: firstSeen.build.slice(0, MAX_NAME) }),
  };
}

const KEEP = scriptOf(`
  redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1])
  redis.call('HSET', KEYS[2], ARGV[1], ARGV[3])
  local beyond = redis.call('ZCARD', KEYS[1]) - ARGV[4]
  if beyond > 0 then
    local gone = redis.call('ZRANGE', KEYS[1], 0, beyond - 1)
    redis.call('ZREM', KEYS[1], unpack(gone))
    redis.call('HDEL', KEYS[2], unpack(gone))
  end
  redis.call('EXPIRE', KEYS[1], ARGV[5])
  redis.call('EXPIRE', KEYS[2], ARGV[5])
  return 1`);

function verdictIn(text: string | null): readonly KeptVerdict[] {
  const { data: verdict } = verdictSchema.safeParse(parsedJson(text ?? ''));
  return verdict ? [verdict as KeptVerdict] : [];
}
