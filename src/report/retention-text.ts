// Who holds the memory, for a terminal: the holders of a goref file, or how to come by one.
import { formatBytes, formatCount, formatPercent } from '../model/units.ts';
import { cutList, terminal } from './foreign.ts';
import { INDENT, note, type Page, tableLines, wrap, wrapWith } from './page.ts';
import { HOLDER_LIMIT, lacksHolder, recipeCommands, recipeWords } from './retention-recipe.ts';
import { leadingHolder, RETENTION_LIMIT, wayWords } from './retention-words.ts';
import type { Report } from './schema.ts';
import type { TextColumn } from './table.ts';
import { counted } from './wording.ts';

const HOLDERS_SHOWN = 5;

export function retentionLines({ retention }: Report, page: Page): string[] {
  const leading = retention && leadingHolder(retention);
  if (!leading) return [];
  const { shown, more } = cutList(retention.holders, HOLDERS_SHOWN);
  const rows = shown.map(({ label, from, bytes, depth }) => {
    const share = retention.bytes > 0 ? formatPercent(Math.min(1, bytes / retention.bytes)) : '';
    const named = from.includes(label) ? from : `${label}, from ${from}`;
    return [named.replaceAll('`', ''), formatBytes(bytes), share, formatCount(depth)].map((cell) =>
      terminal(cell),
    );
  });
  return [
    ...wrap(
      `${formatBytes(retention.bytes)} in ${counted(retention.objects, 'object')} are reachable from ${counted(retention.roots, 'root')}, by the goref file.`,
      page,
    ),
    ...tableLines(HOLDER_COLUMNS, rows, page),
    ...note(more),
    ...wrap(`Way: ${wayWords(leading, STEPS_SHOWN)}.`, page),
    ...wrap(RETENTION_LIMIT, page),
  ];
}

/** What to do where no goref file says it. */
export function recipeLines(report: Report, page: Page): string[] {
  if (!lacksHolder(report)) return [];
  return [
    ...wrap(HOLDER_LIMIT, page),
    ...recipeCommands(report).flatMap((command) => commandLines(command, page)),
    ...recipeWords(report).flatMap((sentence) => wrapWith(`${INDENT}· `, sentence, page)),
  ];
}

/** A command too long for a line goes on in the next as a shell reads it. */
function commandLines(command: string, { width }: Page): string[] {
  const room = width - 2 * INDENT.length - CONTINUED.length;
  const lines = [''];
  for (const word of terminal(command).split(' ')) {
    const current = lines.at(-1) ?? '';
    const joined = current === '' ? word : `${current} ${word}`;
    if (joined.length <= room || current === '') lines[lines.length - 1] = joined;
    else lines.push(INDENT + word);
  }
  return lines.map((line, at) => INDENT + INDENT + line + (at < lines.length - 1 ? CONTINUED : ''));
}

const CONTINUED = ' \\';
const STEPS_SHOWN = 12;
const HOLDER_COLUMNS: readonly TextColumn[] = [
  { title: 'Holder', align: 'left' },
  { title: 'Holds', align: 'right' },
  { title: 'Share', align: 'right' },
  { title: 'Depth', align: 'right' },
];
