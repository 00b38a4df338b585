// Who waits for a lock, who is likely to hold it, and whether they wait for each other. Go records no lock
// owners, so this reads the stacks: the holder stands in a method of the same type, blocked on something else.
import type { Examination } from './examine.ts';
import type { Judgement } from './judge.ts';
import { LISTED_FROM } from './leak-signatures.ts';
import { isStandardLibrary } from './ownership.ts';
import type { Signature } from './signature.ts';
import { shortName } from './wording.ts';

export interface Tangle {
  readonly waiting: number;
  readonly holders: readonly { readonly signature: Signature; readonly why: string }[];
  /** Functions whose goroutines wait for locks of each other; empty when no cycle shows. */
  readonly cycle: readonly string[];
}

const MOST_HOLDERS = 3;

export function lockTangle(exam: Examination): Tangle | undefined {
  const waiters = exam.judgements.filter(
    (judgement) => isLock(judgement) && judgement.probability >= LISTED_FROM,
  );
  if (waiters.length === 0) return undefined;
  const owners = new Set(waiters.flatMap(({ signature }) => ownersOf(signature)));
  const holders = exam.judgements
    .filter((judgement) => !isLock(judgement) && isStill(judgement))
    .flatMap(({ signature }) => {
      const owner = ownersOf(signature).find((name) => owners.has(name));
      return owner
        ? [{ signature, why: `blocked inside ${shortName(owner)} while others wait for its lock` }]
        : [];
    })
    .slice(0, MOST_HOLDERS);
  return {
    waiting: waiters.reduce((sum, { track }) => sum + (track.counts[track.counts.length - 1] ?? 0), 0),
    holders,
    cycle: holders.length === 0 ? cycleOf(waiters) : [],
  };
}

/** With no holder outside, two or more places that wait for locks without moving wait for each other. */
function cycleOf(waiters: readonly Judgement[]): readonly string[] {
  const places = waiters
    .filter(({ growth }) => growth === 'constant')
    .map(({ signature }) => shortName(signature.frames[0]?.func ?? ''));
  return places.length >= 2 ? [...new Set(places)] : [];
}

/**
 * `main.(*store).put` -> `main.(*store)`; a plain function stands for itself. Own frames only: sharing
 * `net/http.(*conn)` is no kinship.
 */
function ownersOf({ frames }: Signature): string[] {
  return frames
    .filter((frame) => !isStandardLibrary(frame.func))
    .map((frame) => /^(.*\(\*?[^)]+\))\./.exec(frame.func)?.[1] ?? frame.func);
}

function isLock({ signature }: Judgement): boolean {
  return signature.family === 'mutex' || signature.family === 'rwmutex';
}

function isStill({ growth, track }: Judgement): boolean {
  return (growth === 'constant' || growth === 'growing') && (track.identity?.moved ?? 0) === 0;
}
