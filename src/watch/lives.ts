// Which life of the process a sample belongs to. A deploy or a restart begins a new one: levels are compared within a
// life only, and how the last one ended is evidence.
import { heapOf } from './allocation.ts';
import { residentOf } from './bucket.ts';
import type { Sample } from './sample.ts';

export interface Life {
  readonly run: number;
  /** Unix seconds; as soon as it was seen where nobody told when it started. */
  readonly started: number;
}

/** Clocks of those who compute a start from an uptime waver. */
const START_WAVERS = 10;
/** Go gives memory back in small steps: a drop by so much at once, with nothing else to go by, is another process. */
const FALLEN = 0.65;
const LONG_GAP = 6 * 3600;
/** Resident memory this near the limit when the process ended: it was killed for it. */
const KILLED_AT = 0.88;
/** With GOMEMLIMIT it lives there: the collector lets it reach the limit only slowly, and the last sample tells. */
const KILLED_AT_SOFT = 0.985;

export function firstLife(sample: Sample): Life {
  return { run: 0, started: Math.min(sample.t, sample.start_time ?? sample.t) };
}

/** The life that a sample of another process begins. */
export function nextLife({ run }: Life, sample: Sample): Life {
  return { ...firstLife(sample), run: run + 1 };
}

export type End = 'deploy' | 'restart' | 'killed';

/**
 * Why the process of `last` is not that of `sample`; undefined when it is. `lowest`: the least HeapAlloc that the one of
 * `last` was seen with, asked for where nothing else tells.
 */
export function endOf(last: Sample, sample: Sample, lowest = () => Number.NaN): End | undefined {
  if (last.version !== undefined && sample.version !== undefined && last.version !== sample.version)
    return 'deploy';
  if (!restarted(last, sample, lowest)) return undefined;
  const limit = sample.container_limit ?? last.container_limit ?? Number.POSITIVE_INFINITY;
  const share = (last.GOMEMLIMIT ?? Number.POSITIVE_INFINITY) < limit ? KILLED_AT_SOFT : KILLED_AT;
  return residentOf(last) >= share * limit ? 'killed' : 'restart';
}

function restarted(last: Sample, sample: Sample, lowest: () => number): boolean {
  if (last.start_time !== undefined && sample.start_time !== undefined) {
    return sample.start_time - last.start_time > START_WAVERS;
  }
  if (last.NumGC !== undefined && sample.NumGC !== undefined) return sample.NumGC < last.NumGC;
  if (sample.t - last.t > LONG_GAP) return true;
  const [was, is] = [residentOf(last), residentOf(sample)];
  // No collection takes a heap far below what others left of it: where nothing else is told, that is another process.
  return Number.isNaN(is) ? heapOf(sample) < FALLEN * lowest() : is < FALLEN * was;
}
