// The causes a verdict may name: those seen in goroutines here, those seen in memory beside it.
import { formatCount, formatDelta, formatDuration } from '../model/units.ts';
import type { LeakSignature, Tier } from '../model/verdict.ts';
import type { Examination } from './examine.ts';
import { heapLeak } from './heap-rival.ts';
import { churn, fragmentation, gcPressure, offHeapGrowth } from './memory-rivals.ts';
import type { Rival } from './rival.ts';
import { logistic } from './trend.ts';
import { blockedOn, goroutines, growthWords, heldWords, shortName } from './wording.ts';

export function rivals(exam: Examination, signatures: readonly LeakSignature[]): Rival[] {
  return [
    goroutineLeak(exam, signatures),
    deadlock(exam, signatures),
    heapLeak(exam, signatures),
    offHeapGrowth(exam),
    gcPressure(exam),
    fragmentation(exam),
    churn(exam),
    scalesWithLoad(exam),
  ].filter((rival) => rival !== undefined);
}

const isLock = (signature: LeakSignature) => signature.family === 'mutex' || signature.family === 'rwmutex';

function goroutineLeak(exam: Examination, signatures: readonly LeakSignature[]): Rival | undefined {
  if (exam.totals.length === 0) return undefined;
  const first = exam.totals[0] ?? 0;
  const last = exam.totals[exam.totals.length - 1] ?? 0;
  const top = signatures[0];
  if (!top) {
    return {
      kind: 'goroutine-leak',
      probability: exam.judgements[0]?.probability ?? 0,
      summary: 'no goroutine leak seen',
      because:
        exam.totals.length > 1
          ? `goroutines went ${formatCount(first)} → ${formatCount(last)}; no signature both grew and kept its goroutines`
          : `one dump of ${formatCount(last)} goroutines shows no growth, and none of them are certainly stuck`,
      nextStep: '',
    };
  }
  const others = signatures.length - 1;
  const more = others > 0 ? ` (and ${formatCount(others)} more signature${others === 1 ? '' : 's'})` : '';
  const seconds = spanSeconds(exam);
  return {
    kind: 'goroutine-leak',
    probability: confidenceOf(top),
    tier: top.tier,
    summary: `${growthWords(top.count, top.delta, seconds)}, ${top.count > 1 ? 'all ' : ''}blocked on ${blockedOn(top)}${more}${heldWords(top)}`,
    because: `${goroutines(top.count)} blocked on ${blockedOn(top)}`,
    nextStep: `Look at \`${shortName(top.frames[0]?.func ?? '')}\`${lineOf(top)}: ${top.hint ?? 'find out what should wake it.'}`,
  };
}

function deadlock(exam: Examination, signatures: readonly LeakSignature[]): Rival | undefined {
  const locks = signatures.filter((signature) => isLock(signature) && signature.delta <= 0);
  const asleep = exam.roster.dumps[exam.roster.dumps.length - 1]?.dump.preamble?.text.includes('asleep');
  const top = locks[0] ?? (asleep ? signatures[0] : undefined);
  const flat = signatures.every((signature) => signature.delta <= 0);
  if (!top || !flat) return undefined;
  const stuck = signatures.reduce((sum, signature) => sum + signature.count, 0);
  const seconds = spanSeconds(exam);
  const held =
    seconds > 0 ? `for ${formatDuration(seconds * 1000)} with flat counts, ` : 'in the only dump, ';
  return {
    kind: 'deadlock',
    probability: confidenceOf(top),
    tier: top.tier,
    summary: `${goroutines(stuck)} stuck behind a lock ${held}waiting for ${blockedOn(top)}`,
    because: `${goroutines(stuck)} ${stuck === 1 ? 'waits' : 'wait'} for a lock and none moved`,
    nextStep: `Find who holds the lock taken in \`${shortName(top.frames[0]?.func ?? '')}\`${lineOf(top)}: a goroutine that blocks while holding it, or locks taken in two orders.`,
  };
}

function scalesWithLoad(exam: Examination): Rival | undefined {
  const first = exam.totals[0] ?? 0;
  const last = exam.totals[exam.totals.length - 1] ?? 0;
  const grown = last - first;
  const followers = exam.judgements.filter(
    (judgement) =>
      exam.loadMatches.has(judgement.signature.key) ||
      (judgement.perConnection && judgement.growth === 'growing'),
  );
  if (exam.totals.length < 2) return undefined;
  const explained = followers.reduce(
    (sum, { track }) => sum + (track.counts[track.counts.length - 1] ?? 0) - (track.counts[0] ?? 0),
    0,
  );
  const match = followers.map(({ signature }) => exam.loadMatches.get(signature.key)).find(Boolean);
  const holds = grown >= Math.max(10, 0.2 * first) && explained >= 0.6 * grown;
  const follows = match
    ? `\`${match.name}\` (${formatCount(match.perUnit)} for each, r = ${match.correlation.toFixed(2)})`
    : 'the number of open connections';
  return {
    kind: 'scales-with-load',
    probability: holds ? (match ? 0.9 : 0.8) : 0.05,
    ...(holds ? { tier: match ? ('probable' as const) : ('suspect' as const) } : {}),
    summary: `${formatDelta(grown)} goroutines in ${formatDuration(spanSeconds(exam) * 1000)} follow ${follows}: load, not a leak`,
    because:
      grown > 0
        ? `${formatDelta(explained)} of ${formatDelta(grown)} goroutines follow connections`
        : 'the number of goroutines did not grow',
    nextStep:
      'Watch whether the goroutines go when the connections do: capture again after the load has fallen.',
  };
}

const MOST_CONFIDENCE: Readonly<Record<Tier, number>> = { proven: 0.99, probable: 0.97, suspect: 0.84 };

function confidenceOf({ tier, score }: LeakSignature): number {
  return tier === 'proven' ? MOST_CONFIDENCE.proven : Math.min(MOST_CONFIDENCE[tier], logistic(score));
}

function lineOf(signature: LeakSignature): string {
  const frame = signature.frames[0];
  return frame && frame.line > 0 ? ` (line ${frame.line})` : '';
}

function spanSeconds(exam: Examination): number {
  return ((exam.dumpTimes[exam.dumpTimes.length - 1] ?? 0) - (exam.dumpTimes[0] ?? 0)) / 1000;
}
