// The flames of what was captured: the end of the window beside its beginning, or beside an earlier capture.
import type { Flames } from '../model/flame.ts';
import type { Series, Snapshot } from '../model/snapshot.ts';
import { goroutineFlame, heapFlame, type Moments } from './flame.ts';

/**
 * @param series one an instance
 * @param earlier what each is to be compared with, if anything: then every `before` is from there
 */
export function flamesOf(series: readonly Series[], earlier: readonly (Snapshot | undefined)[] = []): Flames {
  const since = earlier.some((snapshot) => snapshot !== undefined) ? 'capture' : 'window';
  const compared = series.map(({ snapshots }, at) => ({
    snapshots,
    earlier: since === 'capture' ? earlier[at] : undefined,
  }));
  const heaps = compared.flatMap(({ snapshots, earlier }) => {
    const own = snapshots.flatMap(({ heap }) => heap ?? []);
    return moments(own, since === 'capture' ? earlier?.heap : own[0]);
  });
  const dumps = compared.flatMap(({ snapshots, earlier }) => {
    const kind = dumpKind(snapshots);
    const own = snapshots.flatMap((snapshot) => snapshot[kind] ?? []);
    return moments(own, since === 'capture' ? earlier?.[kind] : own[0]);
  });
  const heap = heapFlame(heaps);
  const goroutines = goroutineFlame(dumps);
  const isCompared = heap?.before !== undefined || goroutines?.before !== undefined;
  return {
    ...(isCompared && { since }),
    ...(heap && { heap }),
    ...(goroutines && { goroutines }),
  };
}

function moments<Kind>(own: readonly Kind[], before: Kind | undefined): Moments<Kind>[] {
  const after = own[own.length - 1];
  if (after === undefined) return [];
  return [{ after, ...(before !== undefined && before !== after && { before }) }];
}

/** Counts by stack where more snapshots have them, for full stacks may have been taken once only; never one beside the other. */
function dumpKind(snapshots: readonly Snapshot[]): 'goroutines' | 'goroutineCounts' {
  const having = (kind: 'goroutines' | 'goroutineCounts') =>
    snapshots.filter((snapshot) => snapshot[kind] !== undefined).length;
  return having('goroutineCounts') > having('goroutines') ? 'goroutineCounts' : 'goroutines';
}
