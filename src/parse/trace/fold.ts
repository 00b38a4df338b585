// What each event means. Two kinds cannot be taken by their time alone, because clocks of processors differ a
// little: the start and the wake-up of a goroutine carry a number, and wait until the one before has come.
import {
  type EventNumbers,
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
} from './events.ts';
import {
  GONE,
  GoroutineTable,
  IN_SYSCALL,
  NOBODY,
  RUNNABLE,
  RUNNING,
  UNTOLD,
  WAITING,
} from './goroutine-table.ts';
import { TRACE_LIMITS } from './limits.ts';
import { RuntimeTally } from './runtime-tally.ts';
import { type TraceNames, UNKNOWN } from './tables.ts';
import { CreationTally, LatencyTally, WaitTally } from './tallies.ts';
import { TimelineTally } from './timeline.ts';

/** What `event` answers when it is done; otherwise the row whose next event has to come first. */
export const DONE = -1;

export class TraceFold {
  readonly table = new GoroutineTable();
  readonly waits = new WaitTally();
  readonly creations = new CreationTally();
  readonly latency = new LatencyTally();
  readonly runtime = new RuntimeTally();
  readonly timeline = new TimelineTally();
  events = 0;
  /** Goroutines there was no row for. */
  unfollowed = 0;
  /** Rows that changed while a thread waits for them. */
  readonly awaited: number[] = [];

  private readonly threads = new Map<number, number>();
  /** The row that runs on each thread, by its index. */
  private current = new Int32Array(64);
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

  /** `DONE`, or the row to wait for; `forced` events are taken as they come. */
  event(event: EventNumbers, forced: boolean): number {
    const { thread, at } = event;
    const row = this.current[thread] as number;
    switch (event.type) {
      case GO_START:
        return this.start(event, forced);
      case GO_UNBLOCK:
        return this.unblock(event, forced);
      case GO_SWITCH:
      case GO_SWITCH_DESTROY:
        return this.switch(event, forced);
      case GO_BLOCK:
        this.leave(row, at);
        this.enterWait(row, at, this.names.reason(event.a), this.names.stack(event.b));
        this.current[thread] = NOBODY;
        return DONE;
      case GO_STOP:
        this.leave(row, at);
        this.enter(row, RUNNABLE, at);
        this.current[thread] = NOBODY;
        return DONE;
      case GO_SYSCALL_BEGIN:
        this.leave(row, at);
        this.table.stack[row] = this.names.stack(event.b);
        this.placeInLane(row, this.table.stack[row] as number);
        this.enter(row, IN_SYSCALL, at);
        return DONE;
      case GO_SYSCALL_END:
        this.leave(row, at);
        this.enter(row, RUNNING, at);
        return DONE;
      case GO_SYSCALL_END_BLOCKED:
        this.leave(row, at);
        this.enter(row, RUNNABLE, at);
        this.current[thread] = NOBODY;
        return DONE;
      case GO_DESTROY:
      case GO_DESTROY_SYSCALL:
        this.end(row, at);
        this.current[thread] = NOBODY;
        return DONE;
      case GO_CREATE:
        this.create(event, RUNNABLE);
        return DONE;
      case GO_CREATE_BLOCKED:
        this.create(event, WAITING);
        return DONE;
      case GO_CREATE_SYSCALL:
        this.appear(event);
        return DONE;
      case GO_STATUS:
      case GO_STATUS_STACK:
        this.status(event);
        return DONE;
      default:
        this.runtime.event(event, this.names);
        return DONE;
    }
  }

  private start({ thread, at, a, b }: EventNumbers, forced: boolean): number {
    const { table } = this;
    const row = table.meet(a);
    if (!forced && row !== NOBODY && (table.status[row] !== RUNNABLE || table.sequence[row] !== b - 1))
      return row;
    this.leave(row, at);
    table.sequence[row] = b;
    this.enter(row, RUNNING, at);
    this.current[thread] = row;
    return DONE;
  }

  private unblock({ at, a, b }: EventNumbers, forced: boolean): number {
    const { table } = this;
    const row = table.meet(a);
    if (!forced && row !== NOBODY && (table.status[row] !== WAITING || table.sequence[row] !== b - 1))
      return row;
    this.leave(row, at);
    table.sequence[row] = b;
    this.enter(row, RUNNABLE, at);
    return DONE;
  }

  /** Wakes one coroutine, and blocks or ends the one that runs, in one step. */
  private switch({ type, thread, at, a, b }: EventNumbers, forced: boolean): number {
    const { table } = this;
    const next = table.meet(a);
    if (!forced && next !== NOBODY && (table.status[next] !== WAITING || table.sequence[next] !== b - 1))
      return next;
    const row = this.current[thread] as number;
    if (type === GO_SWITCH_DESTROY) this.end(row, at);
    else {
      this.leave(row, at);
      this.enterWait(row, at, this.coroutine, UNKNOWN);
    }
    this.leave(next, at);
    table.sequence[next] = b;
    this.enter(next, RUNNING, at);
    this.current[thread] = next;
    return DONE;
  }

