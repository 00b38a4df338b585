import { firstFrame } from '../../model/goroutine.ts';
import { formatCount, formatDuration } from '../../model/units.ts';
import type { Clue } from '../../model/verdict.ts';
import { leftBehind, windowWords } from '../trace-evidence.ts';
import type { ClueReader } from './clue.ts';

const NS_PER_MS = 1e6;
/** Runnable goroutines of a healthy service run within a few milliseconds. */
const SLOW_MS = 20;
const NAMED = 3;

/** What the scheduler saw. It never accuses by itself: a trace is a second or two of a service at work. */
export const executionTrace: ClueReader = ({ trace }) => {
  if (!trace) return [];
  const left: Clue[] = trace.stillBlocked
    .filter((group) => leftBehind(group, trace) !== undefined)
    .slice(0, NAMED)
    .map((group) => ({
      clue: 'execution-trace',
      severity: 'notice',
      text: `Of the goroutines that \`${group.createdBy[0]?.func ?? ''}\` started within ${windowWords(trace)} of trace, ${formatCount(group.count)} were still blocked at its end: ${group.reason || 'waiting'} in \`${firstFrame(group.frames)?.func ?? group.starts.func}\`.`,
      evidence: { count: group.count, reason: group.reason, function: group.starts.func },
    }));
  const { latency } = trace;
  const p99Ms = latency.p99Ns / NS_PER_MS;
  const slow: Clue = {
    clue: 'execution-trace',
    severity: p99Ms > SLOW_MS ? 'notice' : 'none',
    text: `Runnable goroutines waited ${formatDuration(latency.p50Ns / NS_PER_MS)} (median) and ${formatDuration(p99Ms)} (99 %) for a processor, in ${windowWords(trace)} of trace.`,
    evidence: { count: latency.count, p50Ns: latency.p50Ns, p99Ns: latency.p99Ns },
  };
  return [...left, ...(latency.count > 0 ? [slow] : [])];
};
