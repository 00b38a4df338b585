// Pictures as plain Chart.js v4 configurations: pure JSON, no callbacks, so that the embedded renderer and a
// QuickChart host draw the same. Whatever needs formatting is formatted here.
import { byteScale, formatBytes, formatCount, formatDuration } from '../../model/units.ts';
import type { Report } from '../schema.ts';
import { type ChartConfig, chartConfig, type Json } from './config.ts';
import { titleAbout } from './fit.ts';
import { PALETTE, paleAxis, type Series, titleOf } from './style.ts';

/** More points than this cannot be told apart at the width of a picture; longer series are thinned evenly. */
const POINTS_DRAWN = 400;
/** The limit is drawn once memory has come this near; further away it would flatten everything else. */
export const LIMIT_IS_NEAR = 0.5;

/** Heap and goroutines over the window on two axes, both from zero; undefined without two timed readings. */
export function memoryChart(report: Report): ChartConfig | undefined {
  const readings = timedReadings(report);
  const lastSecond = readings.at(-1)?.second ?? 0;
  if (readings.length < 2 || lastSecond <= 0) return undefined;
  const heap = HEAP_LINES.map((line) => ({ ...line, points: pointsOf(readings, line.field) }));
  const drawn = heap.filter(({ points }) => points.length > 1);
  const goroutines = pointsOf(readings, 'goroutines');
  if (drawn.length === 0 && goroutines.length < 2) return undefined;

  const peak = Math.max(0, ...drawn.flatMap(({ points }) => points.map(({ y }) => y)));
  const limit = report.memory.forecast?.limitBytes;
  const near = limit !== undefined && peak >= limit * LIMIT_IS_NEAR ? limit : undefined;
  const scale = byteScale(Math.max(peak, near ?? 0));
  const datasets: Json[] = drawn.map(({ label, style, points }) =>
    lineDataset(
      label,
      style,
      points.map(({ x, y }) => ({ x, y: rounded(y / scale.bytes) })),
      'bytes',
    ),
  );
  if (near !== undefined) {
    const y = rounded(near / scale.bytes);
    const ends = [
      { x: 0, y },
      { x: lastSecond, y },
    ];
    datasets.push(lineDataset(`limit ${formatBytes(near)}`, PALETTE.limit, ends, 'bytes'));
  }
  if (goroutines.length > 1) {
    datasets.push(lineDataset('goroutines (right)', PALETTE.goroutines, goroutines, 'count'));
  }
  const collections = gcSeconds(report, lastSecond);
  if (collections.length > 0)
    datasets.push(markDataset(`GC (${formatCount(collections.length)})`, collections));

  return chartConfig({
    type: 'line',
    data: { datasets },
    options: {
      ...FIXED,
      ...titleOf(memoryTitle(report, drawn.length > 0, goroutines.length > 1), 'markers'),
      scales: {
        x: paleAxis({ title: 'seconds into the window', type: 'linear', min: 0, max: rounded(lastSecond) }),
        ...(drawn.length > 0 && {
          bytes: paleAxis({ title: scale.unit, position: 'left', min: 0, room: 0.05 }),
        }),
        ...(goroutines.length > 1 && {
          count: paleAxis({
            title: 'goroutines',
            position: drawn.length > 0 ? 'right' : 'left',
            min: 0,
            room: 0.05,
            whole: true,
            grid: drawn.length === 0,
            color: GOROUTINE_AXIS,
          }),
        }),
        ...(collections.length > 0 && { marks: { display: false, min: 0, max: 1 } }),
      },
    },
  });
}

/** What is drawn of a recovery: goroutines where those leaked, else the heap. */
export function recoveryFigure({ verdict }: Report): {
  readonly what: string;
  readonly field: string;
  readonly format: (value: number) => string;
} {
  return verdict.kind === 'goroutine-leak' || verdict.kind === 'deadlock'
    ? { what: 'goroutines', field: 'goroutines', format: formatCount }
    : { what: 'heap in use', field: 'heapInuse', format: formatBytes };
}

/** One figure over the windows of two captures, from zero; undefined when one of them has less than two readings. */
export function recoveryChart(before: Report, after: Report): ChartConfig | undefined {
  const { what, field } = recoveryFigure(before);
  const [was, is] = [before, after].map((report) => pointsOf(timedReadings(report), field));
  if (was === undefined || is === undefined || was.length < 2 || is.length < 2) return undefined;
  const isCount = field === 'goroutines';
  const scale = isCount
    ? { unit: what, bytes: 1 }
    : byteScale(Math.max(...[...was, ...is].map(({ y }) => y)));
  const scaled = (points: readonly Point[]) => points.map(({ x, y }) => ({ x, y: rounded(y / scale.bytes) }));
  const axis = isCount ? 'count' : 'bytes';
  const last = Math.max(was.at(-1)?.x ?? 0, is.at(-1)?.x ?? 0);
  const clock = ({ window }: Report) => new Date(window.from ?? 0).toISOString().slice(11, 16);
  return chartConfig({
    type: 'line',
    data: {
      datasets: [
        lineDataset(`before (${clock(before)} UTC)`, PALETTE.goroutines, scaled(was), axis),
        lineDataset(`after (${clock(after)} UTC)`, PALETTE.live, scaled(is), axis),
      ],
    },
    options: {
      ...FIXED,
      ...titleOf([titleAbout(before.service, `: ${what} before and after`)], 'markers'),
      scales: {
        x: paleAxis({ title: 'seconds into the window', type: 'linear', min: 0, max: rounded(last) }),
        [axis]: paleAxis({ title: scale.unit, position: 'left', min: 0, room: 0.05, whole: isCount }),
      },
    },
  });
}

