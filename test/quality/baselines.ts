// What one would do without us, on the same captures: LeakProf's published rule (so many goroutines blocked
// at one channel operation in one dump) and "it grew and the same goroutines are still there".
import { firstFrame, type GoroutineDump, type GoroutineGroup } from '../../src/model/goroutine.ts';
import type { Series } from '../../src/model/snapshot.ts';

export interface Accused {
  readonly frames: readonly string[];
  readonly createdBy: string | undefined;
  readonly state: string;
}

/** Uber's LeakProf reports source lines where at least N goroutines are blocked in a channel operation. */
export function leakProfRule(series: Series, threshold: number): Accused[] {
  const dump = series.snapshots[series.snapshots.length - 1]?.goroutines;
  const places = new Map<string, { count: number; group: GoroutineGroup }>();
  for (const group of dump?.groups ?? []) {
    if (!['chan-send', 'chan-receive', 'select', 'nil-chan'].includes(group.family)) continue;
    const frame = firstFrame(group.frames);
    const key = `${group.family} ${frame?.file ?? ''}:${frame?.line ?? 0}`;
    const place = places.get(key) ?? { count: 0, group };
    place.count += group.count;
    places.set(key, place);
  }
  return [...places.values()]
    .filter((place) => place.count >= threshold)
    .map((place) => accused(place.group));
}

/** Two snapshots, first and last: the count grew, and at least 90 % of the earlier ids are still there. */
export function growthRule(series: Series): Accused[] {
  const first = series.snapshots[0]?.goroutines;
  const last = series.snapshots[series.snapshots.length - 1]?.goroutines;
  if (!first || !last || first === last) return [];
  const before = idsByPlace(first);
  const found: Accused[] = [];
  for (const [key, place] of idsByPlace(last)) {
    const then = before.get(key)?.ids ?? new Set<number>();
    const kept = [...then].filter((id) => place.ids.has(id)).length;
    if (place.ids.size > then.size && kept >= 0.9 * then.size) found.push(accused(place.group));
  }
  return found;
}

function idsByPlace(dump: GoroutineDump): Map<string, { ids: Set<number>; group: GoroutineGroup }> {
  const keys = dump.groups.map((group) => {
    const names = group.frames.map((frame) => `${frame.func}:${frame.line}`).join('\n');
    return `${group.state}\n${names}\n${group.createdBy?.func ?? ''}`;
  });
  const places = new Map<string, { ids: Set<number>; group: GoroutineGroup }>();
  dump.ids.forEach((id, row) => {
    const at = dump.groupOf[row] ?? 0;
    const group = dump.groups[at];
    const key = keys[at] ?? '';
    if (!group) return;
    const place = places.get(key) ?? { ids: new Set<number>(), group };
    place.ids.add(id);
    places.set(key, place);
  });
  return places;
}

function accused(group: GoroutineGroup): Accused {
  return {
    frames: group.frames.map((frame) => frame.func),
    createdBy: group.createdBy?.func,
    state: group.state,
  };
}
