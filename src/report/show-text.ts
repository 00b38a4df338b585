// What `goleak show` prints: goroutine groups as panicparse users know them, profile tops as `go tool pprof -top`
// users do, memory statistics as a table. Bounded; what is cut is counted.
import { formatBytes, formatCount, formatDuration, formatPercent } from '../model/units.ts';
import { cutList, terminal } from './foreign.ts';
import { shortName } from './name.ts';
import { INDENT, note, type Page, pageFor, type TextStyle, tableLines, titled, wrapWith } from './page.ts';
import { memoryLines, said } from './show-memory.ts';
import type { Show, ShowGroup, ShowMoment, ShowProfile } from './show-schema.ts';
import { groupBlocks } from './show-stacks.ts';
import { functionRows, type TopStack } from './show-top.ts';
import { cutToWidth, type TextColumn } from './table.ts';
import { counted } from './wording.ts';

const STATES_SHOWN = 8;
const PREAMBLE_LINES = 6;
const FUNCTIONS_SHOWN = 15;
/** Rows for a sample type that is not the default one. */
const OTHER_FUNCTIONS_SHOWN = 5;
const SNAPSHOTS_SHOWN = 20;
const NOTES_SHOWN = 20;

export function showText(show: Show, style: TextStyle): string {
  const page = pageFor(style);
  const judged = show.profiles.filter(({ kind }) => kind !== 'goroutine');
  const parts = [
    headline(show, page),
    titled('Snapshots', snapshotLines(show, page), page),
    groupLines(show, page),
    titled("Found leaked by the runtime's detector", leakedLines(show, page), page),
    ...judged.flatMap((profile) => profileParts(profile, show.top, page)),
    titled(cutToWidth(memoryTitle(show), page.width), memoryLines(show, page), page),
    titled('Notes', noteLines(show, page), page),
  ];
  const filled = parts.filter((lines) => lines.length > 0);
  return `${filled.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function headline(show: Show, page: Page): string[] {
  const { artefact, goroutines, profiles, snapshots, goVersionRange } = show;
  const facts = [
    ...(goroutines === undefined
      ? []
      : [`${SOURCES[show.source ?? 'debug2']}, ${counted(goroutines, 'goroutine')}`]),
    ...profiles.filter(({ kind }) => kind !== 'goroutine').map(profileName),
    ...(show.memstats ? ['memory statistics'] : []),
    ...(snapshots ? [counted(snapshots.length, 'snapshot')] : []),
    ...(goVersionRange === undefined ? [] : [`Go ${goVersionRange.replace(/([<>]=?)/, '$1 ')}`]),
    artefact.files > 1
      ? `${artefact.files} files of ${formatBytes(artefact.bytes)}`
      : formatBytes(artefact.bytes),
  ];
  return [
    page.paint.title(cutToWidth(terminal(artefact.name), page.width)),
    ...wrapWith(INDENT, facts.join(' · '), page, 'dim'),
  ];
}

const SOURCES = {
  debug2: 'goroutine dump',
  signal: 'goroutine dump of a signal',
  panic: 'goroutine dump of a crash',
  debug1: 'goroutine counts',
  proto: 'goroutine counts',
} as const;

function snapshotLines({ snapshots = [] }: Show, page: Page): string[] {
  const rows = snapshots.map(({ takenMs, goroutines, groups, truncated }, at) => {
    const before = snapshots[at - 1]?.goroutines;
    const growth = goroutines === undefined || before === undefined ? '' : said(goroutines - before, 'count');
    return [
      String(at + 1),
      takenMs === undefined ? '' : new Date(takenMs).toISOString().slice(0, 19).replace('T', ' '),
      goroutines === undefined ? '' : formatCount(goroutines) + (truncated ? ' (cut)' : ''),
      growth === '' || growth.startsWith('-') || growth === '0' ? growth : `+${growth}`,
      goroutines === undefined ? '' : formatCount(groups.length),
    ];
  });
  if (rows.length === 0) return [];
  const skipped = Math.max(0, rows.length - SNAPSHOTS_SHOWN);
  const earlier = skipped > 0 ? [`${INDENT}… ${skipped} earlier`] : [];
  return [...earlier, ...tableLines(SNAPSHOT_COLUMNS, rows.slice(skipped), page)];
}

const SNAPSHOT_COLUMNS: readonly TextColumn[] = [
  { title: '#', align: 'right' },
  { title: 'Taken (UTC)', align: 'left' },
  { title: 'Goroutines', align: 'right' },
  { title: 'Change', align: 'right' },
  { title: 'Groups', align: 'right' },
];

function groupLines(show: Show, page: Page): string[] {
  const { goroutines, groups, snapshots } = show;
  if (goroutines === undefined) return [];
  const of = snapshots ? ' in the last snapshot' : '';
  const title = `${counted(goroutines, 'goroutine')} in ${counted(groups.length, 'group')}${of}`;
  return [
    page.paint.title(cutToWidth(title, page.width)),
    ...preambleLines(show, page),
    ...wrapWith(INDENT, statesWords(groups), page, 'dim'),
    ...groupBlocks(groups, page),
  ];
}

function leakedLines({ leaked = [] }: Show, page: Page): string[] {
  return groupBlocks(leaked, page);
}

function preambleLines({ preamble }: ShowMoment, page: Page): string[] {
  if (preamble === undefined) return [];
  const { shown, more } = cutList(preamble.split('\n'), PREAMBLE_LINES);
  const room = page.width - INDENT.length;
  const lines = shown.map((line) => INDENT + page.paint.caution(cutToWidth(terminal(line), room)));
  return [...lines, ...note(more === '' ? '' : `${more} lines`)];
}

/** `474 chan send, 2 IO wait, 1 running` */
function statesWords(groups: readonly ShowGroup[]): string {
  const counts = new Map<string, number>();
  for (const { state, count } of groups) counts.set(state, (counts.get(state) ?? 0) + count);
  const states = [...counts]
    .sort(([, a], [, b]) => b - a)
    .map(([state, count]) => `${formatCount(count)} ${state}`);
  const { shown, more } = cutList(states, STATES_SHOWN);
  const leaked = groups.reduce((sum, group) => sum + (group.leaked ? group.count : 0), 0);
  const proof = leaked > 0 ? [`; ${formatCount(leaked)} found leaked by the runtime`] : [];
  return [...shown, ...(more === '' ? [] : [more])].join(', ') + proof.join('');
}

/** One table a sample type, the default one first and longest. */
function profileParts(profile: ShowProfile, all: readonly TopStack[], page: Page): string[][] {
  const top = all.filter((stack) => stack.profile === profile.kind);
  const rank = (type: string) => Number(type === profile.defaultSampleType);
  // Go lists the telling one last: alloc_objects, alloc_space, inuse_objects, inuse_space.
  const types = [...profile.sampleTypes].reverse().sort((a, b) => rank(b.type) - rank(a.type));
  return types.map(({ type, unit }, at) => {
    const { rows, total } = functionRows(top, type);
    const telling = rows.filter(({ flat, cum }) => flat !== 0 || cum !== 0);
    const { shown } = cutList(telling, at === 0 ? FUNCTIONS_SHOWN : OTHER_FUNCTIONS_SHOWN);
    const words = `${profileName(profile)}, ${type}: ${amount(profile.totals[type] ?? 0, unit)}`;
    const title = cutToWidth(terminal(words), page.width);
    if (shown.length === 0) return at === 0 ? [page.paint.title(title)] : [];
    const roomy = page.width >= ROOMY;
    let sum = 0;
    const cells = shown.map(({ func, flat, cum }) => {
      sum += flat;
      return [
        amount(flat, unit),
        roomy ? share(flat, total) : '',
        roomy ? share(sum, total) : '',
        amount(cum, unit),
        roomy ? share(cum, total) : '',
        terminal(shortName(func, 1)),
      ];
    });
    const left = telling.length - shown.length;
    return titled(
      title,
      [
        ...tableLines(TOP_COLUMNS, cells, page),
        ...note(left > 0 ? `… ${counted(left, 'more function')}` : ''),
      ],
      page,
    );
  });
}

/** Narrower pages have no room for percentages. */
const ROOMY = 72;
const TOP_COLUMNS: readonly TextColumn[] = [
  { title: 'Flat', align: 'right' },
  { title: 'Flat%', align: 'right' },
  { title: 'Sum%', align: 'right' },
  { title: 'Cum', align: 'right' },
  { title: 'Cum%', align: 'right' },
  { title: 'Function', align: 'left' },
];

function profileName({ kind, delta, seconds }: ShowProfile): string {
  const name = kind === 'unknown' ? 'profile' : `${kind} profile`;
  return delta && seconds !== undefined ? `${name}, change in ${formatDuration(seconds * 1000)}` : name;
}

function amount(value: number, unit: string): string {
  if (unit === 'bytes') return formatBytes(value);
  if (unit !== 'nanoseconds') return formatCount(value);
  return value < 0 ? `-${formatDuration(-value / 1e6)}` : formatDuration(value / 1e6);
}

function share(value: number, total: number): string {
  return total === 0 ? '' : formatPercent(value / total);
}

function memoryTitle({ memstats, memoryReadings }: Show): string {
  const source = terminal(memstats?.source ?? '', 40);
  return `Memory (${memoryReadings ? `${counted(memoryReadings.length, 'reading')}, ` : ''}${source})`;
}

function noteLines({ problems }: Show, page: Page): string[] {
  const { shown, more } = cutList(problems, NOTES_SHOWN);
  return [...shown.flatMap(({ text }) => wrapWith(`${INDENT}· `, text, page, 'dim')), ...note(more)];
}
