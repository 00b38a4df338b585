// Calls under way. One HTTP call shows as many goroutines: the caller, the two loops of its connection and, where
// the program calls itself, the handler. More slow calls make all of them grow together, and only one of them can
// be the story: the loops are explained by callers, callers by handlers of the same process. Where the callers
// are stuck for good, the loops are lost with them.
import type { Population, Roster } from './group.ts';
import type { Judgement } from './judge.ts';
import { servesRequests } from './kinship.ts';
import { isStandardLibrary } from './ownership.ts';
import type { Signature } from './signature.ts';
import { logistic } from './trend.ts';

/** What another signature explains is no evidence of its own: it may not score more than this. */
const EXPLAINED = -2;
/** Callers this likely to be lost take their connections with them, which are less of a story than they. */
const STUCK_FROM = 0.85;
/** Callers that explain this share of the growth of their connections explain it all: dumps are no instants. */
const LEAST_SHARE = 0.7;
const LEAST_GROWTH = 3;

const CALL =
  /^net\/http\.\(\*(persistConn\)\.roundTrip|bodyEOFSignal\)\.Read|http2ClientConn\)\.(RoundTrip|roundTrip))$/;
const ROUND_TRIP = /(round|Round)Trip$/;
const DIALER = 'net/http.(*Transport).dialConn';

export function weighExchanges(roster: Roster, judgements: readonly Judgement[]): Judgement[] {
  const dumps = roster.dumps.filter((dump) => dump !== undefined);
  const calls = countEach(dumps, roster.signatures, isCall);
  const handlers = countEach(dumps, roster.signatures, isHandler);
  const calling = growthOf(calls);
  const stuck = judgements.filter(
    ({ signature, probability }) => awaitsAnswer(signature) && probability >= STUCK_FROM,
  );
  const stuckGrowth = stuck.reduce((sum, { track }) => sum + Math.max(0, growthOf(track.counts)), 0);
  const lost = Math.max(...stuck.map((judgement) => judgement.score)) - 1;
  const callsItself = calls.every((count, at) => Math.abs(count - (handlers[at] ?? 0)) <= 2 + 0.15 * count);
  return judgements.map((judgement) => {
    const { signature, track, score } = judgement;
    const growth = growthOf(track.counts);
    if (score >= SURE || growth <= 0) return judgement;
    if (hasOtherEnd(judgement, judgements)) {
      return explained(judgement, 'both ends of these connections are in this program, and both listen');
    }
    if (calling < LEAST_GROWTH) return judgement;
    const isLoop = signature.createdBy?.func === DIALER;
    if (isLoop && stuckGrowth >= LEAST_SHARE * growth) {
      const text = 'the calls that hold these connections are stuck';
      return { ...weighed(judgement, lost, text), follows: true as const };
    }
    if (isLoop && calling >= LEAST_SHARE * growth) {
      return explained(judgement, 'calls under way use these connections');
    }
    if (callsItself && isCall(signature)) {
      return explained(judgement, 'these calls go to the program itself, and its handlers are at them');
    }
    return judgement;
  });
}

/** Stands by itself, whatever calls it may belong to. */
const SURE = 9;

/** Two places where goroutines wait for the network, or pause between words; their numbers rise as one. */
function hasOtherEnd({ signature, track }: Judgement, judgements: readonly Judgement[]): boolean {
  const listens = signature.family === 'io' || signature.family === 'sleep';
  if (!listens || growthOf(track.counts) < LEAST_GROWTH) return false;
  return judgements.some(
    (other) =>
      other.track.index !== track.index &&
      other.signature.family === 'io' &&
      other.signature.createdBy?.func !== signature.createdBy?.func &&
      growthOf(other.track.counts) >= LEAST_GROWTH &&
      track.counts.every((count, at) => Math.abs(count - (other.track.counts[at] ?? 0)) <= 1 + 0.05 * count),
  );
}

function explained(judgement: Judgement, text: string): Judgement {
  return weighed(judgement, Math.min(judgement.score, EXPLAINED), text);
}

function weighed(judgement: Judgement, score: number, text: string): Judgement {
  const weights = [...judgement.weights, { points: score - judgement.score, text }];
  return { ...judgement, score, probability: logistic(score), weights };
}

function isCall({ frames }: Signature): boolean {
  return frames.some((frame) => CALL.test(frame.func));
}

/** Nothing has come back yet; a body that is read may still flow. */
function awaitsAnswer(signature: Signature): boolean {
  return isCall(signature) && signature.frames.some((frame) => ROUND_TRIP.test(frame.func));
}

function isHandler(signature: Signature): boolean {
  return servesRequests(signature) && signature.frames.some((frame) => !isStandardLibrary(frame.func));
}

function countEach(
  dumps: readonly Population[],
  signatures: readonly Signature[],
  counted: (signature: Signature) => boolean,
): number[] {
  const indexes = signatures.flatMap((signature, index) => (counted(signature) ? [index] : []));
  return dumps.map((dump) => indexes.reduce((sum, index) => sum + (dump.counts[index] ?? 0), 0));
}

function growthOf(counts: readonly number[]): number {
  return (counts[counts.length - 1] ?? 0) - (counts[0] ?? 0);
}
