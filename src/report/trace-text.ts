// What an execution trace answers, for a terminal.
import { formatCount, formatPercent } from '../model/units.ts';
import { cutList, terminal } from './foreign.ts';
import { formatNs } from './inside.ts';
import { nameWithin } from './name.ts';
import { note, type Page, tableLines, wrap } from './page.ts';
import type { Report } from './schema.ts';
import type { TextColumn } from './table.ts';
import { counted, place } from './wording.ts';

const STATEMENTS_SHOWN = 5;
const WAITS_SHOWN = 6;
const FUNCTION_WIDTH = 44;

export function traceLines({ trace }: Report, page: Page): string[] {
  if (!trace) return [];
  const { latency, collections, stops, windowNs } = trace;
  const share = (ns: number) => (windowNs > 0 ? formatPercent(Math.min(1, ns / windowNs)) : '');
  return [
    ...wrap(
      `${formatNs(windowNs)} of execution trace: ${counted(trace.events, 'event')}, ${counted(trace.goroutines, 'goroutine')} at its end.`,
      page,
    ),
    ...statementLines(trace, page),
    ...wrap(
      `Waiting for a processor: ${formatNs(latency.p50Ns)} at the median, ${formatNs(latency.p99Ns)} at 99 %, ${formatNs(latency.longestNs)} at most.`,
      page,
    ),
    ...waitLines(trace, page),
    ...wrap(
      `Collections: ${formatCount(collections.count)}, ${share(collections.totalNs)} of the time. The world stood still ${counted(stops.count, 'time')}, ${formatNs(stops.totalNs)} in all, ${formatNs(stops.longestNs)} at most.`,
      page,
    ),
  ];
}

type Trace = NonNullable<Report['trace']>;

function statementLines({ statements }: Trace, page: Page): string[] {
  const { shown, more } = cutList(statements, STATEMENTS_SHOWN);
  if (shown.length === 0) return [];
  const rows = shown.map(({ starts, at, created, createdPerSecond, ended, blocked }) =>
    [
      nameWithin(starts.func, FUNCTION_WIDTH),
      place(at),
      formatCount(created),
      `${createdPerSecond.toFixed(createdPerSecond < 10 ? 1 : 0)}/s`,
      formatCount(ended),
      formatCount(blocked),
    ].map((cell) => terminal(cell)),
  );
  return [...tableLines(STATEMENT_COLUMNS, rows, page), ...note(more)];
}

const STATEMENT_COLUMNS: readonly TextColumn[] = [
  { title: 'Started', align: 'left' },
  { title: 'By the go at', align: 'left' },
  { title: 'Count', align: 'right' },
  { title: 'Rate', align: 'right' },
  { title: 'Ended', align: 'right' },
  { title: 'Blocked', align: 'right' },
];

function waitLines({ waits }: Trace, page: Page): string[] {
  const { shown, more } = cutList(waits, WAITS_SHOWN);
  if (shown.length === 0) return [];
  const rows = shown.map(({ reason, count, totalNs, longestNs }) =>
    [reason || 'not said', formatCount(count), formatNs(totalNs), formatNs(longestNs)].map((cell) =>
      terminal(cell),
    ),
  );
  return [...tableLines(WAIT_COLUMNS, rows, page), ...note(more)];
}

const WAIT_COLUMNS: readonly TextColumn[] = [
  { title: 'Waited for', align: 'left' },
  { title: 'Times', align: 'right' },
  { title: 'In all', align: 'right' },
  { title: 'Longest', align: 'right' },
];
