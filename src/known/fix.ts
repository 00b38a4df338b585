// Whether a look at a newer build shows the leak that an earlier report is about.
import type { FixOutcome, FollowedLeak } from '../model/fix.ts';
import type { VerdictKind } from '../model/verdict.ts';

/** What is compared of a report. */
export interface Seen {
  readonly verdict: { readonly kind: VerdictKind };
  readonly also: readonly { readonly kind: VerdictKind }[];
  readonly signatures: readonly {
    readonly family: string;
    readonly frames: readonly { readonly func: string }[];
  }[];
}

/** Verdicts that are worth following until they are gone. */
const LEAKS: ReadonlySet<VerdictKind> = new Set([
  'goroutine-leak',
  'deadlock',
  'heap-leak',
  'off-heap-growth',
  'fragmentation',
]);

export function isLeak(kind: VerdictKind): boolean {
  return LEAKS.has(kind);
}

/**
 * The same wait in the same function is the same leak: a light look cannot tell who started it. Where the earlier report
 * has no signatures, the same kind of verdict is.
 */
export function fixOutcome(before: Seen, after: Seen, state: FollowedLeak['state']): FixOutcome {
  const shown = new Set(after.signatures.map(keyOf));
  const isThere =
    before.signatures.length > 0
      ? before.signatures.some((signature) => shown.has(keyOf(signature)))
      : [after.verdict, ...after.also].some(({ kind }) => kind === before.verdict.kind);
  if (isThere) return state === 'fixed' ? 'back' : 'still';
  return after.verdict.kind === 'inconclusive' ? 'unclear' : 'fixed';
}

function keyOf({ family, frames }: Seen['signatures'][number]): string {
  return `${family}\n${frames[0]?.func ?? ''}`;
}
