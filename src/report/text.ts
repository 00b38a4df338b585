// The report for a terminal or a log: plain lines no wider than asked, colour only when asked.
import { formatBytes, formatBytesDelta, formatCount, formatDelta, formatPercent } from '../model/units.ts';
import { changeRows } from './changes.ts';
import { cutList, terminal } from './foreign.ts';
import { formatNs, insideClues } from './inside.ts';
import { bandName } from './memory-words.ts';
import { nameWithin } from './name.ts';
import {
  INDENT,
  note,
  type Page,
  pageFor,
  type TextStyle,
  tableLines,
  titled,
  wrap,
  wrapWith,
} from './page.ts';
import { recipeLines, retentionLines } from './retention-text.ts';
import type { Report } from './schema.ts';
import { cutToWidth, displayWidth, type TextColumn } from './table.ts';
import { traceLines } from './trace-text.ts';
import {
  bandWords,
  blockedFunction,
  confidenceWords,
  costWords,
  counted,
  evidence,
  forecastWords,
  KIND_WORDS,
  oldestWords,
  place,
  proofWords,
  SEVERITY_MARKS,
  type Severity,
  summaryWords,
  toneOf,
  trendWords,
  verdictTitle,
  windowWords,
} from './wording.ts';

const SIGNATURES_SHOWN = 20;
const SITES_SHOWN = 8;
const CHANGES_SHOWN = 10;
const NOTES_SHOWN = 20;
const LINES_SHOWN = 12;

