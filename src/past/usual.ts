// What is usual for a service, from its history or as somebody set it, and how far a capture is from it. A clue for the
// reader beside the verdict, which stands without it.
import { formatBytes, formatCount, formatDay } from '../model/units.ts';
import type { Report } from '../report/schema.ts';
import { type BaselineStore, MEASURES, type Measure, type Usuals } from '../store/baselines.ts';
import type { HistoryStore } from '../store/history.ts';
import { type Baseline, baselineOf, deviationOf, type Point } from '../watch/baseline.ts';
import { GRAINS, type RollUp, rowsOf } from '../watch/roll-up.ts';

export interface UsualPorts {
  readonly history: Pick<HistoryStore, 'load' | 'now'>;
  readonly baselines: Pick<BaselineStore, 'load'>;
}

/** A fleet of more is the same code many times over. */
const MAX_INSTANCES = 20;
const WEEK_SECONDS = 7 * 86_400;
/** Two hours of tens of minutes: with less, nothing is usual yet. */
const LEAST_POINTS = 12;
/** Robust deviations from which something is worth a sentence. */
const NOTABLE = 4;
const NOTABLE_TIMES = 1.15;

const FIELDS: Readonly<Record<Measure, string>> = { rss: 'rss', heap: 'trough', goroutines: 'goroutines' };
const NAMES: Readonly<Record<Measure, string>> = {
  rss: 'resident memory',
  heap: 'HeapAlloc',
  goroutines: 'goroutines',
};

/** Readings of tens of minutes of the last week, in order of time. */
export function pointsOf(history: RollUp, measure: Measure, now: number): readonly Point[] {
  const at = GRAINS.tens.columns.findIndex(({ name }) => name === FIELDS[measure]);
  return rowsOf(history, 'tens', now - WEEK_SECONDS, now).flatMap(({ t, values }) => {
    const value = values[at];
    return value === undefined || Number.isNaN(value) ? [] : [{ t, value }];
  });
}

/** Of these instances together; empty where there is too little history. */
export async function usualNow(
  service: string,
  instances: readonly string[],
  { history }: Pick<UsualPorts, 'history'>,
): Promise<Usuals> {
  const now = await history.now();
  const histories = await Promise.all(
    instances.slice(0, MAX_INSTANCES).map((instance) => history.load({ service, instance })),
  );
  const usuals: Partial<Record<Measure, Baseline>> = {};
  for (const measure of MEASURES) {
    const points = histories.flatMap((kept) => pointsOf(kept, measure, now)).sort((a, b) => a.t - b.t);
    const baseline = points.length >= LEAST_POINTS ? baselineOf(points) : undefined;
    if (baseline) usuals[measure] = baseline;
  }
  return usuals;
}

/**
 * The report with what its readings are beside what is usual; unchanged where nothing is.
 * @param watched those of its instances that have a history
 */
export async function withBaseline(
  report: Report,
  watched: readonly string[],
  ports: UsualPorts,
): Promise<Report> {
  const { service } = report;
  const set = await ports.baselines.load(service);
  const usuals = set?.usuals ?? (watched.length === 0 ? {} : await usualNow(service, watched, ports));
  const clues = baselineClues(report, usuals, set?.atMs);
  return clues.length === 0 ? report : { ...report, clues: [...report.clues, ...clues] };
}

type Clue = Report['clues'][number];

export function baselineClues(
  { memory, window }: Pick<Report, 'memory' | 'window'>,
  usuals: Usuals,
  setAtMs?: number,
): readonly Clue[] {
  const last = memory.samples.at(-1);
  const t = (last?.atMs ?? window.to ?? 0) / 1000;
  if (!last || t === 0) return [];
  const values: Readonly<Record<Measure, unknown>> = {
    rss: last.rss,
    heap: last.heapAlloc,
    goroutines: last.goroutines,
  };
  return MEASURES.flatMap((measure) => {
    const [value, usual] = [values[measure], usuals[measure]];
    return typeof value === 'number' && usual ? [clueOf(measure, { t, value }, usual, setAtMs)] : [];
  });
}

function clueOf(measure: Measure, point: Point, baseline: Baseline, setAtMs: number | undefined): Clue {
  const { usual, deviations, times, hour } = deviationOf(baseline, point);
  const show = measure === 'goroutines' ? formatCount : formatBytes;
  const isNotable =
    Math.abs(deviations) >= NOTABLE &&
    (times === undefined || times >= NOTABLE_TIMES || times <= 1 / NOTABLE_TIMES);
  const when = hour === undefined ? '' : ` at ${String(hour).padStart(2, '0')} h UTC`;
  const since =
    setAtMs === undefined
      ? `${usual.samples} readings of the last week`
      : `the baseline set on ${formatDay(setAtMs)}`;
  const far = isNotable
    ? `, ${times === undefined ? '' : `${times.toFixed(1)} times `}what is usual${when}`
    : `, as usual${when}`;
  return {
    clue: 'baseline',
    severity: isNotable && deviations > 0 ? 'notice' : 'none',
    text: `${NAMES[measure]}: ${show(point.value)}${far} (median ${show(usual.median)}, 95 % below ${show(usual.p95)}, by ${since})`,
    evidence: {
      value: point.value,
      median: usual.median,
      p95: usual.p95,
      mean: usual.mean,
      std: usual.std,
      deviations: Math.round(deviations * 10) / 10,
      samples: usual.samples,
    },
  };
}
