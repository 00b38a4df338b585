// Who started a signature's goroutines, whom they live beside, and what they wait on: read from one dump.
// A pool is started by main at boot and shares a queue; a leak is left behind by a request that has returned.
import type { WaitFamily } from '../model/goroutine.ts';
import type { WaitMinutes } from '../model/verdict.ts';
import type { Population } from './group.ts';
import { isStandardLibrary, packageOf } from './ownership.ts';
import type { Signature } from './signature.ts';
import { quantile } from './trend.ts';

export interface Kinship {
  readonly members: number;
  /** Members that name their creator goroutine (Go >= 1.21), and how many different ones they name. */
  readonly creatorsKnown: number;
  readonly creatorsDistinct: number;
  readonly byMain: number;
  /** Started by a goroutine that has ended, or that serves requests and has left the starting function. */
  readonly leftBehind: number;
  /** Creator, child or sibling waits on the network: one connection's goroutines. */
  readonly besideConnection: number;
  /** Members that have started goroutines which still live. */
  readonly withChildren: number;
  /** First argument words of the blocked frames: how many are known, how many different. */
  readonly wordsKnown: number;
  readonly wordsDistinct: number;
  /** Ids between the lowest and the highest member, and how many of them belong to goroutines that ended. */
  readonly idSpan: number;
  readonly idsEnded: number;
  readonly minutes?: WaitMinutes;
  readonly minutesDistinct: number;
  readonly includesMain: boolean;
  /** Somebody else of the same package is awake, or waits for work: a sender's possible receiver. */
  readonly hasPeers: boolean;
  /** Somebody works (not merely waits) in a method of the same type, or on the very object they wait on. */
  readonly hasBusyPeers: boolean;
}

export const noKinship: Kinship = {
  members: 0,
  creatorsKnown: 0,
  creatorsDistinct: 0,
  byMain: 0,
  leftBehind: 0,
  besideConnection: 0,
  withChildren: 0,
  wordsKnown: 0,
  wordsDistinct: 0,
  idSpan: 0,
  idsEnded: 0,
  minutesDistinct: 0,
  includesMain: false,
  hasPeers: false,
  hasBusyPeers: false,
};

type Draft = { -readonly [Field in keyof Kinship]: Kinship[Field] };

const MAIN_GOROUTINE = 1;
const SERVES_REQUESTS =
  /^net\/http\.\(\*conn\)\.serve$|serveStreams|handleStream|HandleStreams|http2.*runHandler/;

export function servesRequests({ frames }: Signature): boolean {
  return SERVES_REQUESTS.test(frames[frames.length - 1]?.func ?? '');
}

export function kinshipOf(signatures: readonly Signature[], dump: Population): Kinship[] {
  const drafts: Draft[] = signatures.map(() => ({ ...noKinship }));
  const members: number[][] = signatures.map(() => []);
  for (let i = 0; i < dump.ids.length; i++) members[dump.signatureOf[i] ?? 0]?.push(i);
  const network = networkRelations(signatures, dump);
  const stacks = new StackIndex(signatures);
  const sortedIds = Float64Array.from(dump.ids).sort();
  const starts = new Uint8Array(dump.ids.length);
  for (const row of dump.creatorRow) if (row >= 0) starts[row] = 1;
  const peers = peersOf(signatures, members, dump);
  const busy = busyPeersOf(signatures, members, dump);
  members.forEach((rows, index) => {
    const draft = drafts[index];
    if (!draft || rows.length === 0) return;
    draft.members = rows.length;
    describeCreators(dump, rows, stacks, signatures[index]?.createdBy?.func, draft);
    draft.besideConnection = besideConnections(rows, network);
    for (const row of rows) draft.withChildren += starts[row] ?? 0;
    describeWaits(dump, rows, draft);
    describeIds(dump, rows, sortedIds, draft);
    draft.hasPeers = peers(index);
    draft.hasBusyPeers = busy(index);
  });
  return drafts;
}

