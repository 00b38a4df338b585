import { formatCount } from '../../model/units.ts';
import { listedJudgements } from '../leak-signatures.ts';
import { placeOf } from '../wording.ts';
import type { ClueReader } from './clue.ts';

/** Printed ages are stamped by collections only: they confirm, they never clear. */
export const waitAge: ClueReader = (exam) =>
  listedJudgements(exam)
    .slice(0, 5)
    .flatMap(({ signature, track }) => {
      const kinship = track.identity?.kinship;
      const minutes = kinship?.minutes;
      if (!kinship || !minutes || minutes.max < 1) return [];
      const spread =
        kinship.minutesDistinct >= 3
          ? `, ${formatCount(kinship.minutesDistinct)} different ages: they piled up over time`
          : '';
      return [
        {
          clue: 'wait-age',
          severity: 'warning' as const,
          text: `${placeOf(signature.state, signature.frames[0], undefined)}: waiting ${waitWords(minutes)}${spread}.`,
          evidence: {
            signature: signature.id,
            minMinutes: minutes.min,
            medianMinutes: minutes.median,
            maxMinutes: minutes.max,
          },
        },
      ];
    });

/** `2 to 14 minutes (median 6)`; `1 minute` where all agree. */
function waitWords({ min, median, max }: { min: number; median: number; max: number }): string {
  return min === max
    ? `${max} ${max === 1 ? 'minute' : 'minutes'}`
    : `${min} to ${max} minutes (median ${median})`;
}
