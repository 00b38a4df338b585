import { formatCount, formatDelta, formatDuration } from '../../model/units.ts';
import { listedJudgements } from '../leak-signatures.ts';
import { placeOf } from '../wording.ts';
import type { ClueReader } from './clue.ts';

export const goroutineGrowth: ClueReader = (exam) => {
  const { totals, dumpTimes } = exam;
  const last = totals[totals.length - 1];
  if (last === undefined) return [];
  const spanMs = (dumpTimes[dumpTimes.length - 1] ?? 0) - (dumpTimes[0] ?? 0);
  const suspects = listedJudgements(exam).filter((judgement) => judgement.growth === 'growing');
  const delta = last - (totals[0] ?? 0);
  const total = {
    clue: 'goroutine-growth',
    severity: suspects.length > 0 ? ('warning' as const) : ('none' as const),
    text:
      totals.length > 1
        ? `Goroutines ${totals.map(formatCount).join(' → ')} (${formatDelta(delta)}) in ${formatDuration(spanMs)}.`
        : `${formatCount(last)} goroutines in the only snapshot.`,
    evidence: { first: totals[0] ?? 0, last, seconds: spanMs / 1000 },
  };
  const each = suspects.slice(0, 5).map(({ signature, track }) => {
    const count = track.counts[track.counts.length - 1] ?? 0;
    const grown = count - (track.counts[0] ?? 0);
    const { young, veterans } = track.identity ?? {};
    const seen = (young?.seen ?? 0) + (veterans?.seen ?? 0);
    const survived = (young?.survived ?? 0) + (veterans?.survived ?? 0);
    return {
      clue: 'goroutine-growth',
      severity: 'critical' as const,
      text: `${formatDelta(grown)} blocked on ${placeOf(signature.state, signature.frames[0], signature.createdBy)}; ${formatCount(survived)} of ${formatCount(seen)} followed by id never moved.`,
      evidence: { signature: signature.id, count, grown, seen, survived },
    };
  });
  return [total, ...each];
};
