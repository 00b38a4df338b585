// All instances of a service, a row each: heap and goroutines, before and now. Whether one of them leaks or all.
import {
  formatBytes,
  formatBytesDelta,
  formatCount,
  formatDelta,
  formatDuration,
} from '../../model/units.ts';
import { cutList, type Plain, plain } from '../foreign.ts';
import { middleCut } from '../name.ts';
import type { Report } from '../schema.ts';
import { box, type Drawing, drawing, type Shape, words } from './drawing.ts';
import { titleAbout } from './fit.ts';
import { EDGE, PICTURE_WIDTH, TYPE } from './size.ts';
import { chartText } from './style.ts';
import { textWidth } from './text-width.ts';

type Row = NonNullable<Report['fleet']>[number];
type Figure = NonNullable<Row['goroutines']>;

const ROW = 50;
const TOP = 92;
/** Two screens of a phone. */
const INSTANCES_DRAWN = 10;
const GAP = 16;
const COLUMN = (PICTURE_WIDTH - 2 * EDGE - GAP) / 2;
const ALT_TEXT = 1_000;
const ALT_INSTANCES = 6;

/** Undefined with one instance, or without figures of two. */
export function fleetPicture(report: Report): { drawing: Drawing; alt: Plain } | undefined {
  const rows = (report.fleet ?? []).filter(({ heapBytes, goroutines }) => heapBytes ?? goroutines);
  if (rows.length < 2) return undefined;
  const { shown, more } = cutList(byGrowth(rows), INSTANCES_DRAWN);
  const size = { width: PICTURE_WIDTH, height: TOP + shown.length * ROW + (more === '' ? EDGE : 34) };
  const most = {
    heapBytes: Math.max(...rows.flatMap(({ heapBytes }) => largerOf(heapBytes))),
    goroutines: Math.max(...rows.flatMap(({ goroutines }) => largerOf(goroutines))),
  };
  const alike = alikeAtFirst(rows.map(({ instance }) => instance));
  const rest = { x: EDGE, y: TOP + shown.length * ROW + 18 };
  return {
    drawing: drawing(size, [
      box({ x: 0, y: 0, ...size }, 'ground'),
      ...heading(report, rows.length),
      ...shown.flatMap((row, at) =>
        rowShapes({ ...row, instance: row.instance.slice(alike) }, TOP + at * ROW, most),
      ),
      ...(more === '' ? [] : [words(`${more} instances`, rest, { size: TYPE, tone: 'soft-ink' })]),
    ]),
    alt: altOf(report, rows),
  };
}

/** What grew most first, and where nothing did, the largest. */
function byGrowth(rows: readonly Row[]): readonly Row[] {
  const grown = ({ heapBytes, goroutines }: Row) => [
    share(goroutines) + share(heapBytes),
    heapBytes?.after ?? 0,
  ];
  return [...rows].sort((a, b) => {
    const [left = [], right = []] = [grown(a), grown(b)];
    return (right[0] ?? 0) - (left[0] ?? 0) || (right[1] ?? 0) - (left[1] ?? 0);
  });
}

function share(figure: Figure | undefined): number {
  return figure && figure.after > 0 ? (figure.after - figure.before) / figure.after : 0;
}

function largerOf(figure: Figure | undefined): number[] {
  return figure ? [figure.before, figure.after] : [0];
}

function heading({ service, window }: Report, instances: number): Shape[] {
  const over = window.seconds > 0 ? ` over ${formatDuration(window.seconds * 1000)}` : '';
  const title = titleAbout(service, `: ${formatCount(instances)} instances${over}`);
  const before = 'at the beginning';
  return [
    words(title, { x: EDGE, y: 28 }, { size: 19, bold: true }),
    box({ x: EDGE, y: 44, width: 14, height: 14 }, 'before', 'line'),
    words(before, { x: EDGE + 20, y: 56 }, { size: TYPE }),
    box({ x: EDGE + 44 + textWidth(before, TYPE), y: 44, width: 14, height: 14 }, 'now'),
    words('now', { x: EDGE + 64 + textWidth(before, TYPE), y: 56 }, { size: TYPE }),
    words('heap', { x: EDGE, y: 82 }, { size: TYPE, bold: true }),
    words('goroutines', { x: EDGE + COLUMN + GAP, y: 82 }, { size: TYPE, bold: true }),
  ];
}

function rowShapes(
  { instance, heapBytes, goroutines }: Row,
  y: number,
  most: Readonly<Record<'heapBytes' | 'goroutines', number>>,
): Shape[] {
  const heap = heapBytes
    ? `${formatBytes(heapBytes.after)}, ${formatBytesDelta(heapBytes.after - heapBytes.before)}`
    : 'not known';
  const count = goroutines
    ? `${formatCount(goroutines.after)}, ${formatDelta(goroutines.after - goroutines.before)}`
    : 'not known';
  const second = EDGE + COLUMN + GAP;
  const room = COLUMN - textWidth(heap, TYPE) - 10;
  return [
    box({ x: EDGE, y: y - 2, width: PICTURE_WIDTH - 2 * EDGE, height: 1 }, 'line'),
    words(instanceWithin(instance, room), { x: EDGE, y: y + 18 }, { size: TYPE }),
    words(heap, { x: EDGE + COLUMN, y: y + 18 }, { size: TYPE, tone: 'soft-ink', right: true }),
    words(count, { x: second + COLUMN, y: y + 18 }, { size: TYPE, tone: 'soft-ink', right: true }),
    ...bars(heapBytes, { x: EDGE, y: y + 27, most: most.heapBytes }),
    ...bars(goroutines, { x: second, y: y + 27, most: most.goroutines }),
  ];
}

/** How much of the names is the same for all, up to a dash or a dot: pods of one service differ at their end. */
function alikeAtFirst([first = '', ...others]: readonly string[]): number {
  let alike = 0;
  while (alike < first.length && others.every((other) => other[alike] === first[alike])) alike += 1;
  return Math.max(0, ...['-', '.', '/', ':'].map((mark) => first.slice(0, alike).lastIndexOf(mark) + 1));
}

function instanceWithin(instance: string, room: number): string {
  const shown = chartText(instance, 60);
  for (let characters = shown.length; characters > 0; characters--) {
    const cut = middleCut(shown, characters);
    if (textWidth(cut, TYPE) <= room) return cut;
  }
  return '';
}

function bars(
  figure: Figure | undefined,
  { x, y, most }: { readonly x: number; readonly y: number; readonly most: number },
): Shape[] {
  if (!figure || most <= 0) return [];
  const wide = (value: number) => Math.max(2, (value / most) * COLUMN);
  return [
    box({ x, y, width: wide(figure.before), height: 9 }, 'before', 'line'),
    box({ x, y: y + 11, width: wide(figure.after), height: 9 }, 'now'),
  ];
}

function altOf({ service }: Report, rows: readonly Row[]): Plain {
  const { shown, more } = cutList(byGrowth(rows), ALT_INSTANCES);
  const said = shown.map(({ instance, heapBytes, goroutines }) => {
    const figures = [
      ...(heapBytes ? [`heap ${formatBytes(heapBytes.before)} to ${formatBytes(heapBytes.after)}`] : []),
      ...(goroutines
        ? [`goroutines ${formatCount(goroutines.before)} to ${formatCount(goroutines.after)}`]
        : []),
    ];
    return `${instance} ${figures.join(', ')}`;
  });
  const rest = more === '' ? '' : `; ${more}`;
  return plain(`The instances of ${service} side by side: ${said.join('; ')}${rest}.`, ALT_TEXT);
}
