// Every goroutine of a trace by its id. Row 0 is nobody: what cannot be followed is written there. What most events
// touch lies together: whole numbers in one array, times in another, a few to each row.
import { TRACE_LIMITS } from './limits.ts';

export const NOBODY = 0;

/** What a row's goroutine is doing. Those between are `TRACE_STATUSES`, in order. */
export const GONE = 0;
export const RUNNABLE = 1;
export const RUNNING = 2;
export const IN_SYSCALL = 3;
export const WAITING = 4;
/** Named by an event, but its status is still to come. */
export const UNTOLD = 5;

/** Whole numbers of row r stand from `ints[r * INTS]` on. */
export const INTS = 8;
export const STATUS = 0;
/** Of the last event that counts, in this generation. */
export const SEQUENCE = 1;
export const LANE = 2;
/** 1 once it ran within the window. */
export const RAN = 3;
export const REASON = 4;
export const PLACE = 5;
/** Index into the creations; -1 for those that were there before. */
export const CREATION = 6;
/** First of the queues that wait for its next event, plus one; 0 for none. */
export const WAITER = 7;

/** Times of row r, in ticks into the window, stand from `times[r * TIMES]` on. */
export const TIMES = 2;
/** When its status began; -1 when it had begun before the window. */
export const SINCE = 0;
export const BORN = 1;

/** Open addressing slows down when it is fuller. */
const FULLEST = 0.5;
/** Places looked at for one id. Ids of a runtime spread well; those of an enemy are not followed. */
const MAX_PROBES = 256;
const ROWS_AT_FIRST = 1024;
/** Ended ones are not worth forgetting below so many. */
const MANY_GONE = 4096;

export class GoroutineTable {
  /** Rows in use, row 0 included. */
  count = 1;
  gone = 0;
  ids = new Float64Array(0);
  ints = new Int32Array(0);
  times = new Float64Array(0);

  private places = new Int32Array(0);

  /** Grown from nothing: V8 takes what was given once for constant, and compiles anew when the table first grows. */
  constructor() {
    this.grow(ROWS_AT_FIRST);
  }

  /** The row of a goroutine, a new one if need be; `NOBODY` when there are too many. */
  meet(id: number): number {
    const row = this.places[hash(id) & (this.places.length - 1)] as number;
    return row !== NOBODY && this.ids[row] === id ? row : this.seek(id);
  }

  private seek(id: number): number {
    const { places, ids } = this;
    const mask = places.length - 1;
    let place = hash(id) & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const row = places[place] as number;
      if (row === NOBODY) return this.add(id);
      if (ids[row] === id) return row;
      place = (place + TOGETHER) & mask;
    }
    return NOBODY;
  }

  /**
   * Forgets the ended ones when they are most of the table. Returns the new row of each old one, for whoever holds
   * rows; nothing when all stays as it is.
   */
  forgetGone(): Int32Array | undefined {
    if (this.gone < MANY_GONE || this.gone * 2 < this.count) return undefined;
    const { ids, ints, times } = this;
    const moved = new Int32Array(this.count);
    let to = 1;
    for (let row = 1; row < this.count; row++) {
      if (ints[row * INTS + STATUS] === GONE) continue;
      moved[row] = to;
      ids[to] = ids[row] as number;
      ints.copyWithin(to * INTS, row * INTS, (row + 1) * INTS);
      times.copyWithin(to * TIMES, row * TIMES, (row + 1) * TIMES);
      to += 1;
    }
    this.count = to;
    this.gone = 0;
    this.placeAll();
    return moved;
  }

  private add(id: number): number {
    if (this.count >= TRACE_LIMITS.goroutines) return NOBODY;
    if (this.count >= this.ids.length) this.grow(this.ids.length * 2);
    const row = this.count++;
    this.ids[row] = id;
    if (!this.place(row)) {
      this.count -= 1;
      return NOBODY;
    }
    const { ints } = this;
    const at = row * INTS;
    ints[at + STATUS] = UNTOLD;
    ints[at + SEQUENCE] = 0;
    ints[at + LANE] = 0;
    ints[at + RAN] = 0;
    ints[at + REASON] = 0;
    ints[at + PLACE] = 0;
    ints[at + CREATION] = -1;
    ints[at + WAITER] = 0;
    this.times[row * TIMES + SINCE] = -1;
    this.times[row * TIMES + BORN] = -1;
    return row;
  }

  private place(row: number): boolean {
    const mask = this.places.length - 1;
    let place = hash(this.ids[row] as number) & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      if (this.places[place] === 0) {
        this.places[place] = row;
        return true;
      }
      place = (place + TOGETHER) & mask;
    }
    return false;
  }

  private placeAll(): void {
    this.places.fill(0);
    for (let row = 1; row < this.count; row++) this.place(row);
  }

  private grow(size: number): void {
    this.ids = widened(this.ids, new Float64Array(size));
    this.ints = widened(this.ints, new Int32Array(size * INTS));
    this.times = widened(this.times, new Float64Array(size * TIMES));
    this.places = new Int32Array(size / FULLEST);
    this.placeAll();
  }
}

function widened<Column extends Float64Array | Int32Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}

/** Ids are handed out in runs of sixteen per processor, and those of one time are looked for together: they lie together. */
const TOGETHER = 16;

function hash(id: number): number {
  return ((Math.imul((id | 0) >>> 4, 0x9e3779b1) >>> 8) << 4) | (id & (TOGETHER - 1));
}
