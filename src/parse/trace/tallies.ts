// What is counted while a trace goes by: waits by reason and place, creations by `go` statement, and how long
// runnable goroutines waited for a processor. Times are ticks until the end.
import type { Creation, SchedulingLatency, TraceWait } from '../../model/trace.ts';
import { TRACE_LIMITS } from './limits.ts';

/** Rows found by two numbers; the one found last for each second number is found again without looking. */
class PairRows {
  private readonly rows = new Map<number, number>();
  /** By the second number: a row, plus one. */
  private last = new Int32Array(1024);
  first = new Int32Array(256);
  second = new Int32Array(256);
  count = 0;

  /** The row, or -1 when there is none. */
  find(first: number, second: number): number {
    const row = (second < this.last.length ? (this.last[second] as number) : 0) - 1;
    if (row >= 0 && this.first[row] === first) return row;
    const known = this.rows.get(first * TRACE_LIMITS.stacks + second);
    if (known === undefined) return -1;
    this.remember(second, known);
    return known;
  }

  add(first: number, second: number): number {
    if (this.count >= this.first.length) {
      this.first = doubled(this.first, new Int32Array(this.count * 2));
      this.second = doubled(this.second, new Int32Array(this.count * 2));
    }
    const row = this.count++;
    this.first[row] = first;
    this.second[row] = second;
    this.rows.set(first * TRACE_LIMITS.stacks + second, row);
    this.remember(second, row);
    return row;
  }

  private remember(second: number, row: number): void {
    if (second >= this.last.length)
      this.last = doubled(this.last, new Int32Array(Math.max(second + 1, this.last.length * 2)));
    this.last[second] = row + 1;
  }
}

function doubled<Column extends Int32Array | Float64Array>(from: Column, to: Column): Column {
  to.set(from);
  return to;
}

/** Waits that ended, by reason (plus one; 0 for syscalls) and stack. */
export class WaitTally {
  private readonly rows = new PairRows();
  private counts = new Float64Array(256);
  private totals = new Float64Array(256);
  private longest = new Float64Array(256);

  /** `reason` is -1 for syscalls. */
  add(reason: number, stack: number, ticks: number): void {
    let row = this.rows.find(reason + 1, stack);
    if (row < 0) {
      row = this.newRow(reason, stack);
      if (row < 0) return;
    }
    this.counts[row] = (this.counts[row] as number) + 1;
    this.totals[row] = (this.totals[row] as number) + ticks;
    if (ticks > (this.longest[row] as number)) this.longest[row] = ticks;
  }

  finished(reasons: readonly string[], nsPerTick: number): TraceWait[] {
    return Array.from({ length: this.rows.count }, (_, row) => ({
      kind: this.rows.first[row] === 0 ? 'syscall' : 'waiting',
      reason: reasons[(this.rows.first[row] ?? 0) - 1] ?? '',
      stack: this.rows.second[row] ?? 0,
      count: this.counts[row] ?? 0,
      totalNs: (this.totals[row] ?? 0) * nsPerTick,
      longestNs: (this.longest[row] ?? 0) * nsPerTick,
    }));
  }

  /** Beyond the limit, waits are still told by their reason, not by their place. */
  private newRow(reason: number, stack: number): number {
    if (this.rows.count >= TRACE_LIMITS.waits) {
      const placeless = this.rows.find(reason + 1, 0);
      if (placeless >= 0 || this.rows.count >= TRACE_LIMITS.waits + TRACE_LIMITS.reasons) return placeless;
      return this.widened(this.rows.add(reason + 1, 0));
    }
    return this.widened(this.rows.add(reason + 1, stack));
  }

  private widened(row: number): number {
    if (row < this.counts.length) return row;
    this.counts = doubled(this.counts, new Float64Array(row * 2));
    this.totals = doubled(this.totals, new Float64Array(row * 2));
    this.longest = doubled(this.longest, new Float64Array(row * 2));
    return row;
  }
}

/** Goroutines created, by the stack they start with and the one with the `go` statement. */
export class CreationTally {
  private readonly rows = new PairRows();
  private readonly created: number[] = [];
  private readonly ended: number[] = [];

  /** Returns the row, or -1 when there are too many. */
  add(startStack: number, creatorStack: number): number {
    let row = this.rows.find(startStack, creatorStack);
    if (row < 0) {
      if (this.rows.count >= TRACE_LIMITS.creations) return -1;
      row = this.rows.add(startStack, creatorStack);
      this.created.push(0);
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
      startStack: this.rows.first[row] ?? 0,
      creatorStack: this.rows.second[row] ?? 0,
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

  /** `ran` is 1 for goroutines that ran in the window before. */
  add(ticks: number, ran: number): void {
    this.count += 1;
    this.total += ticks;
    this.totalAfterFirstRun += ticks * ran;
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
