// Groups the goroutines of several dumps by signature, in columns: one integer per goroutine, the words
// of a signature once. Everything later asks this roster; nobody walks the raw dumps again.
import type { GoroutineDump } from '../model/goroutine.ts';
import type { Snapshot } from '../model/snapshot.ts';
import { IdIndex } from './id-index.ts';
import { type Signature, signatureOf } from './signature.ts';

export interface Roster {
  readonly signatures: readonly Signature[];
  /** One per snapshot; absent where the snapshot had no comparable dump. */
  readonly dumps: readonly (Population | undefined)[];
  /** True when the dumps carry ids, so that goroutines can be followed one by one. */
  readonly followed: boolean;
}

/** The goroutines of one dump. Columns have one entry per goroutine when ids are known, else they are empty. */
export interface Population {
  readonly dump: GoroutineDump;
  readonly total: number;
  /** Goroutines by signature index. */
  readonly counts: Float64Array;
  readonly ids: Float64Array;
  /** Signature index by goroutine. */
  readonly signatureOf: Int32Array;
  readonly position: IdIndex;
  /** Row of each goroutine's creator; -1 where it has ended, or is not named. */
  readonly creatorRow: Int32Array;
}

/**
 * Dumps with ids are preferred, and only dumps of one grammar are compared: proto and debug=1 stacks have
 * neither states nor creators, so their signatures never equal those of a debug=2 dump.
 */
export function buildRoster(snapshots: readonly Snapshot[]): Roster {
  const withIds = snapshots.map((snapshot) => dumpsOf(snapshot).find(hasIds));
  const counted = snapshots.map((snapshot) => dumpsOf(snapshot).find((dump) => !hasIds(dump)));
  const known = (dumps: readonly (GoroutineDump | undefined)[]) => dumps.filter(Boolean).length;
  const followed = known(withIds) > 0 && known(withIds) >= Math.min(2, known(counted));
  return gather(followed ? withIds : counted, followed);
}

export function hasIds(dump: GoroutineDump): boolean {
  return dump.ids.length > 0 || (dump.total === 0 && dump.source !== 'proto' && dump.source !== 'debug1');
}

export function dumpsOf(snapshot: Snapshot): GoroutineDump[] {
  return [snapshot.goroutines, snapshot.goroutineCounts].filter((dump) => dump !== undefined);
}

export function gather(dumps: readonly (GoroutineDump | undefined)[], followed: boolean): Roster {
  const signatures: Signature[] = [];
  const indexByKey = new Map<string, number>();
  const indexesByDump = dumps.map((dump) =>
    dump?.groups.map((group) => {
      const signature = signatureOf(group);
      const known = indexByKey.get(signature.key);
      if (known !== undefined) return known;
      indexByKey.set(signature.key, signatures.length);
      signatures.push(signature);
      return signatures.length - 1;
    }),
  );
  return {
    signatures,
    followed,
    dumps: dumps.map((dump, at) => dump && populate(dump, indexesByDump[at] ?? [], signatures.length)),
  };
}

function populate(dump: GoroutineDump, indexes: readonly number[], width: number): Population {
  const counts = new Float64Array(width);
  for (let group = 0; group < dump.groups.length; group++) {
    const index = indexes[group] ?? 0;
    counts[index] = (counts[index] ?? 0) + (dump.groups[group]?.count ?? 0);
  }
  const signature = new Int32Array(dump.ids.length);
  for (let i = 0; i < dump.ids.length; i++) signature[i] = indexes[dump.groupOf[i] ?? 0] ?? 0;
  const position = new IdIndex(dump.ids);
  const creatorRow = new Int32Array(dump.ids.length).fill(-1);
  for (let i = 0; i < dump.ids.length; i++) {
    const creator = dump.creatorIds[i] ?? 0;
    if (creator > 0) creatorRow[i] = position.get(creator) ?? -1;
  }
  return { dump, total: dump.total, counts, ids: dump.ids, signatureOf: signature, position, creatorRow };
}
