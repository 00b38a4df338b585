// What each event means. Two kinds cannot be taken by their time alone, because clocks of processors differ a
// little: the start and the wake-up of a goroutine carry a number, and wait until the one before has come.
import * as eventTypes from './events.ts';
import * as goroutines from './goroutine-table.ts';
import { TRACE_LIMITS } from './limits.ts';
import { RuntimeTally } from './runtime-tally.ts';
import { type TraceNames, UNKNOWN } from './tables.ts';
import { CreationTally, LatencyTally, WaitTally } from './tallies.ts';
import * as timelines from './timeline.ts';

// V8 compiles a module's own constants in, and reads imported ones anew each time: a fifth of all time went there.
const {
  GO_BLOCK,
  GO_CREATE,
  GO_CREATE_BLOCKED,
  GO_CREATE_SYSCALL,
  GO_DESTROY,
  GO_DESTROY_SYSCALL,
  GO_START,
  GO_STATUS,
  GO_STATUS_STACK,
  GO_STOP,
  GO_SWITCH,
  GO_SWITCH_DESTROY,
  GO_SYSCALL_BEGIN,
  GO_SYSCALL_END,
  GO_SYSCALL_END_BLOCKED,
  GO_UNBLOCK,
} = eventTypes;
const { BORN, CREATION, INTS, LANE, PLACE, RAN, REASON, SEQUENCE, SINCE, STATUS, TIMES, WAITER } = goroutines;
const { GONE, IN_SYSCALL, NOBODY, RUNNABLE, RUNNING, UNTOLD, WAITING } = goroutines;
const { BINS, STATUSES } = timelines;

/** What the goroutine that runs on a thread is doing after each of the usual events; -1 for other events. */
const LEADS_TO = new Int8Array(256).fill(-1);
LEADS_TO[GO_BLOCK] = WAITING;
LEADS_TO[GO_STOP] = RUNNABLE;
LEADS_TO[GO_SYSCALL_BEGIN] = IN_SYSCALL;
LEADS_TO[GO_SYSCALL_END] = RUNNING;
LEADS_TO[GO_SYSCALL_END_BLOCKED] = RUNNABLE;
LEADS_TO[GO_DESTROY] = GONE;
LEADS_TO[GO_DESTROY_SYSCALL] = GONE;
/** 1 where it stays on the thread. */
const STAYS = Uint8Array.from(LEADS_TO, (to) => (to === IN_SYSCALL || to === RUNNING ? 1 : 0));
const NO_THREAD = -1;

/** What `event` answers when it is done; otherwise the row whose next event has to come first. */
export const DONE = -1;

export class TraceFold {
  readonly table = new goroutines.GoroutineTable();
  readonly waits = new WaitTally();
  readonly creations = new CreationTally();
  readonly latency = new LatencyTally();
  readonly runtime = new RuntimeTally();
  readonly timeline = new timelines.TimelineTally();
  events = 0;
  /** Ticks from the beginning of the window to the event at hand; never goes back. */
  now = 0;
  /** The numbers of the event at hand: its time, then what it tells. What stands behind the last means nothing. */
  readonly numbers = new Float64Array(6);
  /** Goroutines there was no row for. */
  unfollowed = 0;
  /** How many threads wait for a goroutine. */
  waiting = 0;
  /** Rows that changed while a thread waits for them. */
  readonly awaited: number[] = [];

  private readonly threads = new Map<number, number>();
  /** The row that runs on each thread, by its index. */
  private current = new Int32Array(64);
  private readonly laneOfStack: number[] = [];
  private readonly names: TraceNames;
  private readonly coroutine: number;

  constructor(names: TraceNames) {
    this.names = names;
    this.coroutine = names.reasonNamed('coroutine');
  }

  /** The index of a thread by its number; -1 when there are too many. */
  thread(id: number): number {
    const known = this.threads.get(id);
    if (known !== undefined) return known;
    const index = this.threads.size;
    if (index >= TRACE_LIMITS.threads) return -1;
    this.threads.set(id, index);
    if (index >= this.current.length) {
      const wider = new Int32Array(this.current.length * 2);
      wider.set(this.current);
      this.current = wider;
    }
    return index;
  }

