// Every goroutine of a trace by its id, in columns. Row 0 is nobody: what cannot be followed is written there.
import { TRACE_LIMITS } from './limits.ts';

export const NOBODY = 0;

/** What a row's goroutine is doing. The last four are `TRACE_STATUSES`, from 1 on. */
export const GONE = 0;
export const RUNNABLE = 1;
export const RUNNING = 2;
export const IN_SYSCALL = 3;
export const WAITING = 4;
/** Named by an event, but its status is still to come. */
export const UNTOLD = 5;

/** Open addressing slows down when it is fuller. */
const FULLEST = 0.5;
/** Places looked at for one id. Ids of a runtime spread well; those of an enemy are not followed. */
const MAX_PROBES = 256;

export class GoroutineTable {
  /** Rows in use, row 0 included. */
  count = 1;
  gone = 0;
  ids = new Float64Array(1024);
  status = new Uint8Array(1024);
  /** Of the last event that counts, in this generation. */
  sequence = new Float64Array(1024);
  /** Ticks when the status began; -1 when it had begun before the window. */
  since = new Float64Array(1024);
  born = new Float64Array(1024);
  reason = new Int32Array(1024);
  stack = new Int32Array(1024);
  creation = new Int32Array(1024);
  lane = new Int32Array(1024);
  /** 1 once it ran within the window. */
  ran = new Uint8Array(1024);
  /** First of the threads that wait for its next event, plus one; 0 for none. */
  waiter = new Int32Array(1024);

  private places = new Int32Array(4096);

  /** The row of a goroutine that has one, or `NOBODY`. */
  find(id: number): number {
    const mask = this.places.length - 1;
    let place = hash(id) & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const row = this.places[place] as number;
      if (row === 0 || this.ids[row] === id) return row;
      place = (place + 1) & mask;
    }
    return NOBODY;
  }

  /** The row of a goroutine, a new one if need be; `NOBODY` when there are too many. */
  meet(id: number): number {
    const known = this.find(id);
    if (known !== NOBODY) return known;
    if (this.count >= TRACE_LIMITS.goroutines) return NOBODY;
    if (this.count >= this.ids.length) this.grow();
    const row = this.count++;
    this.ids[row] = id;
    if (!this.place(row)) {
      this.count -= 1;
      return NOBODY;
    }
    this.status[row] = UNTOLD;
    this.sequence[row] = 0;
    this.since[row] = -1;
    this.born[row] = -1;
    this.reason[row] = 0;
    this.stack[row] = 0;
    this.creation[row] = -1;
    this.lane[row] = 0;
    this.ran[row] = 0;
    this.waiter[row] = 0;
    return row;
  }

  /**
   * Forgets the ended ones when they are most of the table. Returns the new row of each old one, for whoever holds
   * rows; nothing when all stays as it is.
   */
  forgetGone(): Int32Array | undefined {
    if (this.gone < 4096 || this.gone * 2 < this.count) return undefined;
    const moved = new Int32Array(this.count);
    let to = 1;
    for (let row = 1; row < this.count; row++) {
      if (this.status[row] === GONE) continue;
      moved[row] = to;
      for (const column of this.columns()) column[to] = column[row] as number;
      to += 1;
    }
    this.count = to;
    this.gone = 0;
    this.placeAll();
    return moved;
  }

  private columns(): (Float64Array | Int32Array | Uint8Array)[] {
    return [
      this.ids,
      this.status,
      this.sequence,
      this.since,
      this.born,
      this.reason,
      this.stack,
      this.creation,
      this.lane,
      this.ran,
      this.waiter,
    ];
  }

  private place(row: number): boolean {
    const mask = this.places.length - 1;
    let place = hash(this.ids[row] as number) & mask;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      if (this.places[place] === 0) {
        this.places[place] = row;
        return true;
      }
      place = (place + 1) & mask;
    }
    return false;
  }

  private placeAll(): void {
    this.places.fill(0);
    for (let row = 1; row < this.count; row++) this.place(row);
  }

  private grow(): void {
    const size = this.ids.length * 2;
    this.ids = widened(this.ids, new Float64Array(size));
    this.status = widened(this.status, new Uint8Array(size));
    this.sequence = widened(this.sequence, new Float64Array(size));
    this.since = widened(this.since, new Float64Array(size));
    this.born = widened(this.born, new Float64Array(size));
    this.reason = widened(this.reason, new Int32Array(size));
    this.stack = widened(this.stack, new Int32Array(size));
    this.creation = widened(this.creation, new Int32Array(size));
    this.lane = widened(this.lane, new Int32Array(size));
    this.ran = widened(this.ran, new Uint8Array(size));
    this.waiter = widened(this.waiter, new Int32Array(size));
    if (size > this.places.length * FULLEST) {
      this.places = new Int32Array(size / FULLEST);
      this.placeAll();
    }
  }
}

function widened<Column extends Float64Array | Int32Array | Uint8Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}

/** Ids are handed out in runs of sixteen per processor, so neighbours must not crowd. */
function hash(id: number): number {
  return Math.imul(id | 0, 0x9e3779b1) >>> 7;
}
