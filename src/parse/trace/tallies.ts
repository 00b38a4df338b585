// What is counted while a trace goes by: waits by reason and place, creations by `go` statement, and how long
// runnable goroutines waited for a processor. Times are ticks until the end.
import type { Creation, SchedulingLatency, TraceWait } from '../../model/trace.ts';
import { TRACE_LIMITS } from './limits.ts';

/** Columns that grow; a map finds the row. */
export class WaitTally {
  private readonly rows = new Map<number, number>();
  private readonly reason: number[] = [];
  private readonly stack: number[] = [];
  private readonly count: number[] = [];
  private readonly total: number[] = [];
  private readonly longest: number[] = [];

  /** `reason` is -1 for syscalls. */
  add(reason: number, stack: number, ticks: number): void {
    const key = (reason + 1) * TRACE_LIMITS.stacks + stack;
    let row = this.rows.get(key);
    if (row === undefined) {
      // Beyond the limit, waits are still told by their reason, not by their place.
      if (this.reason.length >= TRACE_LIMITS.waits && stack !== 0) {
        this.add(reason, 0, ticks);
        return;
      }
      row = this.reason.push(reason) - 1;
      this.rows.set(key, row);
      this.stack.push(stack);
      this.count.push(0);
      this.total.push(0);
      this.longest.push(0);
    }
    this.count[row] = (this.count[row] as number) + 1;
    this.total[row] = (this.total[row] as number) + ticks;
    if (ticks > (this.longest[row] as number)) this.longest[row] = ticks;
  }

  finished(reasons: readonly string[], nsPerTick: number): TraceWait[] {
    return this.reason.map((reason, row) => ({
      kind: reason < 0 ? 'syscall' : 'waiting',
      reason: reasons[reason] ?? '',
      stack: this.stack[row] ?? 0,
      count: this.count[row] ?? 0,
      totalNs: (this.total[row] ?? 0) * nsPerTick,
      longestNs: (this.longest[row] ?? 0) * nsPerTick,
    }));
  }
}

export class CreationTally {
  private readonly rows = new Map<number, number>();
  private readonly startStack: number[] = [];
  private readonly creatorStack: number[] = [];
  private readonly created: number[] = [];
  private readonly ended: number[] = [];

  /** Returns the row, or -1 when there are too many. */
  add(startStack: number, creatorStack: number): number {
    const key = startStack * TRACE_LIMITS.stacks + creatorStack;
    let row = this.rows.get(key);
    if (row === undefined) {
      if (this.created.length >= TRACE_LIMITS.creations) return -1;
      row = this.created.push(0) - 1;
      this.rows.set(key, row);
      this.startStack.push(startStack);
      this.creatorStack.push(creatorStack);
      this.ended.push(0);
    }
    this.created[row] = (this.created[row] as number) + 1;
    return row;
  }

  end(row: number): void {
    if (row >= 0) this.ended[row] = (this.ended[row] as number) + 1;
  }

  finished(): Creation[] {
    return this.created.map((created, row) => ({
      startStack: this.startStack[row] ?? 0,
      creatorStack: this.creatorStack[row] ?? 0,
      created,
      ended: this.ended[row] ?? 0,
    }));
  }
}

/** Classes within a power of two: each is less than 0.8 % wide. */
const CLASSES = 128;
const CLASS_BITS = 7;
/** 2^31 ticks are two minutes; longer waits are counted as that long. */
const LONGEST_CLASS = 2 ** 31 - 1;

export class LatencyTally {
  private readonly counts = new Float64Array(classOf(LONGEST_CLASS) + 1);
  private count = 0;
  private total = 0;
  private totalAfterFirstRun = 0;
  private longest = 0;

  add(ticks: number, ran: boolean): void {
    this.count += 1;
    this.total += ticks;
    if (ran) this.totalAfterFirstRun += ticks;
    if (ticks > this.longest) this.longest = ticks;
    const at = classOf(Math.min(ticks, LONGEST_CLASS));
    this.counts[at] = (this.counts[at] as number) + 1;
  }

  finished(nsPerTick: number): SchedulingLatency {
    const used = [...this.counts.keys()].filter((at) => (this.counts[at] ?? 0) > 0);
    return {
      count: this.count,
      totalNs: this.total * nsPerTick,
      totalAfterFirstRunNs: this.totalAfterFirstRun * nsPerTick,
      longestNs: this.longest * nsPerTick,
      upToNs: Float64Array.from(used, (at) => Math.min(lastOfClass(at), this.longest) * nsPerTick),
      counts: Float64Array.from(used, (at) => this.counts[at] ?? 0),
    };
  }
}

function classOf(ticks: number): number {
  if (ticks < 2 * CLASSES) return ticks | 0;
  const shift = 31 - Math.clz32(ticks) - CLASS_BITS;
  return shift * CLASSES + (ticks >>> shift);
}

function lastOfClass(at: number): number {
  if (at < 2 * CLASSES) return at;
  const shift = Math.floor(at / CLASSES) - 1;
  return (at - shift * CLASSES + 1) * 2 ** shift - 1;
}
