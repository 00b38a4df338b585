// What is told of an instance that is gone: the last pair that was captured of it, and what its memory did until the last
// sample. Everything comes from what was kept; the instance itself is asked nothing.
import type { Ending, KeptPair, LastKnown, LastLife, LastSamples } from '../model/black-box.ts';
import type { Report } from '../report/schema.ts';
import type { BlackBox } from '../store/black-box.ts';
import type { HistoryStore, Place } from '../store/history.ts';
import { residentOf } from '../watch/bucket.ts';
import { endOf } from '../watch/lives.ts';
import { samplesBetween } from '../watch/roll-up.ts';
import type { Detection, Sample } from '../watch/sample.ts';
import type { InstanceState } from '../watch/state.ts';

export interface BlackBoxPorts {
  readonly blackBox: Pick<BlackBox, 'pairs'>;
  readonly history: Pick<HistoryStore, 'load' | 'state' | 'instances' | 'detections' | 'missing'>;
}

/** Memory is told with what it was so long before. */
const EARLIER_SECONDS = 1_800;
/** A forecast that is older was about another time. */
const FORECAST_SECONDS = 7 * 86_400;
/** How a process ended is no news after a day. */
const ENDED_SECONDS = 86_400;

/**
 * What is known of the first of the instances of which anything is.
 * @param instances those that were asked, in the order in which they were
 */
export async function recall(
  service: string,
  instances: readonly string[],
  ports: BlackBoxPorts,
): Promise<LastKnown | undefined> {
  for (const instance of instances) {
    const known = await recallOne({ service, instance }, ports);
    if (known) return known;
  }
  return undefined;
}

async function recallOne(place: Place, { blackBox, history }: BlackBoxPorts): Promise<LastKnown | undefined> {
  const { service, instance } = place;
  const [[pair], state, missing] = await Promise.all([
    blackBox.pairs(service, instance),
    history.state(place),
    history.missing(service),
  ]);
  const samples = state && (await samplesUntilNow(place, state, history));
  if (!pair && !samples) return undefined;
  const silent = missing.get(instance);
  const lastHeard = state?.last.t ?? 0;
  const other = (await history.instances(service)).find(
    (each) => each.instance !== instance && each.t > lastHeard && !missing.has(each.instance),
  );
  return {
    instance,
    ...(pair && { pair }),
    ...(samples && { samples }),
    ...(silent && { silentSinceMs: silent.t * 1_000 }),
    ...(other && { other: { instance: other.instance, atMs: other.t * 1_000 } }),
  };
}

async function samplesUntilNow(
  place: Place,
  state: InstanceState,
  history: BlackBoxPorts['history'],
): Promise<LastSamples> {
  const { last, life } = state;
  const [kept, told] = await Promise.all([
    history.load(place),
    history.detections(place.service, last.t - FORECAST_SECONDS),
  ]);
  const before = samplesBetween(kept, Math.max(last.t - EARLIER_SECONDS, life.started), last.t - 1);
  const mark = life.run > 0 ? kept.marks.at(-1) : undefined;
  const said = told.findLast(({ instance, forecast }) => instance === place.instance && forecast !== null);
  return {
    ...figuresOf(last),
    ...earlierOf(before),
    ...(said && forecastOf(said)),
    ...(mark && { began: { atMs: mark.t * 1_000, after: mark.what } }),
  };
}

function figuresOf(sample: Sample): LastSamples {
  const resident = residentOf(sample);
  const { t, HeapAlloc, go_goroutines, container_limit, version } = sample;
  return {
    atMs: t * 1_000,
    ...(!Number.isNaN(resident) && { residentBytes: resident }),
    ...(HeapAlloc !== undefined && { heapBytes: HeapAlloc }),
    ...(go_goroutines !== undefined && { goroutines: go_goroutines }),
    ...(container_limit !== undefined && { limitBytes: container_limit }),
    ...(version !== undefined && { build: version }),
  };
}

