// The picture of an execution trace: what goroutines did, a lane for each function they run, and under the lanes how long
// runnable ones waited for a processor.
import { formatCount } from '../../model/units.ts';
import { type Plain, plain } from '../foreign.ts';
import { formatNs } from '../inside.ts';
import type { Report } from '../schema.ts';
import type { ReportTrace } from '../trace.ts';
import { box, type Drawing, drawing, type Shape, words } from './drawing.ts';
import { nameAndFigure, titleAbout } from './fit.ts';
import { LATENCY_HEIGHT, latencyClasses, latencyShapes, latencyWords } from './latency.ts';
import { EDGE, INSIDE, PICTURE_WIDTH, TYPE } from './size.ts';
import { chartText } from './style.ts';
import { textWidth } from './text-width.ts';
import type { Tone } from './tone.ts';

/** Some six lanes are a screen of a phone. */
const LANES_DRAWN = 6;
const STRIP = 34;
const LANE = STRIP + 32;
const TOP = 84;
const AXIS = 26;
const ABOVE_LATENCY = 12;
/** A column narrower than this is not seen on a phone. */
const COLUMNS = 62;
const ALT_TEXT = 1_000;
const ALT_LANES = 3;

type Lane = ReportTrace['timeline']['lanes'][number];
type Doing = 'running' | 'runnable' | 'syscall' | 'waiting';

/** From the bottom of a strip up: what is at work stands on the ground, where it is seen. */
const STACKED: readonly { readonly doing: Doing; readonly label: string; readonly tone: Tone }[] = [
  { doing: 'running', label: 'running', tone: 'now' },
  { doing: 'runnable', label: 'waits for a processor', tone: 'leads' },
  { doing: 'syscall', label: 'in a syscall', tone: 'shrank-3' },
  { doing: 'waiting', label: 'blocked', tone: 'before' },
];

/** Goroutines by status over the window; undefined without a trace that shows any. */
export function timelinePicture({ trace, service }: Report): { drawing: Drawing; alt: Plain } | undefined {
  const lanes = trace?.timeline.lanes.slice(0, LANES_DRAWN) ?? [];
  if (!trace || lanes.length === 0) return undefined;
  const bottom = TOP + LANE * lanes.length;
  const { latency } = trace;
  const waited = latencyClasses(latency).length > 0;
  const under = bottom + AXIS + ABOVE_LATENCY;
  const size = { width: PICTURE_WIDTH, height: waited ? under + LATENCY_HEIGHT : bottom + AXIS };
  const title = titleAbout(service, `: what goroutines did, ${formatNs(trace.windowNs)}`);
  return {
    drawing: drawing(size, [
      box({ x: 0, y: 0, ...size }, 'ground'),
      words(title, { x: EDGE, y: 28 }, { size: 19, bold: true }),
      ...legend(),
      ...lanes.flatMap((lane, at) => laneShapes(lane, TOP + LANE * at)),
      words('0', { x: EDGE, y: bottom + 14 }, { size: TYPE, tone: 'soft-ink' }),
      words(
        formatNs(trace.windowNs),
        { x: PICTURE_WIDTH - EDGE, y: bottom + 14 },
        { size: TYPE, tone: 'soft-ink', right: true },
      ),
      ...latencyShapes(latency, under),
    ]),
    alt: plain(
      `Timeline of goroutines in ${service} over ${formatNs(trace.windowNs)}: ${lanes.slice(0, ALT_LANES).map(laneWords).join('; ')}.${waited ? ` Under it a histogram of how long runnable ones waited for a processor: ${latencyWords(latency)}.` : ''}`,
      ALT_TEXT,
    ),
  };
}

function legend(): Shape[] {
  const shapes: Shape[] = [];
  let x = EDGE;
  for (const { label, tone } of STACKED) {
    shapes.push(box({ x, y: 47, width: 12, height: 12 }, tone, 'line'));
    shapes.push(words(label, { x: x + 17, y: 58 }, { size: TYPE, tone: 'soft-ink' }));
    x += 17 + textWidth(label, TYPE) + 14;
  }
  return shapes;
}

function laneShapes(lane: Lane, top: number): Shape[] {
  const totals = totalsOf(lane);
  const most = Math.max(...totals, 0);
  const { name, figure } = nameAndFigure(lane.func, countWords(totals), {
    room: INSIDE,
    size: TYPE,
    gap: 12,
  });
  const ground = top + 22 + STRIP;
  const shapes = [
    words(name, { x: EDGE, y: top + 14 }, { size: TYPE }),
    words(figure, { x: PICTURE_WIDTH - EDGE, y: top + 14 }, { size: TYPE, tone: 'soft-ink', right: true }),
    box({ x: EDGE, y: ground, width: INSIDE, height: 1 }, 'line'),
  ];
  if (most <= 0) return shapes;
  const wide = Math.max(1, Math.ceil(totals.length / COLUMNS));
  const columns = Math.ceil(totals.length / wide);
  for (let column = 0; column < columns; column++) {
    // Whole pixels, so that no seam shows between two columns.
    const x = EDGE + Math.round((INSIDE * column) / columns);
    const width = EDGE + Math.round((INSIDE * (column + 1)) / columns) - x;
    let y = ground;
    for (const { doing, tone } of STACKED) {
      const height = (STRIP * meanOf(lane[doing].slice(column * wide, (column + 1) * wide))) / most;
      if (height < 0.25) continue;
      y -= height;
      shapes.push(box({ x, y: tidy(y), width, height: tidy(height) }, tone));
    }
  }
  return shapes;
}

function totalsOf(lane: Lane): number[] {
  return lane.waiting.map((_, bin) => STACKED.reduce((sum, { doing }) => sum + (lane[doing][bin] ?? 0), 0));
}

/** `1 to 25`, at the first and the last moment; `at most 3` where it comes and goes. */
function countWords(totals: readonly number[]): string {
  const first = Math.round(totals[0] ?? 0);
  const last = Math.round(totals.at(-1) ?? 0);
  const most = Math.round(Math.max(...totals, 0));
  if (most > Math.max(first, last)) return `at most ${formatCount(most)}`;
  return first === last ? formatCount(last) : `${formatCount(first)} to ${formatCount(last)}`;
}

function laneWords(lane: Lane): string {
  return `${chartText(lane.func, 60)} ${countWords(totalsOf(lane))}`;
}

function meanOf(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;
}

function tidy(pixels: number): number {
  return Math.round(pixels * 10) / 10;
}
