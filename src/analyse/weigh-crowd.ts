// The book for crowds that stand still: what every healthy service is made of, and what an old leak looks like.
import type { WaitFamily } from '../model/goroutine.ts';
import { formatCount, formatDuration } from '../model/units.ts';
import type { Add, Surroundings } from './evidence.ts';
import type { Kinship } from './kinship.ts';
import type { Signature } from './signature.ts';
import type { Track } from './track.ts';
import { weighConnections, weighCreators, weighDrain, weighPool, weighWork } from './weigh-kinship.ts';

const CROWD_FAMILY: Readonly<Partial<Record<WaitFamily, number>>> = {
  'nil-chan': 3.5,
  mutex: 2,
  rwmutex: 2,
  'chan-send': 0.2,
  waitgroup: -1.2,
  semaphore: -1,
  coroutine: -1,
  'chan-receive': -2.7,
  cond: -2.7,
  select: -3,
  park: -4,
  sleep: -5,
  io: -6,
  syscall: -6,
};

/** A count that stands still: boot-time pools look so, and so does a leak whose cause is over. */
export function weighCrowd(track: Track, signature: Signature, around: Surroundings, add: Add): void {
  const identity = track.identity;
  const { family } = signature;
  const base = CROWD_FAMILY[family] ?? -6;
  const windowMs = (around.atMs[around.atMs.length - 1] ?? 0) - (around.atMs[0] ?? 0);
  if (!identity) {
    add(Math.min(base - 3, 0), 'no ids: nobody can say whether they are the same goroutines');
    return;
  }
  const { kinship, cohorts } = identity;
  const count = cohorts[0] ?? 0;
  add(
    base,
    `${formatCount(count)} goroutines stood still for ${formatDuration(windowMs)} (${signature.state})`,
  );
  if (family === 'mutex' || family === 'rwmutex') {
    add(windowMs >= 8000 ? 0.8 : -1.5, 'no critical section takes that long');
  }
  if (kinship.includesMain)
    add(family === 'mutex' || family === 'rwmutex' ? 0.5 : -3, 'the main goroutine is among them');
  if (identity.ended >= 3 && cohorts.slice(1).every((cohort) => cohort === 0)) {
    add(
      -Math.min(4, 1.5 + 0.3 * identity.ended),
      `${formatCount(identity.ended)} have ended and none came: it drains`,
    );
  }
  weighWork(identity, add);
  weighDrain(identity, add);
  if (family === 'chan-send') weighSenders(kinship, count, add);
  else weighPool(kinship, signature, add);
  if (family === 'waitgroup' && kinship.members >= 3 && kinship.leftBehind === kinship.members)
    add(0.8, 'several wait for work to be done, and whoever started it has left');
  weighCreators(kinship, signature, around, add, 1);
  weighConnections(kinship, signature, false, add);
}

/** Generators and pipelines block in a send for a living, from boot and on one channel. */
function weighSenders(kinship: Kinship, count: number, add: Add): void {
  const { members, creatorsKnown, leftBehind, wordsKnown, wordsDistinct, hasPeers, hasBusyPeers } = kinship;
  const apart = wordsKnown >= 3 && wordsDistinct / wordsKnown >= 0.8;
  if (apart) add(1.4, 'each waits to send on a channel of its own');
  if (creatorsKnown === members && leftBehind === 0 && hasPeers && !apart) {
    add(-1.6, 'whoever started them is still there, as with generators and pipelines');
    return;
  }
  if (hasBusyPeers) {
    add(-2.5, 'somebody at work on the same object may be the receiver: slow, not gone');
    return;
  }
  if (!hasPeers) add(0.8, 'nobody else of that package is alive and able to receive');
  if (count >= 2) add(count >= 5 ? 1.4 : 0.8, 'several senders wait and nobody receives');
}

/** One dump shows a state, not a trend: only printed ages, and the runtime's last words, say that nothing moves. */
export function weighAlone(track: Track, signature: Signature, around: Surroundings, add: Add): void {
  if (around.asleep && signature.family !== 'runtime') {
    add(16, 'the runtime ended the program: all goroutines were asleep', true);
    return;
  }
  const kinship = track.identity?.kinship;
  const minutes = kinship?.minutes;
  if (!kinship || !minutes || minutes.median < 1) return;
  add(
    3 + (CROWD_FAMILY[signature.family] ?? -6),
    `waiting ${minutes.min} to ${minutes.max} minutes (${signature.state})`,
  );
  if (kinship.includesMain) add(-3, 'the main goroutine is among them');
  if (kinship.members >= 20 && kinship.minutesDistinct >= 3)
    add(2, 'their ages are spread: they piled up over time');
  if (kinship.members >= 100) add(0.6, '');
  weighCreators(kinship, signature, around, add, 1);
  weighConnections(kinship, signature, false, add);
}
