// Histories for tests, drawn by a few lines: a level, a daily wave, growth, restarts.
import type { Sample } from '../../src/watch/sample.ts';

const MIB = 2 ** 20;
export const HOUR = 3600;
export const START = 1_793_577_600;

export interface Shape {
  readonly hours: number;
  readonly everySeconds?: number;
  /** Live MiB at an hour, with requests a second. */
  readonly live: (hour: number, load: number) => number;
  readonly load?: (hour: number) => number;
  readonly goroutines?: (hour: number, load: number) => number;
  /** MiB outside the Go heap. */
  readonly outside?: (hour: number) => number;
  /** Hours at which another process begins; `version` is told by `build`. */
  readonly startsAt?: readonly number[];
  readonly build?: (hour: number) => string;
  readonly limit?: number;
}

/** A process with GOGC=100 whose collector runs several times between two samples. */
export function draw(shape: Shape): Sample[] {
  const {
    hours,
    everySeconds = 60,
    load = () => 100,
    goroutines = (_, now) => 50 + now,
    outside = () => 30,
  } = shape;
  const samples: Sample[] = [];
  let collected = 0;
  for (let second = 0; second < hours * HOUR; second += everySeconds) {
    const hour = second / HOUR;
    const now = load(hour);
    const begun = (shape.startsAt ?? []).filter((start) => start <= hour).at(-1) ?? 0;
    if (second > 0 && begun * HOUR > second - everySeconds) collected = 0;
    const live = shape.live(hour, now) * (1 + 0.004 * wobble(second));
    collected += Math.max(1, (now * everySeconds) / live);
    const heap = 2 * live * 1.05;
    const outsideNow = outside(hour);
    samples.push({
      t: START + second,
      instance: 'pod-1',
      start_time: START + begun * HOUR,
      version: shape.build?.(hour) ?? 'build-1',
      go_goroutines: Math.round(goroutines(hour, now)),
      HeapAlloc: live * (1 + 0.5 * (1 + wobble(second * 7))) * MIB,
      HeapReleased: 0,
      Sys: heap * MIB,
      NextGC: 2 * live * MIB,
      NumGC: Math.floor(collected),
      RSS: (heap + outsideNow) * MIB,
      GOGC: 100,
      container_limit: (shape.limit ?? 4096) * MIB,
      requests_per_s: now,
    });
  }
  return samples;
}

export function dailyWave(depth: number): (hour: number) => number {
  return (hour) => 100 * (1 + depth * Math.sin((2 * Math.PI * hour) / 24));
}

/** -1 to 1, the same for the same second. */
function wobble(second: number): number {
  const x = Math.sin(second * 12.9898) * 43_758.5453;
  return 2 * (x - Math.floor(x)) - 1;
}
