// What explains memory that goes up and down without a leak: the load, its recent past, the time of day.

interface Moment {
  /** Unix seconds. */
  readonly t: number;
  readonly run: number;
  readonly age: number;
  readonly load: number;
}

const DAY_SECONDS = 86_400;
/** A single day cannot tell a wave from growth. */
const LEAST_DAYS = 2;
/** Sessions and pools follow the load of the last hours. */
const LAG_HOURS = 2;
/** Load that varies less than this explains nothing. */
const LEAST_VARIATION = 0.02;
const ENOUGH_FOR_LAG = 14;

/** Load now, and load of the last hours; none where it hardly varies. */
export function loadColumns(moments: readonly Moment[]): Float64Array[] {
  const loads = filled(moments.map(({ load }) => load));
  if (!varies(loads)) return [];
  return loads.length >= ENOUGH_FOR_LAG ? [loads, lagged(moments, loads, LAG_HOURS)] : [loads];
}

/** Load as memory may follow it, a column for each of `lags` in hours; none where it hardly varies. */
export function lagColumns(moments: readonly Moment[], lags: readonly number[]): Float64Array[] {
  const loads = filled(moments.map(({ load }) => load));
  return varies(loads) ? lags.map((lag) => (lag > 0 ? lagged(moments, loads, lag) : loads)) : [];
}

function varies(loads: Float64Array): boolean {
  const centre = loads.reduce((sum, load) => sum + load, 0) / loads.length;
  const spread = loads.reduce((sum, load) => sum + Math.abs(load - centre), 0) / loads.length;
  return centre > 0 && spread >= LEAST_VARIATION * centre;
}

function lagged(moments: readonly Moment[], loads: Float64Array, hours: number): Float64Array {
  const result = new Float64Array(loads.length);
  let smooth = loads[0] ?? 0;
  for (const [at, load] of loads.entries()) {
    const before = moments[at - 1];
    const gap = before ? Math.max(0, ((moments[at]?.t ?? 0) - before.t) / 3600) : 0;
    smooth += (load - smooth) * (1 - Math.exp(-gap / hours));
    result[at] = smooth;
  }
  return result;
}

/** The wave of a day and its first overtone. */
export function dayColumns(moments: readonly Moment[]): Float64Array[] | undefined {
  const span = (moments.at(-1)?.t ?? 0) - (moments[0]?.t ?? 0);
  if (span < LEAST_DAYS * DAY_SECONDS) return undefined;
  const angles = moments.map(({ t }) => (2 * Math.PI * t) / DAY_SECONDS);
  return [1, 2].flatMap((overtone) => [
    Float64Array.from(angles, (angle) => Math.sin(overtone * angle)),
    Float64Array.from(angles, (angle) => Math.cos(overtone * angle)),
  ]);
}

/** What growth may go by. */
export interface Clock {
  readonly clock: 'hours' | 'work';
  /** Age of the process by this clock. */
  readonly ticks: Float64Array;
}

/** Hours, and work done where load is told. */
export function clocksOf(moments: readonly Moment[], loads: Float64Array | undefined): readonly Clock[] {
  return [
    { clock: 'hours', ticks: Float64Array.from(moments, ({ age }) => age) },
    ...(loads ? [{ clock: 'work' as const, ticks: workDone(moments, loads) }] : []),
  ];
}

/** Age of the process in work: load added up within each life, in hours of mean load. */
function workDone(moments: readonly Moment[], loads: Float64Array): Float64Array {
  const mean = loads.reduce((sum, load) => sum + load, 0) / loads.length || 1;
  const work = new Float64Array(loads.length);
  let done = 0;
  for (const [at, moment] of moments.entries()) {
    const before = moments[at - 1];
    if (before?.run !== moment.run) done = moment.age;
    else done += (((loads[at] ?? 0) + (loads[at - 1] ?? 0)) / 2 / mean) * (moment.age - before.age);
    work[at] = done;
  }
  return work;
}

function filled(values: readonly number[]): Float64Array {
  const result = Float64Array.from(values);
  let last = values.find((value) => !Number.isNaN(value)) ?? 0;
  for (const [at, value] of values.entries()) {
    if (!Number.isNaN(value)) last = value;
    result[at] = last;
  }
  return result;
}
