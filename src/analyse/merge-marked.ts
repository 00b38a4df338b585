// Goroutines the runtime's detector marked in an earlier capture print `(leaked)` for ever after; those that
// leaked since do not. Both wait at one place for one reason, so people are shown one signature.
import type { LeakSignature, Tier } from '../model/verdict.ts';
import { joinedProof } from './proof.ts';

const CERTAINTY: readonly Tier[] = ['suspect', 'probable', 'proven'];

/** Joins signatures that differ in nothing but the mark; order is kept, the better proven one leads. */
export function mergeMarked(signatures: readonly LeakSignature[]): LeakSignature[] {
  const merged = new Map<string, LeakSignature>();
  for (const signature of signatures) {
    const [blocked] = signature.frames;
    const key = `${signature.stableId} ${blocked?.file}:${blocked?.line}`;
    const before = merged.get(key);
    merged.set(key, before === undefined ? signature : join(before, signature));
  }
  return [...merged.values()];
}

function join(first: LeakSignature, second: LeakSignature): LeakSignature {
  const retainedBytes = Math.max(first.retainedBytes ?? 0, second.retainedBytes ?? 0);
  const delta = first.delta + second.delta;
  const proof = joinedProof(first.proof, second.proof);
  // What is said of one half is not true of the whole: the surer half speaks for both.
  const surer = CERTAINTY.indexOf(second.tier) > CERTAINTY.indexOf(first.tier) ? second : first;
  return {
    ...first,
    count: first.count + second.count,
    delta,
    perMinute: first.perMinute + second.perMinute,
    tier: surer.tier,
    score: Math.max(first.score, second.score),
    because: surer.because,
    status: first.status === 'new' && second.status === 'new' ? 'new' : delta > 0 ? 'grown' : 'steady',
    ...(proof && { proof }),
    ...(retainedBytes > 0 && { retainedBytes }),
  };
}