function earlierOf(before: readonly Sample[]): Pick<LastSamples, 'earlier'> {
  const first = before.find((sample) => !Number.isNaN(residentOf(sample)));
  return first ? { earlier: { atMs: first.t * 1_000, residentBytes: residentOf(first) } } : {};
}

function forecastOf({ t, forecast }: Detection): Pick<LastSamples, 'forecast'> {
  if (!forecast) return {};
  const { low, high } = forecast;
  return {
    forecast: { saidMs: t * 1_000, lowMs: low * 1_000, highMs: high === null ? null : high * 1_000 },
  };
}

/**
 * What is known of the process before the one that was captured, where that one is new and the other ended badly or was
 * not well. One row of a report; a deploy of something healthy is none.
 */
export async function lastLifeOf(
  report: Report,
  states: ReadonlyMap<string, InstanceState>,
  ports: { readonly blackBox: BlackBoxPorts['blackBox']; readonly history: Pick<HistoryStore, 'load'> },
): Promise<LastLife | undefined> {
  for (const [instance, state] of states) {
    const life = await endedLife(report, { service: report.service, instance }, state, ports);
    if (life && (life.how === 'killed' || isSick(life.pair))) return life;
  }
  return undefined;
}

async function endedLife(
  report: Report,
  place: Place,
  state: InstanceState,
  { blackBox, history }: Parameters<typeof lastLifeOf>[2],
): Promise<LastLife | undefined> {
  const end = endingOf(report, state, (report.window.from ?? 0) / 1_000);
  if (!end) return undefined;
  const kept = await history.load(place);
  const mark = end.isSampled ? kept.marks.at(-1) : undefined;
  const atMs = (mark?.t ?? end.t) * 1_000;
  const last = end.isSampled ? samplesBetween(kept, 0, atMs / 1_000 - 1).at(-1) : state.last;
  const pairs = await blackBox.pairs(place.service, place.instance);
  const pair = pairs.find((each) => each.atMs < atMs && each.reportId !== report.id);
  const { container_limit: limit } = state.last;
  const sample = last && { ...(limit !== undefined && { container_limit: limit }), ...last };
  return {
    instance: place.instance,
    how: mark?.what ?? end.how,
    atMs,
    ...(pair && { pair }),
    ...(sample && { samples: figuresOf(sample) }),
  };
}

interface End {
  readonly t: number;
  readonly how: Ending;
  /** The sampler has seen the new process already. */
  readonly isSampled: boolean;
}

/** The sampler saw it, or the capture is the first to see a process that is not the one last sampled. */
function endingOf({ instances, memory }: Report, state: InstanceState, now: number): End | undefined {
  const { life, last } = state;
  if (now - last.t > ENDED_SECONDS) return undefined;
  const [reading] = memory.samples;
  if (instances.length === 1 && reading) {
    const fresh = sampleFrom(reading, now);
    const how = fresh.t > last.t ? endOf(last, fresh) : undefined;
    if (how) return { t: fresh.start_time ?? fresh.t, how, isSampled: false };
  }
  if (life.run === 0 || now - life.started > ENDED_SECONDS) return undefined;
  return { t: life.started, how: 'restart', isSampled: true };
}

function sampleFrom(reading: Report['memory']['samples'][number], now: number): Sample {
  const figure = (name: string): number | undefined => {
    const value = (reading as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'number' ? value : undefined;
  };
  const fields = {
    start_time: figure('processStart'),
    NumGC: figure('numGC'),
    RSS: figure('rss'),
    Sys: figure('sys'),
    HeapReleased: figure('heapReleased'),
  };
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return { t: reading.atMs === undefined ? now : reading.atMs / 1_000, ...known };
}

function isSick(pair: KeptPair | undefined): boolean {
  return pair !== undefined && !['healthy', 'inconclusive', 'scales-with-load'].includes(pair.kind);
}
