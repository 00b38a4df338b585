// From judgements to the signatures a report lists: leaking and suspect ones only, best first.
import type { WaitFamily } from '../model/goroutine.ts';
import { formatBytes } from '../model/units.ts';
import type { LeakSignature, Tier } from '../model/verdict.ts';
import { isProven } from './evidence.ts';
import type { Examination } from './examine.ts';
import type { Judgement } from './judge.ts';
import { isFirstParty } from './ownership.ts';
import { patternOf } from './patterns.ts';
import { hash64 } from './signature.ts';

/** Below this probability a signature is not shown to anybody as suspect. */
export const LISTED_FROM = 0.52;
const PROBABLE_FROM = 0.85;

export function listedJudgements(exam: Examination): Judgement[] {
  return exam.judgements.filter((judgement) => judgement.probability >= LISTED_FROM);
}

export function leakSignatures(exam: Examination): LeakSignature[] {
  const minutes = span(exam.dumpTimes) / 60_000;
  return listedJudgements(exam)
    .sort((a, b) => rankOf(b) - rankOf(a) || (a.signature.id < b.signature.id ? -1 : 1))
    .map((judgement) => leakSignature(judgement, minutes, exam));
}

/** Waits of pools that fill and of locks that are busy: two snapshots cannot tell those from leaks, three can. */
const PATIENT: ReadonlySet<WaitFamily> = new Set([
  'chan-receive',
  'select',
  'cond',
  'io',
  'sleep',
  'mutex',
  'rwmutex',
]);

export function tierOf({ weights, probability, track, signature }: Judgement): Tier {
  if (isProven(weights)) return 'proven';
  if (track.counts.length === 2 && PATIENT.has(signature.family)) return 'suspect';
  return probability >= PROBABLE_FROM ? 'probable' : 'suspect';
}

/**
 * Certainty first, then size: forty proven goroutines outrank one, a proven one outranks forty suspects. What is lost
 * with others stands behind them.
 */
function rankOf(judgement: Judgement): number {
  const { counts } = judgement.track;
  const count = counts[counts.length - 1] ?? 0;
  const growth = Math.max(0, count - (counts[0] ?? 0));
  const tier = { proven: 2, probable: 1, suspect: 0 }[tierOf(judgement)];
  return (
    (tier - (judgement.follows ? 0.5 : 0)) * 1000 +
    judgement.probability * 20 +
    4 * Math.log2(1 + growth) +
    Math.log2(1 + count)
  );
}

function leakSignature(judgement: Judgement, minutes: number, exam: Examination): LeakSignature {
  const held = heldBytes(judgement, exam);
  const { signature, track } = judgement;
  const count = track.counts[track.counts.length - 1] ?? 0;
  const first = track.counts[0] ?? 0;
  const delta = count - first;
  const waited = track.identity?.kinship.minutes;
  const hint = patternOf(signature);
  return {
    id: signature.id,
    stableId: signature.stableId,
    knownAs: hash64(signature.proofKey),
    state: signature.state,
    waitReason: signature.state,
    family: signature.family,
    count,
    delta: track.counts.length > 1 ? delta : 0,
    perMinute: minutes > 0 ? delta / minutes : 0,
    ...(waited ? { waitMinutes: waited } : {}),
    frames: signature.frames,
    ...(signature.createdBy ? { createdBy: signature.createdBy } : {}),
    ...(signature.labels ? { labels: signature.labels } : {}),
    tier: tierOf(judgement),
    ...(judgement.proof ? { proof: judgement.proof } : {}),
    score: judgement.score,
    because: [
      ...judgement.weights.filter((weight) => weight.text !== '').map((weight) => weight.text),
      ...(held > 0 ? [`${formatBytes(held)} of heap grew at sites these goroutines allocate at`] : []),
    ],
    status: track.counts.length > 1 && first === 0 ? 'new' : delta > 0 ? 'grown' : 'steady',
    ...(held > 0 ? { retainedBytes: held } : {}),
    ...(hint ? { hint: hint.hint } : {}),
  };
}

/**
 * Heap that grew at sites the leaking goroutines, or the call that started them, allocated at: held by the leak,
 * not leaked beside it. Profiles know no owners, so shared functions of the program's own are the link.
 */
function heldBytes({ signature }: Judgement, exam: Examination): number {
  const own = new Set(
    [...signature.frames, ...(signature.createdBy ? [signature.createdBy] : [])]
      .map((frame) => frame.func)
      .filter((func) => isFirstParty(func, exam.context.firstParty) && func !== 'main.main'),
  );
  return (exam.heap?.sites ?? [])
    .filter((track) => track.growing && track.site.frames.some((frame) => own.has(frame.func)))
    .reduce((sum, track) => sum + track.site.deltaBytes, 0);
}

function span(times: readonly number[]): number {
  return (times[times.length - 1] ?? 0) - (times[0] ?? 0);
}
