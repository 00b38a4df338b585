// A lock that lets somebody through is contended, not stuck. Snapshots of a convoy look frozen: nearly everyone
// waits each time. But somebody left between two of them, or got past the line where the others wait.
import type { Frame } from '../model/goroutine.ts';
import { isProven } from './evidence.ts';
import type { Population, Roster } from './group.ts';
import type { Judgement } from './judge.ts';
import { isStandardLibrary } from './ownership.ts';
import type { Signature } from './signature.ts';
import { logistic } from './trend.ts';

const PROGRESS = -4.5;

/** Past this many suspects somebody is playing with us; each costs a look at every group. */
const MOST_SUSPECTS = 32;
const SUSPECT_FROM = 0.2;

export function weighLockProgress(roster: Roster, judgements: readonly Judgement[]): Judgement[] {
  const moving = new Set<string>();
  const locks = judgements.filter(({ signature }) => isLock(signature));
  const suspects = new Set(
    locks
      .filter(({ probability }) => probability >= SUSPECT_FROM)
      .toSorted((a, b) => b.probability - a.probability)
      .slice(0, MOST_SUSPECTS),
  );
  for (const judgement of locks) {
    if (letsThrough(judgement) || (suspects.has(judgement) && isPassed(judgement, roster))) {
      for (const owner of ownersOf(judgement.signature)) moving.add(owner);
    }
  }
  if (moving.size === 0) return [...judgements];
  return judgements.map((judgement) => {
    const { signature, score, weights } = judgement;
    if (isProven(weights) || !isLock(signature) || !ownersOf(signature).some((owner) => moving.has(owner)))
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

/**
 * Whether somebody got beyond the line where members stood all the while:
 * `main.(*bank).transfer:149 [sync.Mutex.Lock] ×3` and, new since the last dump, `main.(*bank).transfer:151 [sleep] ×1`.
 * A lock that nobody gives back lets nobody past.
 */
function isPassed({ signature, track: { identity } }: Judgement, roster: Roster): boolean {
  const site = ownFrame(signature.frames);
  const stayed = identity !== undefined && identity.young.survived + identity.veterans.survived > 0;
  if (!stayed || site === undefined || site.line === 0) return false;
  const beyond = roster.dumps.flatMap((dump) => (dump ? [idsBeyond(dump, site)] : []));
  return beyond.slice(1).some((ids, at) => {
    const earlier = new Set(beyond[at]);
    return ids.some((id) => !earlier.has(id));
  });
}

/** Goroutines that stand in the same function on a later line. Lines of outer frames differ within a signature. */
function idsBeyond({ dump, ids }: Population, site: Frame): number[] {
  const beyond = dump.groups.map(({ frames }) =>
    frames.some(({ func, file, line }) => func === site.func && file === site.file && line > site.line),
  );
  return beyond.includes(true) ? [...ids.filter((_, row) => beyond[dump.groupOf[row] ?? -1] === true)] : [];
}

function ownFrame(frames: readonly Frame[]): Frame | undefined {
  return frames.find((frame) => !isStandardLibrary(frame.func));
}

function isLock({ family }: Signature): boolean {
  return family === 'mutex' || family === 'rwmutex';
}

/** The type whose method takes the lock, or the function; and who started the goroutine, for closures. */
function ownersOf({ frames, createdBy }: Signature): string[] {
  const own = ownFrame(frames)?.func;
  if (own === undefined) return [];
  const type = /^(.*\(\*?[^)]+\))\./.exec(own)?.[1];
  if (type !== undefined) return [type];
  return createdBy && !isStandardLibrary(createdBy.func) ? [own, `go ${createdBy.func}`] : [own];
}
