// Samples' location ids to stacks of frames: the one place where millions of entries are touched one by one.
import { type InternedFrames, resolver } from './pprof-frames.ts';
import { PPROF_LIMITS, stackTooDeep, tooMany } from './pprof-limits.ts';
import type { PprofTables } from './pprof-tables.ts';

export function resolveStacks(
  tables: PprofTables,
  interned: InternedFrames,
): { stackStart: Uint32Array; stackFrames: Uint32Array } {
  const { sampleCount } = tables;
  const expander = new StackExpander(tables, interned);
  const starts = tables.stackStart.array;
  const stackStart = new Uint32Array(sampleCount + 1);
  for (let sample = 0; sample < sampleCount; sample++) {
    expander.expand(starts[sample] as number, starts[sample + 1] as number);
    stackStart[sample + 1] = expander.filled;
  }
  return { stackStart, stackFrames: expander.finish() };
}

/**
 * Writes the frames of stack after stack. One call per stack rather than one loop over all: a function called
 * often is compiled long before a loop entered once is, which decides the time of a fresh process.
 */
class StackExpander {
  filled = 0;
  private frames: Uint32Array;
  private readonly ids: Uint32Array;
  private readonly runOfCode: Uint32Array;
  private readonly runOfLocation: Uint32Array;
  private readonly locationFrames: Uint32Array;
  private readonly find: (code: number) => number;

  constructor(tables: PprofTables, interned: InternedFrames) {
    const { slots } = tables.locations;
    this.ids = tables.locationIds;
    // A fifth more than there are ids holds what Go inlines on average; pages not reached cost nothing.
    this.frames = new Uint32Array(Math.ceil(tables.locationIdCount * 1.25) + PPROF_LIMITS.stackDepth);
    this.locationFrames = interned.locationFrames.array;
    this.find = resolver(tables, tables.locations, 'location');
    this.runOfLocation = frameRuns(interned, tables.locationCount);
    this.runOfCode = new Uint32Array(slots.length).fill(NO_RUN);
    for (const [code, slot] of slots.entries()) {
      if (slot > 0) this.runOfCode[code] = this.runOfLocation[slot - 1] as number;
    }
  }

  expand(from: number, end: number): void {
    const { ids, runOfCode, frames } = this;
    const before = this.filled;
    let filled = before;
    if (filled + PPROF_LIMITS.stackDepth > frames.length) {
      this.grow();
      this.expand(from, end);
      return;
    }
    for (let at = from; at < end; at++) {
      const code = ids[at] as number;
      let run = code < runOfCode.length ? (runOfCode[code] as number) : NO_RUN;
      if (run === NO_RUN) run = this.runOfLocation[this.find(code)] as number;
      if ((run & MORE_FRAMES) === 0) frames[filled++] = run >>> RUN_SHIFT;
      else filled = this.several(run, filled);
      if (filled - before > PPROF_LIMITS.stackDepth) throw stackTooDeep();
    }
    this.filled = filled;
  }

  /** The frames themselves, without the room that was left. */
  finish(): Uint32Array {
    const { frames, filled } = this;
    return filled * 2 < frames.length ? frames.slice(0, filled) : frames.subarray(0, filled);
  }

  private several(run: number, at: number): number {
    const first = run >>> RUN_SHIFT;
    const last = first + (run & MORE_FRAMES);
    let filled = at;
    for (let frame = first; frame <= last; frame++)
      this.frames[filled++] = this.locationFrames[frame] as number;
    return filled;
  }

  private grow(): void {
    if (this.filled + PPROF_LIMITS.stackDepth > PPROF_LIMITS.stackEntries)
      throw tooMany('stackEntries', 'stack-entries');
    const wider = new Uint32Array(Math.min(this.frames.length * 2, PPROF_LIMITS.stackEntries));
    wider.set(this.frames.subarray(0, this.filled));
    this.frames = wider;
  }
}

/** A run of frames in 32 bits: how many follow the first, above that the frame itself or where they begin. */
const RUN_SHIFT = 10;
const MORE_FRAMES = (1 << RUN_SHIFT) - 1;
const NO_RUN = 0xffff_ffff;

/** Locations are single frames nearly always; then no table is asked where its frames are. */
function frameRuns({ frameStart, locationFrames }: InternedFrames, count: number): Uint32Array {
  const runs = new Uint32Array(count);
  for (let location = 0; location < count; location++) {
    const first = frameStart[location] as number;
    const more = (frameStart[location + 1] as number) - first - 1;
    if (more > MORE_FRAMES) throw stackTooDeep();
    runs[location] = ((more === 0 ? locationFrames.at(first) : first) << RUN_SHIFT) | more;
  }
  return runs;
}