  /** Between two generations nobody waits, and rows may move. */
  beginGeneration(): void {
    const moved = this.table.forgetGone();
    if (!moved) return;
    for (let thread = 0; thread < this.current.length; thread++)
      this.current[thread] = moved[this.current[thread] as number] as number;
  }

  /**
   * `DONE`, or the row to wait for; `forced` events are taken as they come. The usual events share their steps: one
   * with steps of its own makes V8 throw away what it has compiled when it first comes.
   */
  event(type: number, thread: number, forced: boolean): number {
    if (type === GO_START) return this.follow(RUNNABLE, RUNNING, thread, forced);
    if (type === GO_UNBLOCK) return this.follow(WAITING, RUNNABLE, NO_THREAD, forced);
    const to = LEADS_TO[type] as number;
    if (to < 0) return this.rarer(type, thread, forced);
    const row = this.current[thread] as number;
    if (STAYS[type] === 0) this.current[thread] = NOBODY;
    this.change(row, to);
    if (to >= IN_SYSCALL) {
      const reason = to === WAITING ? this.names.reason(this.number(1)) : UNKNOWN;
      this.waitsAt(row, reason, this.names.stack(this.number(2)));
    }
    return DONE;
  }

  private rarer(type: number, thread: number, forced: boolean): number {
    switch (type) {
      case GO_SWITCH:
      case GO_SWITCH_DESTROY:
        return this.switch(type, thread, forced);
      case GO_CREATE:
        this.create(RUNNABLE);
        return DONE;
      case GO_CREATE_BLOCKED:
        this.create(WAITING);
        return DONE;
      case GO_CREATE_SYSCALL:
        this.appear(thread);
        return DONE;
      case GO_STATUS:
      case GO_STATUS_STACK:
        this.status(type, thread);
        return DONE;
      default:
        this.runtime.event(type, this.now, this.number(1), this.names);
        return DONE;
    }
  }

  private number(index: number): number {
    return this.numbers[index] as number;
  }

  /** A start or a wake-up: only from the right status, and only behind the event with the number before. */
  private follow(from: number, to: number, thread: number, forced: boolean): number {
    const { table } = this;
    const row = table.meet(this.number(1));
    const sequence = this.number(2) | 0;
    const { ints } = table;
    const at = row * INTS;
    const inTurn = ints[at + STATUS] === from && ints[at + SEQUENCE] === sequence - 1;
    if (!inTurn && !forced && row !== NOBODY) return row;
    ints[at + SEQUENCE] = sequence;
    this.change(row, to);
    if (thread !== NO_THREAD) this.current[thread] = row;
    return DONE;
  }

  /** Wakes one coroutine, and blocks or ends the one that runs, in one step. */
  private switch(type: number, thread: number, forced: boolean): number {
    const row = this.current[thread] as number;
    const waitsFor = this.follow(WAITING, RUNNING, thread, forced);
    if (waitsFor !== DONE) return waitsFor;
    this.change(row, type === GO_SWITCH ? WAITING : GONE);
    if (type === GO_SWITCH) this.waitsAt(row, this.coroutine, UNKNOWN);
    return DONE;
  }

  private create(status: number): void {
    const { names, table } = this;
    const startStack = names.stack(this.number(2));
    const creation = this.creations.add(startStack, names.stack(this.number(3)));
    const row = table.meet(this.number(1));
    if (row === NOBODY) {
      this.unfollowed += 1;
      return;
    }
    this.change(row, status);
    const at = row * INTS;
    table.ints[at + SEQUENCE] = 0;
    table.ints[at + RAN] = 0;
    table.ints[at + CREATION] = creation;
    table.ints[at + LANE] = this.laneOf(startStack);
    table.times[row * TIMES + BORN] = this.now;
    if (status === WAITING) this.waitsAt(row, this.coroutine, UNKNOWN);
  }

  /** A thread of C calls Go: there is a goroutine that no `go` statement started. */
  private appear(thread: number): void {
    const row = this.table.meet(this.number(1));
    this.table.ints[row * INTS + SEQUENCE] = 0;
    this.change(row, IN_SYSCALL);
    this.current[thread] = row;
  }

