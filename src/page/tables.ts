// What a report holds as rows: instances, memory, changes, alignment, cost, files.
import { formatBytes, formatBytesDelta, formatCount, formatDelta, formatDuration } from '../model/units.ts';
import { changeRows } from '../report/changes.ts';
import { cutList, type Markings, tags } from '../report/foreign.ts';
import { formatNs, insideClues } from '../report/inside.ts';
import { bandName, figureName } from '../report/memory-words.ts';
import { heldWords, namedHolder, RETENTION_LIMIT, wayWords } from '../report/retention-words.ts';
import type { Report } from '../report/schema.ts';
import { bandWords, costWords, KIND_WORDS } from '../report/wording.ts';
import { list, NOTHING, prose, table } from './parts.ts';

/** A page is read by people; the triage JSON has every row. */
const ROWS_SHOWN = 200;
const NAME = 300;
const LABEL_WIDTH = 90;

export function instanceTable({ fleet }: Report): Markings | undefined {
  if (!fleet || fleet.length < 2) return undefined;
  const { shown, more } = cutList(fleet, ROWS_SHOWN);
  const rows = shown.map(({ instance, verdict, heapBytes, goroutines }) => [
    cut(instance),
    KIND_WORDS[verdict],
    heapBytes ? formatBytes(heapBytes.after) : '',
    heapBytes ? formatBytesDelta(heapBytes.after - heapBytes.before) : '',
    goroutines ? formatCount(goroutines.after) : '',
    goroutines ? formatDelta(goroutines.after - goroutines.before) : '',
  ]);
  const columns = [
    { title: 'instance' },
    { title: 'verdict' },
    { title: 'heap', number: true },
    { title: 'change', number: true },
    { title: 'goroutines', number: true },
    { title: 'change', number: true },
  ];
  return table(columns, rows, { more });
}

export function memoryTable({ memory }: Report): Markings | undefined {
  const bands = memory.waterfall.filter(({ bytes }) => bytes > 0);
  if (bands.length === 0) return undefined;
  const rows = bands.map((band) => [bandName(band.band), formatBytes(band.bytes), cut(bandWords(band))]);
  return table([{ title: 'band' }, { title: 'size', number: true }, { title: 'what it is' }], rows);
}

/** A list: names of holders are long, and a phone is narrow. */
export function holderList({ retention }: Report): Markings | undefined {
  if (!retention) return undefined;
  const lines = retention.holders.map(
    (holder) =>
      tags`${prose(namedHolder(holder))}: ${heldWords(holder, retention)}, ${formatCount(holder.objects)} objects.<p class="soft">Way: ${cut(wayWords(holder, STEPS_SHOWN))}</p>`,
  );
  return tags`<p>${formatBytes(retention.bytes)} are reachable from ${formatCount(retention.roots)} roots, by the goref file.</p>${list(lines)}<p class="soft">${RETENTION_LIMIT}</p>`;
}

const STEPS_SHOWN = 30;

export function changeTable(report: Report): Markings | undefined {
  const every = changeRows(report.changes, LABEL_WIDTH);
  if (every.length === 0) return undefined;
  const { shown, more } = cutList(every, ROWS_SHOWN);
  const since = report.comparedWith ? 'since the earlier capture' : 'over the window';
  const rows = shown.map(({ what, status, times, label, values }) => [
    times > 1 ? `${formatCount(times)} ${what}s` : what,
    cut(what === 'memory' ? figureName(label) : label),
    status,
    cut(values),
  ]);
  return table(CHANGE_COLUMNS, rows, { caption: since, more });
}

const CHANGE_COLUMNS = [
  { title: 'what' },
  { title: 'where' },
  { title: 'change' },
  { title: 'before and after', number: true },
];

export function alignmentTable({ alignment }: Report): Markings | undefined {
  if (alignment.length === 0) return undefined;
  const { shown, more } = cutList(alignment, ROWS_SHOWN);
  const start = alignment[0]?.from ?? 0;
  const rows = shown.map(({ artefact, from, to, uncertaintyNs, clock }) => [
    cut(artefact),
    from > 0 ? new Date(from).toISOString().slice(11, 23) : 'not known',
    `+${formatDuration(from - start)}`,
    formatDuration(to - from),
    `± ${formatDuration(uncertaintyNs / 1e6)}`,
    clock,
  ]);
  const columns = [
    { title: 'artefact' },
    { title: 'taken at (UTC)' },
    { title: 'after the first', number: true },
    { title: 'took', number: true },
    { title: 'known to', number: true },
    { title: 'clock of the' },
  ];
  return table(columns, rows, { more });
}

/** Each clue's own span, beside the handbook's bound and what was known of it from outside. */
export function insideTable(report: Report): Markings | undefined {
  const { shown, more } = cutList(insideClues(report), ROWS_SHOWN);
  if (shown.length === 0) return undefined;
  const rows = shown.map(({ artefact, fromNs, toNs, handbookNs, outsideNs, gapNs }) => [
    cut(artefact),
    `${formatCount(fromNs)}–${formatCount(toNs)}`,
    gapNs === undefined ? '' : formatNs(gapNs),
    `± ${formatNs((toNs - fromNs) / 2)}`,
    handbookNs === undefined ? 'none' : `± ${formatNs(handbookNs)}`,
    `± ${formatNs(outsideNs)}`,
  ]);
  const columns = [
    { title: 'artefact' },
    { title: 'from and to (ns of the process)', number: true },
    { title: 'after the one before', number: true },
    { title: 'known to', number: true },
    { title: 'the handbook’s', number: true },
    { title: 'from outside', number: true },
  ];
  return table(columns, rows, { more });
}

export function costPart(report: Report): Markings {
  const { requests } = report.cost;
  const said = tags`<p>${costWords(report)}</p>`;
  if (requests.length === 0) return said;
  const { shown, more } = cutList(requests, ROWS_SHOWN);
  const rows = shown.map(({ path, ms, bytes }) => [cut(path), formatDuration(ms), formatBytes(bytes)]);
  const columns = [
    { title: 'asked' },
    { title: 'answered in', number: true },
    { title: 'size', number: true },
  ];
  return tags`${said}${table(columns, rows, { more })}`;
}

export function problemList({ problems }: Report): Markings | undefined {
  if (problems.length === 0) return undefined;
  const { shown, more } = cutList(problems, ROWS_SHOWN);
  const note = more === '' ? NOTHING : tags`<p class="soft">${more}</p>`;
  return tags`${list(shown.map(({ text }) => prose(text)))}${note}`;
}

export function artefactTable({ artefacts }: Report): Markings | undefined {
  if (artefacts.length === 0) return undefined;
  const { shown, more } = cutList(artefacts, ROWS_SHOWN);
  const rows = shown.map(({ name, bytes, sha256 }) => [cut(name), formatBytes(bytes), sha256]);
  return table([{ title: 'file' }, { title: 'size', number: true }, { title: 'sha256' }], rows, { more });
}

/** A name, or what is made of names. */
export function cut(text: string): string {
  return text.length > NAME ? `${text.slice(0, NAME)}…` : text;
}
