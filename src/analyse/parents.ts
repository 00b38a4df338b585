// Children whose parent stands by: a request that started helpers, and whose client still waits, has not lost them. Leaks are left
// behind by calls that have returned, or wait beneath a parent that is stuck itself.
import type { Population, Roster } from './group.ts';
import type { Judgement } from './judge.ts';
import { servesRequests } from './kinship.ts';
import { watchesOf } from './requests.ts';
import type { Signature } from './signature.ts';
import { logistic } from './trend.ts';

/** The parent is the story then: its children may not score more than this. */
const STANDS_BY = -1;
const LEAST_SHARE = 0.8;
/** Fewer parents may be dispatchers, which stand by whatever they start. */
const LEAST_PARENTS = 3;
/** Dispatchers live long: of calls, at least this share came during the window. */
const LEAST_NEW = 0.3;
/** From here on a parent counts as stuck. */
const STUCK_FROM = 0.52;

export function weighParents(roster: Roster, judgements: readonly Judgement[]): Judgement[] {
  const dumps = roster.dumps.filter((dump) => dump !== undefined);
  const [first, last] = [dumps[0], dumps[dumps.length - 1]];
  if (!first || !last || dumps.length < 2 || !roster.followed) return [...judgements];
  const stuck = new Set(
    judgements.filter(({ probability }) => probability >= STUCK_FROM).map(({ track }) => track.index),
  );
  const standingBy = childrenOfPatience(first, last, roster.signatures, stuck);
  return judgements.map((judgement) => {
    if (judgement.score >= 9 || !standingBy.has(judgement.track.index)) return judgement;
    const score = Math.min(judgement.score, STANDS_BY);
    const text = 'the calls that started them are still at work with them';
    return {
      ...judgement,
      score,
      probability: logistic(score),
      weights: [...judgement.weights, { points: score - judgement.score, text }],
    };
  });
}

interface Brood {
  readonly parents: Set<number>;
  members: number;
  accompanied: number;
}

function childrenOfPatience(
  first: Population,
  last: Population,
  signatures: readonly Signature[],
  stuck: ReadonlySet<number>,
): ReadonlySet<number> {
  const broods = new Map<number, Brood>();
  const watches = watchesOf(last, signatures);
  const serves = signatures.map(servesRequests);
  const names = signatures.map(({ frames }) => new Set(frames.map((frame) => frame.func)));
  for (let row = 0; row < last.ids.length; row++) {
    const index = last.signatureOf[row] ?? 0;
    const starter = signatures[index]?.createdBy?.func;
    if (starter === undefined || starter === 'main.main') continue;
    const brood = broods.get(index) ?? { parents: new Set(), members: 0, accompanied: 0 };
    broods.set(index, brood);
    brood.members += 1;
    const at = last.signatureOf[last.creatorRow[row] ?? -1] ?? -1;
    const signature = signatures[at];
    if (!signature || !serves[at] || stuck.has(at) || !names[at]?.has(starter)) continue;
    const parent = last.dump.creatorIds[row] ?? 0;
    if (!watches.has(parent) && signature.family !== 'io') continue;
    brood.accompanied += 1;
    brood.parents.add(parent);
  }
  const found = new Set<number>();
  for (const [index, { parents, members, accompanied }] of broods) {
    const fresh = [...parents].filter((parent) => !first.position.has(parent)).length;
    const areCalls = parents.size >= LEAST_PARENTS && fresh >= LEAST_NEW * parents.size;
    if (areCalls && accompanied >= LEAST_SHARE * members) found.add(index);
  }
  return found;
}
