// The watcher over a recorded history, on the history's own clock: what it would have said, and when.
import type { CaptureTrigger, Detection, Sample } from './sample.ts';
import type { InstanceState } from './state.ts';
import { predecessorOf, succeed, watch } from './watcher.ts';

export interface Backtest {
  readonly detections: readonly Detection[];
  readonly captures: readonly CaptureTrigger[];
  readonly samples: number;
  readonly instances: number;
  /** Unix seconds of the first and the last sample. */
  readonly from: number;
  readonly to: number;
  /** Instances beyond the number that is watched. */
  readonly unwatched: number;
}

/** A service with more is looked at by shards. */
export const MAX_INSTANCES = 2_000;

/** Samples in order of time, of any number of instances. */
export function backtest(samples: readonly Sample[]): Backtest {
  const states = new Map<string, InstanceState>();
  const unwatched = new Set<string>();
  const detections: Detection[] = [];
  const captures: CaptureTrigger[] = [];
  for (const sample of samples) {
    const instance = sample.instance ?? '';
    const known = states.get(instance);
    if (!known && states.size >= MAX_INSTANCES) {
      unwatched.add(instance);
      continue;
    }
    const other = known ? undefined : predecessorOf(states.values(), sample);
    const step = other ? succeed(other, sample) : watch(known, sample);
    states.set(instance, step.state);
    detections.push(...step.detections);
    captures.push(...step.captures);
  }
  return {
    detections,
    captures,
    samples: samples.length,
    instances: states.size,
    from: samples[0]?.t ?? 0,
    to: samples.at(-1)?.t ?? 0,
    unwatched: unwatched.size,
  };
}
