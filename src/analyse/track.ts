// Follows the goroutines of each signature through the snapshots. Identity is the cheapest good evidence
// there is: ids are never reused, so a goroutine seen twice with the same stack has not moved on.
//
// A lively service shows thousands of short-lived goroutines on the very stacks where a few are stuck. Ids
// are issued in order of birth, so the newborn are told by their ids and left out of every figure below.

import type { WaitFamily } from '../model/goroutine.ts';
import { type Drain, drainsOf, noDrain } from './drain.ts';
import type { Population, Roster } from './group.ts';
import { type Kinship, kinshipOf, noKinship, servesRequests } from './kinship.ts';
import { isAnotherRequest, watchesOf } from './requests.ts';
import type { Signature } from './signature.ts';
import { median } from './trend.ts';

/** The life of one signature over the snapshots. Figures about identity are absent without ids. */
export interface Track {
  readonly index: number;
  readonly counts: readonly number[];
  readonly identity?: Identity;
}

/** Counts leave out the newborn: goroutines younger than a second (or a tenth of the interval). */
export interface Identity {
  readonly aged: readonly number[];
  /** Of the members at the last snapshot, how many have stood here since snapshot k. */
  readonly cohorts: readonly number[];
  /** Of those that came after the first snapshot, how many were born since, rather than alive elsewhere before. */
  readonly born: number;
  /** Members seen at a snapshot for the first time and how many still stood here at the next. */
  readonly young: { readonly seen: number; readonly survived: number };
  /** The same for members that had stood here for two snapshots already. */
  readonly veterans: { readonly seen: number; readonly survived: number };
  /** How those that did not stay left: ended, or alive elsewhere (they do work). */
  readonly ended: number;
  readonly moved: number;
  /** Goroutines of the same job (entry function and creator), whatever they wait for, at each snapshot. */
  readonly lineage: readonly number[];
  readonly lineageEnded: number;
  /** Goroutines of this job seen at a snapshot, and how many of them waited elsewhere at the next. */
  readonly lineageSeen: number;
  readonly lineageMoved: number;
  /** Who stops here has stopped for good as far as was seen: see `canArrest` and `awayFromHome`. */
  readonly arrests: boolean;
  /** Ids issued during the window per id issued before it: how much more the program has done since. */
  readonly idClock: number;
  /** Share of the program's life before the window, told by ids, that the older half of those who stayed has lived through. */
  readonly livedShare: number;
  readonly drain: Drain;
  readonly kinship: Kinship;
}

/** Lifetimes up to this are a request's, not a leak's; shorter where snapshots are close. */
const NEWBORN_MS = 1000;
const NEWBORN_SHARE = 0.1;
/** Ids are handed out to processors in batches of 16, so their order is only this good. */
const ID_NOISE = 32;

export function followTracks(roster: Roster, atMs: readonly number[]): Track[] {
  const present = roster.dumps.filter((dump) => dump !== undefined);
  const identities = roster.followed ? identify(roster.signatures, present, atMs) : [];
  return roster.signatures.map((_, index) => {
    const counts = present.map((dump) => dump.counts[index] ?? 0);
    const identity = identities[index];
    return identity ? { index, counts, identity } : { index, counts };
  });
}

type Mutable<Value> = { -readonly [Field in keyof Value]: Value[Field] };
type Draft = Mutable<Omit<Identity, 'aged' | 'cohorts' | 'young' | 'veterans'>> & {
  aged: number[];
  cohorts: number[];
  young: { seen: number; survived: number };
  veterans: { seen: number; survived: number };
};

function identify(
  signatures: readonly Signature[],
  dumps: readonly Population[],
  atMs: readonly number[],
): Identity[] {
  const drafts = signatures.map(() => blank(dumps.length));
  const bounds = newbornBounds(dumps, atMs);
  const last = dumps[dumps.length - 1];
  if (!last) return [];
  const { since, bornAt } = walkLives(dumps, bounds, signatures, drafts);
  const newbornFrom = bounds[bounds.length - 1] ?? Number.POSITIVE_INFINITY;
  const away = awayFromHome(signatures, dumps[0]);
  drafts.forEach((draft, index) => {
    const signature = signatures[index];
    draft.arrests =
      signature !== undefined && (canArrest(signature) || (away[index] === true && nobodyLeft(draft)));
  });
  const stayed: number[][] = signatures.map(() => []);
  for (let i = 0; i < last.ids.length; i++) {
    const index = last.signatureOf[i] ?? 0;
    const draft = drafts[index];
    // A worker back at its usual place has not come to stay: it counts from its birth.
    const came = (draft?.arrests ? since[i] : bornAt[i]) ?? 0;
    if (came === 0 && signatures[index]?.family === 'sleep') stayed[index]?.push(last.ids[i] ?? 0);
    if (!draft || (came === dumps.length - 1 && (last.ids[i] ?? 0) > newbornFrom && dumps.length > 1))
      continue;
    draft.cohorts[came] = (draft.cohorts[came] ?? 0) + 1;
    if (came > 0 && bornAt[i] === came) draft.born += 1;
  }
  countLineages(signatures, dumps, bounds, drafts);
  const kinship = kinshipOf(signatures, last);
  const drains = drainsOf(signatures.length, dumps, bounds);
  const firstHighest = highestId(dumps[0]);
  const idClock = firstHighest > 0 ? Math.max(0, highestId(last) - firstHighest) / firstHighest : 0;
  drafts.forEach((draft, index) => {
    draft.kinship = kinship[index] ?? noKinship;
    draft.drain = drains[index] ?? noDrain;
    draft.idClock = idClock;
    const middle = median(stayed[index] ?? []);
    if (middle !== undefined && firstHighest > 0) draft.livedShare = Math.max(0, 1 - middle / firstHighest);
  });
  return drafts;
}

