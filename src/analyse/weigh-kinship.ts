// Evidence that a crowd's members carry themselves: who started them, what they wait on, whether they work.
import { formatCount, formatPercent } from '../model/units.ts';
import type { Add, Surroundings } from './evidence.ts';
import { type Kinship, servesRequests } from './kinship.ts';
import { isFirstParty } from './ownership.ts';
import type { Signature } from './signature.ts';
import { canArrest, type Identity } from './track.ts';

/** Whoever was seen at work is not stuck for ever. A job on its way to a lock or a send passes other states once. */
export function weighWork(identity: Identity, add: Add): void {
  const straight = identity.arrests;
  const seen = straight ? identity.young.seen + identity.veterans.seen : identity.lineageSeen;
  const moved = straight ? identity.moved : identity.lineageMoved;
  if (moved > 0 && seen > 0) {
    add(
      -Math.min(3.5, 0.8 + (14 * moved) / seen),
      `${formatCount(moved)} of ${formatCount(seen)} did work in between`,
    );
  }
}

/** Who leaves a queue that moves? The oldest. Who leaves a place where others are stuck? The newcomers. */
export function weighDrain({ drain: { left, oldLeft } }: Identity, add: Add): void {
  if (left < 2 || oldLeft < 0.4 * left) return;
  const inOrder = oldLeft >= 0.8 * left;
  add(
    -Math.min(inOrder ? 7 : 4, 1.5 + (inOrder ? 0.8 : 0.5) * oldLeft),
    `${formatCount(oldLeft)} of the older half went on in the meantime: the queue moves`,
  );
}

/** Workers of one pool wait on one queue; what is stuck for ever mostly waits on a channel of its own. */
export function weighPool(kinship: Kinship, signature: Signature, add: Add): void {
  const { wordsKnown, wordsDistinct } = kinship;
  const waits =
    signature.family === 'chan-receive' || signature.family === 'select' || signature.family === 'cond';
  if (!waits || wordsKnown < 3) return;
  const distinct = wordsDistinct / wordsKnown;
  if (distinct <= 0.34) add(-0.8, 'they wait on one object, as the workers of one pool do');
  else if (distinct >= 0.8) add(0.5, 'each waits on an object of its own');
}

/** Who started them, and does it still stand there? A pool is started by main; a leak is left behind. */
export function weighCreators(
  kinship: Kinship,
  signature: Signature,
  around: Surroundings,
  add: Add,
  scale: number,
): void {
  const { creatorsKnown, creatorsDistinct, leftBehind, byMain, idSpan, idsEnded } = kinship;
  const creator = signature.createdBy?.func;
  if (creatorsKnown === 0 || creator === undefined) return;
  const isOwn = [creator, ...signature.frames.map((frame) => frame.func)].some((func) =>
    isFirstParty(func, around.firstParty),
  );
  if (byMain === creatorsKnown) {
    add(-0.5 * scale, '');
    return;
  }
  if (!isOwn) return;
  if (leftBehind / creatorsKnown >= 0.8) {
    add(0.9 * scale, `the calls that started them have returned`);
    if (creatorsKnown >= 2 && creatorsDistinct >= Math.min(8, creatorsKnown) / 2) {
      add(0.8 * scale, `${formatCount(creatorsDistinct)} different goroutines started them`);
    }
    if (creatorsKnown >= 5) add(0.5 * scale, '');
  }
  if (creatorsKnown >= 3 && idSpan >= 2 * creatorsKnown && idsEnded / idSpan >= 0.5) {
    add(0.5 * scale, `${formatCount(idsEnded)} goroutines born between them have ended, these have not`);
  }
}

/** A connection that is open has somebody at its other end; a request's client still waits for the answer. */
export function weighConnections(
  { members, besideConnection }: Kinship,
  signature: Signature,
  growing: boolean,
  add: Add,
): void {
  if (members === 0) return;
  if (besideConnection / members >= 0.5) {
    const isPatient = growing && !canArrest({ ...signature, frames: [] });
    add(
      isPatient ? -5.5 : -3,
      `${formatPercent(besideConnection / members)} of them serve a connection that is still open`,
    );
  } else if (growing && signature.family === 'io' && servesRequests(signature)) {
    add(-3, 'they read what their clients still send');
  }
}