export function reportText(report: Report, style: TextStyle): string {
  const page = pageFor(style);
  const parts = [
    headline(report, page),
    titled('Evidence', evidenceLines(report, page), page),
    titled('Leaking goroutines', signatureLines(report, page), page),
    titled('Proof', proofLines(report, page), page),
    titled('Heap sites', siteLines(report, page), page),
    titled('Execution trace', traceLines(report, page), page),
    titled('Who holds the memory', retentionLines(report, page), page),
    titled('Memory', memoryLines(report, page), page),
    titled('Changes', changeLines(report, page), page),
    titled('Why not something else', whyNotLines(report, page), page),
    titled('Next', wrap(report.verdict.nextStep, page), page),
    titled('Taken by the probe', insideLines(report, page), page),
    titled('Who holds it', recipeLines(report, page), page),
    titled('Notes', noteLines(report, page), page),
    wrapWith(
      '',
      `From ${instanceWords(report)}, ${windowWords(report)}; cost: ${costWords(report)}${askedBy(report)}.`,
      page,
      'dim',
    ),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

/** Files cost nobody anything. */
function askedBy({ cost, requestedBy }: Report): string {
  return cost.requests.length === 0 || requestedBy === '' ? '' : `; asked by ${requestedBy}`;
}

function headline(report: Report, page: Page): string[] {
  const { paint } = page;
  const tone = toneOf(report);
  const judged = `: ${verdictTitle(report.verdict)}`;
  const sure = `(${confidenceWords(report.verdict.confidence)})`;
  const room = page.width - displayWidth(`${TONE_MARKS[tone]} ${judged} ${sure}`);
  const service = cutToWidth(terminal(report.service), Math.max(1, room));
  const first = `${paint[TONE_COLOURS[tone]](`${TONE_MARKS[tone]} ${service}${judged}`)} ${paint.dim(sure)}`;
  return [first, ...wrapWith('', summaryWords(report.verdict), page)];
}

const TONE_MARKS = { alarm: '▲', caution: '◆', good: '✓', unsure: '?' } as const;
const TONE_COLOURS = { alarm: 'alarm', caution: 'caution', good: 'good', unsure: 'caution' } as const;
const SEVERITY_COLOURS: Readonly<Record<Severity, 'alarm' | 'caution' | 'good' | 'dim'>> = {
  critical: 'alarm',
  warning: 'caution',
  notice: 'dim',
  none: 'good',
};

function evidenceLines(report: Report, page: Page): string[] {
  const { shown, more } = cutList(evidence(report), LINES_SHOWN);
  const lines = shown.flatMap(({ severity, text }) => {
    const { mark, word } = SEVERITY_MARKS[severity];
    const label = `${INDENT}${mark} ${word.padEnd(8)} `;
    const [first = '', ...rest] = wrapWith(label, text, page);
    return [`${page.paint[SEVERITY_COLOURS[severity]](label)}${first.slice(label.length)}`, ...rest];
  });
  return [...lines, ...note(more)];
}

function signatureLines(report: Report, page: Page): string[] {
  const { shown, more } = cutList(report.signatures, SIGNATURES_SHOWN);
  if (shown.length === 0) return [];
  const roomy = page.width >= ROOMY;
  const columns = SIGNATURE_COLUMNS.filter(({ roomyOnly }) => roomy || !roomyOnly);
  const rows = shown.map((signature, index) => {
    const cells: Record<(typeof SIGNATURE_COLUMNS)[number]['title'], string> = {
      '#': String(index + 1),
      'Blocked in': blockedFunction(signature, FUNCTION_WIDTH),
      Where: place(signature.frames[0]),
      'Waiting on': signature.waitReason,
      Count: formatCount(signature.count),
      Growth: report.window.snapshots > 1 ? formatDelta(signature.delta) : '',
      Oldest: oldestWords(signature),
      'Created by': signature.createdBy ? nameWithin(signature.createdBy.func, FUNCTION_WIDTH) : '',
      Tier: signature.tier,
    };
    return columns.map(({ title }) => terminal(cells[title]));
  });
  return [...tableLines(columns, rows, page), ...note(more)];
}

/** From this width on the table also says where and by whom. */
const ROOMY = 110;
const FUNCTION_WIDTH = 44;
const SIGNATURE_COLUMNS = [
  { title: '#', align: 'right', roomyOnly: false },
  { title: 'Blocked in', align: 'left', roomyOnly: false },
  { title: 'Where', align: 'left', roomyOnly: true },
  { title: 'Waiting on', align: 'left', roomyOnly: false },
  { title: 'Count', align: 'right', roomyOnly: false },
  { title: 'Growth', align: 'right', roomyOnly: false },
  { title: 'Oldest', align: 'right', roomyOnly: false },
  { title: 'Created by', align: 'left', roomyOnly: true },
  { title: 'Tier', align: 'left', roomyOnly: false },
] as const satisfies readonly (TextColumn & { readonly roomyOnly: boolean })[];

function proofLines(report: Report, page: Page): string[] {
  const says = proofWords(report);
  return says === undefined ? [] : wrap(says, page);
}

function siteLines(report: Report, page: Page): string[] {
  const { shown, more } = cutList(report.heap?.sites ?? [], SITES_SHOWN);
  if (shown.length === 0) return [];
  const rows = shown.map((site) =>
    [
      nameWithin(site.frames[0]?.func ?? 'unknown', FUNCTION_WIDTH),
      place(site.frames[0]),
      formatBytes(site.inuseBytes),
      formatBytesDelta(site.deltaBytes),
      site.shape,
    ].map((cell) => terminal(cell)),
  );
  return [...tableLines(SITE_COLUMNS, rows, page), ...note(more)];
}

const SITE_COLUMNS: readonly TextColumn[] = [
  { title: 'Allocated in', align: 'left' },
  { title: 'Where', align: 'left' },
  { title: 'In use', align: 'right' },
  { title: 'Growth', align: 'right' },
  { title: 'Shape', align: 'left' },
];

function memoryLines(report: Report, page: Page): string[] {
  const { waterfall } = report.memory;
  const total = waterfall.reduce((sum, band) => sum + Math.max(0, band.bytes), 0);
  const bands = waterfall
    .slice(0, LINES_SHOWN)
    .map((line) => [
      terminal(bandName(line.band)),
      formatBytes(line.bytes),
      total > 0 ? formatPercent(Math.max(0, line.bytes) / total) : '',
      terminal(bandWords(line)),
    ]);
  const trend = trendWords(report, LINES_SHOWN);
  const forecast = forecastWords(report);
  return [
    ...(bands.length > 0 ? tableLines(BAND_COLUMNS, bands, page) : []),
    ...(trend.length > 0 ? wrap(`Trend: ${trend.join(', ')}.`, page) : []),
    ...(forecast === undefined ? [] : wrap(`Forecast: ${forecast}.`, page)),
  ];
}

const BAND_COLUMNS: readonly TextColumn[] = [
  { title: 'Part', align: 'left' },
  { title: 'Size', align: 'right' },
  { title: 'Share', align: 'right' },
  { title: 'What it is', align: 'left' },
];

function changeLines(report: Report, page: Page): string[] {
  const { shown, more } = cutList(changeRows(report.changes, CHANGE_WIDTH), CHANGES_SHOWN);
  const rows = shown.map(({ what, status, times, label, values }) =>
    [times > 1 ? counted(times, what) : what, status, label, values].map((cell) => terminal(cell)),
  );
  return rows.length === 0 ? [] : [...tableLines(CHANGE_COLUMNS, rows, page), ...note(more)];
}

const CHANGE_WIDTH = 60;
const CHANGE_COLUMNS: readonly TextColumn[] = [
  { title: 'What', align: 'left' },
  { title: 'Change', align: 'left' },
  { title: 'Name', align: 'left' },
  { title: 'Before → after', align: 'left' },
];

function whyNotLines(report: Report, page: Page): string[] {
  const { shown, more } = cutList(report.verdict.whyNot, LINES_SHOWN);
  return [
    ...shown.flatMap(({ kind, because }) => wrapWith(`${INDENT}· `, `${KIND_WORDS[kind]}: ${because}`, page)),
    ...note(more),
  ];
}

const INSIDE_COLUMNS: readonly TextColumn[] = [
  { title: 'Clue', align: 'left' },
  { title: 'From (ns)', align: 'right' },
  { title: 'To (ns)', align: 'right' },
  { title: 'Known to', align: 'right' },
  { title: 'Handbook', align: 'right' },
  { title: 'From outside', align: 'right' },
];

function insideLines(report: Report, page: Page): string[] {
  const { shown, more } = cutList(insideClues(report), NOTES_SHOWN);
  if (shown.length === 0) return [];
  const rows = shown.map(({ artefact, fromNs, toNs, handbookNs, outsideNs }) =>
    [
      artefact,
      formatCount(fromNs),
      formatCount(toNs),
      `± ${formatNs((toNs - fromNs) / 2)}`,
      handbookNs === undefined ? '' : `± ${formatNs(handbookNs)}`,
      `± ${formatNs(outsideNs)}`,
    ].map((text) => terminal(text)),
  );
  return [...tableLines(INSIDE_COLUMNS, rows, page), ...note(more)];
}

function noteLines(report: Report, page: Page): string[] {
  const notes = [
    ...new Set(report.restarts.map(({ instance, because }) => `${instance} restarted: ${because}.`)),
    ...report.problems.map(({ text }) => text),
  ];
  const { shown, more } = cutList(notes, NOTES_SHOWN);
  return [...shown.flatMap((text) => wrapWith(`${INDENT}· `, text, page, 'dim')), ...note(more)];
}

function instanceWords({ instances }: Report): string {
  const { shown, more } = cutList(instances, 4);
  return [...shown, ...(more === '' ? [] : [more])].join(', ') || 'no instance';
}
