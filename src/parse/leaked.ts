// The runtime's proof of one moment: what every leak profile taken then agrees on, or what a dump still marks from an
// earlier run of the detector: once leaked, always marked.
import type { GoroutineDump, GoroutineGroup } from '../model/goroutine.ts';
import type { Snapshot } from '../model/snapshot.ts';

export function leakedOf(
  profiles: readonly GoroutineDump[],
  dump: GoroutineDump | undefined,
): Pick<Snapshot, 'leaked' | 'leakProfiles'> {
  const last = profiles[profiles.length - 1];
  if (last) return { leaked: inAll(last, profiles), leakProfiles: profiles.length };
  return dump ? markedIn(dump) : {};
}

/** What only one of them found is no proof: it came in between, or was let go. */
function inAll(last: GoroutineDump, profiles: readonly GoroutineDump[]): GoroutineDump {
  if (profiles.length === 1 || last.ids.length > 0) return last;
  const found = profiles.map(totals);
  const left = new Map<string, number>();
  for (const key of totals(last).keys()) left.set(key, Math.min(...found.map((each) => each.get(key) ?? 0)));
  const groups = last.groups.flatMap((group) => {
    const key = keyOf(group);
    const room = left.get(key) ?? 0;
    const count = Math.min(group.count, room);
    left.set(key, room - count);
    return count > 0 ? [{ ...group, count }] : [];
  });
  return { ...last, groups, total: groups.reduce((sum, { count }) => sum + count, 0) };
}

function totals({ groups }: GoroutineDump): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const group of groups) counts.set(keyOf(group), (counts.get(keyOf(group)) ?? 0) + group.count);
  return counts;
}

/** Both are of one process and one build, so that names and lines tell stacks apart; labels do not. */
function keyOf({ family, frames }: GoroutineGroup): string {
  return [family, ...frames.map(({ func, file, line }) => `${func} ${file}:${line}`)].join('\n');
}

function markedIn(dump: GoroutineDump): Pick<Snapshot, 'leaked'> {
  const groups: GoroutineGroup[] = dump.groups.filter((group) => group.leaked);
  if (groups.length === 0) return {};
  const kept = new Set(groups.map((group) => dump.groups.indexOf(group)));
  const rows = [...dump.groupOf.keys()].filter((row) => kept.has(dump.groupOf[row] ?? -1));
  const place = new Map([...kept].map((group, index) => [group, index]));
  return {
    leaked: {
      ...dump,
      groups,
      total: rows.length,
      ids: Float64Array.from(rows, (row) => dump.ids[row] ?? 0),
      groupOf: Uint32Array.from(rows, (row) => place.get(dump.groupOf[row] ?? -1) ?? 0),
      waitMinutes: Int32Array.from(rows, (row) => dump.waitMinutes[row] ?? -1),
      creatorIds: Float64Array.from(rows, (row) => dump.creatorIds[row] ?? 0),
      waitWords: Float64Array.from(rows, (row) => dump.waitWords[row] ?? 0),
    },
  };
}
