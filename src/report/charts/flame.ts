// The heap as a flame: callers above, callees below, as wide as what is in use now; coloured by what came since the
// beginning where that is known. Below it who calls the leading site.
import { type FlameBox, flameBoxes, growthOf } from '../../flame/boxes.ts';
import { type Peek, peek } from '../../flame/peek.ts';
import type { Flame, Flames } from '../../model/flame.ts';
import {
  formatBytes,
  formatBytesDelta,
  formatCount,
  formatDuration,
  formatPercent,
} from '../../model/units.ts';
import { type Plain, plain } from '../foreign.ts';
import { nameWithin } from '../name.ts';
import type { Report } from '../schema.ts';
import { box, type Drawing, drawing, type Shape, words } from './drawing.ts';
import { nameAndFigure, nameInside, titleAbout } from './fit.ts';
import { EDGE, INSIDE, PICTURE_WIDTH, TYPE } from './size.ts';
import { textWidth } from './text-width.ts';
import type { Tone } from './tone.ts';

const ROW = 26;
const ROWS_DRAWN = 14;
/** Boxes narrower than two pixels are lines. */
const NARROWEST = 2 / INSIDE;
/** A row that holds nearly everything, above all that differs, tells nothing. */
const NEARLY_ALL = 0.9;
const CALLERS_DRAWN = 3;
const ALT_TEXT = 1_000;
const ALT_NAME = 60;

export interface HeapFlame {
  readonly drawing: Drawing;
  readonly alt: Plain;
}

/** Undefined when the capture has no heap profile, or an empty one. */
export function heapFlamePicture(report: Report, { heap, since }: Flames): HeapFlame | undefined {
  if (!heap || (heap.after[0] ?? 0) <= 0) return undefined;
  const site = leadingSite(report, heap);
  const top = heading(report, heap, since);
  const flame = flameRows(heap, site, top.bottom);
  const callers = site ? callerRows(heap, site, flame.bottom) : { shapes: [], bottom: flame.bottom };
  const size = { width: PICTURE_WIDTH, height: Math.ceil(callers.bottom + EDGE) };
  return {
    drawing: drawing(size, [
      box({ x: 0, y: 0, ...size }, 'ground'),
      ...top.shapes,
      ...flame.shapes,
      ...callers.shapes,
    ]),
    alt: altOf(report, heap, site),
  };
}

interface Rows {
  readonly shapes: readonly Shape[];
  readonly bottom: number;
}

/** What the verdict points at, where the flame has it. */
function leadingSite({ heap }: Report, flame: Flame): Peek | undefined {
  const func = heap?.sites[0]?.frames[0]?.func;
  const site = func === undefined ? undefined : peek(flame, func);
  // Callers of what holds nothing any more tell nothing.
  return site !== undefined && site.after > 0 ? site : undefined;
}

function heading({ service, window }: Report, heap: Flame, since: Flames['since']): Rows {
  const over =
    since === 'capture' ? ' since the earlier capture' : ` in ${formatDuration(window.seconds * 1000)}`;
  const [was, is] = [heap.before?.[0], heap.after[0] ?? 0];
  const change = was === undefined ? '' : `, ${formatBytesDelta(is - was)}${over}`;
  const legend: readonly (readonly [Tone, string])[] = heap.before
    ? [
        ['grew-3', 'grew'],
        ['same', 'as before'],
        ['shrank-3', 'shrank'],
      ]
    : [
        ['leads', 'leads to the leading site'],
        ['same', 'does not'],
      ];
  let x = EDGE;
  const swatches = legend.flatMap(([tone, text]) => {
    const at = x;
    x += 20 + textWidth(text, TYPE) + 22;
    return [
      box({ x: at, y: 68, width: 14, height: 14 }, tone, 'line'),
      words(text, { x: at + 20, y: 80 }, { size: TYPE }),
    ];
  });
  const width = 'width: in use now';
  return {
    shapes: [
      words(titleAbout(service, ': heap by call path'), { x: EDGE, y: 28 }, { size: 19, bold: true }),
      words(
        `${formatBytes(is)} in use at the last GC${change}`,
        { x: EDGE, y: 52 },
        { size: TYPE, tone: 'soft-ink' },
      ),
      ...swatches,
      ...(x + textWidth(width, TYPE) < PICTURE_WIDTH - EDGE
        ? [words(width, { x, y: 80 }, { size: TYPE, tone: 'soft-ink' })]
        : []),
    ],
    bottom: 94,
  };
}