function nobodyLeft({ young, veterans, moved, ended }: Draft): boolean {
  return moved === 0 && ended === 0 && young.seen + veterans.seen >= LEAST_SEEN_STAYING;
}

/** Fewer that stayed are chance. */
const LEAST_SEEN_STAYING = 3;
const LEAST_AT_HOME = 3;

/**
 * Signatures in the middle of a job, while most of the same workers stand where the job is waited for:
 * `exchange < settle < work [chan receive]` beside `work [chan receive]` ×396. Who stops there has not come home.
 */
function awayFromHome(signatures: readonly Signature[], first: Population | undefined): boolean[] {
  const homes = new Map<string, number>();
  const countOf = (index: number) => first?.counts[index] ?? 0;
  const keys = signatures.map(lineageKey);
  keys.forEach((key, index) => {
    const home = homes.get(key);
    if (home === undefined || countOf(index) > countOf(home)) homes.set(key, index);
  });
  return signatures.map(({ frames }, index) => {
    const at = homes.get(keys[index] ?? '') ?? index;
    const home = signatures[at]?.frames ?? [];
    if (at === index || home.length >= frames.length) return false;
    if (countOf(at) < Math.max(LEAST_AT_HOME, 2 * countOf(index))) return false;
    const outer = frames.slice(frames.length - home.length);
    return home.every(({ func }, depth) => outer[depth]?.func === func);
  });
}

function lineageKey({ frames, createdBy }: Signature): string {
  return `${frames[frames.length - 1]?.func ?? ''}<${createdBy?.func ?? ''}`;
}

/**
 * Where a goroutine that was alive and elsewhere before can have come to a stop for good: behind a lock, in a
 * send, or in a request. Loops that sleep, receive or select merely return to where they usually are.
 */
export function canArrest(signature: Signature): boolean {
  return ARRESTING.has(signature.family) || servesRequests(signature);
}

const ARRESTING: ReadonlySet<WaitFamily> = new Set([
  'chan-send',
  'nil-chan',
  'mutex',
  'rwmutex',
  'waitgroup',
  'semaphore',
  'park',
]);

/** Ids above the bound belong to goroutines too young to tell anything; infinite where ids come too slowly. */
function newbornBounds(dumps: readonly Population[], atMs: readonly number[]): number[] {
  const highest = dumps.map(highestId);
  return dumps.map((_, at) => {
    const from = at < dumps.length - 1 ? at : at - 1;
    const intervalMs = (atMs[from + 1] ?? 0) - (atMs[from] ?? 0);
    const issued = (highest[from + 1] ?? 0) - (highest[from] ?? 0);
    if (from < 0 || intervalMs <= 0 || issued <= 0) return Number.POSITIVE_INFINITY;
    const young = (issued / intervalMs) * Math.min(NEWBORN_MS, NEWBORN_SHARE * intervalMs);
    return young < ID_NOISE ? Number.POSITIVE_INFINITY : (highest[at] ?? 0) - young;
  });
}

function highestId(dump: Population | undefined): number {
  return dump?.ids.reduce((max, id) => Math.max(id, max), 0) ?? 0;
}

