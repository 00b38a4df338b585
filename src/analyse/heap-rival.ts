// Heap leak as a cause: a site that keeps what it allocates, or a live heap that grows without one to blame.
import { formatBytes, formatBytesDelta, formatCount, formatDuration, formatPercent } from '../model/units.ts';
import type { LeakSignature } from '../model/verdict.ts';
import type { Examination } from './examine.ts';
import { type HeapHistory, type LivePoint, paceOf, type SiteTrack } from './heap.ts';
import { type HeapWeight, spanSeconds, weighSite } from './heap-weights.ts';
import type { Rival } from './rival.ts';
import { logistic } from './trend.ts';
import { shortName } from './wording.ts';

const MIB = 1024 * 1024;
const LEAST_LIVE_GROWTH = 8 * MIB;
/** Small heaps that grow by a third and do not slow down raise a doubt as well. */
const LEAST_SMALL_GROWTH = 3 * MIB;
const SMALL_SHARE = 0.3;
/** Between two collections every heap climbs; by this much, an all-clear is said with less certainty. */
const LEAST_UNCOLLECTED = 16 * MIB;
const UNCOLLECTED_SHARE = 0.15;
const UNCOLLECTED = 0.3;
/** Without any profile the counters alone accuse only when they show this much, for this long, at an even pace. */
const CERTAIN_GROWTH = 32 * MIB;
const CERTAIN_SECONDS = 90;
const CERTAIN_COLLECTIONS = 4;
const PROBABLE_FROM = 0.85;
/** Growth that may end by itself is never named: a doubt, and a longer window, is the answer. */
const MAY_END = 0.6;
/** Growth this large and this clear is no all-clear while nothing but a closer look is missing. */
const OPEN_BYTES = 16 * MIB;
const OPEN_SIGMAS = 6;
const OPEN_SHARE = 0.7;
const OPEN_AT_LEAST = 0.5;
/** A cache with room for hours looks like a leak for a minute. */
const LONG_WINDOW = 60;
const SHORT_MOST = 0.93;
const TWO_POINTS_MOST = 0.84;

export function heapLeak(exam: Examination, signatures: readonly LeakSignature[]): Rival | undefined {
  const { heap, memory } = exam;
  if (!heap && memory.live.length < 2) return undefined;
  const growing = heap?.sites.filter((track) => track.growing) ?? [];
  const top = growing[0];
  return heap && top ? atSite(exam, heap, growing, top, signatures.length > 0) : noSite(exam);
}

function atSite(
  exam: Examination,
  heap: HeapHistory,
  growing: readonly SiteTrack[],
  top: SiteTrack,
  besideLeak: boolean,
): Rival {
  const delta = growing.reduce((sum, track) => sum + track.site.deltaBytes, 0);
  const seconds = spanSeconds(heap);
  const weights = weighSite(exam, heap, top, delta);
  const score = weights.reduce((sum, weight) => sum + weight.points, besideLeak ? -1 : 0);
  const most = weights.some((weight) => weight.ends) ? MAY_END : seconds < LONG_WINDOW ? SHORT_MOST : 1;
  const least = isOpen(top, weights) ? OPEN_AT_LEAST : 0;
  // Two points show that it grew, not that it goes on.
  const isTrend = heap.profiles >= 3 || exam.memory.live.length >= 3;
  const probability = Math.min(
    Math.max(logistic(score), least),
    isTrend ? most : Math.min(most, TWO_POINTS_MOST),
  );
  const gravest = weights
    .filter((weight) => weight.doubt !== undefined && weight.points < 0)
    .reduce<(typeof weights)[number] | undefined>(
      (worst, weight) => (worst && worst.points <= weight.points ? worst : weight),
      undefined,
    );
  const name = shortName(top.site.frames[0]?.func ?? 'unknown');
  const share = top.site.deltaBytes / Math.max(1, delta);
  const held = exam.retention?.held.find(({ func }) => func === top.site.frames[0]?.func);
  const holder = held && exam.retention?.holders[held.holder];
  const slope = exam.memory.liveSlope;
  const pace =
    slope !== undefined && slope > 0
      ? `live heap ${formatBytesDelta(slope)}/s`
      : `${formatBytes(delta / Math.max(1, seconds))}/s`;
  return {
    kind: 'heap-leak',
    probability,
    tier: probability >= PROBABLE_FROM ? 'probable' : 'suspect',
    summary: `heap in use ${formatBytesDelta(delta)} in ${formatDuration(seconds * 1000)} (${pace}), ${formatPercent(share)} of it allocated in \`${name}\` and kept${holder ? `, ${held.by.includes('amount') ? '' : 'likely '}held by ${holder.label}` : ''}`,
    because: `in-use heap allocated in \`${name}\` grew ${formatBytesDelta(delta)}${gravest ? `, but ${gravest.doubt}` : ''}`,
    nextStep: holder
      ? `Look at who takes out of ${holder.label} what is done with, or bound it: by the goref file it holds ${formatBytes(holder.bytes)}, depth ${formatCount(holder.depth)} from ${holder.from}.`
      : `Find what keeps the objects allocated in \`${name}\` reachable (a map, slice or cache without eviction); \`go tool pprof -inuse_space -diff_base\` on the two heap profiles shows the callers.`,
    doubt: `heap allocated in \`${name}\` grew ${formatBytesDelta(delta)}${gravest ? `, but ${gravest.doubt}` : ''}`,
    settle: `Capture a longer window (\`--for 5m\`): what fills up stops growing, a leak in \`${name}\` does not.`,
  };
}

