// Are two snapshots two moments of one process? Goroutine ids start again from 1 in every process, so equal ids
// alone prove nothing: contradictions are looked for.
import { splitLives } from '../analyse/timeline.ts';
import type { GoroutineDump } from '../model/goroutine.ts';
import type { Snapshot } from '../model/snapshot.ts';

/** Ids are handed out to processors in lots of 16; on 256 of them so many below the highest may still be unused. */
const UNUSED_BELOW_HIGHEST = 16 * 256;
/** Ids up to here are given at start-up, in the same order in every process. */
const STARTUP_IDS = 20;

/** A word of why; undefined when nothing speaks against one process. */
export function whyAnotherProcess(before: Snapshot, after: Snapshot): string | undefined {
  const [was, is] = [lastReading(before), lastReading(after)];
  if (was?.goVersion && is?.goVersion && was.goVersion !== is.goVersion) return 'the Go versions differ';
  const { restarts } = splitLives({ instance: after.instance, snapshots: [before, after] });
  if (restarts[0]) return restarts[0].because;
  const [older, newer] = [before.goroutines, after.goroutines];
  return older && newer ? contradiction(older, newer) : undefined;
}

function lastReading({ memory }: Snapshot) {
  return memory.findLast(({ goVersion }) => goVersion !== undefined);
}

function contradiction(before: GoroutineDump, after: GoroutineDump): string | undefined {
  if (before.ids.length === 0 || after.ids.length === 0) return undefined;
  const rowOf = new Map<number, number>();
  let highest = 0;
  before.ids.forEach((id, row) => {
    rowOf.set(id, row);
    highest = Math.max(highest, id);
  });
  let shared = 0;
  for (const [row, id] of after.ids.entries()) {
    const then = rowOf.get(id);
    if (then === undefined) {
      if (!before.truncated && id < highest - UNUSED_BELOW_HIGHEST)
        return `goroutine ${id} is older than others of the earlier dump, yet not in it`;
      continue;
    }
    if (id > STARTUP_IDS) shared += 1;
    if (beginningOf(before, then) !== beginningOf(after, row)) {
      return `goroutine ${id} began as something else`;
    }
  }
  const longLived = before.ids.length > STARTUP_IDS && after.ids.length > STARTUP_IDS;
  return shared === 0 && longLived ? 'no goroutine has the same id' : undefined;
}

/** Creator and outermost function never change; a stack Go cut short has lost the latter. */
function beginningOf(dump: GoroutineDump, row: number): string {
  const group = dump.groups[dump.groupOf[row] ?? 0];
  const root = group?.elidedFrames ? '' : (group?.frames.findLast(({ func }) => !isExit(func))?.func ?? '');
  return `${group?.createdBy?.func ?? ''}\n${root}`;
}

/** Dumps of a signal end every stack with the runtime's own frames. */
function isExit(func: string): boolean {
  return func === 'runtime.goexit' || func === 'runtime.main';
}