  private create({ at, a, b, c }: EventNumbers, status: number): void {
    const { table, names } = this;
    const startStack = names.stack(b);
    const creation = this.creations.add(startStack, names.stack(c));
    const row = table.meet(a);
    if (row === NOBODY) {
      this.unfollowed += 1;
      return;
    }
    if (table.status[row] === GONE) table.gone -= 1;
    else if (table.status[row] !== UNTOLD) this.leave(row, at);
    table.sequence[row] = 0;
    table.born[row] = at;
    table.ran[row] = 0;
    table.creation[row] = creation;
    table.lane[row] = this.laneOf(startStack);
    if (status === WAITING) this.enterWait(row, at, this.coroutine, UNKNOWN);
    else this.enter(row, status, at);
  }

  /** A thread of C calls Go: there is a goroutine that no `go` statement started. */
  private appear({ thread, at, a }: EventNumbers): void {
    const { table } = this;
    const row = table.meet(a);
    if (row !== NOBODY && table.status[row] === GONE) table.gone -= 1;
    table.sequence[row] = 0;
    this.enter(row, IN_SYSCALL, at);
    this.current[thread] = row;
  }

  /** At the beginning of each generation, or of a goroutine's part in it. Begins the numbers anew. */
  private status({ type, thread, a, b, c, d }: EventNumbers): void {
    const { table } = this;
    const row = table.meet(a);
    if (row === NOBODY || c < RUNNABLE || c > WAITING) return;
    table.sequence[row] = 0;
    if (table.status[row] !== c) this.correct(row, c);
    if (type === GO_STATUS_STACK) this.where(row, this.names.stack(d));
    if (c === RUNNING) this.current[thread] = row;
    if (c === IN_SYSCALL) {
      const on = this.thread(b);
      if (on >= 0) this.current[on] = row;
    }
    this.changed(row);
  }

  /** Told for the first time, or not as it was thought to be: since when is not known. */
  private correct(row: number, status: number): void {
    const { table } = this;
    if (table.status[row] === GONE) table.gone -= 1;
    table.status[row] = status;
    table.since[row] = -1;
    table.stack[row] = UNKNOWN;
    table.reason[row] = UNKNOWN;
    if (status === RUNNING) table.ran[row] = 1;
  }

  private where(row: number, stack: number): void {
    const { table } = this;
    if (table.stack[row] === UNKNOWN) table.stack[row] = stack;
    this.placeInLane(row, stack);
  }

  private placeInLane(row: number, stack: number): void {
    if (this.table.lane[row] === 0 && stack !== UNKNOWN) this.table.lane[row] = this.laneOf(stack);
  }

  private laneOf(stack: number): number {
    const frames = this.names.stacks[stack];
    return this.timeline.lane(frames?.[frames.length - 1]?.func ?? '');
  }

  private enter(row: number, status: number, at: number): void {
    const { table } = this;
    if (row === NOBODY) return;
    table.status[row] = status;
    table.since[row] = at;
    if (status === RUNNING) table.ran[row] = 1;
    if (status === RUNNABLE) table.stack[row] = UNKNOWN;
    this.changed(row);
  }

  private enterWait(row: number, at: number, reason: number, stack: number): void {
    this.table.reason[row] = reason;
    this.table.stack[row] = stack;
    this.placeInLane(row, stack);
    this.enter(row, WAITING, at);
  }

  private end(row: number, at: number): void {
    if (row === NOBODY) return;
    this.leave(row, at);
    this.table.status[row] = GONE;
    this.table.gone += 1;
    this.creations.end(this.table.creation[row] as number);
    this.changed(row);
  }

  /** Counts the time in the status that ends. */
  private leave(row: number, at: number): void {
    const { table } = this;
    const status = table.status[row] as number;
    if (row === NOBODY || status === GONE || status === UNTOLD) return;
    const since = table.since[row] as number;
    this.timeline.add(table.lane[row] as number, status - 1, Math.max(0, since), at);
    if (since < 0) return;
    if (status === RUNNABLE) this.latency.add(at - since, table.ran[row] === 1);
    else if (status === WAITING)
      this.waits.add(table.reason[row] as number, table.stack[row] as number, at - since);
    else if (status === IN_SYSCALL && table.ran[row] === 1)
      this.waits.add(-1, table.stack[row] as number, at - since);
  }

  private changed(row: number): void {
    if (this.table.waiter[row] !== 0) this.awaited.push(row);
  }
}
