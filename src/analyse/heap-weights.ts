// What speaks for a heap leak at one site, and what against it, in log-odds. A cache that fills, a batch that
// gathers, a table read at start: each of them grows and keeps what it allocates, for a while. So every piece
// of evidence asks whether the growth could be of the kind that ends.
import type { Examination } from './examine.ts';
import { type HeapHistory, paceOf, type SiteTrack } from './heap.ts';

const MIB = 1024 * 1024;
/** Live heap read at three collections is exact to half a percent: a leak under even load keeps its pace. */
const SLOWING = 0.8;
const UNEVEN = 0.88;
/** Growth by fewer objects than this is a handful of events, whatever they weigh. */
const FEW_OBJECTS = 16;
/** Caches, pools and tables fill in the first seconds of a process; so do leaks, but nobody can tell yet. */
const YOUNG_SECONDS = 15;
const SHORT_SECONDS = 8;
/** Two profiles without counters: a window and a growth beyond what start-up and warm caches do. */
const LONG_SECONDS = 90;
const LARGE_BYTES = 32 * MIB;
const CLEAR_SIGMAS = 8;

export interface HeapWeight {
  readonly points: number;
  /** Why this may be no leak; absent for what speaks for one. */
  readonly doubt?: string;
  /** Growth of a kind that ends by itself: possible is the most that may be said. */
  readonly ends?: boolean;
  /** Nothing speaks against a leak here: it is only that too little was seen to speak for one. */
  readonly unseen?: boolean;
}

export function weighSite(exam: Examination, heap: HeapHistory, top: SiteTrack, delta: number): HeapWeight[] {
  const { site, sigmas, survivingShare = 0 } = top;
  const weights: HeapWeight[] = [
    { points: heap.profiles >= 3 ? 1.4 : -0.6 },
    { points: Math.min(1.2, sigmas / 6) },
    { points: delta >= 16 * MIB ? 0.4 : 0 },
    corroboration(exam, heap, delta),
    ripeness(heap, top),
  ];
  const add = (points: number, doubt?: string) => weights.push(doubt ? { points, doubt } : { points });
  const ends = (doubt: string) => weights.push({ points: -2, doubt, ends: true });
  if (survivingShare >= 0.7) add(0.5);
  else if (top.survivingShare !== undefined && survivingShare < 0.5)
    add(-1, 'most of what the site allocated has been freed again');
  const kept = site.inuseBytes / Math.max(1, site.allocBytes);
  if (survivingShare >= 0.7 && site.allocBytes > 0 && kept < 0.5)
    ends('before the window the site freed what it had gathered');
  const pace = paceOf(exam.memory.live);
  if (pace !== undefined && pace < SLOWING) ends('the growth of the live heap slows down');
  else if (pace !== undefined && pace < UNEVEN) add(-0.8);
  const objects = (top.objects[top.objects.length - 1] ?? 0) - (top.objects[0] ?? 0);
  if (objects > 0 && objects < FEW_OBJECTS) ends(`the growth is ${Math.round(objects)} large objects`);
  if (site.frames.some((frame) => frame.func === POOL))
    ends('the objects belong to a sync.Pool, which lends them again');
  addYouth(exam, heap, add);
  return weights;
}

const POOL = 'sync.(*Pool).Get';

function addYouth(exam: Examination, heap: HeapHistory, add: (points: number, doubt: string) => void): void {
  const span = spanSeconds(heap);
  const age = processAgeSeconds(exam);
  if (exam.timeline.clock === 'assumed') return;
  if (age !== undefined && age < YOUNG_SECONDS) add(-1.6, 'the process has only just started');
  if (span < SHORT_SECONDS) add(-1, 'the collections compared are only seconds apart');
}

/** From its start, or from its first collection where all of them are known. */
function processAgeSeconds({ memory }: Examination): number | undefined {
  const last = memory.readings[memory.readings.length - 1];
  if (!last) return undefined;
  for (const { reading } of memory.readings) {
    if (reading.processStart !== undefined) return last.atMs / 1000 - reading.processStart;
    const ends = reading.gcEndNanos;
    if (ends?.[0] !== undefined && ends.length === reading.numGC) return last.atMs / 1000 - ends[0] / 1e9;
  }
  return undefined;
}

/** The live heap must tell the same story as the site: as much, and within the window. */
function corroboration({ memory }: Examination, heap: HeapHistory, delta: number): HeapWeight {
  const { live, growthFloor } = memory;
  if (live.length < 2) return { points: 0 };
  const liveDelta = (live[live.length - 1]?.bytes ?? 0) - (live[0]?.bytes ?? 0);
  // Few collections: the first live figure may be older than the window, its HeapAlloc is not.
  const isFew = (heap.collections ?? 3) <= 2 || live.length === 2;
  const isOld = isFew && (growthFloor ?? delta) < 0.2 * delta;
  if (isOld) return { points: -1.6, doubt: 'the growth may be older than the window', unseen: true };
  if (liveDelta < 0.4 * delta) return { points: -1.6, doubt: 'the live heap did not grow with the site' };
  if (liveDelta < 0.6 * delta) return { points: -0.3, doubt: 'the live heap grew less than the site' };
  return { points: 1 };
}

/** Profiles are published a collection late, so growth seen across one collection may be older than both. */
function ripeness(heap: HeapHistory, top: SiteTrack): HeapWeight {
  const { collections } = heap;
  if (collections === undefined) return withoutCounters(heap, top);
  if (collections >= 3) return { points: 0.5 };
  return {
    points: collections === 2 ? -0.5 : -1.6,
    doubt: 'too few collections ran in between',
    unseen: true,
  };
}

/** Without MemStats nobody knows what was published when: growth in every interval, or over a long one. */
function withoutCounters(heap: HeapHistory, { inuse, sigmas, site }: SiteTrack): HeapWeight {
  const doubt = 'without MemStats nobody knows how many collections ran in between';
  const steps = inuse.slice(1).map((bytes, index) => bytes - (inuse[index] ?? 0));
  if (steps.length === 1) {
    const isClear = sigmas >= CLEAR_SIGMAS && site.deltaBytes >= LARGE_BYTES && heap.turnover >= 2;
    return { points: isClear && spanSeconds(heap) >= LONG_SECONDS ? -0.6 : -3, doubt };
  }
  const isEven = steps.length >= 2 && steps.every((step) => step >= 0.15 * site.deltaBytes);
  if (!isEven || sigmas < 5) return { points: -3, doubt };
  return { points: steps.length >= 3 ? 0 : spanSeconds(heap) >= LONG_SECONDS ? -1.6 : -2.6, doubt };
}

export function spanSeconds({ atMs }: HeapHistory): number {
  return ((atMs[atMs.length - 1] ?? 0) - (atMs[0] ?? 0)) / 1000;
}
