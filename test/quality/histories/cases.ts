// Histories with a known truth: services that leak, and services that do everything that looks like it. A case is
// made from its name alone; which half it belongs to as well.
import { type Chance, chance, hashOf } from './random.ts';
import { type GoBuild, GoProcess, type Readings } from './runtime.ts';
import { type Keeping, keeping, type Load, workload } from './workload.ts';

const DAY = 86_400;
const MIB = 1 << 20;
/** Monday, 2 November 2026. */
const EPOCH = 1_793_577_600;
/** Most that the program itself and C libraries take. */
const UNMANAGED = 110 * MIB;
/** How far the truth is followed beyond what is shown. */
const LONGEST_TRUTH_DAYS = 24;

export type Half = 'develop' | 'score';
export type LeakKind = 'heap' | 'goroutine' | 'outside';
/** Which fields a history has. */
export type Fields = 'all' | 'no requests' | 'no GOGC, no start' | 'RSS only' | 'HeapAlloc only';

export interface Leak {
  readonly kind: LeakKind;
  /** Percent of the healthy level an hour: of live heap, of goroutines, of resident memory. */
  readonly percent: number;
  /** Unix seconds. */
  readonly from: number;
  readonly by: 'hours' | 'requests';
  /** Within so many hours it should be found. */
  readonly withinHours: number;
}

export interface HistoryCase {
  readonly name: string;
  readonly half: Half;
  readonly fields: Fields;
  readonly cadence: number;
  readonly leak?: Leak;
  readonly weeks: number;
  readonly traits: readonly string[];
  readonly samples: () => History;
}

export interface History {
  /** As a recorded history has them: fields that are not told are absent. */
  readonly samples: readonly Readonly<Record<string, number | string>>[];
  /** Unix seconds at which resident memory first reached the limit, with no deploy in between; absent when it never did. */
  readonly limitReached?: number;
  /** Every time it did in what is shown, unix seconds: the process was killed for it. */
  readonly killed: readonly number[];
}

/** The trait of a service that is deployed again while it leaks. */
export const REDEPLOYED = 'redeployed while it leaks';
export const LEAKING = 960;
export const HEALTHY = 900;

export function halfOf(name: string): Half {
  return hashOf(`half of ${name}`) % 2 === 0 ? 'develop' : 'score';
}

export function listHistories(half: Half): HistoryCase[] {
  const names = [
    ...Array.from({ length: LEAKING }, (_, at) => `leaking-${at}`),
    ...Array.from({ length: HEALTHY }, (_, at) => `healthy-${at}`),
  ];
  return names.filter((name) => halfOf(name) === half).map((name) => historyCase(name, half));
}

/** Histories that belong to no half: what is chosen is chosen by these. */
export function listOthers(count: number): HistoryCase[] {
  return Array.from({ length: count }, (_, at) => [`leaking-beside-${at}`, `healthy-beside-${at}`])
    .flat()
    .map((name) => historyCase(name, 'develop'));
}

interface Plan {
  readonly start: number;
  readonly end: number;
  readonly leak?: Leak;
  /** Moments at which a new build is rolled out, or the same one is started again. */
  readonly starts: readonly { readonly t: number; readonly deploy: boolean }[];
  readonly fields: Fields;
  readonly cadence: number;
  readonly missing: number;
  /** Hours in which the leak would bring resident memory to the limit; undefined: a generous limit. */
  readonly hoursToLimit?: number;
}

function historyCase(name: string, half: Half): HistoryCase {
  const random = chance(hashOf(name));
  const leaking = name.startsWith('leaking');
  const plan = leaking ? leakingPlan(random) : healthyPlan(random);
  const seed = Math.floor(random.next() * 2 ** 32);
  const { leak, fields, cadence } = plan;
  return {
    name,
    half,
    fields,
    cadence,
    ...(leak && { leak }),
    weeks: (plan.end - plan.start) / 7 / DAY,
    traits: [
      `${plan.starts.filter(({ deploy }) => deploy).length} deploys`,
      `${plan.starts.filter(({ deploy }) => !deploy).length} restarts`,
      ...(leak && plan.starts.some(({ t }) => t > leak.from) ? [REDEPLOYED] : []),
    ],
    samples: () => play(plan, chance(seed)),
  };
}

function fieldsOf(random: Chance): Fields {
  const at = random.next();
  if (at < 0.68) return 'all';
  if (at < 0.84) return 'no requests';
  if (at < 0.92) return 'no GOGC, no start';
  return at < 0.96 ? 'RSS only' : 'HeapAlloc only';
}

const RATES = [0.1, 0.2, 0.5, 0.5, 0.7, 1, 1.5, 2, 3, 5] as const;

