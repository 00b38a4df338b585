// What a service is asked to do over weeks, and what it keeps in memory for it while it is healthy.
import { type Chance, slowNoise } from './random.ts';

const MIB = 1 << 20;
const DAY = 86_400;

export interface Workload {
  /** Requests a second at a moment; call it with rising times. */
  readonly requests: (t: number, seconds: number) => number;
  readonly meanRequests: number;
}

/** Days and weeks, noise, surges, growth of the business. */
export function workload(random: Chance): Workload {
  const meanRequests = random.logBetween(5, 3000);
  const depth = random.pick([0, 0.2, 0.5, 0.5, 0.7, 0.85]);
  const shift = random.next() * DAY;
  const second = random.between(0, 0.35);
  const lag = random.next() * 2 * Math.PI;
  const weekend = random.pick([1, 1, 0.85, 0.6, 0.4]);
  const trend = random.pick([0, 0, 0, 0.02, 0.05, -0.03]);
  const noise = slowNoise(random, random.between(0.01, 0.08), random.between(0.05, 1));
  const drift = slowNoise(random, random.between(0.01, 0.08), 30);
  let surgeUntil = 0;
  let surge = 1;
  return {
    meanRequests,
    requests: (t, seconds) => {
      const angle = (2 * Math.PI * (t - shift)) / DAY;
      const wave = (Math.sin(angle) + second * Math.sin(2 * angle + lag)) / (1 + second);
      const weekday = Math.floor(t / DAY + 4) % 7;
      const week = weekday === 0 || weekday === 6 ? weekend : 1;
      if (t > surgeUntil && random.yes(seconds / (9 * DAY))) {
        surgeUntil = t + random.logBetween(600, 4 * 3600);
        surge = random.between(1.3, 2.5);
      }
      const level = meanRequests * (1 + depth * wave) * week * (1 + (trend * (t % (60 * DAY))) / (7 * DAY));
      return Math.max(0, level * (t < surgeUntil ? surge : 1) * (1 + noise(seconds)) * (1 + drift(seconds)));
    },
  };
}

export interface Keeping {
  /** Live bytes at a load, so long after the start of the process. */
  readonly live: (load: Load) => number;
  readonly goroutines: (load: Load) => number;
  readonly allocation: (load: Load) => number;
  readonly outside: (load: Load) => number;
  /** Live bytes when warm, at mean load. */
  readonly typicalLive: number;
  readonly typicalGoroutines: number;
}

export interface Load {
  readonly t: number;
  /** Seconds since the process started. */
  readonly age: number;
  readonly seconds: number;
  readonly requests: number;
  /** Requests served since the process started. */
  readonly served: number;
}

export interface Temper {
  /** Share of live memory that follows the load. */
  readonly elastic: number;
  /** Share of live memory that is a cache, filling after each start. */
  readonly cache: number;
}

/** A healthy service: base, sessions that follow the load, a cache that fills, batches, noise. */
export function keeping(random: Chance, { meanRequests }: Workload, temper: Temper): Keeping {
  const typicalLive = random.logBetween(30, 900) * MIB;
  const elastic = typicalLive * temper.elastic;
  const cache = typicalLive * temper.cache;
  const base = typicalLive - elastic - cache;
  const fill = random.pick(['saturating', 'saturating', 'by requests', 'linear'] as const);
  const fillHours = random.logBetween(0.1, 9);
  const bend = random.pick([1, 1, 0.8, 1.2]);
  const lagHours = random.pick([0.02, 0.2, 0.5, 1.5]);
  const noise = slowNoise(random, random.between(0.003, 0.02), random.between(0.1, 3));
  const batch = random.yes(0.3)
    ? {
        at: random.next() * DAY,
        lasts: random.between(600, 3600),
        bytes: typicalLive * random.between(0.1, 0.6),
      }
    : undefined;
  const refresh = random.yes(0.2) ? random.between(600, 7200) : undefined;
  const quietGoroutines = Math.round(random.logBetween(15, 300));
  const typicalGoroutines = quietGoroutines + random.logBetween(5, 1500);
  const goroutineNoise = slowNoise(random, random.between(0.01, 0.06), 0.1);
  const perRequest = random.logBetween(0.05, 1.2) * (typicalLive / 40 / meanRequests);
  const outside = random.logBetween(2, 60) * MIB;
  let sessions = 0;
  let begun = -1;
  return {
    typicalLive,
    typicalGoroutines,
    live: (load) => {
      const aim = (load.requests / meanRequests) ** bend;
      // A process that is old when it is first seen has its sessions.
      if (begun < 0) sessions = aim * (1 - Math.exp(-load.age / 3600 / lagHours));
      else if (load.age < begun) sessions = 0;
      begun = load.age;
      sessions += (aim - sessions) * (1 - Math.exp(-load.seconds / 3600 / lagHours));
      const filled = cacheShare(fill, load, fillHours, meanRequests);
      const busy = batch && (load.t - batch.at + DAY) % DAY < batch.lasts ? batch.bytes : 0;
      const doubled = refresh && load.t % refresh < 60 ? 0.1 * typicalLive : 0;
      const start = Math.min(1, 0.4 + load.age / 240);
      return (
        (base * start + elastic * sessions + cache * filled) * (1 + noise(load.seconds)) + busy + doubled
      );
    },
    goroutines: (load) => {
      const share = load.requests / meanRequests;
      const busy = (typicalGoroutines - quietGoroutines) * share * (1 + goroutineNoise(load.seconds));
      return quietGoroutines + Math.max(0, busy + Math.sqrt(Math.max(1, busy)) * random.normal() * 0.5);
    },
    allocation: ({ requests }) => 20_000 + perRequest * requests * random.between(0.95, 1.05),
    outside: ({ age }) => outside * Math.min(1, 0.5 + age / 1200),
  };
}

function cacheShare(
  fill: 'saturating' | 'by requests' | 'linear',
  { age, served }: Load,
  hours: number,
  meanRequests: number,
): number {
  const time = age / 3600 / hours;
  if (fill === 'linear') return Math.min(1, time / 2);
  return 1 - Math.exp(fill === 'saturating' ? -time : -served / meanRequests / 3600 / hours);
}