function isOpen({ site, sigmas, survivingShare = 0 }: SiteTrack, weights: readonly HeapWeight[]): boolean {
  const isLarge = site.deltaBytes >= OPEN_BYTES && sigmas >= OPEN_SIGMAS && survivingShare >= OPEN_SHARE;
  return isLarge && weights.every(({ doubt, unseen }) => doubt === undefined || unseen === true);
}

/** Growth of the live heap without a site to blame: profiles are published late, the counters are not. */
function noSite(exam: Examination): Rival {
  const { live, liveSlope } = exam.memory;
  const first = live[0]?.bytes ?? 0;
  const liveDelta = (live[live.length - 1]?.bytes ?? 0) - first;
  const certain = Math.min(liveDelta, exam.memory.growthFloor ?? liveDelta);
  const slope = liveSlope === undefined ? '' : `; live heap ${formatBytesDelta(liveSlope)}/s`;
  const seconds = ((live[live.length - 1]?.atMs ?? 0) - (live[0]?.atMs ?? 0)) / 1000;
  const named = !exam.heap && isCertain(exam, certain, seconds);
  const summary = `live heap ${formatBytesDelta(liveDelta)} in ${formatDuration(seconds * 1000)}${liveSlope === undefined ? '' : ` (${formatBytesDelta(liveSlope)}/s)`}`;
  return {
    kind: 'heap-leak',
    probability: named ? 0.74 : grows(live, certain) ? 0.5 : uncollectedBytes(exam) > 0 ? UNCOLLECTED : 0.03,
    ...(named ? { tier: 'suspect' as const } : {}),
    summary: `${summary}, at an even pace; no heap profile names the site`,
    because:
      uncollectedBytes(exam) > 0
        ? `no collection ran in the window: what stays of ${formatBytes(uncollectedBytes(exam))} allocated meanwhile is unknown`
        : whyNotHeap(exam, liveDelta, slope),
    nextStep: 'Capture two heap profiles beside the counters: they name the site that keeps the memory.',
    doubt: `${summary}, no site to blame yet`,
    settle:
      'Capture a longer window with heap profiles (`--for 5m`): they name the site that keeps the memory.',
  };
}

/** What HeapAlloc gained in a window without a collection, when it is much: garbage and a leak look the same then. */
function uncollectedBytes({ memory: { readings } }: Examination): number {
  const [first, last] = [readings[0]?.reading, readings[readings.length - 1]?.reading];
  if (!first || !last || readings.length < 2 || first.numGC === undefined || first.numGC !== last.numGC)
    return 0;
  const gained = (last.heapAlloc ?? 0) - (first.heapAlloc ?? 0);
  return gained >= LEAST_UNCOLLECTED && gained >= UNCOLLECTED_SHARE * (first.heapAlloc ?? 0) ? gained : 0;
}

function whyNotHeap({ heap, memory }: Examination, liveDelta: number, slope: string): string {
  if ((heap?.profiles ?? 0) >= 2)
    return `no allocation site grew beyond its sampling error and kept growing${slope}`;
  if (memory.live.length >= 2)
    return `live heap moved ${formatBytesDelta(liveDelta)} over ${formatCount(memory.live.length)} collections seen`;
  const total = heap?.totalInuse[0] ?? 0;
  return `one heap profile (${formatBytes(total)} in use) shows a state, not a trend`;
}

function grows(live: readonly LivePoint[], certain: number): boolean {
  const first = live[0]?.bytes ?? 0;
  if (live.length < 2 || levelsOff(live)) return false;
  if (certain >= LEAST_LIVE_GROWTH && certain >= 0.15 * first) return true;
  const isEven = (paceOf(live) ?? 0) >= 0.6;
  return isEven && certain >= LEAST_SMALL_GROWTH && certain >= SMALL_SHARE * first;
}

function isCertain({ memory }: Examination, certain: number, seconds: number): boolean {
  const pace = paceOf(memory.live);
  const [first, last] = [memory.readings[0], memory.readings[memory.readings.length - 1]];
  const collections = (last?.reading.numGC ?? 0) - (first?.reading.numGC ?? 0);
  return (
    pace !== undefined &&
    pace >= 0.8 &&
    pace <= 1.5 &&
    certain >= CERTAIN_GROWTH &&
    certain >= 0.5 * (memory.live[0]?.bytes ?? 0) &&
    seconds >= CERTAIN_SECONDS &&
    collections >= CERTAIN_COLLECTIONS
  );
}

function levelsOff(live: readonly LivePoint[]): boolean {
  const [last, before, first] = [live[live.length - 1], live[live.length - 2], live[0]];
  return (
    live.length >= 3 &&
    (last?.bytes ?? 0) - (before?.bytes ?? 0) < 0.1 * ((last?.bytes ?? 0) - (first?.bytes ?? 0))
  );
}
