// The neighbours of one function in a flame: who calls it and what it calls, each with its share. What pprof calls peek.
import type { Flame } from '../model/flame.ts';

export interface Neighbour {
  /** Empty for the beginning of a stack. */
  readonly func: string;
  readonly before: number;
  readonly after: number;
}

export interface Peek {
  readonly func: string;
  readonly before: number;
  readonly after: number;
  /** Largest first; together they are the whole. */
  readonly callers: readonly Neighbour[];
  /** Largest first; what is missing to the whole is the function's own, or too small to be kept. */
  readonly callees: readonly Neighbour[];
}

/** Undefined when the function is not in the flame. A function that calls itself counts once, where it is entered. */
export function peek(flame: Flame, func: string): Peek | undefined {
  const call = flame.names.indexOf(func);
  if (call < 0) return undefined;
  const callers = new Sums(flame);
  const callees = new Sums(flame);
  const whole = { before: 0, after: 0 };
  const inside: boolean[] = [];
  for (let node = 1; node < flame.parents.length; node++) {
    const parent = flame.parents[node] ?? 0;
    const isWithin = inside[parent] === true;
    const isIt = flame.calls[node] === call;
    inside[node] = isWithin || isIt;
    if (isIt && !isWithin) {
      callers.add(flame.calls[parent] ?? -1, node);
      whole.before += flame.before?.[node] ?? 0;
      whole.after += flame.after[node] ?? 0;
    }
    if (!isIt && flame.calls[parent] === call) callees.add(flame.calls[node] ?? -1, node);
  }
  return { func, ...whole, callers: callers.largestFirst(), callees: callees.largestFirst() };
}

class Sums {
  private readonly flame: Flame;
  private readonly sums = new Map<number, { before: number; after: number }>();

  constructor(flame: Flame) {
    this.flame = flame;
  }

  add(call: number, node: number): void {
    const sum = this.sums.get(call) ?? { before: 0, after: 0 };
    sum.before += this.flame.before?.[node] ?? 0;
    sum.after += this.flame.after[node] ?? 0;
    this.sums.set(call, sum);
  }

  largestFirst(): Neighbour[] {
    return [...this.sums]
      .map(([call, sum]) => ({ func: this.flame.names[call] ?? '', ...sum }))
      .sort((a, b) => b.after - a.after || b.before - a.before || (a.func < b.func ? -1 : 1));
  }
}