  /** At the beginning of each generation, or of a goroutine's part in it. Begins the numbers anew. */
  private status(type: number, thread: number): void {
    const { table } = this;
    const row = table.meet(this.number(1));
    const status = this.number(3);
    if (row === NOBODY || status < RUNNABLE || status > WAITING) return;
    const at = row * INTS;
    table.ints[at + SEQUENCE] = 0;
    if (table.ints[at + STATUS] !== status) this.correct(row, status);
    if (type === GO_STATUS_STACK && table.ints[at + PLACE] === UNKNOWN)
      this.waitsAt(row, table.ints[at + REASON] as number, this.names.stack(this.number(4)));
    if (status === RUNNING) this.current[thread] = row;
    if (status === IN_SYSCALL) {
      const on = this.thread(this.number(2));
      if (on >= 0) this.current[on] = row;
    }
    this.changed(row);
  }

  /** Told for the first time, or not as it was thought to be: since when is not known. */
  private correct(row: number, status: number): void {
    const { ints, times } = this.table;
    const at = row * INTS;
    if (ints[at + STATUS] === GONE) this.table.gone -= 1;
    ints[at + STATUS] = status;
    ints[at + PLACE] = UNKNOWN;
    ints[at + REASON] = UNKNOWN;
    if (status === RUNNING) ints[at + RAN] = 1;
    times[row * TIMES + SINCE] = -1;
  }

  private waitsAt(row: number, reason: number, stack: number): void {
    const { ints } = this.table;
    const at = row * INTS;
    ints[at + REASON] = reason;
    ints[at + PLACE] = stack;
    if (ints[at + LANE] === 0 && stack !== UNKNOWN) ints[at + LANE] = this.laneOf(stack);
  }

  private laneOf(stack: number): number {
    const known = this.laneOfStack[stack];
    if (known !== undefined) return known;
    const frames = this.names.stacks[stack];
    const lane = this.timeline.lane(frames?.[frames.length - 1]?.func ?? '');
    this.laneOfStack[stack] = lane;
    return lane;
  }

  /** Counts the time in the status that ends, and begins another. Most events end here. */
  private change(row: number, to: number): void {
    if (row === NOBODY) return;
    const { timeline, now } = this;
    const { ints, times } = this.table;
    const at = row * INTS;
    const status = ints[at + STATUS] as number;
    if (status !== GONE && status !== UNTOLD) {
      const since = times[row * TIMES + SINCE] as number;
      const lane = ints[at + LANE] as number;
      // The usual case of `timeline.add`, spelled out.
      if (since >= timeline.begin && now < timeline.end) {
        const cell = (lane * STATUSES + status - 1) * BINS + timeline.bin;
        timeline.cells[cell] = (timeline.cells[cell] as number) + (now - since);
      } else timeline.add(lane, status - 1, Math.max(0, since), now);
      if (since >= 0 && status === RUNNABLE) this.latency.add(now - since, ints[at + RAN] as number);
      else if (since >= 0 && status !== RUNNING) this.waited(at, status, now - since);
    } else if (status === GONE && to !== GONE) this.table.gone -= 1;
    ints[at + STATUS] = to;
    times[row * TIMES + SINCE] = now;
    if (to === RUNNING) ints[at + RAN] = 1;
    else if (to === RUNNABLE) ints[at + PLACE] = UNKNOWN;
    else if (to === GONE) this.ended(at);
    if (this.waiting !== 0) this.changed(row);
  }

  private waited(at: number, status: number, ticks: number): void {
    const { ints } = this.table;
    if (status === WAITING) this.waits.add(ints[at + REASON] as number, ints[at + PLACE] as number, ticks);
    else if (ints[at + RAN] === 1) this.waits.add(-1, ints[at + PLACE] as number, ticks);
  }

  private ended(at: number): void {
    this.table.gone += 1;
    this.creations.end(this.table.ints[at + CREATION] as number);
  }

  private changed(row: number): void {
    if (this.table.ints[row * INTS + WAITER] !== 0) this.awaited.push(row);
  }
}
