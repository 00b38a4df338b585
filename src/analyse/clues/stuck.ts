import { formatCount } from '../../model/units.ts';
import type { Clue } from '../../model/verdict.ts';
import { lockTangle } from '../lock-tangle.ts';
import { goroutines, placeOf } from '../wording.ts';
import type { ClueReader } from './clue.ts';

export const stuck: ClueReader = (exam) => {
  const clues: Clue[] = [];
  const dump = exam.roster.dumps[exam.roster.dumps.length - 1]?.dump;
  if (dump?.preamble?.text.includes('all goroutines are asleep')) {
    clues.push({
      clue: 'stuck',
      severity: 'critical',
      text: `The runtime stopped the program: all ${formatCount(dump.total)} goroutines were asleep.`,
      evidence: { goroutines: dump.total },
    });
  }
  const tangle = lockTangle(exam);
  if (!tangle) return clues;
  clues.push({
    clue: 'stuck',
    severity: 'critical',
    text: `${goroutines(tangle.waiting)} ${tangle.waiting === 1 ? 'waits' : 'wait'} for a lock${exam.dumpTimes.length > 1 ? ' and none of them moved' : ''}.`,
    evidence: { waiting: tangle.waiting },
  });
  for (const holder of tangle.holders) {
    clues.push({
      clue: 'lock-holder',
      severity: 'warning',
      text: `Likely holder: ${placeOf(holder.signature.state, holder.signature.frames[0], holder.signature.createdBy)}, ${holder.why}.`,
      evidence: { signature: holder.signature.id },
    });
  }
  if (tangle.cycle.length > 1) {
    clues.push({
      clue: 'lock-cycle',
      severity: 'critical',
      text: `They wait for each other: ${tangle.cycle.map((name) => `\`${name}\``).join(' ↔ ')}.`,
      evidence: { members: tangle.cycle.length },
    });
  }
  return clues;
};