function describeCreators(
  dump: Population,
  rows: readonly number[],
  stacks: StackIndex,
  starter: string | undefined,
  draft: Draft,
): void {
  const creators = new Set<number>();
  for (const row of rows) {
    if (dump.ids[row] === MAIN_GOROUTINE) draft.includesMain = true;
    const creator = dump.dump.creatorIds[row] ?? 0;
    if (creator === 0) continue;
    draft.creatorsKnown += 1;
    creators.add(creator);
    const creatorRow = dump.creatorRow[row] ?? -1;
    if (creator === MAIN_GOROUTINE) draft.byMain += 1;
    else if (creatorRow < 0) draft.leftBehind += 1;
    else {
      const at = dump.signatureOf[creatorRow] ?? 0;
      if (stacks.serves(at) && !stacks.contains(at, starter ?? '')) draft.leftBehind += 1;
    }
  }
  draft.creatorsDistinct = creators.size;
}

/** How a goroutine is tied to a connection: by a child of its own, or through the goroutine that started it. */
interface Beside {
  readonly through: number;
  readonly isChild: boolean;
  readonly siblings: number;
}

const OWN: Beside = { through: 0, isChild: true, siblings: 0 };
/** Whoever started more of one kind than this is no connection but the loop that accepts them. */
const MOST_CHILDREN = 2;

/** An accepting loop starts everybody: its children have as many connections as there are readers among them. */
function besideConnections(rows: readonly number[], relation: (row: number) => Beside | undefined): number {
  let beside = 0;
  const through = new Map<number, { children: number; beside: Beside }>();
  for (const row of rows) {
    const tie = relation(row);
    if (tie === OWN) beside += 1;
    else if (tie) {
      const known = through.get(tie.through);
      through.set(tie.through, { children: (known?.children ?? 0) + 1, beside: tie });
    }
  }
  for (const { children, beside: tie } of through.values()) {
    beside += tie.isChild && children <= MOST_CHILDREN ? children : Math.min(children, tie.siblings);
  }
  return beside;
}

/** Goroutine 1 and its children are the program's own furniture: kinship through it says nothing. */
function networkRelations(
  signatures: readonly Signature[],
  dump: Population,
): (row: number) => Beside | undefined {
  const waitsForNetwork = signatures.map(({ family }) => family === 'io');
  const serves = signatures.map(servesRequests);
  const onNetwork = (row: number) => waitsForNetwork[dump.signatureOf[row] ?? 0] === true;
  const isServer = (row: number) => serves[dump.signatureOf[row] ?? 0] === true;
  const parents = new Map<number, number>();
  for (let i = 0; i < dump.ids.length; i++) {
    const creator = dump.dump.creatorIds[i] ?? 0;
    if (creator > MAIN_GOROUTINE && onNetwork(i)) parents.set(creator, (parents.get(creator) ?? 0) + 1);
  }
  return (row) => {
    const creator = dump.dump.creatorIds[row] ?? 0;
    const creatorRow = creator > MAIN_GOROUTINE ? (dump.creatorRow[row] ?? -1) : -1;
    if (onNetwork(row)) return undefined;
    if (parents.has(dump.ids[row] ?? 0)) return OWN;
    // Of an HTTP request only its own read watch tells; its creator is the loop that accepts them all.
    if (creator <= MAIN_GOROUTINE || isServer(row)) return undefined;
    // A keep-alive server connection reads its next request: that it once started this goroutine is no tie.
    if (creatorRow >= 0 && isServer(creatorRow)) return undefined;
    const siblings = parents.get(creator) ?? 0;
    const isChild = creatorRow >= 0 && onNetwork(creatorRow);
    return isChild || siblings > 0 ? { through: creator, isChild, siblings } : undefined;
  };
}

/** Families in which a goroutine does something, or could be made to by an event. */
const AWAKE: ReadonlySet<WaitFamily> = new Set([
  'running',
  'runnable',
  'sleep',
  'io',
  'syscall',
  'chan-receive',
  'select',
  'cond',
]);

function peersOf(
  signatures: readonly Signature[],
  members: readonly (readonly number[])[],
  dump: Population,
): (index: number) => boolean {
  const awake = new Map<string, Set<number>>();
  signatures.forEach((signature, index) => {
    const rows = members[index] ?? [];
    const isMainAlone = rows.length === 1 && dump.ids[rows[0] ?? -1] === MAIN_GOROUTINE;
    if (rows.length === 0 || isMainAlone || !AWAKE.has(signature.family)) return;
    const own = ownPackage(signature);
    if (own) awake.set(own, (awake.get(own) ?? new Set()).add(index));
  });
  return (index) => {
    const signature = signatures[index];
    const own = signature && ownPackage(signature);
    const starter = signature?.createdBy && packageOf(signature.createdBy.func);
    // What package main does may take from anywhere; else channels mostly stay in the package, or its caller's.
    return [own, starter, 'main'].some((path) => {
      const peers = path === undefined ? undefined : awake.get(path);
      return peers !== undefined && (peers.size > 1 || !peers.has(index));
    });
  };
}

