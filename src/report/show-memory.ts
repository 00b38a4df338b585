// Memory statistics as a table people know from runtime.MemStats; first, last and change when there are several.
import {
  formatBytes,
  formatBytesDelta,
  formatCount,
  formatDelta,
  formatDuration,
  formatPercent,
} from '../model/units.ts';
import { cutList, terminal } from './foreign.ts';
import { note, type Page, tableLines, wrapWith } from './page.ts';
import type { Show } from './show-schema.ts';
import type { TextColumn } from './table.ts';

const GAUGES_SHOWN = 8;

type Unit = 'bytes' | 'count' | 'nanoseconds' | 'share' | 'percent';

/** In the order of reading: what the process holds, what the heap holds, what was allocated, how the GC does. */
const FIGURES: readonly (readonly [field: string, name: string, unit: Unit, words: string])[] = [
  ['rss', 'RSS', 'bytes', 'resident memory of the process'],
  ['maxRss', 'MaxRSS', 'bytes', 'its peak'],
  ['sys', 'Sys', 'bytes', 'taken from the operating system by the runtime'],
  ['heapSys', 'HeapSys', 'bytes', 'address space of the heap'],
  ['heapInuse', 'HeapInuse', 'bytes', 'spans with objects in them'],
  ['heapAlloc', 'HeapAlloc', 'bytes', 'objects, garbage not yet swept included'],
  ['heapLive', 'HeapLive', 'bytes', 'objects that were reachable at the last GC'],
  ['heapIdle', 'HeapIdle', 'bytes', 'spans without objects'],
  ['heapReleased', 'HeapReleased', 'bytes', 'of these, given back to the operating system'],
  ['heapObjects', 'HeapObjects', 'count', 'objects on the heap'],
  ['stackInuse', 'StackInuse', 'bytes', 'stacks of goroutines'],
  ['mspanInuse', 'MSpanInuse', 'bytes', "the allocator's own records"],
  ['buckHashSys', 'BuckHashSys', 'bytes', 'records of the heap profile'],
  ['gcSys', 'GCSys', 'bytes', "the collector's own memory"],
  ['otherSys', 'OtherSys', 'bytes', 'other memory of the runtime'],
  ['totalAlloc', 'TotalAlloc', 'bytes', 'allocated since the start'],
  ['mallocs', 'Mallocs', 'count', 'objects allocated since the start'],
  ['frees', 'Frees', 'count', 'objects freed since the start'],
  ['nextGC', 'NextGC', 'bytes', 'heap size at which the next GC ends'],
  ['numGC', 'NumGC', 'count', 'collections since the start'],
  ['numForcedGC', 'NumForcedGC', 'count', 'of these, asked for by the program'],
  ['pauseTotalNs', 'PauseTotal', 'nanoseconds', 'the world stopped for them'],
  ['gcCPUFraction', 'GCCPUFraction', 'share', 'of the CPU time since the start'],
  ['gogc', 'GOGC', 'percent', 'growth between collections'],
  ['memoryLimit', 'GOMEMLIMIT', 'bytes', 'soft limit of the runtime'],
  ['containerLimit', 'Limit', 'bytes', 'limit of the container'],
  ['memAvailable', 'MemAvailable', 'bytes', 'left on the host'],
  ['goroutines', 'Goroutines', 'count', ''],
  ['threads', 'Threads', 'count', ''],
  ['openFds', 'OpenFDs', 'count', 'open files and sockets'],
];

const COLUMNS: readonly TextColumn[] = [
  { title: 'Figure', align: 'left' },
  { title: 'First', align: 'right' },
  { title: 'Last', align: 'right' },
  { title: 'Change', align: 'right' },
  { title: 'What it is', align: 'left' },
];

export function memoryLines({ memstats, memoryReadings = [] }: Show, page: Page): string[] {
  if (!memstats) return [];
  const first = memoryReadings[0];
  const rows = FIGURES.flatMap(([field, name, unit, words]) => {
    const value = memstats[field];
    if (typeof value !== 'number') return [];
    const before = first?.[field];
    const earlier = typeof before === 'number' ? before : undefined;
    return [
      [
        name,
        earlier === undefined ? '' : said(earlier, unit),
        said(value, unit),
        earlier === undefined ? '' : changed(value - earlier, unit),
        words,
      ],
    ];
  });
  return [
    ...(rows.length > 0 ? tableLines(columnsFor(first !== undefined), rows, page) : []),
    ...gauges(memstats, page),
  ];
}

/** One reading has a value, several have a first and a last. */
function columnsFor(several: boolean): readonly TextColumn[] {
  return several
    ? COLUMNS
    : COLUMNS.map((column) => (column.title === 'Last' ? { ...column, title: 'Value' } : column));
}

function gauges(memstats: NonNullable<Show['memstats']>, page: Page): string[] {
  const values = Object.entries(memstats.gauges ?? {}).filter((gauge): gauge is [string, number] => {
    return typeof gauge[1] === 'number';
  });
  const { shown, more } = cutList(values, GAUGES_SHOWN);
  if (shown.length === 0) return [];
  const list = shown.map(([name, value]) => `${terminal(name, 60)} ${formatCount(value)}`).join(', ');
  return [...wrapWith('  Also: ', list, page), ...note(more)];
}

export function said(value: number, unit: Unit): string {
  if (unit === 'bytes') return formatBytes(value);
  if (unit === 'nanoseconds') return formatDuration(value / 1e6);
  if (unit === 'share') return formatPercent(value);
  return unit === 'percent' ? `${formatCount(value)} %` : formatCount(value);
}

function changed(delta: number, unit: Unit): string {
  if (delta === 0) return '';
  if (unit === 'bytes') return formatBytesDelta(delta);
  if (unit === 'count') return formatDelta(delta);
  return `${delta < 0 ? '-' : '+'}${said(Math.abs(delta), unit)}`;
}
