// Joins all rivals into one verdict. A cause is named when it is likely; "healthy" is said when there was
// enough to see a leak and none was seen; everything else is "inconclusive", with what would settle it.
import { formatBytes, formatCount, formatDuration, formatForecast, formatPercent } from '../model/units.ts';
import type { SideVerdict, Verdict, VerdictKind } from '../model/verdict.ts';
import type { Examination } from './examine.ts';
import { qualityOf } from './quality.ts';
import type { Rival } from './rival.ts';
import { tierWord } from './wording.ts';

/** A wrong accusation costs more than a second look: below this a suspicion is listed, not pronounced. */
const NAMED_FROM = 0.68;
/** A rival this likely keeps the verdict from being "healthy". */
const DOUBTED_FROM = 0.45;
/** Crowds that stand still are what healthy services are made of; they take more to raise doubt. */
const GOROUTINES_DOUBTED_FROM = 0.52;

const TITLES: Readonly<Record<VerdictKind, string>> = {
  'goroutine-leak': 'goroutine leak',
  deadlock: 'deadlock',
  'heap-leak': 'heap leak',
  churn: 'allocation churn',
  fragmentation: 'fragmentation',
  'off-heap-growth': 'off-heap growth',
  'gc-pressure': 'GC pressure',
  'scales-with-load': 'scales with load',
  healthy: 'healthy',
  inconclusive: 'inconclusive',
};

/** Where several causes hold, the root comes before what it brings about. */
const ROOTS_FIRST: readonly VerdictKind[] = [
  'deadlock',
  'goroutine-leak',
  'heap-leak',
  'off-heap-growth',
  'gc-pressure',
  'fragmentation',
  'scales-with-load',
  'churn',
];

/** An all-clear said with less than this is none. */
const LEAST_CLEARANCE = 0.4;

export interface Conclusion {
  readonly verdict: Verdict;
  readonly also: readonly SideVerdict[];
}

export function conclude(exam: Examination, candidates: readonly Rival[]): Conclusion {
  const quality = qualityOf(exam);
  const named = candidates
    .filter((rival) => rival.tier !== undefined && rival.probability >= NAMED_FROM)
    .sort((a, b) => ROOTS_FIRST.indexOf(a.kind) - ROOTS_FIRST.indexOf(b.kind));
  const main = named[0];
  if (!main) return { verdict: withoutCause(exam, candidates), also: [] };
  const also = named
    .slice(1)
    .filter((rival) => !(main.kind === 'deadlock' && rival.kind === 'goroutine-leak'))
    // Beside a real illness, "it is only load" would take the edge off the verdict.
    .filter((rival) => rival.kind !== 'scales-with-load');
  const follow =
    also.some((rival) => rival.kind === 'heap-leak') && main.kind === 'goroutine-leak'
      ? '; heap follows'
      : '';
  const forecast = exam.memory.findings.forecast;
  const growing =
    main.kind === 'goroutine-leak' || main.kind === 'heap-leak' || main.kind === 'off-heap-growth';
  const reach =
    growing && forecast?.secondsToLimit
      ? `; memory limit reached in about ${formatForecast(forecast.secondsToLimit * 1000)}`
      : '';
  return {
    verdict: {
      kind: main.kind,
      ...(main.tier ? { tier: main.tier } : {}),
      confidence: rounded(main.probability * quality.trust),
      summary: `${TITLES[main.kind]}${tierWord(main.tier)}: ${main.summary}${follow}${reach}.`,
      whyNot: whyNot(candidates, [main.kind, ...also.map((rival) => rival.kind)]),
      nextStep: main.nextStep,
    },
    also: also.map((rival) => ({
      kind: rival.kind,
      ...(rival.tier ? { tier: rival.tier } : {}),
      confidence: rounded(rival.probability * quality.trust),
      summary: `${TITLES[rival.kind]}${tierWord(rival.tier)}: ${rival.summary}.`,
    })),
  };
}

function withoutCause(exam: Examination, candidates: readonly Rival[]): Verdict {
  const quality = qualityOf(exam);
  const strongest = candidates.reduce<Rival | undefined>(
    (best, rival) => (best && best.probability >= rival.probability ? best : rival),
    undefined,
  );
  const doubt = strongest?.probability ?? 0;
  const isDoubted = candidates.some(
    ({ kind, probability }) =>
      probability >= (kind === 'goroutine-leak' ? GOROUTINES_DOUBTED_FROM : DOUBTED_FROM),
  );
  const clearance = (1 - doubt) * quality.trust * quality.clear;
  if (quality.missing !== undefined || isDoubted || clearance < LEAST_CLEARANCE) {
    const possible = `${TITLES[strongest?.kind ?? 'inconclusive']} is possible (${formatPercent(doubt)}) but not shown`;
    const doubted = isDoubted ? strongest?.doubt : undefined;
    const suspicion = doubted ? `${possible}: ${doubted}` : possible;
    const missing = doubted && quality.missing ? `${suspicion}; ${quality.missing}` : quality.missing;
    const why = missing ?? suspicion;
    return {
      kind: 'inconclusive',
      confidence: rounded(0.5 * quality.trust),
      summary: `inconclusive: ${why}.`,
      whyNot: whyNot(candidates, []),
      nextStep: (quality.missing === undefined || doubted ? strongest?.settle : undefined) ?? quality.settle,
    };
  }
  const span = formatDuration(exam.timeline.seconds * 1000);
  return {
    kind: 'healthy',
    confidence: rounded(clearance),
    summary: `healthy: nothing leaks that ${formatCount(exam.snapshots.length)} snapshots over ${span} could show (${trendOf(exam)}).`,
    whyNot: whyNot(candidates, []),
    nextStep:
      'Nothing to do. For leaks slower than one goroutine in the window, capture a longer one (`--for 5m`).',
  };
}

function trendOf({ totals, memory }: Examination): string {
  if (totals.length > 1) return `goroutines ${totals.map(formatCount).join(' → ')}`;
  return `live heap ${memory.live.map((point) => formatBytes(point.bytes)).join(' → ')}; no goroutine dump to look at`;
}

function whyNot(candidates: readonly Rival[], held: readonly VerdictKind[]): Verdict['whyNot'] {
  return candidates
    .filter((rival) => !held.includes(rival.kind))
    .map((rival) => ({ kind: rival.kind, because: `${rival.because}.` }));
}

function rounded(confidence: number): number {
  return Math.round(Math.min(0.99, Math.max(0.01, confidence)) * 100) / 100;
}