const BUSY: ReadonlySet<WaitFamily> = new Set(['running', 'runnable', 'sleep', 'io', 'syscall']);

/** A slow consumer sleeps, computes or waits for the network; what it consumes from shows in its type or words. */
function busyPeersOf(
  signatures: readonly Signature[],
  members: readonly (readonly number[])[],
  dump: Population,
): (index: number) => boolean {
  const types = new Set<string>();
  const words = new Set<number>();
  signatures.forEach((signature, index) => {
    const rows = members[index] ?? [];
    if (rows.length === 0 || !BUSY.has(signature.family)) return;
    const worker = signature.frames.find((frame) => !isStandardLibrary(frame.func))?.func;
    const type = worker && receiverOf(worker);
    for (const row of rows) {
      const word = dump.dump.waitWords[row] ?? 0;
      if (word >= LEAST_HEAP_ADDRESS) words.add(word);
      else if (type) types.add(type);
    }
  });
  return (index) => {
    const own = signatures[index]?.frames.find((frame) => !isStandardLibrary(frame.func))?.func ?? '';
    const type = receiverOf(own);
    if (type && types.has(type)) return true;
    return (members[index] ?? []).some((row) => {
      const word = dump.dump.waitWords[row] ?? 0;
      return word >= LEAST_HEAP_ADDRESS && words.has(word);
    });
  };
}

/** `main.(*sink).push` -> `main.(*sink)`; none for plain functions. */
function receiverOf(func: string): string | undefined {
  return /^(.*\(\*?[^)]+\))\./.exec(func)?.[1];
}

/** Package of the innermost function outside the standard library. */
function ownPackage({ frames }: Signature): string | undefined {
  const own = frames.find((frame) => !isStandardLibrary(frame.func));
  return own && packageOf(own.func);
}

/** Below lies the program's own data: a type word of an interface, say, which all of one type share. */
const LEAST_HEAP_ADDRESS = 2 ** 32;

function describeWaits(dump: Population, rows: readonly number[], draft: Draft): void {
  const words = new Set<number>();
  const minutes: number[] = [];
  for (const row of rows) {
    const word = dump.dump.waitWords[row] ?? 0;
    if (word >= LEAST_HEAP_ADDRESS) {
      draft.wordsKnown += 1;
      words.add(word);
    }
    const waited = dump.dump.waitMinutes[row] ?? -1;
    if (waited >= 0) minutes.push(waited);
  }
  draft.wordsDistinct = words.size;
  draft.minutesDistinct = new Set(minutes).size;
  const min = quantile(minutes, 0);
  const median = quantile(minutes, 0.5);
  const max = quantile(minutes, 1);
  if (min !== undefined && median !== undefined && max !== undefined) draft.minutes = { min, median, max };
}

function describeIds(dump: Population, rows: readonly number[], sortedIds: Float64Array, draft: Draft): void {
  let lowest = Number.POSITIVE_INFINITY;
  let highest = 0;
  for (const row of rows) {
    const id = dump.ids[row] ?? 0;
    if (id < lowest) lowest = id;
    if (id > highest) highest = id;
  }
  draft.idSpan = highest - lowest + 1;
  draft.idsEnded = draft.idSpan - (rankOf(sortedIds, highest + 1) - rankOf(sortedIds, lowest));
}

/** How many of the sorted ids are below `id`. */
function rankOf(sortedIds: Float64Array, id: number): number {
  let low = 0;
  let high = sortedIds.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sortedIds[middle] ?? 0) < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Function names on each signature's stack, looked up once per signature instead of once per goroutine. */
class StackIndex {
  private readonly signatures: readonly Signature[];
  private readonly names = new Map<number, ReadonlySet<string>>();
  private readonly serving: readonly boolean[];

  constructor(signatures: readonly Signature[]) {
    this.signatures = signatures;
    this.serving = signatures.map(servesRequests);
  }

  contains(index: number, func: string): boolean {
    let names = this.names.get(index);
    if (!names) {
      names = new Set(this.signatures[index]?.frames.map((frame) => frame.func));
      this.names.set(index, names);
    }
    return names.has(func);
  }

  serves(index: number): boolean {
    return this.serving[index] === true;
  }
}
