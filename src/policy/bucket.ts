// How often one sender may deliver: a bucket of tokens that fills by itself. Pure; the moment comes in.

export interface Bucket {
  readonly tokens: number;
  readonly atMs: number;
}

export interface BucketRate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Takes a token. `waitMs` is 0 when there was one, else how long it takes until there is. */
export function spendToken(
  bucket: Bucket | undefined,
  nowMs: number,
  { burst, perSecond }: BucketRate,
): { readonly bucket: Bucket; readonly waitMs: number } {
  const passedMs = Math.max(0, nowMs - (bucket?.atMs ?? nowMs));
  const tokens = Math.min(burst, (bucket?.tokens ?? burst) + (passedMs / 1000) * perSecond);
  if (tokens >= 1) return { bucket: { tokens: tokens - 1, atMs: nowMs }, waitMs: 0 };
  return { bucket: { tokens, atMs: nowMs }, waitMs: Math.ceil(((1 - tokens) / perSecond) * 1000) };
}
