// Time that goroutines spend in each status, by the function they run and the moment. How long the window will be is
// not known beforehand: bins become twice as wide whenever it outgrows them.
import type { Lane, Timeline } from '../../model/trace.ts';
import { TRACE_STATUSES } from '../../model/trace.ts';
import { TRACE_LIMITS } from './limits.ts';

/** 2^14 ticks are about a millisecond. */
const NARROWEST_TICKS = 2 ** 14;
const STATUSES = TRACE_STATUSES.length;
const { bins: BINS, lanes: LANES } = TRACE_LIMITS;

export class TimelineTally {
  private width = NARROWEST_TICKS;
  private readonly funcs: string[] = [''];
  private readonly index = new Map<string, number>([['', 0]]);
  private readonly cells: Float64Array[] = [new Float64Array(BINS * STATUSES)];

  /** The lane of a function; those beyond the limit share lane 0 with those whose function is not known. */
  lane(func: string): number {
    const known = this.index.get(func);
    if (known !== undefined) return known;
    if (this.funcs.length >= LANES) return 0;
    const lane = this.funcs.push(func) - 1;
    this.index.set(func, lane);
    this.cells.push(new Float64Array(BINS * STATUSES));
    return lane;
  }

  /** `from` and `to` are ticks from the beginning of the window; `status` is an index into `TRACE_STATUSES`. */
  add(lane: number, status: number, from: number, to: number): void {
    if (!(to > from)) return;
    while (to > this.width * BINS) this.widen();
    const cells = this.cells[lane] ?? this.cells[0];
    if (!cells) return;
    const { width } = this;
    const row = status * BINS;
    const last = Math.min(BINS - 1, Math.floor(to / width));
    let bin = Math.floor(from / width);
    let begin = from;
    for (; bin < last; bin++) {
      const end = (bin + 1) * width;
      cells[row + bin] = (cells[row + bin] ?? 0) + end - begin;
      begin = end;
    }
    cells[row + bin] = (cells[row + bin] ?? 0) + to - begin;
  }

  /** As mean numbers of goroutines. */
  finished(windowTicks: number, nsPerTick: number): Timeline {
    const bins = Math.max(1, Math.min(BINS, Math.ceil(windowTicks / this.width)));
    const lanes: Lane[] = this.funcs.map((func, lane) => {
      const cells = new Float64Array(bins * STATUSES);
      for (let status = 0; status < STATUSES; status++) {
        for (let bin = 0; bin < bins; bin++) {
          const ticks = Math.min(this.width, windowTicks - bin * this.width);
          const spent = this.cells[lane]?.[status * BINS + bin] ?? 0;
          cells[status * bins + bin] = ticks > 0 ? spent / ticks : 0;
        }
      }
      return { func, cells };
    });
    return { bins, binNs: this.width * nsPerTick, lanes };
  }

  private widen(): void {
    this.width *= 2;
    for (const cells of this.cells) {
      for (let status = 0; status < STATUSES; status++) {
        const row = status * BINS;
        for (let bin = 0; bin < BINS; bin++) {
          const pair = row + bin * 2;
          cells[row + bin] = bin * 2 < BINS ? (cells[pair] ?? 0) + (cells[pair + 1] ?? 0) : 0;
        }
      }
    }
  }
}
