import { formatCount } from '../../model/units.ts';
import { placeOf } from '../wording.ts';
import type { ClueReader } from './clue.ts';

export const load: ClueReader = (exam) =>
  exam.judgements.flatMap(({ signature, track }) => {
    const match = exam.loadMatches.get(signature.key);
    if (!match) return [];
    return [
      {
        clue: 'load',
        severity: 'none' as const,
        text: `${placeOf(signature.state, signature.frames[0], undefined)} follows ${match.name}: ${formatCount(match.perUnit)} per unit, r = ${match.correlation.toFixed(2)}, ${track.counts.map(formatCount).join(' → ')}.`,
        evidence: {
          signature: signature.id,
          gauge: match.name,
          correlation: match.correlation,
          perUnit: match.perUnit,
        },
      },
    ];
  });
