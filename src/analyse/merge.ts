// Several instances of one service: one verdict. Signatures are summed by stable id; the verdict is the
// worst one that is well founded, and says how many instances show it.
import type { HiddenGroup } from '../model/rule.ts';
import { formatCount } from '../model/units.ts';
import type { Analysis, Change, LeakSignature, Tier, VerdictKind } from '../model/verdict.ts';
import { fleetOf } from './fleet.ts';
import { joinedFindings, joinedProof } from './proof.ts';

const WORST_FIRST: readonly VerdictKind[] = [
  'deadlock',
  'goroutine-leak',
  'heap-leak',
  'off-heap-growth',
  'gc-pressure',
  'fragmentation',
  'churn',
  'scales-with-load',
  'inconclusive',
  'healthy',
];
const BEST_TIER: readonly Tier[] = ['proven', 'probable', 'suspect'];
const MOST_CHANGES = 500;

export function mergeInstances(analyses: readonly Analysis[]): Analysis {
  const ordered = [...analyses].sort(byGravity);
  const worst = ordered[0];
  if (!worst) throw new RangeError('mergeInstances needs at least one analysis');
  if (analyses.length === 1) return worst;
  const same = analyses.filter((analysis) => analysis.verdict.kind === worst.verdict.kind).length;
  // Sums of a fleet stand in its rows; the sentence is of one process, and says of which.
  const of =
    worst.verdict.kind === 'healthy' ? 'Seen' : `Measured on ${worst.instances[0] ?? ''}, the worst; seen`;
  const share = ` ${of} on ${formatCount(same)} of ${formatCount(analyses.length)} instances.`;
  const hidden = mergeHidden(analyses);
  const proof = joinedFindings(analyses.map((analysis) => analysis.proof));
  // What hangs off a variable of one process says nothing of another.
  const retention = ordered.find((analysis) => analysis.retention)?.retention;
  const trace = ordered.find((analysis) => analysis.trace)?.trace;
  return {
    ...worst,
    ...(hidden.length > 0 && { hidden }),
    ...(retention && { retention }),
    ...(trace && { trace }),
    ...(proof && { proof }),
    instances: analyses.flatMap((analysis) => analysis.instances),
    verdict: { ...worst.verdict, summary: worst.verdict.summary + share },
    also: mergeAlso(ordered, worst),
    signatures: mergeSignatures(analyses),
    changes: mergeChanges(analyses),
    load: analyses.flatMap((analysis) =>
      analysis.load.map((load) => ({ ...load, name: `${analysis.instances[0] ?? ''}: ${load.name}` })),
    ),
    restarts: analyses.flatMap((analysis) => analysis.restarts),
    fleet: fleetOf(analyses),
    clues: analyses.flatMap((analysis) =>
      analysis.clues.map((clue) => ({ ...clue, text: `${analysis.instances[0] ?? ''}: ${clue.text}` })),
    ),
    alignment: analyses.flatMap((analysis) => analysis.alignment),
    problems: analyses.flatMap((analysis) =>
      analysis.problems.map((problem) => ({
        ...problem,
        text: `${analysis.instances[0] ?? ''}: ${problem.text}`,
      })),
    ),
  };
}

/** A well-founded accusation first, then a suspicion, then doubt, then health; the surest of a kind leads. */
function byGravity(a: Analysis, b: Analysis): number {
  const rank = (analysis: Analysis) => WORST_FIRST.indexOf(analysis.verdict.kind);
  return standing(a) - standing(b) || rank(a) - rank(b) || b.verdict.confidence - a.verdict.confidence;
}

function standing({ verdict }: Analysis): number {
  if (verdict.tier === undefined) return 2;
  return verdict.tier === 'suspect' || verdict.kind === 'scales-with-load' ? 1 : 0;
}

function mergeAlso(ordered: readonly Analysis[], worst: Analysis): Analysis['also'] {
  const said = new Set<VerdictKind>([worst.verdict.kind, 'healthy', 'inconclusive']);
  const also = [...worst.also];
  for (const side of worst.also) said.add(side.kind);
  for (const analysis of ordered.slice(1)) {
    const { kind, tier, confidence, summary } = analysis.verdict;
    for (const side of [{ kind, ...(tier ? { tier } : {}), confidence, summary }, ...analysis.also]) {
      if (said.has(side.kind)) continue;
      said.add(side.kind);
      also.push(side);
    }
  }
  return also;
}

function mergeHidden(analyses: readonly Analysis[]): HiddenGroup[] {
  const merged = new Map<string, HiddenGroup>();
  for (const group of analyses.flatMap(({ hidden = [] }) => hidden)) {
    const before = merged.get(group.signature);
    merged.set(
      group.signature,
      before ? { ...before, count: before.count + group.count, delta: before.delta + group.delta } : group,
    );
  }
  return [...merged.values()];
}

function mergeSignatures(analyses: readonly Analysis[]): LeakSignature[] {
  const merged = new Map<string, LeakSignature>();
  for (const signature of analyses.flatMap((analysis) => analysis.signatures)) {
    const known = merged.get(signature.stableId);
    merged.set(signature.stableId, known ? joined(known, signature) : signature);
  }
  const tier = (signature: LeakSignature) => BEST_TIER.indexOf(signature.tier);
  return [...merged.values()].sort(
    (a, b) => tier(a) - tier(b) || b.delta - a.delta || b.count - a.count || (a.id < b.id ? -1 : 1),
  );
}

function joined(a: LeakSignature, b: LeakSignature): LeakSignature {
  const stronger = b.score > a.score ? b : a;
  const minutes = a.waitMinutes && b.waitMinutes;
  const proof = joinedProof(a.proof, b.proof);
  const retained = a.retainedBytes !== undefined || b.retainedBytes !== undefined;
  return {
    ...stronger,
    count: a.count + b.count,
    delta: a.delta + b.delta,
    perMinute: a.perMinute + b.perMinute,
    ...(minutes && b.waitMinutes
      ? {
          waitMinutes: {
            min: Math.min(minutes.min, b.waitMinutes.min),
            median: stronger.waitMinutes?.median ?? minutes.median,
            max: Math.max(minutes.max, b.waitMinutes.max),
          },
        }
      : {}),
    ...(proof ? { proof } : {}),
    ...(retained ? { retainedBytes: (a.retainedBytes ?? 0) + (b.retainedBytes ?? 0) } : {}),
  };
}

/** Goroutine ids and heap sites of different processes stay apart: the id carries the instance. */
function mergeChanges(analyses: readonly Analysis[]): Change[] {
  return analyses
    .flatMap((analysis) =>
      analysis.changes.map((change) => ({ ...change, id: `${analysis.instances[0] ?? ''}/${change.id}` })),
    )
    .slice(0, MOST_CHANGES);
}
