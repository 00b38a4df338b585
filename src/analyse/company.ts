// Stuck together: once a goroutine is known to be stuck, those started by the same vanished call, or blocked
// in methods of the same object, are stuck with it. This is what names the far end of a deadlock, which alone
// looks like any idle receiver.
import type { Population, Roster } from './group.ts';
import type { Judgement } from './judge.ts';
import type { Signature } from './signature.ts';
import { logistic } from './trend.ts';

/** From this probability on a signature vouches for its company. */
const ANCHOR_FROM = 0.75;
/** Adopting is for the handful at the far end of a tangle, not for crowds. */
const MOST_ADOPTED = 200;
const SAME_CALL = 3.4;
const SAME_OBJECT = 2.4;

export function weighCompany(roster: Roster, judgements: readonly Judgement[]): Judgement[] {
  const last = [...roster.dumps].reverse().find((dump) => dump !== undefined);
  if (!last || !roster.followed) return [...judgements];
  const anchors = new Set(
    judgements
      .filter((judgement) => judgement.probability >= ANCHOR_FROM)
      .map((judgement) => judgement.track.index),
  );
  if (anchors.size === 0) return [...judgements];
  const ties = tiesOf(last, roster.signatures, anchors);
  return judgements.map((judgement) => {
    const { track, probability } = judgement;
    const stands = judgement.growth === 'constant' || judgement.growth === 'growing';
    const adoptable = stands && probability < ANCHOR_FROM && BLOCKED.has(judgement.signature.family);
    const members = track.counts[track.counts.length - 1] ?? 0;
    if (!adoptable || members > MOST_ADOPTED || judgement.resident) return judgement;
    const moved = track.identity?.moved ?? 0;
    const tie = ties(track.index);
    if (!tie || moved > 0) return judgement;
    const points = tie === 'call' ? SAME_CALL : SAME_OBJECT;
    const text =
      tie === 'call'
        ? 'the same call, long returned, started goroutines that are stuck'
        : 'it waits in a method of the object that others are stuck on';
    const score = judgement.score + points;
    return {
      ...judgement,
      score,
      probability: logistic(score),
      weights: [...judgement.weights, { points, text }],
    };
  });
}

const BLOCKED: ReadonlySet<string> = new Set([
  'chan-send',
  'chan-receive',
  'select',
  'waitgroup',
  'cond',
  'mutex',
  'rwmutex',
  'semaphore',
]);

type Tie = 'call' | 'object';

/** A method's receiver comes first among its arguments; the semaphore of a lock in it lies a little further on. */
const OBJECT_BYTES = 256;

function holdsLock(locks: Float64Array, object: number): boolean {
  let low = 0;
  let high = locks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((locks[middle] ?? 0) < object) low = middle + 1;
    else high = middle;
  }
  const lock = locks[low];
  return lock !== undefined && lock - object < OBJECT_BYTES;
}

/**
 * Names the call that started a goroutine, once it has returned: the creator has ended, or stands elsewhere
 * by now. Calls still running, and those of main.main itself, start the program's standing furniture.
 */
function callsReturned(dump: Population, signatures: readonly Signature[]): (row: number) => string {
  const names = signatures.map(({ frames }) => new Set(frames.map((frame) => frame.func)));
  return (row) => {
    const creator = dump.dump.creatorIds[row] ?? 0;
    const starter = signatures[dump.signatureOf[row] ?? 0]?.createdBy?.func ?? '';
    if (creator === 0 || starter === '' || starter === 'main.main') return '';
    const creatorRow = dump.creatorRow[row] ?? -1;
    if (creatorRow < 0) return `${creator}`;
    return names[dump.signatureOf[creatorRow] ?? 0]?.has(starter) ? '' : `${creator} ${starter}`;
  };
}

function tiesOf(
  dump: Population,
  signatures: readonly Signature[],
  anchors: ReadonlySet<number>,
): (index: number) => Tie | undefined {
  const calls = new Set<string>();
  const callers = new Set<number>();
  const words = new Set<number>();
  const locks: number[] = [];
  const callOf = callsReturned(dump, signatures);
  for (let row = 0; row < dump.ids.length; row++) {
    const index = dump.signatureOf[row] ?? -1;
    if (!anchors.has(index)) continue;
    calls.add(callOf(row));
    callers.add(dump.dump.creatorIds[row] ?? 0);
    const word = dump.dump.waitWords[row] ?? 0;
    const family = signatures[index]?.family;
    if ((family === 'mutex' || family === 'rwmutex') && word > 0) locks.push(word);
    else words.add(word);
  }
  calls.delete('');
  words.delete(0);
  const sorted = Float64Array.from(new Set(locks)).sort();
  const isSameObject = (word: number) => word > 0 && (words.has(word) || holdsLock(sorted, word));
  const tied = new Map<number, { call: number; object: number; members: number }>();
  for (let row = 0; row < dump.ids.length; row++) {
    const index = dump.signatureOf[row] ?? 0;
    const tally = tied.get(index) ?? { call: 0, object: 0, members: 0 };
    tally.members += 1;
    // Names are put together only for those whose creator is known to have left somebody stuck.
    if (callers.has(dump.dump.creatorIds[row] ?? 0) && calls.has(callOf(row))) tally.call += 1;
    if (isSameObject(dump.dump.waitWords[row] ?? 0)) tally.object += 1;
    tied.set(index, tally);
  }
  return (index) => {
    const tally = tied.get(index);
    if (!tally) return undefined;
    if (tally.call / tally.members >= 0.5) return 'call';
    return tally.object / tally.members >= 0.5 ? 'object' : undefined;
  };
}
