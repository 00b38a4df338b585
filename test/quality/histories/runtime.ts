// A small Go process: what lives, what is allocated and a memory limit go in; what MemStats and the kernel would say
// comes out. Pacing, the limit, the forced collection and the scavenger follow the runtime's design documents; it is
// no part of the product and knows nothing of how the product estimates anything.
import type { Chance } from './random.ts';

export interface GoBuild {
  /** Minor version: 16 frees lazily (MADV_FREE), 18 and later count stacks and globals as roots, 19 has GOMEMLIMIT. */
  readonly go: 15 | 17 | 19 | 22 | 24 | 26;
  /** Percent, or off. */
  readonly gogc: number | 'off';
  readonly memoryLimit: number | undefined;
}

/** What the program asks of the runtime at a moment. */
export interface Demand {
  /** Reachable bytes. */
  readonly live: number;
  /** Bytes allocated a second. */
  readonly allocation: number;
  readonly goroutines: number;
  /** Bytes outside the Go runtime: C libraries, mappings. */
  readonly outside: number;
}

export interface Readings {
  readonly HeapAlloc: number;
  readonly HeapInuse: number;
  readonly HeapIdle: number;
  readonly HeapReleased: number;
  readonly Sys: number;
  readonly NextGC: number;
  readonly NumGC: number;
  readonly LastGC: number;
  readonly StackInuse: number;
  readonly RSS: number;
  readonly go_goroutines: number;
}

const MIB = 1 << 20;
/** The runtime does not let a heap go longer uncollected, unless GOGC is off (gcTriggerTime in runtime/mgc.go). */
const FORCED_GC_SECONDS = 120;
/** Bytes marked a second by the quarter of the processors that the collector takes. */
const MARKED_PER_SECOND = 700 * MIB;
/** The collector takes at most half the processors, even in a spiral. */
const MOST_COLLECTING = 0.5;
const SCAVENGER_HOURS = 0.08;
const STACK_BYTES = 4096;

export class GoProcess {
  readonly #build: GoBuild;
  readonly #random: Chance;
  readonly #program: number;
  readonly #fragmentation: number;
  #marked = 2 * MIB;
  #sinceGC = 0;
  #lastGC: number;
  #collections = 0;
  #mapped = 4 * MIB;
  #released = 0;
  #freedLazily = 0;
  #goal = 4 * MIB;

  constructor(build: GoBuild, random: Chance, t: number) {
    this.#build = build;
    this.#random = random;
    this.#lastGC = t;
    this.#program = random.between(12, 40) * MIB;
    this.#fragmentation = random.between(1.02, 1.1);
  }

  step(t: number, seconds: number, demand: Demand): Readings {
    const stacks = demand.goroutines * STACK_BYTES + 2 * MIB;
    this.#collect(t, seconds, demand, stacks);
    const alloc = this.#marked + this.#sinceGC;
    const inuse = Math.max(alloc, 0.75 * Math.min(this.#goal, alloc * 2)) * this.#fragmentation;
    this.#map(seconds, Math.max(inuse, this.#goal * 0.98));
    const others = 0.045 * this.#mapped + 6 * MIB;
    const sys = this.#mapped + stacks + others;
    const resident = this.#mapped - this.#released + this.#freedLazily + stacks + 0.8 * others;
    return {
      HeapAlloc: Math.round(alloc),
      HeapInuse: Math.round(inuse),
      HeapIdle: Math.round(Math.max(0, this.#mapped - inuse)),
      HeapReleased: Math.round(this.#released),
      Sys: Math.round(sys),
      NextGC: Math.round(this.#goal),
      NumGC: this.#collections,
      LastGC: Math.round(this.#lastGC * 1e9),
      StackInuse: Math.round(stacks),
      RSS: Math.round(resident + this.#program + demand.outside),
      go_goroutines: Math.round(demand.goroutines),
    };
  }

  /**
   * A collection ends a cycle when as much was allocated as there was room for: how far the next one has come by the end
   * of a step follows from that, so that collections count what is allocated, as the runtime's do.
   */
  #collect(t: number, seconds: number, demand: Demand, stacks: number): void {
    this.#sinceGC += demand.allocation * seconds;
    // Cycles of this step, as many as fit, no more than the processors are good for.
    const longest = Math.max(1e-4, demand.live / MARKED_PER_SECOND);
    const most = Math.max(1, Math.floor((seconds * MOST_COLLECTING) / longest));
    const room = this.#room();
    if (this.#sinceGC >= room) {
      this.#mark(demand, stacks);
      const beyond = this.#sinceGC - room;
      const fresh = this.#room();
      const done = 1 + Math.floor(beyond / fresh);
      this.#sinceGC = done > most ? fresh : beyond % fresh;
      this.#lastGC = t - Math.min(seconds, this.#sinceGC / Math.max(1, demand.allocation));
      this.#collections += Math.min(done, most);
    } else if (this.#build.gogc !== 'off' && t - this.#lastGC > FORCED_GC_SECONDS) {
      this.#mark(demand, stacks);
      const forced = Math.floor((t - this.#lastGC) / FORCED_GC_SECONDS);
      this.#lastGC += forced * FORCED_GC_SECONDS;
      this.#sinceGC = Math.min(demand.allocation * (t - this.#lastGC), this.#room());
      this.#collections += forced;
    }
  }

  /** Bytes that may be allocated from one collection to the next. */
  #room(): number {
    return Math.max(64 << 10, this.#goal - this.#marked);
  }

  #mark(demand: Demand, stacks: number): void {
    // What is allocated while marking survives it.
    const floating = demand.allocation * (demand.live / MARKED_PER_SECOND) * this.#random.between(0.3, 0.9);
    this.#marked = demand.live + Math.min(floating, demand.live);
    const { gogc, memoryLimit, go } = this.#build;
    const factor = gogc === 'off' ? Number.POSITIVE_INFINITY : gogc / 100;
    const roots = go >= 18 ? stacks + 2 * MIB : 0;
    let goal = this.#marked + (this.#marked + roots) * factor;
    if (memoryLimit !== undefined && go >= 19) {
      const around = stacks + 0.05 * this.#mapped + 6 * MIB;
      // Gaps between objects count towards the limit, and leave that much less for them.
      goal = Math.min(goal, (memoryLimit * 0.97 - around) / this.#fragmentation);
    }
    goal = Math.max(goal, this.#marked * 1.01, gogc === 'off' ? 0 : 4 * MIB * factor);
    this.#goal = Number.isFinite(goal) ? goal : 64 * this.#marked;
  }

  /** Grows at once, shrinks as slowly as the scavenger works. */
  #map(seconds: number, need: number): void {
    if (need > this.#mapped) this.#mapped = need;
    const backed = this.#mapped - this.#released;
    if (need > backed) this.#released = this.#mapped - need;
    const spare = this.#mapped - this.#released - 1.1 * Math.max(need, this.#goal);
    if (spare <= 0) {
      this.#freedLazily = Math.min(this.#freedLazily, this.#released);
      return;
    }
    const given = spare * (1 - Math.exp(-seconds / 3600 / SCAVENGER_HOURS));
    this.#released += given;
    // The kernel takes lazily freed pages only when it wants them.
    if (this.#build.go === 15) this.#freedLazily = Math.min(this.#released, this.#freedLazily + given * 0.9);
  }
}
