// Goroutines of one dump by what they do: groups that agree in state, stack, creator and labels, largest first.
import { type Frame, type GoroutineDump, type GoroutineGroup, isParkingFrame } from '../model/goroutine.ts';
import { copyFrame } from './report.ts';
import type { ShowGroup } from './show-schema.ts';

/**
 * Leading runtime frames (`runtime.gopark`, `runtime.chansend1`) say how the wait is made, which the state says
 * already; SIGQUIT logs and profiles print them, debug=2 does not. A stack of nothing else keeps them.
 */
export function standingFrames(frames: readonly Frame[]): readonly Frame[] {
  const first = frames.findIndex(({ func }) => !isParkingFrame(func));
  return first > 0 ? frames.slice(first) : frames;
}

export function showGroups(dump: GoroutineDump): ShowGroup[] {
  const numberOf = frameNumbers();
  const merged: Gathered[] = [];
  const places = new Map<string, number>();
  const placeOfGroup = dump.groups.map((group) => {
    const frames = standingFrames(group.frames);
    const key = keyOf(group, frames, numberOf);
    const known = places.get(key);
    const gathered = known === undefined ? undefined : merged[known];
    if (known !== undefined && gathered) {
      gathered.count += group.count;
      return known;
    }
    places.set(key, merged.length);
    merged.push({ group, frames, count: group.count, ids: [], ages: [] });
    return merged.length - 1;
  });
  for (let row = 0; row < dump.ids.length; row++) {
    const gathered = merged[placeOfGroup[dump.groupOf[row] ?? 0] ?? 0];
    if (!gathered) continue;
    gathered.ids.push(dump.ids[row] ?? 0);
    const age = dump.waitMinutes[row] ?? -1;
    if (age >= 0) gathered.ages.push(age);
  }
  return merged.sort((a, b) => b.count - a.count).map(groupOf);
}

interface Gathered {
  readonly group: GoroutineGroup;
  readonly frames: readonly Frame[];
  count: number;
  readonly ids: number[];
  readonly ages: number[];
}

function groupOf({ group, frames, count, ids, ages }: Gathered): ShowGroup {
  const waitMinutes = spread(ages);
  return {
    state: group.state,
    waitReason: group.state,
    family: group.family,
    count,
    ids,
    ...(waitMinutes && { waitMinutes }),
    lockedToThread: group.lockedToThread,
    leaked: group.leaked,
    labels: { ...group.labels },
    frames: frames.map(copyFrame),
    elidedFrames: group.elidedFrames,
    ...(group.createdBy && { createdBy: copyFrame(group.createdBy) }),
  };
}

function spread(ages: number[]): ShowGroup['waitMinutes'] {
  const sorted = Int32Array.from(ages).sort();
  const [min] = sorted;
  const median = sorted[sorted.length >> 1];
  const max = sorted[sorted.length - 1];
  if (min === undefined || median === undefined || max === undefined) return undefined;
  return { min, median, max };
}

/** Exact: the words themselves, frames as numbers that are equal when the frames are. */
function keyOf(group: GoroutineGroup, frames: readonly Frame[], numberOf: (frame: Frame) => number): string {
  const { state, leaked, lockedToThread, bubble, elidedFrames, createdBy, labels = {} } = group;
  return JSON.stringify([
    state,
    leaked,
    lockedToThread,
    bubble ?? 0,
    elidedFrames,
    createdBy ? numberOf(createdBy) : -1,
    Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)),
    frames.map(numberOf),
  ]);
}

function frameNumbers(): (frame: Frame) => number {
  const numbers = new Map<string, number>();
  return ({ func, file, line, inlined }) => {
    const words = `${func}\n${file}\n${line}\n${inlined === true}`;
    const known = numbers.get(words) ?? numbers.size;
    numbers.set(words, known);
    return known;
  };
}