function leakingPlan(random: Chance): Plan {
  const percent = random.pick(RATES);
  const withinHours = percent >= 0.5 ? 24 : percent >= 0.2 ? 72 : 168;
  const kind = random.pick(['heap', 'heap', 'heap', 'goroutine', 'outside'] as const);
  const start = EPOCH + Math.floor(random.next() * 7) * DAY + Math.floor(random.next() * DAY);
  // At the beginning, with a deploy after some healthy days, or in the middle of a life (a flag was turned on).
  const beginning = random.pick(['first', 'deploy', 'deploy', 'flag'] as const);
  const healthyDays = beginning === 'first' ? 0 : random.between(1, 5);
  const from = start + healthyDays * DAY;
  const end = from + withinHours * 3600 * 1.35;
  const starts = beginning === 'deploy' ? [{ t: from, deploy: true }] : [];
  // One in eight is deployed again while it leaks.
  const again = random.yes(0.125)
    ? [{ t: from + random.between(0.35, 0.8) * withinHours * 3600, deploy: true }]
    : [];
  return {
    start,
    end,
    starts: [...starts, ...again],
    leak: { kind, percent, from, by: random.yes(0.35) ? 'requests' : 'hours', withinHours },
    fields:
      kind === 'outside'
        ? 'all'
        : kind === 'goroutine'
          ? random.pick(['all', 'no requests'])
          : fieldsOf(random),
    cadence: random.pick([60, 60, 60, 60, 30, 15, 300]),
    missing: random.pick([0, 0, 0.01, 0.05]),
    ...(again.length === 0 && { hoursToLimit: Math.min(withinHours * random.between(1.1, 3.5), 18 * 24) }),
  };
}

function healthyPlan(random: Chance): Plan {
  const start = EPOCH + Math.floor(random.next() * 7) * DAY + Math.floor(random.next() * DAY);
  const end = start + random.pick([1, 1, 2, 2]) * 7 * DAY;
  const habit = random.pick([
    'none',
    'some deploys',
    'some deploys',
    'daily deploys',
    'nightly restarts',
    'crashes',
  ]);
  return {
    start,
    end,
    starts: startsOf(habit, start, end, random),
    fields: fieldsOf(random),
    cadence: random.pick([60, 60, 60, 60, 30, 15, 300]),
    missing: random.pick([0, 0, 0.01, 0.05]),
  };
}

function startsOf(habit: string, start: number, end: number, random: Chance): Plan['starts'] {
  const starts: { t: number; deploy: boolean }[] = [];
  const every =
    { none: 1e9, 'some deploys': 2.5, 'daily deploys': 1, 'nightly restarts': 1, crashes: 1.5 }[habit] ?? 1e9;
  for (let t = start + every * DAY * random.next(); t < end; ) {
    starts.push({ t, deploy: habit.endsWith('deploys') });
    t += habit === 'nightly restarts' ? DAY : every * DAY * random.between(0.3, 1.8);
  }
  return starts;
}

const BUILDS: readonly GoBuild['go'][] = [15, 17, 19, 22, 24, 26];

function play(plan: Plan, random: Chance): History {
  const load = workload(random);
  const elastic = random.pick([0.02, 0.1, 0.2, 0.4]);
  const cache = random.pick([0, 0.1, 0.3, 0.5]);
  const kept = keeping(random, load, { elastic, cache });
  const go = random.pick(BUILDS);
  const soft = go >= 19 && random.yes(0.25);
  const gogc = soft && random.yes(0.4) ? 'off' : random.pick([100, 100, 100, 50, 200, 400]);
  const factor = gogc === 'off' ? 1.5 : 1 + gogc / 100;
  const healthyPeak = kept.typicalLive * (1.25 + 1.6 * elastic) * factor * 1.12 + 120 * MIB;
  const resident = kept.typicalLive * factor * 1.1 + 50 * MIB;
  const limit = limitFor(plan, { kept, healthyPeak, resident }, { factor, soft, random });
  // What the runtime does not manage has to fit beside what it is told to keep to.
  const memoryLimit = soft ? Math.min(limit * random.pick([0.8, 0.9]), limit - UNMANAGED) : undefined;
  const build: GoBuild = { go, gogc, memoryLimit };
  return run(plan, { load, kept, build, limit, resident, random });
}

function limitFor(
  { leak, hoursToLimit }: Plan,
  {
    kept,
    healthyPeak,
    resident,
  }: { readonly kept: Keeping; readonly healthyPeak: number; readonly resident: number },
  { factor, soft, random }: { readonly factor: number; readonly soft: boolean; readonly random: Chance },
): number {
  const roomy = healthyPeak * random.between(1.3, 3);
  if (!leak || hoursToLimit === undefined || leak.kind === 'goroutine') return roomy;
  const gained = (leak.percent / 100) * hoursToLimit;
  if (leak.kind === 'outside') return healthyPeak + gained * resident;
  return healthyPeak + gained * kept.typicalLive * (soft ? 1.1 : factor * 1.1);
}

