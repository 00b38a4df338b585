// A service's past week as one picture: of one instance its memory and goroutines, of several the memory of each; below
// them when a process began anew.
import type { DrawnHistory, DrawnInstance, Reading } from '../../model/history.ts';
import { byteScale, formatBytes, formatCount, formatMoment } from '../../model/units.ts';
import { type Plain, plain } from '../foreign.ts';
import { FIXED, GOROUTINE_AXIS, LIMIT_IS_NEAR, lineDataset, markDataset, type Point } from './capture.ts';
import { type ChartConfig, chartConfig, type Json } from './config.ts';
import { titleAbout } from './fit.ts';
import type { Picture } from './pictures.ts';
import { CHART_SIZE } from './size.ts';
import { chartText, PALETTE, paleAxis, type Series, titleOf } from './style.ts';

/** More points than this cannot be told apart at the width of a picture. */
const POINTS_DRAWN = 400;
const LABEL_WIDTH = 24;
const ALT_TEXT = 1_000;
const LINES: readonly Series[] = [
  PALETTE.alloc,
  PALETTE.goroutines,
  PALETTE.live,
  PALETTE.inuse,
  PALETTE.collections,
];
const HOUR = 3_600;
const DAY = 86_400;
/** Up to here the axis counts hours. */
const HOURS_UP_TO = 2 * DAY;

export function historyPicture(history: DrawnHistory): Picture | undefined {
  const config = historyChart(history);
  if (!config) return undefined;
  return {
    name: 'history.png',
    title: `${history.service}: history`,
    alt: historyAlt(history),
    art: config,
    size: CHART_SIZE,
  };
}

/** Undefined when there is no line of two points. */
export function historyChart(history: DrawnHistory): ChartConfig | undefined {
  const { instances, from, to, marks } = history;
  const memory = memoryLines(history).filter(({ readings }) => readings.length > 1);
  const [only] = instances;
  const counts = instances.length === 1 && only ? only.goroutines : [];
  if (memory.length === 0 && counts.length < 2) return undefined;
  const unit = to - from <= HOURS_UP_TO ? { name: 'hours', seconds: HOUR } : { name: 'days', seconds: DAY };
  const xOf = (t: number): number => rounded((to - t) / unit.seconds);
  const peak = Math.max(0, ...memory.flatMap(({ readings }) => readings.map(({ value }) => value)));
  const { limitBytes } = history;
  const limit = limitBytes !== undefined && peak >= limitBytes * LIMIT_IS_NEAR ? limitBytes : undefined;
  const scale = byteScale(Math.max(peak, limit ?? 0));
  const line = (readings: readonly Reading[], divisor: number): readonly Point[] =>
    thinned(readings).map(({ t, value }) => ({ x: xOf(t), y: rounded(value / divisor) }));
  const datasets: Json[] = memory.map(({ label, style, readings }) =>
    lineDataset(label, style, line(readings, scale.bytes), 'bytes'),
  );
  if (limit !== undefined) {
    const y = rounded(limit / scale.bytes);
    const ends = [
      { x: xOf(from), y },
      { x: 0, y },
    ];
    datasets.push(lineDataset(`limit ${formatBytes(limit)}`, PALETTE.limit, ends, 'bytes'));
  }
  const hasCounts = counts.length > 1;
  if (hasCounts)
    datasets.push(lineDataset('goroutines (right)', PALETTE.goroutines, line(counts, 1), 'count'));
  if (marks.length > 0) {
    datasets.push(
      markDataset(
        `new process (${formatCount(marks.length)})`,
        marks.map(({ t }) => xOf(t)),
      ),
    );
  }
  const at = formatMoment(to * 1000);
  return chartConfig({
    type: 'line',
    data: { datasets },
    options: {
      ...FIXED,
      ...titleOf([titleWords(history, hasCounts), `until ${at}`], 'markers'),
      scales: {
        x: paleAxis({ title: `${unit.name} before`, type: 'linear', min: 0, max: xOf(from), reverse: true }),
        ...(memory.length > 0 && {
          bytes: paleAxis({ title: scale.unit, position: 'left', min: 0, room: 0.05 }),
        }),
        ...(hasCounts && {
          count: paleAxis({
            title: 'goroutines',
            position: memory.length > 0 ? 'right' : 'left',
            min: 0,
            room: 0.05,
            whole: true,
            grid: memory.length === 0,
            color: GOROUTINE_AXIS,
          }),
        }),
        ...(marks.length > 0 && { marks: { display: false, min: 0, max: 1 } }),
      },
    },
  });
}

/** The same in words. */
export function historyAlt(history: DrawnHistory): Plain {
  const said = history.instances.flatMap((each) => {
    const readings = memoryOf(each);
    const [first, last] = [readings[0], readings.at(-1)];
    if (!first || !last) return [];
    return [`${each.instance} from ${formatBytes(first.value)} to ${formatBytes(last.value)}`];
  });
  const restarts = history.marks.length > 0 ? ` A process began anew ${history.marks.length} times.` : '';
  return plain(`Line chart of the memory of ${history.service}: ${said.join('; ')}.${restarts}`, ALT_TEXT);
}

interface MemoryLine {
  readonly label: string;
  readonly style: Series;
  readonly readings: readonly Reading[];
}

function memoryLines({ instances }: DrawnHistory): readonly MemoryLine[] {
  const [only] = instances;
  if (instances.length === 1 && only) {
    return [
      { label: 'resident, most', style: PALETTE.alloc, readings: only.resident },
      { label: 'heap, least', style: PALETTE.live, readings: only.heap },
    ];
  }
  return instances.slice(0, LINES.length).map((each, at) => ({
    label: chartText(each.instance, LABEL_WIDTH),
    style: LINES[at] ?? PALETTE.alloc,
    readings: memoryOf(each),
  }));
}

/** Resident memory, or the heap where only that is known. */
function memoryOf({ resident, heap }: DrawnInstance): readonly Reading[] {
  return resident.length > 0 ? resident : heap;
}

function titleWords({ service, instances, more }: DrawnHistory, hasCounts: boolean): string {
  if (instances.length === 1) return titleAbout(service, `: memory${hasCounts ? ' and goroutines' : ''}`);
  const all = more > 0 ? ` of ${instances.length + more}` : '';
  return titleAbout(service, `: memory of ${instances.length}${all} instances`);
}

/** Evenly, and the last one always. */
function thinned(readings: readonly Reading[]): readonly Reading[] {
  const every = Math.ceil(readings.length / POINTS_DRAWN);
  return readings.filter((_, at) => at % every === 0 || at === readings.length - 1);
}

/** Three decimals; never -0, which JSON turns into 0. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000 || 0;
}
