import { formatCount } from '../../model/units.ts';
import { rulesOf } from '../handbook.ts';
import { placeOf } from '../wording.ts';
import type { ClueReader } from './clue.ts';

/** Hundreds waiting at one place: a clue when they do not move, a pool when they were always that many. */
export const pileUp: ClueReader = (exam) => {
  const { pileUp: figure } = rulesOf(exam);
  return exam.judgements
    .filter(({ track, growth, resident }) => {
      const count = track.counts[track.counts.length - 1] ?? 0;
      return count >= figure && (growth === 'growing' || growth === 'constant') && !resident;
    })
    .slice(0, 3)
    .map(({ signature, track, growth }) => {
      const count = track.counts[track.counts.length - 1] ?? 0;
      const { wordsKnown = 0, wordsDistinct = 0 } = track.identity?.kinship ?? {};
      const on =
        wordsKnown >= 0.8 * count && wordsDistinct <= 3
          ? ` on ${wordsDistinct === 1 ? 'one object (chan #1)' : `${wordsDistinct} objects`}`
          : ' at one site';
      return {
        clue: 'pile-up',
        severity: growth === 'growing' ? ('warning' as const) : ('notice' as const),
        text: `${formatCount(count)} goroutines wait${on}: ${placeOf(signature.state, signature.frames[0], signature.createdBy)} (handbook: ${formatCount(figure)} or more).`,
        evidence: { signature: signature.id, count, figure, objects: wordsDistinct },
      };
    });
};