/** Fills survival figures, and answers for each goroutine of the last dump since when it stands and lives. */
function walkLives(
  dumps: readonly Population[],
  bounds: readonly number[],
  signatures: readonly Signature[],
  drafts: readonly Draft[],
): { since: Int32Array; bornAt: Int32Array } {
  let since = new Int32Array(dumps[0]?.ids.length ?? 0);
  let bornAt = new Int32Array(dumps[0]?.ids.length ?? 0);
  const watches = dumps.map((dump) => watchesOf(dump, signatures));
  const none: ReadonlyMap<number, number> = new Map();
  countAged(dumps[0], 0, bounds, since, drafts);
  for (let at = 1; at < dumps.length; at++) {
    const before = dumps[at - 1];
    const after = dumps[at];
    if (!before || !after) break;
    const nextSince = new Int32Array(after.ids.length).fill(at);
    const nextBorn = new Int32Array(after.ids.length).fill(at);
    const newbornFrom = bounds[at - 1] ?? Number.POSITIVE_INFINITY;
    for (let i = 0; i < before.ids.length; i++) {
      const index = before.signatureOf[i] ?? 0;
      const draft = drafts[index];
      const id = before.ids[i] ?? 0;
      const next = after.position.get(id);
      const stayed =
        next !== undefined &&
        after.signatureOf[next] === index &&
        !isAnotherRequest(id, watches[at - 1] ?? none, watches[at] ?? none);
      if (next !== undefined) nextBorn[next] = bornAt[i] ?? 0;
      if (stayed && next !== undefined) nextSince[next] = since[i] ?? 0;
      const isNewborn = id > newbornFrom && since[i] === at - 1;
      if (!draft || isNewborn) continue;
      const seat = (since[i] ?? 0) < at - 1 ? draft.veterans : draft.young;
      seat.seen += 1;
      if (stayed) seat.survived += 1;
      else if (next === undefined) draft.ended += 1;
      else draft.moved += 1;
    }
    since = nextSince;
    bornAt = nextBorn;
    countAged(after, at, bounds, since, drafts);
  }
  return { since, bornAt };
}

function countAged(
  dump: Population | undefined,
  at: number,
  bounds: readonly number[],
  since: Int32Array,
  drafts: readonly Draft[],
): void {
  if (!dump) return;
  const newbornFrom = bounds[at] ?? Number.POSITIVE_INFINITY;
  for (let i = 0; i < dump.ids.length; i++) {
    if ((dump.ids[i] ?? 0) > newbornFrom && since[i] === at) continue;
    const draft = drafts[dump.signatureOf[i] ?? 0];
    if (draft) draft.aged[at] = (draft.aged[at] ?? 0) + 1;
  }
}

/** A job's goroutines commute between states; only births and ends tell whether the job itself piles up. */
function countLineages(
  signatures: readonly Signature[],
  dumps: readonly Population[],
  bounds: readonly number[],
  drafts: readonly Draft[],
): void {
  const indexOf = new Map<string, number>();
  const lineageOf = signatures.map((signature) => {
    const key = lineageKey(signature);
    const index = indexOf.get(key) ?? indexOf.size;
    indexOf.set(key, index);
    return index;
  });
  const counts = Array.from({ length: indexOf.size }, () => new Array<number>(dumps.length).fill(0));
  const zeros = () => new Array<number>(indexOf.size).fill(0);
  const [ended, seen, moved] = [zeros(), zeros(), zeros()];
  dumps.forEach((dump, at) => {
    const next = dumps[at + 1];
    const newbornFrom = bounds[at] ?? Number.POSITIVE_INFINITY;
    for (let i = 0; i < dump.ids.length; i++) {
      const id = dump.ids[i] ?? 0;
      if (id > newbornFrom) continue;
      const lineage = lineageOf[dump.signatureOf[i] ?? 0] ?? 0;
      const row = counts[lineage];
      if (row) row[at] = (row[at] ?? 0) + 1;
      if (!next) continue;
      const later = next.position.get(id);
      seen[lineage] = (seen[lineage] ?? 0) + 1;
      if (later === undefined) ended[lineage] = (ended[lineage] ?? 0) + 1;
      else if (next.signatureOf[later] !== dump.signatureOf[i]) moved[lineage] = (moved[lineage] ?? 0) + 1;
    }
  });
  drafts.forEach((draft, index) => {
    const lineage = lineageOf[index] ?? 0;
    draft.lineage = counts[lineage] ?? [];
    draft.lineageEnded = ended[lineage] ?? 0;
    draft.lineageSeen = seen[lineage] ?? 0;
    draft.lineageMoved = moved[lineage] ?? 0;
  });
}

function blank(snapshots: number): Draft {
  const zeros = () => new Array<number>(snapshots).fill(0);
  return {
    aged: zeros(),
    cohorts: zeros(),
    born: 0,
    young: { seen: 0, survived: 0 },
    veterans: { seen: 0, survived: 0 },
    ended: 0,
    moved: 0,
    lineage: [],
    lineageEnded: 0,
    lineageSeen: 0,
    lineageMoved: 0,
    arrests: false,
    idClock: 0,
    livedShare: 0,
    drain: noDrain,
    kinship: noKinship,
  };
}
