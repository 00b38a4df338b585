// Pairs of snapshots that probes pushed, in Redis until a worker has taken them: whichever process took them in has no
// disk in common with it. Credentials are struck out of them already. Bounded in number, size and time, and sealed.
import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { ProbeSnapshot } from '../model/probe.ts';
import { parsedJson } from './json.ts';
import { type Seal, sealedText, unsealed } from './seal.ts';

/** All keys share one hash slot, so that a Redis Cluster works too. */
const PREFIX = '{goleak}:push:';
const HELD = '{goleak}:pushes:held';
const DIGEST_PREFIX = '{goleak}:push-digest:';
/** A request waits for fifteen minutes at most. */
const KEEP_SECONDS = 30 * 60;
/** A probe pushes what an earlier process left behind for a day. */
const DIGEST_SECONDS = 2 * 86_400;
/** Together at most 128 MiB of Redis's memory. */
const MAX_HELD = 16;
export const MAX_PACKED_BYTES = 6 * 1024 * 1024;
const MAX_INFLATED_BYTES = 96 * 1024 * 1024;

const recordSchema = z.object({
  instance: z.string(),
  snapshots: z.array(
    z.object({
      beganMs: z.number(),
      goroutines: z.number(),
      problems: z.array(z.string()),
      clues: z.array(
        z.object({
          ask: z.string(),
          inside: z.object({ beganMs: z.number(), fromNs: z.number(), toNs: z.number() }),
          file: z.string().optional(),
          bytes: z.string().optional(),
          problem: z.string().optional(),
        }),
      ),
    }),
  ),
});

export interface PushedPair {
  readonly instance: string;
  readonly snapshots: readonly ProbeSnapshot[];
}

export interface PushStore {
  /** Keeps a pair for a request; `large` or `full` when there is no room for it. */
  readonly keep: (id: string, pair: PushedPair, nowMs: number) => Promise<'kept' | 'large' | 'full'>;
  readonly load: (id: string) => Promise<PushedPair | undefined>;
  readonly drop: (id: string) => Promise<void>;
  /** True once the same bytes were noted. */
  readonly wasHeard: (digest: string) => Promise<boolean>;
  readonly noteHeard: (digest: string) => Promise<void>;
}

export function openPushStore(redis: Redis, seal?: Seal): PushStore {
  return {
    keep: async (id, pair, nowMs) => {
      const packed = await promisify(gzip)(JSON.stringify(written(pair)), { level: 1 });
      if (packed.byteLength > MAX_PACKED_BYTES) return 'large';
      await redis.zremrangebyscore(HELD, 0, nowMs - KEEP_SECONDS * 1_000);
      const [held, isHeld] = await Promise.all([redis.zcard(HELD), redis.zscore(HELD, id)]);
      if (held >= MAX_HELD && isHeld === null) return 'full';
      const text = sealedText(packed.toString('base64'), seal);
      await redis
        .multi()
        .set(PREFIX + id, text, 'EX', KEEP_SECONDS)
        .zadd(HELD, nowMs, id)
        .exec();
      return 'kept';
    },
    load: async (id) => {
      const packed = unsealed(await redis.get(PREFIX + id), seal);
      if (typeof packed !== 'string') return undefined;
      const limit = { maxOutputLength: MAX_INFLATED_BYTES };
      const json = await promisify(gunzip)(Buffer.from(packed, 'base64'), limit).catch(() => undefined);
      const record = json && recordSchema.safeParse(parsedJson(json.toString())).data;
      return record && read(record);
    },
    drop: async (id) => {
      await redis
        .multi()
        .del(PREFIX + id)
        .zrem(HELD, id)
        .exec();
    },
    wasHeard: async (digest) => (await redis.exists(DIGEST_PREFIX + digest)) === 1,
    noteHeard: async (digest) => {
      await redis.set(DIGEST_PREFIX + digest, '1', 'EX', DIGEST_SECONDS);
    },
  };
}

function written({ instance, snapshots }: PushedPair): z.infer<typeof recordSchema> {
  return {
    instance,
    snapshots: snapshots.map(({ beganMs, goroutines, problems, clues }) => ({
      beganMs,
      goroutines,
      problems: [...problems],
      clues: clues.map(({ bytes, ...clue }) => ({
        ...clue,
        ...(bytes && { bytes: Buffer.from(bytes).toString('base64') }),
      })),
    })),
  };
}

function read({ instance, snapshots }: z.infer<typeof recordSchema>): PushedPair {
  return {
    instance,
    snapshots: snapshots.map((snapshot) => ({
      ...snapshot,
      clues: snapshot.clues.map(({ ask, inside, file, bytes, problem }) => ({
        ask,
        inside,
        ...(file !== undefined && { file }),
        ...(bytes !== undefined && { bytes: new Uint8Array(Buffer.from(bytes, 'base64')) }),
        ...(problem !== undefined && { problem }),
      })),
    })),
  };
}
