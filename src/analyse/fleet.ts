// What each instance had at the beginning and at the end of the window, for one look over all of them.
import type { Analysis, InstanceFigures } from '../model/verdict.ts';

export function fleetOf(analyses: readonly Analysis[]): InstanceFigures[] {
  return analyses.map(({ instances, verdict, memory }) => {
    const figure = (field: 'heapAlloc' | 'goroutines') => {
      const values = memory.samples.flatMap((sample) => sample[field] ?? []);
      const [before, after] = [values[0], values[values.length - 1]];
      return before === undefined || after === undefined ? undefined : { before, after };
    };
    const [heapBytes, goroutines] = [figure('heapAlloc'), figure('goroutines')];
    return {
      instance: instances[0] ?? '',
      verdict: verdict.kind,
      ...(heapBytes && { heapBytes }),
      ...(goroutines && { goroutines }),
    };
  });
}
