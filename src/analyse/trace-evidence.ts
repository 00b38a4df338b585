// What an execution trace adds to signatures that are suspect for other reasons. It accuses nobody: within a second or
// two every request that is being served looks left behind.
import type { StillBlocked, TraceAnswers } from '../model/trace.ts';
import { formatCount, formatDuration } from '../model/units.ts';
import type { LeakSignature } from '../model/verdict.ts';

const NS_PER_MS = 1e6;
/** Fewer may be on their way. */
const FEWEST = 3;
/** Of those that one go statement started, so many must still be there, */
const NEARLY_ALL = 0.9;
/** and so many at one place: in a trace of a second, the last to be born are still on their way to it. */
const MOST = 0.5;

/** One more reason for each signature whose go statement was seen to leave nearly all behind. */
export function withTraceEvidence(
  signatures: readonly LeakSignature[],
  trace: TraceAnswers | undefined,
): LeakSignature[] {
  return signatures.map((signature) => {
    const words = trace && reasonFor(signature, trace);
    return words === undefined ? signature : { ...signature, because: [...signature.because, words] };
  });
}

function reasonFor({ frames, createdBy }: LeakSignature, trace: TraceAnswers): string | undefined {
  const blockedIn = frames[0]?.func;
  const group = trace.stillBlocked.find(
    (one) =>
      one.frames.some(({ func }) => func === blockedIn) &&
      (createdBy === undefined || one.createdBy.some(({ func }) => func === createdBy.func)),
  );
  return group && leftBehind(group, trace);
}

/** `of 25 goroutines started there in a 5 s trace, 24 were still blocked at its end`; undefined when too few were. */
export function leftBehind(group: StillBlocked, trace: TraceAnswers): string | undefined {
  const statement = trace.statements.find(
    ({ starts, at }) =>
      starts.func === group.starts.func &&
      group.createdBy.some(({ func, line }) => func === at.func && line === at.line),
  );
  if (!statement || group.count < FEWEST) return undefined;
  const { created, blocked } = statement;
  if (blocked < NEARLY_ALL * created || group.count < MOST * created) return undefined;
  const here = group.count < blocked ? `, ${formatCount(group.count)} of them here` : '';
  return `of ${formatCount(created)} goroutines started there in a trace of ${windowWords(trace)}, ${formatCount(blocked)} were still blocked at its end${here}`;
}

export function windowWords({ windowNs }: TraceAnswers): string {
  return formatDuration(windowNs / NS_PER_MS);
}
