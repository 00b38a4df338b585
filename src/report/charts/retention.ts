// The way from a root to what it holds, a box a step: what holds stands above what is held, as wide as its share of all
// that is reachable.
import { formatBytes, formatCount, formatPercent } from '../../model/units.ts';
import { type Plain, plain } from '../foreign.ts';
import { type Holder, heldWords, leadingHolder, stepName, typeWords, wayWords } from '../retention-words.ts';
import type { Report } from '../schema.ts';
import { box, type Drawing, drawing, type Shape, words } from './drawing.ts';
import { nameAndFigure, nameInside, titleAbout } from './fit.ts';
import { EDGE, INSIDE, PICTURE_WIDTH, TYPE } from './size.ts';
import { textWidth } from './text-width.ts';

const ROW = 50;
/** What the edge of a box takes of its inside. */
const FRAME = 2;
const GAP = 18;
const SKIPPED_ROW = 30;
/** Some eight boxes are a screen of a phone: of a longer way its two ends, and what everything gathers in. */
const ROWS_DRAWN = 8;
const FIRST_DRAWN = 3;
const LAST_DRAWN = 3;
const ALT_TEXT = 1_000;
const ALT_STEPS = 10;

/** Undefined without a goref file. */
export function retentionPicture(report: Report): { drawing: Drawing; alt: Plain } | undefined {
  const { retention, service } = report;
  const holder = retention && leadingHolder(retention);
  if (!holder || retention.bytes <= 0) return undefined;
  const heading = headingOf(report, holder);
  const placed = placedRows(rowsOf(holder), heading.bottom);
  const last = placed[placed.length - 1];
  const size = { width: PICTURE_WIDTH, height: (last ? last.y + heightOf(last.row) : 0) + EDGE };
  return {
    drawing: drawing(size, [
      box({ x: 0, y: 0, ...size }, 'ground'),
      ...heading.shapes,
      ...placed.flatMap(({ row, y }, at) => rowShapes(row, { y, isFirst: at === 0, all: retention.bytes })),
    ]),
    alt: plain(
      `The way from ${holder.root.name} to what it holds in ${service}: ${wayWords(holder, ALT_STEPS)}. ${heldWords(holder, retention)}.`,
      ALT_TEXT,
    ),
  };
}

function headingOf(
  { service, retention }: Report,
  holder: Holder,
): { readonly shapes: readonly Shape[]; readonly bottom: number } {
  const all = retention?.bytes ?? 0;
  const site = retention?.held[0];
  const lead = site?.by.includes('amount')
    ? 'holds what is allocated in '
    : 'likely holds what is allocated in ';
  const lines = [
    summaryOf(holder, all),
    ...(site ? [lead + nameInside(site.func, INSIDE - textWidth(lead, TYPE), TYPE)] : []),
    ...(holder.path.length > 0 ? ['each is held by the one above it'] : []),
  ];
  return {
    shapes: [
      words(titleAbout(service, ': who holds the memory'), { x: EDGE, y: 28 }, { size: 19, bold: true }),
      ...lines.map((line, at) => words(line, { x: EDGE, y: 52 + 22 * at }, { size: TYPE, tone: 'soft-ink' })),
    ],
    bottom: 40 + 22 * lines.length,
  };
}

function placedRows(rows: readonly Row[], top: number): { readonly row: Row; readonly y: number }[] {
  let y = top;
  return rows.map((row) => {
    const at = y;
    y += heightOf(row) + GAP;
    return { row, y: at };
  });
}

function heightOf({ skipped }: Row): number {
  return skipped ? SKIPPED_ROW : ROW;
}

function summaryOf({ bytes, depth }: Holder, all: number): string {
  return `${formatBytes(bytes)} of ${formatBytes(all)} reachable, depth ${formatCount(depth)}`;
}

interface Row {
  readonly name: string;
  /** A Go name, which may be cut so that its end survives. */
  readonly isName: boolean;
  readonly below: string;
  readonly bytes: number;
  /** What everything gathers in. */
  readonly gathers: boolean;
  /** Stands for steps that are not drawn. */
  readonly skipped: boolean;
}

