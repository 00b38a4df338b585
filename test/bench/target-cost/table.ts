// The tables that docs/safety.md shows, in Markdown. Pure.
import type { Endpoint } from '../../../src/model/capture.ts';
import { formatBytes, formatCount } from '../../../src/model/units.ts';
import { type Cell, type Cost, costOf, questionCost, VARIANTS } from './figures.ts';

const BEGIN = '<!-- target-cost: begin -->';
const END = '<!-- target-cost: end -->';

/** The page with what is between its two markers replaced; undefined when it has none. */
export function withTables(page: string, tables: string): string | undefined {
  const [begin, end] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (begin < 0 || end < begin) return undefined;
  return `${page.slice(0, begin + BEGIN.length)}\n\n${tables}\n\n${page.slice(end)}`;
}

export function tablesOf(cells: readonly Cell[], command: string): string {
  return [circumstances(cells, command), ladderTable(cells), questionTable(cells)].join('\n\n');
}

function circumstances(cells: readonly Cell[], command: string): string {
  const each = (read: (cell: Cell) => string) => [...new Set(cells.map(read))].join('; ');
  return (
    `Measured on ${each(({ measuredOn }) => measuredOn)} by \`${command}\` on ${each(({ machine }) => machine)}: ` +
    `a window of ${each(({ windowMs }) => `${windowMs / 1000} s`)}, ` +
    `${each(({ perSecond }) => `${perSecond}`)} requests a second from a second process on the same cores.`
  );
}

function ladderTable(cells: readonly Cell[]): string {
  const rows = cells.flatMap((cell) =>
    VARIANTS.flatMap((variant) => {
      const cost = costOf(cell, variant);
      return cost ? [ladderRow(cell, variant === 'default' ? variant : `default + ${variant}`, cost)] : [];
    }),
  );
  return [
    '| goroutines | Go | asked | p50 ms | p99 ms | p99 raised by, ms | stopped beyond MemStats, ms | by MemStats, ms | requests | fetched | in ms | rounds |',
    '|---|---|---|---|---|---|---|---|---|---|---|---|',
    ...rows,
  ].join('\n');
}

function ladderRow({ goroutines, go }: Cell, asked: string, cost: Cost): string {
  const { p50, p99, p99Raised, stopMs } = cost;
  const raised = `**${figure(p99Raised.median)}** (${figure(p99Raised.min)} … ${figure(p99Raised.max)})`;
  return row([
    formatCount(goroutines),
    go,
    asked,
    `${figure(p50.without)} → ${figure(p50.with)}`,
    `${figure(p99.without)} → ${figure(p99.with)}`,
    raised,
    `**${figure(stopMs.beyond)}**`,
    figure(stopMs.memStats),
    `${cost.questions}`,
    formatBytes(cost.bytes),
    figure(cost.ms),
    `${cost.rounds}`,
  ]);
}

const QUESTIONS: readonly (readonly [Endpoint, string])[] = [
  ['index', 'index page'],
  ['vars', '`/debug/vars` (MemStats)'],
  ['goroutine', 'goroutine profile'],
  ['heap', 'heap profile'],
  ['goroutine-text', 'full stacks (`debug=2`)'],
  ['goroutineleak', 'leak detector'],
  ['trace', 'execution trace of 1 s'],
];

/** One question asked once, by the newest release measured at each count. */
function questionTable(cells: readonly Cell[]): string {
  const newest = new Map(cells.map((cell) => [cell.goroutines, cell]));
  const columns = [...newest.values()];
  return [
    row(['one question: ms to the answer / ms of stops / size', ...columns.map(columnName)]),
    `|${'---|'.repeat(columns.length + 1)}`,
    ...QUESTIONS.map(([endpoint, name]) =>
      row([name, ...columns.map((cell) => questionCell(cell, endpoint))]),
    ),
  ].join('\n');
}

function columnName({ goroutines, go }: Cell): string {
  return `${formatCount(goroutines)}, Go ${go}`;
}

function questionCell(cell: Cell, endpoint: Endpoint): string {
  const cost = questionCost(cell, endpoint);
  if (!cost) return '–';
  // An answer that did not come within the fetcher's time.
  const size = cost.bytes === 0 ? 'given up' : formatBytes(cost.bytes);
  return `${figure(cost.ms)} / ${figure(cost.stopMs)} / ${size}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function figure(ms: number): string {
  const size = Math.abs(ms);
  if (size >= 100) return Math.round(ms).toString();
  return size >= 10 ? ms.toFixed(1) : ms.toFixed(2);
}