interface World {
  readonly load: ReturnType<typeof workload>;
  readonly kept: Keeping;
  readonly build: GoBuild;
  readonly limit: number;
  /** Resident memory when warm and healthy. */
  readonly resident: number;
  readonly random: Chance;
}

function run(plan: Plan, world: World): History {
  const { load, build, limit, random } = world;
  const samples: Record<string, number | string>[] = [];
  const truthEnd = plan.leak ? plan.start + LONGEST_TRUTH_DAYS * DAY : plan.end;
  const queue = [...plan.starts];
  let version = 1;
  let started = plan.start - random.pick([0, 0, 3600, 40 * 3600, 9 * DAY]);
  let process = new GoProcess(build, random, started);
  let served = (plan.start - started) * load.meanRequests;
  let leaked = 0;
  let limitReached: number | undefined;
  const killed: number[] = [];
  let silentUntil = 0;
  let seconds = plan.cadence;
  for (let t = plan.start; t < truthEnd; t += seconds) {
    // What nobody is shown need not be played in small steps.
    if (t >= plan.end) seconds = Math.max(plan.cadence, 300);
    if (t >= plan.end && (limitReached !== undefined || plan.hoursToLimit === undefined)) break;
    const due = queue[0];
    if (due && t >= due.t) {
      queue.shift();
      if (due.deploy) version += 1;
      [started, served, leaked] = [t, 0, 0];
      process = new GoProcess(build, random, t);
      silentUntil = t + random.between(5, 90);
    }
    const requests = load.requests(t, seconds);
    served += requests * seconds;
    const now: Load = { t, age: t - started, seconds, requests, served };
    if (plan.leak && t >= plan.leak.from) leaked += leakStep(plan.leak, now, load.meanRequests);
    const readings = process.step(t, seconds, demandOf(plan, world, now, leaked));
    const reached = readings.RSS >= limit;
    if (reached && limitReached === undefined) limitReached = t;
    if (t < plan.end && t >= silentUntil && !random.yes(plan.missing)) {
      samples.push(shown(plan, { t, readings, requests, started, version, build, limit }));
    }
    if (reached) {
      // Killed, and started again: the leak begins anew.
      if (t < plan.end) killed.push(t);
      [started, served, leaked] = [t, 0, 0];
      process = new GoProcess(build, random, t);
      silentUntil = t + random.between(20, 120);
    }
  }
  return { samples, killed, ...(limitReached !== undefined && { limitReached }) };
}

/** Share of the healthy level that is lost for ever in this step. */
function leakStep({ percent, by }: Leak, { seconds, requests }: Load, meanRequests: number): number {
  return (((percent / 100) * seconds) / 3600) * (by === 'hours' ? 1 : requests / meanRequests);
}

function demandOf({ leak }: Plan, { kept, resident }: World, now: Load, leaked: number) {
  const goroutines =
    kept.goroutines(now) + (leak?.kind === 'goroutine' ? leaked * kept.typicalGoroutines : 0);
  const extra = leak?.kind === 'goroutine' ? leaked * kept.typicalGoroutines * 3000 : 0;
  return {
    live: kept.live(now) + (leak?.kind === 'heap' ? leaked * kept.typicalLive : extra),
    allocation: kept.allocation(now),
    goroutines,
    outside: kept.outside(now) + (leak?.kind === 'outside' ? leaked * resident : 0),
  };
}

interface Moment {
  readonly t: number;
  readonly readings: Readings;
  readonly requests: number;
  readonly started: number;
  readonly version: number;
  readonly build: GoBuild;
  readonly limit: number;
}

function shown({ fields }: Plan, moment: Moment): Record<string, number | string> {
  const { t, readings, requests, started, version, build, limit } = moment;
  if (fields === 'RSS only') return { t, RSS: readings.RSS, container_limit: Math.round(limit) };
  if (fields === 'HeapAlloc only') return { t, HeapAlloc: readings.HeapAlloc };
  const known = {
    t,
    instance: 'pod-1',
    ...readings,
    container_limit: Math.round(limit),
    ...(build.memoryLimit !== undefined && { GOMEMLIMIT: Math.round(build.memoryLimit) }),
  };
  const told = { ...known, requests_per_s: Math.round(requests * 1000) / 1000 };
  if (fields === 'no GOGC, no start') return told;
  const full = {
    GOGC: build.gogc === 'off' ? -1 : build.gogc,
    start_time: started,
    version: `build-${version}`,
  };
  return fields === 'no requests' ? { ...known, ...full } : { ...told, ...full };
}
