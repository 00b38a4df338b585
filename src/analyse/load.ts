// Does growth follow load? Connection-like gauges excuse goroutines that wait for a connection's next
// word. Gauges of work in flight do not: work that never ends is what a leak looks like.
import type { WaitFamily } from '../model/goroutine.ts';
import { residentOf } from './benign.ts';
import { servesRequests } from './kinship.ts';
import type { Timed } from './memory.ts';
import type { Signature } from './signature.ts';
import { correlation } from './trend.ts';

export interface LoadSeries {
  readonly name: string;
  readonly samples: readonly number[];
  readonly kind: 'connections' | 'in-flight' | 'counter' | 'other';
}

export interface LoadMatch {
  readonly name: string;
  readonly correlation: number;
  /** Goroutines per unit of load. */
  readonly perUnit: number;
  /** How much it speaks against a leak, in log-odds. */
  readonly excuse: number;
}

/** Names of what holds a goroutine each while it is there: connections, and those at their other end. */
const CONNECTIONS =
  /conn|client|session|subscri|stream|peer|socket|\bws\b|device|tunnel|member|\w(ers|ors|ees)$/i;
const IN_FLIGHT = /in.?flight|active|current|open|pending|queued?|running|busy|waiting/i;
/** Cumulative, or a rate of something: grows in step with any leak, and excuses none. */
const COUNTER =
  /total|count$|requests?$|served|processed|handled|sent|received|accepted|errors|failures|timeouts|bytes|orders|transfers|timers|numbers|buffers|headers|answers|offers|_sum$|_bucket/i;
/** Requests under way are what stuck handlers look like from outside. */
const REQUESTS = /request|http|rpc|handler|in.?flight$/i;
const MOST_SERIES = 40;

/** Families that wait for a connection's or subscriber's next word; only these may scale with connections. */
const ATTENDING: ReadonlySet<WaitFamily> = new Set([
  'io',
  'select',
  'chan-receive',
  'cond',
  'sleep',
  'syscall',
]);

export function followLoad(readings: readonly Timed[], atMs: readonly number[]): LoadSeries[] {
  const names = new Set(readings.flatMap(({ reading }) => Object.keys(reading.gauges ?? {})));
  const series: LoadSeries[] = [];
  for (const name of [...names].sort()) {
    const samples = atMs.map((at) => nearest(readings, name, at));
    if (!samples.every((value) => value !== undefined) || new Set(samples).size < 2) continue;
    series.push({ name, samples, kind: kindOf(name, samples) });
  }
  return series
    .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind) || (a.name < b.name ? -1 : 1))
    .slice(0, MOST_SERIES);
}

const ORDER: readonly LoadSeries['kind'][] = ['connections', 'in-flight', 'other', 'counter'];

function kindOf(name: string, samples: readonly number[]): LoadSeries['kind'] {
  if (/conn/i.test(name) && !/total/i.test(name)) return 'connections';
  const isLevel = IN_FLIGHT.test(name);
  if (!isLevel && COUNTER.test(name)) return 'counter';
  if (CONNECTIONS.test(name)) return 'connections';
  if (isLevel) return 'in-flight';
  return samples.every((value, index) => index === 0 || value >= (samples[index - 1] ?? 0))
    ? 'counter'
    : 'other';
}

/** A whole number of goroutines per unit of load at every snapshot is more than coincidence. */
export function matchLoad(
  counts: readonly number[],
  signature: Signature,
  load: readonly LoadSeries[],
): LoadMatch | undefined {
  const growth = (counts[counts.length - 1] ?? 0) - (counts[0] ?? 0);
  if (!ATTENDING.has(signature.family) || growth < 2 || residentOf(signature)?.outbound) return undefined;
  for (const { name, samples, kind } of load) {
    const isLevel =
      kind === 'connections' || (kind === 'in-flight' && !REQUESTS.test(name) && !servesRequests(signature));
    const rise = (samples[samples.length - 1] ?? 0) - (samples[0] ?? 0);
    if (!isLevel || rise < 2) continue;
    const perUnit = Math.max(1, Math.round(growth / rise));
    const strays = counts.map((count, at) =>
      Math.abs(count - (counts[0] ?? 0) - perUnit * ((samples[at] ?? 0) - (samples[0] ?? 0))),
    );
    const stray = Math.max(...strays);
    if (perUnit > 4 || stray > Math.max(2, 0.1 * growth)) continue;
    const waitsOutside = signature.family === 'io' || signature.family === 'sleep';
    const isExact = stray <= Math.max(1, 0.05 * growth);
    return {
      name,
      correlation: correlation(counts, samples) ?? 1,
      perUnit,
      excuse: kind === 'connections' || waitsOutside ? (isExact ? 6 : 4) : isExact ? 6 : 3,
    };
  }
  return undefined;
}

function nearest(readings: readonly Timed[], name: string, at: number): number | undefined {
  let best: number | undefined;
  let distance = Number.POSITIVE_INFINITY;
  for (const { atMs, reading } of readings) {
    const value = reading.gauges?.[name];
    if (value === undefined || Math.abs(atMs - at) >= distance) continue;
    best = value;
    distance = Math.abs(atMs - at);
  }
  return best;
}