function flameRows(flame: Flame, site: Peek | undefined, top: number): Rows {
  const { boxes, narrow } = flameBoxes(flame, NARROWEST);
  const { folded, shown, deeper } = rowsShown(boxes);
  const leads = site ? leadingTo(flame, site.func) : new Set<number>();
  const shapes: Shape[] = [];
  let y = top;
  if (folded > 0) {
    const text = `${formatCount(folded)} callers above, each with ${formatPercent(NEARLY_ALL)} or more`;
    shapes.push(words(text, { x: EDGE, y: y + 17 }, { size: TYPE, tone: 'soft-ink' }));
    y += ROW;
  }
  for (const each of shown) {
    const isSite = site !== undefined && flame.names[flame.calls[each.node] ?? -1] === site.func;
    const rowY = y + (each.row - (shown[0]?.row ?? 0)) * ROW;
    shapes.push(...flameBox(flame, each, { y: rowY, isSite, leads: leads.has(each.node) }));
  }
  const last = shown.at(-1) ? Math.max(...shown.map(({ row }) => row)) - (shown[0]?.row ?? 0) + 1 : 0;
  y += last * ROW;
  for (const note of [...notDrawn(narrow + flame.cut.nodes, deeper), ...gone(flame)]) {
    shapes.push(words(note, { x: EDGE, y: y + 18 }, { size: TYPE, tone: 'soft-ink' }));
    y += ROW;
  }
  return { shapes, bottom: y };
}

function notDrawn(smaller: number, deeper: number): string[] {
  const notes = [
    ...(smaller > 0 ? [`${formatCount(smaller)} smaller calls`] : []),
    ...(deeper > 0 ? [`${formatCount(deeper)} deeper ones`] : []),
  ];
  return notes.length > 0 ? [`Not drawn: ${notes.join(' and ')}.`] : [];
}

/** What holds nothing any more has no width; the largest of it is said in words. */
function gone({ names, parents, calls, before, after }: Flame): string[] {
  if (!before) return [];
  const ended = parents.flatMap((parent, node) =>
    after[node] === 0 && (after[parent] ?? 0) > 0 && (before[node] ?? 0) > 0 ? [node] : [],
  );
  const largest = ended.reduce((a, b) => ((before[b] ?? 0) > (before[a] ?? 0) ? b : a), ended[0] ?? 0);
  const bytes = before[largest] ?? 0;
  if (ended.length === 0 || bytes < NEAR_NOTHING * (before[0] ?? 0)) return [];
  const figure = formatBytesDelta(-bytes);
  const room = INSIDE - textWidth(`Gone: ${figure} `, TYPE);
  return [`Gone: ${figure} ${nameInside(names[calls[largest] ?? 0] ?? '', room, TYPE)}`];
}

/** Less than this share of all is not worth a line. */
const NEAR_NOTHING = 0.01;

/** The rows that tell most: those at the top that hold nearly everything are folded when there are too many. */
function rowsShown(boxes: readonly FlameBox[]) {
  const rows = new Map<number, FlameBox[]>();
  for (const each of boxes) rows.set(each.row, [...(rows.get(each.row) ?? []), each]);
  let common = 0;
  while (rows.get(common + 1)?.some(({ from, to }) => to - from >= NEARLY_ALL)) common += 1;
  const beyond = Math.max(0, rows.size - ROWS_DRAWN);
  const folded = Math.min(common, beyond);
  const end = folded + ROWS_DRAWN;
  return {
    folded,
    shown: boxes.filter(({ row }) => row >= folded && row < end),
    deeper: boxes.filter(({ row }) => row >= end).length,
  };
}

function leadingTo(flame: Flame, func: string): ReadonlySet<number> {
  const leads = new Set<number>();
  for (let node = flame.parents.length - 1; node > 0; node--) {
    if (flame.names[flame.calls[node] ?? -1] === func) leads.add(node);
    if (leads.has(node)) leads.add(flame.parents[node] ?? 0);
  }
  return leads;
}

