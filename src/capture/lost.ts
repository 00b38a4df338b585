// A question that was not answered, as it is kept and told.
import type { Failure } from '../failure.ts';
import type { StepRecord } from '../model/capture.ts';
import { pauseEstimateMs, type Step } from './plan.ts';
import { withoutSecretShapes } from './secrets.ts';

/** Decides whether there is a Go service at all. */
export const FIRST_LOOK = 'count-0';
/** Most services serve no /metrics; that is not worth a footnote. */
export const ABSENT: readonly string[] = ['target_refused', 'target_not_pprof'];
const MAX_SAYS = 500;

/** What is kept of a question that was not answered. */
export function lostRecord(
  error: Failure,
  { id, ask }: Step,
  goroutines: number,
  base: Pick<StepRecord, 'id' | 'snapshot' | 'bytes' | 'fromMs' | 'toMs'>,
): StepRecord {
  const isQuiet = (ask === 'process' && ABSENT.includes(error.code)) || id === FIRST_LOOK;
  // Silence at a question that costs a service nothing is absence too: nothing dearer is asked of it.
  const isGone =
    error.code === 'target_unreachable' || (error.code === 'target_timeout' && !DEAR.includes(ask));
  const says = withoutSecretShapes(`${error.message} ${error.hint}`).slice(0, MAX_SAYS);
  const cost = costOf(error, ask, goroutines);
  const received = 'received' in error.facts ? error.facts.received : undefined;
  return {
    ...base,
    // Kept under a name of its own: another attempt asks again.
    ...(id === FIRST_LOOK && { id: `${FIRST_LOOK}-failed-${Math.round(base.fromMs)}` }),
    ...(isGone && { gone: true }),
    ...cost,
    problem: isQuiet ? '' : says,
    evidence: { says, ...(received !== undefined && { received }) },
  };
}

/** A question that was not answered in time may have cost most of all; one that was refused cost next to nothing. */
function costOf(
  { code, facts }: Failure,
  ask: Step['ask'],
  goroutines: number,
): Pick<StepRecord, 'path' | 'pauseMsEstimate'> {
  const url = 'url' in facts ? facts.url : '';
  const isCheap = code === 'target_unreachable' || code === 'target_refused' || !url.includes('/');
  if (isCheap) return { pauseMsEstimate: 0 };
  return { path: url.slice(url.indexOf('/')), pauseMsEstimate: pauseEstimateMs(ask, goroutines) };
}

const DEAR: readonly Step['ask'][] = [
  'goroutine',
  'goroutine-text',
  'goroutineleak',
  'heap',
  'heap-collected',
  'trace',
  'probe',
];
