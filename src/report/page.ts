// Lines of a terminal: titles, tables and wrapped words, none wider than asked, coloured only when asked.
import { terminal } from './foreign.ts';
import { type Paint, paintFor } from './paint.ts';
import { alignedTable, displayWidth, type TextColumn } from './table.ts';

export interface TextStyle {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

export interface Page {
  readonly width: number;
  readonly paint: Paint;
}

/** Narrower than this, a table says nothing. */
const NARROWEST = 40;
export const INDENT = '  ';

export function pageFor({ color, width }: TextStyle): Page {
  return { width: Math.max(NARROWEST, width), paint: paintFor(color) };
}

export function titled(title: string, lines: readonly string[], { paint }: Page): string[] {
  return lines.length === 0 ? [] : [paint.title(title), ...lines];
}

export function tableLines(
  columns: readonly TextColumn[],
  rows: readonly string[][],
  { width, paint }: Page,
): string[] {
  const [heading = '', ...body] = alignedTable(columns, rows, width - INDENT.length);
  return [INDENT + paint.dim(heading), ...body.map((line) => INDENT + line)];
}

export function note(more: string): string[] {
  return more === '' ? [] : [INDENT + more];
}

export function wrap(text: string, page: Page): string[] {
  return wrapWith(INDENT, text, page);
}

/** Words in lines; lines after the first are indented as far as `lead`. Words longer than a line are cut into lines. */
export function wrapWith(lead: string, text: string, { width, paint }: Page, shade?: 'dim'): string[] {
  const room = Math.max(10, width - displayWidth(lead));
  const lines: string[] = [''];
  for (const word of terminal(text)
    .split(' ')
    .flatMap((long) => chopped(long, room))) {
    const current = lines.at(-1) ?? '';
    const joined = current === '' ? word : `${current} ${word}`;
    if (displayWidth(joined) <= room) lines[lines.length - 1] = joined;
    else lines.push(word);
  }
  const indent = ' '.repeat(displayWidth(lead));
  return lines.map((line, index) => {
    const painted = shade === undefined ? paint.names(line) : paint[shade](line);
    return (index === 0 ? lead : indent) + painted;
  });
}

function chopped(word: string, room: number): string[] {
  const pieces: string[] = [''];
  for (const character of word) {
    const longer = (pieces.at(-1) ?? '') + character;
    if (displayWidth(longer) <= room) pieces[pieces.length - 1] = longer;
    else pieces.push(character);
  }
  return pieces;
}