function flameBox(
  flame: Flame,
  { node, from, to }: FlameBox,
  { y, isSite, leads }: { readonly y: number; readonly isSite: boolean; readonly leads: boolean },
): Shape[] {
  const x = EDGE + from * INSIDE;
  const width = (to - from) * INSIDE;
  const tone = flame.before ? toneOf(growthOf(flame, node)) : leads ? 'leads' : 'same';
  const shapes = [
    box({ x, y, width: Math.max(1, width - 1), height: ROW - 2 }, tone, isSite ? 'ink' : undefined),
  ];
  const call = node === 0 ? 'all' : (flame.names[flame.calls[node] ?? 0] ?? '');
  const { name, figure } = nameAndFigure(call, valueWords(flame, node), {
    room: width - 12,
    size: TYPE,
    gap: 12,
  });
  if (name !== '') shapes.push(words(name, { x: x + 6, y: y + 17 }, { size: TYPE }));
  if (figure !== '') shapes.push(words(figure, { x: x + width - 7, y: y + 17 }, { size: TYPE, right: true }));
  return shapes;
}

/** The change where there is one to see, else the value. */
function valueWords(flame: Flame, node: number): string {
  const [was, is] = [flame.before?.[node], flame.after[node] ?? 0];
  return was === undefined || toneOf(growthOf(flame, node)) === 'same'
    ? formatBytes(is)
    : formatBytesDelta(is - was);
}

/** A twentieth is what sampling alone moves; the steps are where a reader would say "somewhat" and "mostly". */
function toneOf(growth: number): Tone {
  const size = Math.abs(growth);
  if (size < 0.05) return 'same';
  const strength = size < 0.2 ? 1 : size < 0.5 ? 2 : 3;
  return growth > 0 ? `grew-${strength}` : `shrank-${strength}`;
}

function callerRows(heap: Flame, site: Peek, top: number): Rows {
  const change = heap.before ? `, ${formatBytesDelta(site.after - site.before)}` : '';
  const name = nameInside(site.func, INSIDE - textWidth('Callers of ', TYPE, 'bold'), TYPE);
  const shapes = [
    words(`Callers of ${name}`, { x: EDGE, y: top + 24 }, { size: TYPE, bold: true }),
    words(`${formatBytes(site.after)}${change}`, { x: EDGE, y: top + 46 }, { size: TYPE, tone: 'soft-ink' }),
  ];
  let y = top + 56;
  for (const caller of site.callers.slice(0, CALLERS_DRAWN)) {
    const share = site.after > 0 ? caller.after / site.after : 0;
    const said = formatPercent(share);
    shapes.push(
      box({ x: EDGE, y, width: INSIDE, height: ROW - 2 }, 'line'),
      box({ x: EDGE, y, width: Math.max(2, INSIDE * share), height: ROW - 2 }, 'before'),
      words(
        caller.func === '' ? 'the beginning of a stack' : nameInside(caller.func, INSIDE - 70, TYPE),
        { x: EDGE + 6, y: y + 17 },
        { size: TYPE },
      ),
      words(said, { x: EDGE + INSIDE - 6, y: y + 17 }, { size: TYPE, right: true }),
    );
    y += ROW;
  }
  const more = site.callers.length - CALLERS_DRAWN;
  if (more > 0) {
    shapes.push(
      words(`… ${formatCount(more)} more`, { x: EDGE, y: y + 16 }, { size: TYPE, tone: 'soft-ink' }),
    );
    y += ROW;
  }
  return { shapes, bottom: y };
}

function altOf({ service }: Report, heap: Flame, site: Peek | undefined): Plain {
  const is = heap.after[0] ?? 0;
  const was = heap.before?.[0];
  const whole = `${formatBytes(is)} in use${was === undefined ? '' : `, ${formatBytesDelta(is - was)}`}`;
  const change = site && heap.before ? ` (${formatBytesDelta(site.after - site.before)})` : '';
  const callers = (site?.callers ?? [])
    .slice(0, CALLERS_DRAWN)
    .map(({ func, after }) => `${nameWithin(func, ALT_NAME)} ${formatBytes(after)}`);
  const leading = site
    ? ` ${nameWithin(site.func, ALT_NAME)} holds ${formatBytes(site.after)}${change}, called by ${callers.join(', ')}.`
    : '';
  return plain(`Flame graph of the heap of ${service}: ${whole}.${leading}`, ALT_TEXT);
}
