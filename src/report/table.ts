// Columns of text, aligned and cut to a width: for terminals and for code blocks.
import { middleCut } from './name.ts';

export interface TextColumn {
  readonly title: string;
  readonly align: 'left' | 'right';
}

const GAP = '  ';
/** A column gives up width to others only down to this. */
const NARROWEST = 6;

/**
 * Heading and rows as lines no wider than `width`; the widest columns are cut first, in the middle.
 * A column that is empty in every row is left out.
 */
export function alignedTable(
  columns: readonly TextColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const kept = columns
    .map((column, index) => ({ column, cells: rows.map((row) => row[index] ?? '') }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''));
  const widths = kept.map(({ column, cells }) => Math.max(...[column.title, ...cells].map(displayWidth)));
  shrinkToFit(widths, width - GAP.length * Math.max(0, kept.length - 1));
  const line = (texts: readonly string[]) =>
    texts
      .map((text, index) => padTo(text, widths[index] ?? 0, kept[index]?.column.align ?? 'left'))
      .join(GAP)
      .trimEnd();
  const heading = line(kept.map(({ column }) => column.title));
  return [heading, ...rows.map((_, row) => line(kept.map(({ cells }) => cells[row] ?? '')))];
}

/** Columns a terminal gives a text: two for East Asian and emoji, none for combining marks. */
export function displayWidth(text: string): number {
  if (PRINTABLE_ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (/\p{M}/u.test(character)) continue;
    width += WIDE.test(character) ? 2 : 1;
  }
  return width;
}

const PRINTABLE_ASCII = /^[ -~]*$/;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}|[\u{20000}-\u{3fffd}]/u;

function shrinkToFit(widths: number[], room: number): void {
  let excess = widths.reduce((sum, width) => sum + width, 0) - room;
  while (excess > 0) {
    const widest = widths.indexOf(Math.max(...widths));
    const width = widths[widest] ?? 0;
    if (width <= NARROWEST) return;
    widths[widest] = width - 1;
    excess -= 1;
  }
}

function padTo(text: string, width: number, align: 'left' | 'right'): string {
  const fitting = displayWidth(text) > width ? cutToWidth(lastPart(text), width) : text;
  const padding = ' '.repeat(Math.max(0, width - displayWidth(fitting)));
  return align === 'right' ? padding + fitting : fitting + padding;
}

/** Cut in the middle to so many columns of a terminal. */
export function cutToWidth(text: string, width: number): string {
  let fitting = text;
  for (let room = width; displayWidth(fitting) > width && room > 0; room--) fitting = middleCut(text, room);
  return fitting;
}

/** Names and places lose their folder before they lose letters: `ledger/writer.go:88` -> `writer.go:88`. */
function lastPart(text: string): string {
  return text.slice(text.lastIndexOf('/') + 1);
}
