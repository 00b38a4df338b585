import { formatCount } from '../../model/units.ts';
import { rulesOf } from '../handbook.ts';
import type { Judgement } from '../judge.ts';
import { placeOf } from '../wording.ts';
import type { ClueReader } from './clue.ts';

/** Hundreds waiting at one place: a clue when they do not move, a pool when they were always that many. */
export const pileUp: ClueReader = (exam) => {
  const { pileUp: figure } = rulesOf(exam);
  const standing = exam.judgements.filter(
    ({ growth, resident }) => (growth === 'growing' || growth === 'constant') && !resident,
  );
  return placesOf(standing)
    .map((place) => ({ place, count: place.reduce((sum, judgement) => sum + countOf(judgement), 0) }))
    .filter(({ count }) => count >= figure)
    .slice(0, 3)
    .flatMap(({ place, count }) => {
      const [first] = place;
      if (!first) return [];
      const { signature, track } = first;
      const { wordsKnown = 0, wordsDistinct = 0 } = track.identity?.kinship ?? {};
      const on =
        place.length === 1 && wordsKnown >= 0.8 * count && wordsDistinct <= 3
          ? ` on ${wordsDistinct === 1 ? 'one object (chan #1)' : `${wordsDistinct} objects`}`
          : ' at one site';
      const isGrowing = place.some(({ growth }) => growth === 'growing');
      return [
        {
          clue: 'pile-up',
          severity: isGrowing ? ('warning' as const) : ('notice' as const),
          text: `${formatCount(count)} goroutines wait${on}: ${placeOf(signature.state, signature.frames[0], signature.createdBy)} (handbook: ${formatCount(figure)} or more).`,
          evidence: { signature: signature.id, count, figure, objects: wordsDistinct },
        },
      ];
    });
};

/** Those that an earlier proof run marked wait at the same place as those that it has not seen. */
function placesOf(judgements: readonly Judgement[]): readonly (readonly Judgement[])[] {
  const places = new Map<string, Judgement[]>();
  for (const judgement of judgements) {
    const { stableId, frames } = judgement.signature;
    const key = `${stableId} ${frames[0]?.file}:${frames[0]?.line}`;
    places.set(key, [...(places.get(key) ?? []), judgement]);
  }
  return [...places.values()];
}

function countOf({ track: { counts } }: Judgement): number {
  return counts[counts.length - 1] ?? 0;
}
