// The clock that all processes share.
import type { Redis } from 'ioredis';

/** Redis's time in Unix milliseconds with fractions. */
export async function clockMs(redis: Redis): Promise<number> {
  const [seconds = 0, micros = 0] = (await redis.time()).map(Number);
  return seconds * 1_000 + micros / 1_000;
}
