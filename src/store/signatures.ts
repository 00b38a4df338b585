// Signatures of requests that were let in, so that none is let in twice: in Redis, where every app looks, and in this
// process, which has to do while Redis is away.
import { createHash, randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { Log } from '../log.ts';

const PREFIX = '{goleak}:signature:';
/** Slack waits three seconds in all. */
const ANSWER_WITHIN_MS = 400;
/** Only good signatures are remembered: at 25 requests a second this is what lives at a time. */
const MAX_REMEMBERED = 16_384;

/** False when the signature was seen before, by any app while Redis answers, by this one while it does not. */
export type FirstTime = (signature: string) => Promise<boolean>;

export function openSignatureMemory(
  redis: Redis,
  livesMs: number,
  { now, log }: { readonly now: () => number; readonly log: Log },
): FirstTime {
  const own = new Map<string, number>();
  let isAway = false;

  const firstHere = (signature: string): boolean => {
    const nowMs = now();
    // Insertion order is the order of expiry.
    for (const [seen, untilMs] of own) {
      if (untilMs > nowMs && own.size < MAX_REMEMBERED) break;
      own.delete(seen);
    }
    if (own.has(signature)) return false;
    own.set(signature, nowMs + livesMs);
    return true;
  };
  const firstAnywhere = async (signature: string): Promise<boolean> => {
    const key = PREFIX + createHash('sha256').update(signature).digest('hex').slice(0, 40);
    const nonce = randomUUID();
    if ((await redis.set(key, nonce, 'PX', livesMs, 'NX')) === 'OK') return true;
    // A command whose answer was lost is sent again, and would find itself.
    return (await redis.get(key)) === nonce;
  };

  return async (signature) => {
    if (!firstHere(signature)) return false;
    const answer = await withinTime(firstAnywhere(signature));
    if ((answer === undefined) !== isAway) {
      isAway = answer === undefined;
      if (isAway) log.warn('Redis is away: a request is known again only by the app that let it in.');
    }
    return answer ?? true;
  };
}

async function withinTime(asked: Promise<boolean>): Promise<boolean | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ANSWER_WITHIN_MS);
  });
  const answer = await Promise.race([asked.catch(() => undefined), late]);
  clearTimeout(timer);
  return answer;
}
