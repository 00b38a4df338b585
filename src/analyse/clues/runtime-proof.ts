import { formatCount } from '../../model/units.ts';
import type { ClueReader } from './clue.ts';

/** The runtime's own detector: what it marks is proven, what it does not mark is not cleared. */
export const runtimeProof: ClueReader = (exam) => {
  const asked = exam.snapshots.filter((snapshot) => snapshot.leaked !== undefined);
  const marked = exam.roster.signatures.reduce((sum, signature, index) => {
    const last = exam.roster.dumps[exam.roster.dumps.length - 1];
    return signature.leaked ? sum + (last?.counts[index] ?? 0) : sum;
  }, 0);
  const proven = Math.max(marked, ...asked.map((snapshot) => snapshot.leaked?.total ?? 0));
  if (asked.length === 0 && marked === 0) return [];
  return [
    {
      clue: 'runtime-proof',
      severity: proven > 0 ? ('critical' as const) : ('none' as const),
      text:
        proven > 0
          ? `The runtime proves ${formatCount(proven)} goroutines leaked: nothing alive can reach what they wait for.`
          : "The runtime's leak profile is empty, which proves nothing: globals, tickers and network waits hide from it.",
      evidence: { proven },
    },
  ];
};
