// A lock that lets somebody through is contended, not stuck. Snapshots of a convoy look frozen: nearly everyone
// waits each time. But somebody left between two of them, or whoever uses the same object was seen at work.
import type { Judgement } from './judge.ts';
import { isStandardLibrary } from './ownership.ts';
import type { Signature } from './signature.ts';
import { logistic } from './trend.ts';

const PROGRESS = -4.5;

export function weighLockProgress(judgements: readonly Judgement[]): Judgement[] {
  const moving = new Set<string>();
  for (const judgement of judgements) {
    if (isLock(judgement.signature) && letsThrough(judgement)) {
      for (const owner of ownersOf(judgement.signature)) moving.add(owner);
    }
  }
  if (moving.size === 0) return [...judgements];
  return judgements.map((judgement) => {
    const { signature, score, weights } = judgement;
    const isProven = weights.some((weight) => weight.points >= 9);
    if (isProven || !isLock(signature) || !ownersOf(signature).some((owner) => moving.has(owner)))
      return judgement;
    const text = 'the lock lets others through: contended, not stuck';
    return {
      ...judgement,
      score: score + PROGRESS,
      probability: logistic(score + PROGRESS),
      weights: [...weights, { points: PROGRESS, text }],
    };
  });
}

/** Aged waiters that went on, or fellows of the same job seen elsewhere; a request's goroutine has many jobs. */
function letsThrough({ track }: Judgement): boolean {
  const identity = track.identity;
  return identity !== undefined && (identity.moved > 0 || identity.ended > 0);
}

function isLock({ family }: Signature): boolean {
  return family === 'mutex' || family === 'rwmutex';
}

/** The type whose method takes the lock, or the function; and who started the goroutine, for closures. */
function ownersOf({ frames, createdBy }: Signature): string[] {
  const own = frames.find((frame) => !isStandardLibrary(frame.func))?.func;
  if (own === undefined) return [];
  const type = /^(.*\(\*?[^)]+\))\./.exec(own)?.[1];
  if (type !== undefined) return [type];
  return createdBy && !isStandardLibrary(createdBy.func) ? [own, `go ${createdBy.func}`] : [own];
}