function rowsOf({ root, path, container, bytes }: Holder): readonly Row[] {
  const gatherer = container?.name;
  const rows: Row[] = [
    {
      name: root.name,
      isName: true,
      below: ROOT_WORDS[root.kind],
      bytes,
      gathers: gatherer === root.name,
      skipped: false,
    },
    ...path.map((step) => ({
      name: stepName(step),
      isName: step.kind === 'field' && step.times === 1,
      below: step.type === undefined ? (BELOW[step.kind] ?? '') : typeWords(step.type),
      bytes: step.bytes,
      gathers: step.name !== '' && step.name === gatherer && step.type === container?.type,
      skipped: step.kind === 'skipped',
    })),
  ];
  return rows.length <= ROWS_DRAWN ? rows : thinned(rows);
}

function thinned(rows: readonly Row[]): readonly Row[] {
  const isDrawn = ({ gathers }: Row, at: number): boolean =>
    gathers || at < FIRST_DRAWN || at >= rows.length - LAST_DRAWN;
  const drawn: Row[] = [];
  let left = 0;
  for (const [at, row] of rows.entries()) {
    if (!isDrawn(row, at)) {
      left += 1;
      continue;
    }
    if (left > 0) drawn.push(skippedRow(left, row.bytes));
    left = 0;
    drawn.push(row);
  }
  return drawn;
}

function skippedRow(steps: number, bytes: number): Row {
  const name = `… ${formatCount(steps)} more ${steps === 1 ? 'step' : 'steps'}`;
  return { name, isName: false, below: '', bytes, gathers: false, skipped: true };
}

const ROOT_WORDS: Readonly<Record<Holder['root']['kind'], string>> = {
  variable: 'package variable',
  local: 'local variable of a goroutine',
  stack: 'stack of goroutines',
  finalizer: 'finalizer',
  cleanup: 'cleanup',
  runtime: 'kept by the runtime',
  unnamed: 'package variables without a name',
};

const BELOW: Readonly<Partial<Record<Holder['path'][number]['kind'], string>>> = {
  closure: 'captured variables',
  call: 'calls on the stack',
};

function rowShapes(
  { name, isName, below, bytes, gathers, skipped }: Row,
  { y, isFirst, all }: { readonly y: number; readonly isFirst: boolean; readonly all: number },
): Shape[] {
  const middle = PICTURE_WIDTH / 2;
  const arrow = isFirst
    ? []
    : [
        box({ x: middle - 1, y: y - GAP, width: 2, height: GAP - 5 }, 'soft-ink'),
        ...arrowHead(middle, y - 6),
      ];
  if (skipped) {
    const at = { x: middle - textWidth(name, TYPE) / 2, y: y + 20 };
    return [...arrow, words(name, at, { size: TYPE, tone: 'soft-ink' })];
  }
  const share = Math.max(0, Math.min(1, bytes / all));
  const figure = `${formatBytes(bytes)}, ${formatPercent(share)}`;
  const room = INSIDE - 16;
  const fitted = isName
    ? nameAndFigure(name, figure, { room, size: TYPE, gap: 14 })
    : { name: wordsInside(name, room - textWidth(figure, TYPE) - 14), figure };
  const frame = gathers ? FRAME : 0;
  return [
    ...arrow,
    box({ x: EDGE, y, width: INSIDE, height: ROW }, 'line', gathers ? 'ink' : undefined),
    box(
      {
        x: EDGE + frame,
        y: y + frame,
        width: Math.max(2, (INSIDE - 2 * frame) * share),
        height: ROW - 2 * frame,
      },
      gathers ? 'leads' : 'before',
    ),
    words(fitted.name, { x: EDGE + 8, y: y + 20 }, { size: TYPE, bold: gathers }),
    ...(fitted.figure === ''
      ? []
      : [words(fitted.figure, { x: EDGE + INSIDE - 8, y: y + 20 }, { size: TYPE, right: true })]),
    words(wordsInside(below, room), { x: EDGE + 8, y: y + 41 }, { size: TYPE, tone: 'soft-ink' }),
  ];
}

/** Boxes are all a drawing has: a wide one above narrower ones points down. */
function arrowHead(x: number, y: number): Shape[] {
  return [0, 1, 2, 3].map((step) =>
    box({ x: x - 5 + step, y: y + step, width: 10 - 2 * step, height: 1 }, 'soft-ink'),
  );
}

function wordsInside(text: string, room: number): string {
  if (textWidth(text, TYPE) <= room) return text;
  return nameInside(text, room, TYPE);
}
