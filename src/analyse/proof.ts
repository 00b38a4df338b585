// The runtime's own proof, held against the signatures of the dumps: what its leak profiles confirm, what they leave open,
// and why they cannot see the rest. A profile carries no creators, so it is matched by wait and stack alone; where two
// signatures share those, and it found fewer than both have, it says nothing of either.
import type { WaitFamily } from '../model/goroutine.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { formatCount } from '../model/units.ts';
import type { ProofFindings, SignatureProof } from '../model/verdict.ts';
import type { Roster } from './group.ts';
import { type Signature, signatureOf } from './signature.ts';

/** What the profiles say, by proof key. */
export interface ProofBook {
  /** Leak profiles that agree; 0 where only marks of an earlier run are known. */
  readonly profiles: number;
  /** Goroutines that the profiles or the marks prove leaked. */
  readonly total: number;
  /** Of those without a mark in the last dump, when it is known whose they are. */
  readonly confirmed: ReadonlyMap<string, number>;
  /** Found at a wait that several signatures share. */
  readonly shared: ReadonlyMap<string, { readonly found: number; readonly of: number }>;
}

/** Undefined when the runtime was not asked and has marked nothing. */
export function readProof(
  snapshots: readonly Snapshot[],
  { signatures, dumps }: Roster,
): ProofBook | undefined {
  const told = snapshots.filter(({ leaked }) => leaked !== undefined);
  if (told.length === 0) return undefined;
  const found = new Map<string, number>();
  for (const { leaked } of told) {
    const here = new Map<string, number>();
    for (const group of leaked?.groups ?? []) add(here, signatureOf(group).proofKey, group.count);
    for (const [key, count] of here) found.set(key, Math.max(count, found.get(key) ?? 0));
  }
  const counts = dumps.findLast((dump) => dump !== undefined)?.counts;
  const marked = new Map<string, number>();
  const unmarked = new Map<string, number[]>();
  for (const [index, { proofKey, leaked }] of signatures.entries()) {
    const count = counts?.[index] ?? 0;
    if (leaked) add(marked, proofKey, count);
    else if (count > 0) unmarked.set(proofKey, [...(unmarked.get(proofKey) ?? []), count]);
  }
  const confirmed = new Map<string, number>();
  const shared = new Map<string, { found: number; of: number }>();
  for (const [key, count] of found) {
    const left = count - (marked.get(key) ?? 0);
    const holders = unmarked.get(key) ?? [];
    const of = holders.reduce((sum, each) => sum + each, 0);
    if (left <= 0) continue;
    if (holders.length > 1 && left < of) shared.set(key, { found: left, of });
    else confirmed.set(key, left);
  }
  return {
    profiles: Math.max(0, ...told.map(({ leakProfiles = 0 }) => leakProfiles)),
    total: Math.max(0, ...told.map(({ leaked }) => leaked?.total ?? 0)),
    confirmed,
    shared,
  };
}

function add(counts: Map<string, number>, key: string, count: number): void {
  counts.set(key, (counts.get(key) ?? 0) + count);
}

/** Undefined when no profile was taken and nothing of it is marked: then nobody has looked. */
export function proofOf(
  { leaked, proofKey, family }: Signature,
  count: number,
  book: ProofBook | undefined,
): SignatureProof | undefined {
  if (leaked) return { confirmed: count, unseen: 0 };
  if (book === undefined) return undefined;
  const confirmed = Math.min(count, book.confirmed.get(proofKey) ?? 0);
  if (book.profiles === 0 && confirmed === 0) return undefined;
  const unseen = count - confirmed;
  if (unseen === 0) return { confirmed, unseen };
  const shared = book.shared.get(proofKey);
  const because = shared
    ? `${formatCount(shared.found)} of the ${formatCount(shared.of)} that wait like this are proven leaked, and the profile does not say which`
    : confirmed > 0
      ? 'those have begun to wait since, or something alive still reaches what they wait for'
      : whyUnseen(family);
  return { confirmed, unseen, because };
}

/** How the detector works: it marks whoever waits for what nothing alive can reach (runtime/mgc.go, Go 1.26). */
function whyUnseen(family: WaitFamily): string {
  switch (family) {
    case 'sleep':
      return 'a timer wakes them again, and whoever is going to wake is never called leaked';
    case 'io':
      return 'they wait for the network, which the detector does not look at';
    case 'syscall':
      return 'they are in the kernel or in C, where the detector does not look';
    case 'mutex':
    case 'rwmutex':
      return 'the lock is still reached by something alive, such as a package variable, so somebody could unlock it';
    case 'select':
    case 'chan-receive':
      return 'a channel they wait for is still reached by something alive: a package variable, a running timer, a goroutine at work';
    default:
      return 'what they wait for is still reached by something alive, such as a package variable or a goroutine at work';
  }
}

export const BLIND_SPOTS = [
  'channels and locks that a package variable or anything else alive still reaches, used or not',
  'tickers, timers and sleeps, which wake their goroutines again',
  'waits for the network, files, system calls and C',
] as const;

/** @param listed proofs of the signatures that are listed as leaking or suspect */
export function proofFindings(
  book: ProofBook | undefined,
  listed: readonly (SignatureProof | undefined)[],
): ProofFindings | undefined {
  if (book === undefined) return undefined;
  return {
    profiles: book.profiles,
    confirmed: book.total,
    unseen: listed.reduce((sum, proof) => sum + (proof?.unseen ?? 0), 0),
    blindSpots: BLIND_SPOTS,
  };
}

/** Proofs of two halves of one signature, or of one signature at two instances. */
export function joinedProof(
  a: SignatureProof | undefined,
  b: SignatureProof | undefined,
): SignatureProof | undefined {
  if (!a || !b) return a ?? b;
  const because = a.unseen >= b.unseen ? (a.because ?? b.because) : (b.because ?? a.because);
  return {
    confirmed: a.confirmed + b.confirmed,
    unseen: a.unseen + b.unseen,
    ...(because !== undefined && { because }),
  };
}

/** As many profiles as every instance has; what they found, together. */
export function joinedFindings(all: readonly (ProofFindings | undefined)[]): ProofFindings | undefined {
  const known = all.filter((each) => each !== undefined);
  if (known.length === 0) return undefined;
  return {
    profiles: Math.min(...known.map(({ profiles }) => profiles)),
    confirmed: known.reduce((sum, { confirmed }) => sum + confirmed, 0),
    unseen: known.reduce((sum, { unseen }) => sum + unseen, 0),
    blindSpots: BLIND_SPOTS,
  };
}
