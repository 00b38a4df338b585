// Plain columns of figures, for a terminal and for a narrow code block.
import { formatBytes, formatCount } from '../model/units.ts';

/** The first column to the left, the others to the right. */
export function aligned(
  rows: readonly (readonly string[])[],
  { indent = '  ', gap = '  ' }: { readonly indent?: string; readonly gap?: string } = {},
): string[] {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)));
  return rows.map((row) => {
    const cells = row.map((cell, at) =>
      at === 0 ? cell.padEnd(widths[at] ?? 0) : cell.padStart(widths[at] ?? 0),
    );
    return `${indent}${cells.join(gap)}`;
  });
}

/** What is not known is a dash. */
export function bytes(value: number | undefined): string {
  return value === undefined ? '–' : formatBytes(value);
}

export function count(value: number | undefined): string {
  return value === undefined ? '–' : formatCount(value);
}

/** `2026-11-03 05:59Z` */
export function minute(t: number): string {
  return `${new Date(t * 1000).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
