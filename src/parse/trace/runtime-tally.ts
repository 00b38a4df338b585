// What the runtime itself did: collections, stops of the world, the size of the heap.
import type { HeapPoint, TraceRange } from '../../model/trace.ts';
import { GC_ACTIVE, GC_BEGIN, GC_END, HEAP_ALLOC, HEAP_GOAL, STW_BEGIN, STW_END } from './events.ts';
import { TRACE_LIMITS } from './limits.ts';
import type { TraceNames } from './tables.ts';

interface TickRange {
  readonly from: number;
  readonly to: number;
  readonly what: string;
}

/** Times are ticks from the beginning of the window. */
export class RuntimeTally {
  private readonly collections: TickRange[] = [];
  private readonly stops: TickRange[] = [];
  private collectingFrom = -1;
  private stoppedFrom = -1;
  private stoppedFor = '';
  private readonly heap: { at: number; live: number; goal: number }[] = [];
  private goal = 0;
  /** Least ticks between two points of the heap; doubled when there are too many. */
  private spacing = 1;

  /** Processors, sweeping, assists, labels, tasks, regions and logs answer none of the questions asked here. */
  event(type: number, at: number, a: number, names: TraceNames): void {
    switch (type) {
      case GC_BEGIN:
        this.collectingFrom = at;
        break;
      case GC_ACTIVE: // at the beginning of a generation, of one that goes on
        if (this.collectingFrom < 0) this.collectingFrom = 0;
        break;
      case GC_END:
        this.collectionEnds(at);
        break;
      case STW_BEGIN:
        this.stoppedFrom = at;
        this.stoppedFor = names.text(a);
        break;
      case STW_END:
        close(this.stops, { from: this.stoppedFrom, to: at, what: this.stoppedFor });
        this.stoppedFrom = -1;
        break;
      case HEAP_ALLOC:
        this.heapAllocated(at, a);
        break;
      case HEAP_GOAL:
        this.goal = a;
    }
  }

  /** A collection under way is told up to the end. */
  finished(
    end: number,
    nsPerTick: number,
  ): { collections: TraceRange[]; stops: TraceRange[]; heap: HeapPoint[] } {
    if (this.collectingFrom >= 0) this.collectionEnds(end);
    const inNs = ({ from, to, what }: TickRange): TraceRange => ({
      fromNs: from * nsPerTick,
      toNs: to * nsPerTick,
      what,
    });
    return {
      collections: this.collections.map(inNs),
      stops: this.stops.map(inNs),
      heap: this.heap.map(({ at, live, goal }) => ({
        atNs: at * nsPerTick,
        liveBytes: live,
        goalBytes: goal,
      })),
    };
  }

  private collectionEnds(at: number): void {
    close(this.collections, { from: this.collectingFrom, to: at, what: '' });
    this.collectingFrom = -1;
  }

  private heapAllocated(at: number, bytes: number): void {
    const last = this.heap[this.heap.length - 1];
    if (last && at - last.at < this.spacing) {
      last.live = bytes;
      last.goal = this.goal;
      return;
    }
    this.heap.push({ at, live: bytes, goal: this.goal });
    if (this.heap.length < TRACE_LIMITS.heapPoints) return;
    const even = (at - (this.heap[0]?.at ?? 0)) / (TRACE_LIMITS.heapPoints / 2);
    this.spacing = Math.max(2 * this.spacing, even);
    const kept = this.heap.filter((_, index) => index % 2 === 0);
    this.heap.splice(0, this.heap.length, ...kept);
  }
}

function close(ranges: TickRange[], range: TickRange): void {
  if (range.from >= 0 && ranges.length < TRACE_LIMITS.ranges) ranges.push(range);
}
