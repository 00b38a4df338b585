// Signatures that somebody has said are no leak, taken out before anything is concluded: neither clues nor verdict see
// their goroutines, and the analysis says how many those were. Only what would have been listed is taken out.
import type { HiddenGroup } from '../model/rule.ts';
import type { Examination } from './examine.ts';
import type { Judgement } from './judge.ts';
import { LISTED_FROM } from './leak-signatures.ts';
import { hash64 } from './signature.ts';

export interface WithoutHidden {
  readonly exam: Examination;
  readonly hidden: readonly HiddenGroup[];
}

export function withoutHidden(exam: Examination): WithoutHidden {
  const wanted = new Set(exam.context.hidden ?? []);
  if (wanted.size === 0) return { exam, hidden: [] };
  const isHidden = (judgement: Judgement): boolean =>
    judgement.probability >= LISTED_FROM && wanted.has(hash64(judgement.signature.proofKey));
  const taken = exam.judgements.filter(isHidden);
  if (taken.length === 0) return { exam, hidden: [] };
  const judgements = exam.judgements.filter((judgement) => !isHidden(judgement));
  const totals = exam.totals.map((total, at) =>
    Math.max(0, total - taken.reduce((sum, { track }) => sum + (track.counts[at] ?? 0), 0)),
  );
  return { exam: { ...exam, judgements, totals }, hidden: groupsOf(taken) };
}

/** Exact signatures that memory knows as one are told as one. */
function groupsOf(judgements: readonly Judgement[]): HiddenGroup[] {
  const groups = new Map<string, HiddenGroup>();
  for (const { signature, track } of judgements) {
    const known = hash64(signature.proofKey);
    const before = groups.get(known);
    const count = track.counts[track.counts.length - 1] ?? 0;
    const delta = track.counts.length > 1 ? count - (track.counts[0] ?? 0) : 0;
    groups.set(known, {
      signature: known,
      label: before?.label ?? `${signature.state} in ${signature.frames[0]?.func ?? 'unknown'}`,
      count: (before?.count ?? 0) + count,
      delta: (before?.delta ?? 0) + delta,
    });
  }
  return [...groups.values()];
}
