// Is this signature a leak? Evidence is added up in log-odds, each piece with the sentence that goes into
// the report. Nothing here knows a program's name; a constant crowd and a growing one are judged by
// different books, because a constant crowd is what every healthy service is made of.
import { formatCount } from '../model/units.ts';
import type { SignatureProof } from '../model/verdict.ts';
import { holdsOpenBody, type Resident, residentOf } from './benign.ts';
import type { Add, Surroundings, Weight } from './evidence.ts';
import { type Growth, growthOf } from './growth.ts';
import { proofOf } from './proof.ts';
import type { Signature } from './signature.ts';
import type { Track } from './track.ts';
import { logistic } from './trend.ts';
import { weighAlone, weighCrowd } from './weigh-crowd.ts';
import { weighGrowth, weighNewCrowd } from './weigh-growth.ts';

export interface Judgement {
  readonly signature: Signature;
  readonly track: Track;
  readonly probability: number;
  readonly score: number;
  readonly weights: readonly Weight[];
  readonly growth: Growth;
  readonly resident?: string;
  /** What the runtime says of its goroutines in the last dump. */
  readonly proof?: SignatureProof;
  readonly perConnection: boolean;
  /** Lost with others, whose leak it is. */
  readonly follows?: true;
}

export function judge(track: Track, signature: Signature, around: Surroundings): Judgement {
  const resident = residentOf(signature);
  const growth = growthOf(track, around.atMs);
  const weights: Weight[] = [{ points: BASE[growth], text: '' }];
  const add: Add = (points, text, proves) => weights.push({ points, text, ...(proves && { proves }) });

  const count = track.counts[track.counts.length - 1] ?? 0;
  const proof = proofOf(signature, count, around.proof);
  weighProof(signature, proof, add);
  if (growth === 'growing' || growth === 'plateaued') weighGrowth(track, signature, growth, around, add);
  else if (growth === 'constant') weighCrowd(track, signature, around, add);
  else if (around.atMs.length === 1) weighAlone(track, signature, around, add);
  else if (growth === 'unknown') weighNewCrowd(track, signature, add);
  if (around.load) {
    add(
      -around.load.excuse,
      `follows ${around.load.name}: ${formatCount(around.load.perUnit)} per unit, r = ${around.load.correlation.toFixed(2)}`,
    );
  }
  if (resident) {
    const openBody = holdsOpenBody(signature);
    if (openBody)
      add(growth === 'growing' ? 3.5 : 1, 'response bodies are still open on these client connections');
    else add(residentDiscount(growth, resident, track), `usual resident: ${resident.what}`);
  }
  const score = weights.reduce((sum, weight) => sum + weight.points, 0);
  return {
    signature,
    track,
    probability: logistic(score),
    score,
    weights,
    growth,
    ...(proof ? { proof } : {}),
    perConnection: resident?.perConnection === true && !resident.outbound,
    ...(resident ? { resident: resident.what } : {}),
  };
}

const BASE: Readonly<Record<Growth, number>> = {
  growing: 1,
  plateaued: -3,
  constant: 0,
  shrinking: -5,
  churning: -5,
  unknown: -4,
};

/**
 * Residents growing are the classic "client constructed per request". A shared pool of outbound connections also
 * grows, towards the peak of concurrency: by few, beside the many it has.
 */
function residentDiscount(growth: Growth, resident: Resident, { identity }: Track): number {
  if (growth !== 'growing') return -4;
  const [old = 0, ...later] = identity?.cohorts ?? [];
  const fresh = later.reduce((sum, cohort) => sum + cohort, 0);
  const isFast = fresh >= Math.max(10, old) && fresh >= 0.5 * old * (identity?.idClock ?? 0);
  return resident.outbound && isFast && identity?.ended === 0 ? -1 : -3.5;
}

function weighProof({ leaked }: Signature, proof: SignatureProof | undefined, add: Add): void {
  if (!proof) return;
  const { confirmed, unseen, because } = proof;
  if (leaked)
    add(12, 'the runtime marks these goroutines as leaked: nothing alive can reach what they wait for', true);
  else if (confirmed > 0)
    add(12, `the runtime's leak profile proves ${formatCount(confirmed)} of them unreachable`, true);
  // No evidence either way: said, and given no weight.
  if (unseen > 0) add(0, `the runtime's proof cannot see ${formatCount(unseen)} of them: ${because}`);
}
