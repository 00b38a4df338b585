// Time that goroutines spend in each status, by the function they run and the moment. How long the window will be is
// not known beforehand: bins become twice as wide whenever it outgrows them.
import type { Lane, Timeline } from '../../model/trace.ts';
import { TRACE_STATUSES } from '../../model/trace.ts';
import { TRACE_LIMITS } from './limits.ts';

/** 2^14 ticks are about a millisecond. */
const NARROWEST_TICKS = 2 ** 14;
export const STATUSES = TRACE_STATUSES.length;
const { lanes: LANES } = TRACE_LIMITS;
export const BINS = TRACE_LIMITS.bins;

export class TimelineTally {
  /** Entry `(lane * STATUSES + status) * BINS + bin`, in ticks. */
  readonly cells = new Float64Array(LANES * STATUSES * BINS);
  /** The bin at hand, and the ticks where it begins and ends: most time is spent within it. */
  bin = 0;
  begin = 0;
  end = NARROWEST_TICKS;
  /** Ticks in all bins. */
  private span = NARROWEST_TICKS * BINS;
  private readonly funcs: string[] = [''];
  private readonly index = new Map<string, number>([['', 0]]);

  /** The lane of a function; those beyond the limit share lane 0 with those whose function is not known. */
  lane(func: string): number {
    const known = this.index.get(func);
    if (known !== undefined) return known;
    if (this.funcs.length >= LANES) return 0;
    const lane = this.funcs.push(func) - 1;
    this.index.set(func, lane);
    return lane;
  }

  /** `from` and `to` are ticks from the beginning of the window; `status` is an index into `TRACE_STATUSES`. */
  add(lane: number, status: number, from: number, to: number): void {
    if (!(to > from)) return;
    while (to > this.span) this.widen();
    const width = this.span / BINS;
    const row = (lane * STATUSES + status) * BINS;
    const last = Math.min(BINS - 1, Math.floor(to / width));
    let bin = Math.min(last, Math.floor(from / width));
    let begin = from;
    for (; bin < last; bin++) {
      const end = (bin + 1) * width;
      this.put(row + bin, end - begin);
      begin = end;
    }
    this.put(row + bin, to - begin);
    this.bin = last;
    this.begin = last * width;
    this.end = this.begin + width;
  }

  /** As mean numbers of goroutines. */
  finished(windowTicks: number, nsPerTick: number): Timeline {
    const width = this.span / BINS;
    const bins = Math.max(1, Math.min(BINS, Math.ceil(windowTicks / width)));
    const lanes: Lane[] = this.funcs.map((func, lane) => {
      const cells = new Float64Array(bins * STATUSES);
      for (let status = 0; status < STATUSES; status++) {
        for (let bin = 0; bin < bins; bin++) {
          const ticks = Math.min(width, windowTicks - bin * width);
          const spent = this.cells[(lane * STATUSES + status) * BINS + bin] ?? 0;
          cells[status * bins + bin] = ticks > 0 ? spent / ticks : 0;
        }
      }
      return { func, cells };
    });
    return { bins, binNs: width * nsPerTick, lanes };
  }

  private put(at: number, ticks: number): void {
    this.cells[at] = (this.cells[at] ?? 0) + ticks;
  }

  private widen(): void {
    this.span *= 2;
    const { cells } = this;
    for (let row = 0; row < cells.length; row += BINS) {
      for (let bin = 0; bin < BINS; bin++) {
        const pair = row + bin * 2;
        cells[row + bin] = bin * 2 < BINS ? (cells[pair] ?? 0) + (cells[pair + 1] ?? 0) : 0;
      }
    }
  }
}