/** The goroutine series' colour, darkened until small type has a contrast of 4.5 on white. */
export const GOROUTINE_AXIS = '#A84700';

export const FIXED = {
  responsive: false,
  animation: false,
  locale: 'en-US',
  layout: { padding: { left: 10, right: 18, top: 8, bottom: 10 } },
  normalized: true,
} as const satisfies { readonly [key: string]: Json };

const HEAP_LINES: readonly { readonly field: string; readonly label: string; readonly style: Series }[] = [
  { field: 'heapInuse', label: 'heap in use', style: PALETTE.inuse },
  { field: 'heapAlloc', label: 'heap allocated', style: PALETTE.alloc },
  { field: 'heapLive', label: 'live after GC', style: PALETTE.live },
];

interface TimedReading {
  readonly second: number;
  readonly figures: Readonly<Record<string, unknown>>;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Readings by seconds since the first. Files without times are spread evenly over the window. */
function timedReadings({ memory, window }: Report): TimedReading[] {
  const { samples } = memory;
  const timed = samples.every(({ atMs }) => atMs !== undefined);
  const first = samples[0]?.atMs ?? 0;
  const step = window.seconds / Math.max(1, samples.length - 1);
  const every = Math.ceil(samples.length / POINTS_DRAWN);
  return samples
    .map((figures, index) => ({
      figures,
      second: timed ? ((figures.atMs ?? 0) - first) / 1000 : index * step,
    }))
    .filter(({ second }, index) => second >= 0 && index % every === 0)
    .sort((a, b) => a.second - b.second);
}

function pointsOf(readings: readonly TimedReading[], field: string): Point[] {
  return readings.flatMap(({ second, figures }) => {
    const y = figures[field];
    return typeof y === 'number' && y >= 0 ? [{ x: rounded(second), y: y || 0 }] : [];
  });
}

/** Ends of collections inside the window, each once, in seconds since the first reading. */
function gcSeconds({ memory }: Report, lastSecond: number): number[] {
  const first = memory.samples[0]?.atMs;
  if (first === undefined) return [];
  const ends = memory.samples.flatMap((reading): unknown[] => {
    const { gcEndNanos, lastGCNanos } = reading as Readonly<Record<string, unknown>>;
    return [...(Array.isArray(gcEndNanos) ? gcEndNanos : []), lastGCNanos];
  });
  const seconds = ends
    .filter((end): end is number => typeof end === 'number' && end > 0)
    .map((end) => rounded((end / 1e6 - first) / 1000))
    .filter((second) => second >= 0 && second <= lastSecond);
  const distinct = [...new Set(seconds)].sort((a, b) => a - b);
  const every = Math.ceil(distinct.length / POINTS_DRAWN);
  return distinct.filter((_, index) => index % every === 0);
}

function memoryTitle(report: Report, heap: boolean, goroutines: boolean): string[] {
  const what = [...(heap ? ['heap'] : []), ...(goroutines ? ['goroutines'] : [])].join(' and ');
  const over = formatDuration(report.window.seconds * 1000);
  const { from, to } = report.window;
  const clock = (atMs: number) => new Date(atMs).toISOString().slice(11, 19);
  const when = from !== undefined && to !== undefined ? `${clock(from)}–${clock(to)} UTC` : '';
  return [titleAbout(report.service, `: ${what} over ${over}`), ...(when === '' ? [] : [when])];
}

export function lineDataset(
  label: string,
  series: Series,
  points: readonly Point[],
  axis: 'bytes' | 'count',
): Json {
  return {
    label,
    data: points.map(({ x, y }) => ({ x, y })),
    yAxisID: axis,
    borderColor: series.color,
    backgroundColor: series.color,
    borderWidth: series.width,
    borderDash: [...series.dash],
    pointStyle: series.point,
    pointRadius: points.length > MARKERS_UP_TO || series.point === 'line' ? 0 : 4,
    pointBackgroundColor: series.hollow === true ? '#FFFFFF' : series.color,
    pointBorderWidth: 2,
    clip: false,
    tension: 0,
    fill: false,
  };
}

/** With more points than this the markers would be the line. */
const MARKERS_UP_TO = 60;

export function markDataset(label: string, seconds: readonly number[]): Json {
  return {
    label,
    data: seconds.map((x) => ({ x, y: MARK_HEIGHT })),
    yAxisID: 'marks',
    showLine: false,
    clip: false,
    pointStyle: PALETTE.collections.point,
    pointRadius: 5,
    borderColor: PALETTE.collections.color,
    backgroundColor: PALETTE.collections.color,
  };
}

/** Just above the axis, as a share of the picture's height. */
const MARK_HEIGHT = 0.02;

/** Three decimals; never -0, which JSON turns into 0. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000 || 0;
}
