import { formatCount } from '../../model/units.ts';
import type { Clue } from '../../model/verdict.ts';
import type { Judgement } from '../judge.ts';
import { listedJudgements } from '../leak-signatures.ts';
import { goroutines, placeOf } from '../wording.ts';
import type { ClueReader } from './clue.ts';

/** Of what it cannot see, this many signatures are named. */
const MOST_NAMED = 3;

/** The runtime's own detector: what it marks is proven, what it does not mark is not cleared. */
export const runtimeProof: ClueReader = (exam) => {
  const { proof } = exam;
  if (proof === undefined) return [];
  const asked = timesWords(proof.profiles);
  const open = listedJudgements(exam).filter((judgement) => (judgement.proof?.unseen ?? 0) > 0);
  return [
    proof.total > 0 ? proven(proof.total, asked) : nothing(asked),
    ...open.slice(0, MOST_NAMED).map(unseen),
  ];
};

function proven(total: number, asked: string): Clue {
  return {
    clue: 'runtime-proof',
    severity: 'critical',
    text: `The runtime proves ${goroutines(total)} leaked${asked}: nothing alive can reach what ${total === 1 ? 'it waits' : 'they wait'} for.`,
    evidence: { proven: total },
  };
}

function nothing(asked: string): Clue {
  return {
    clue: 'runtime-proof',
    severity: 'none',
    text: `The runtime's leak profile is empty${asked}, which proves nothing: globals, tickers and network waits hide from it.`,
    evidence: { proven: 0 },
  };
}

/** Said of what is accused all the same: why that is not more than probable. */
function unseen({ signature, proof }: Judgement): Clue {
  const { confirmed = 0, unseen: left = 0, because = '' } = proof ?? {};
  const which = confirmed > 0 ? `${formatCount(left)} more` : goroutines(left);
  return {
    clue: 'runtime-proof',
    severity: 'notice',
    text: `Proof cannot see ${which} on ${placeOf(signature.state, signature.frames[0], signature.createdBy)}: ${because}.`,
    evidence: { unseen: left, confirmed },
  };
}

/** `, by both of two leak profiles` */
function timesWords(profiles: number): string {
  if (profiles === 0) return ' (marked by an earlier run of its detector)';
  return profiles === 1 ? '' : ` (${profiles === 2 ? 'both of two' : `all of ${profiles}`} leak profiles)`;
}
