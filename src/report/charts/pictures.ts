// The pictures that belong to a report, each with a file name, a title and words for those who cannot see it.
import { compareFlames } from '../../flame/flame.ts';
import type { Flames } from '../../model/flame.ts';
import { formatBytes, formatCount } from '../../model/units.ts';
import type { VerdictKind } from '../../model/verdict.ts';
import { type Plain, plain } from '../foreign.ts';
import type { Report } from '../schema.ts';
import { blockedFunction, countWords, windowWords } from '../wording.ts';
import { memoryChart, recoveryChart, recoveryFigure } from './capture.ts';
import type { ChartConfig } from './config.ts';
import type { Drawing } from './drawing.ts';
import { heapFlamePicture } from './flame.ts';
import { fleetPicture } from './fleet.ts';
import { retentionPicture } from './retention.ts';
import { signatureChart } from './signatures.ts';
import { CHART_SIZE, type PictureSize } from './size.ts';
import { timelinePicture } from './trace.ts';
import { waterfallAlt, waterfallChart } from './waterfall.ts';

export interface Picture {
  readonly name: string;
  readonly title: string;
  /** What the picture shows, in one or two sentences. */
  readonly alt: Plain;
  readonly art: Art;
  readonly size: PictureSize;
}

/** What is drawn: by Chart.js, or box by box. */
export type Art = ChartConfig | Drawing;

const NAMED = 3;
/** Slack takes 1,000 characters with an uploaded file: https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
const ALT_TEXT = 1_000;
const FUNCTION_WIDTH = 60;

/** A thread is calm: what more there is to see is in the page attached to it. */
const SHOWN_IN_A_THREAD = 3;

type Subject = 'fleet' | 'memory' | 'signatures' | 'heap' | 'retention' | 'waterfall' | 'timeline';

/**
 * What shows a verdict best, besides the fleet and the window, which are always worth a look. Whoever had a trace recorded
 * sees it beside whatever tells most.
 */
const TELLING: Readonly<Record<VerdictKind, readonly Subject[]>> = {
  'goroutine-leak': ['signatures', 'timeline', 'retention', 'heap'],
  deadlock: ['signatures', 'timeline'],
  'heap-leak': ['retention', 'heap', 'timeline', 'signatures'],
  churn: ['heap', 'timeline'],
  fragmentation: ['waterfall', 'timeline'],
  'off-heap-growth': ['waterfall', 'timeline'],
  'gc-pressure': ['retention', 'heap', 'timeline', 'waterfall'],
  'scales-with-load': ['signatures', 'timeline', 'retention', 'heap'],
  healthy: ['retention', 'timeline'],
  inconclusive: ['retention', 'timeline'],
};

/** Those that show the verdict, in the order they are shown; empty when there is nothing to draw. */
export function pictures(report: Report, flames: Flames = {}): Picture[] {
  const wanted: readonly Subject[] = ['memory', 'fleet', ...TELLING[report.verdict.kind]];
  return wanted.flatMap((subject) => DRAWN[subject](report, flames) ?? []).slice(0, SHOWN_IN_A_THREAD);
}

/** Every picture there can be of a report. */
export function allPictures(report: Report, flames: Flames = {}): Picture[] {
  const every: readonly Subject[] = [
    'memory',
    'fleet',
    'signatures',
    'retention',
    'heap',
    'waterfall',
    'timeline',
  ];
  return every.flatMap((subject) => DRAWN[subject](report, flames) ?? []);
}

const DRAWN: Readonly<Record<Subject, (report: Report, flames: Flames) => Picture | undefined>> = {
  memory: (report) => {
    const art = memoryChart(report);
    const counts = report.memory.samples.some(({ goroutines }) => typeof goroutines === 'number');
    const title = counts ? 'Memory and goroutines over the window' : 'Memory over the window';
    return (
      art && {
        name: 'memory-and-goroutines.png',
        title,
        alt: memoryAlt(report),
        art,
        size: CHART_SIZE,
      }
    );
  },
  fleet: (report) => {
    const fleet = fleetPicture(report);
    return fleet && { name: 'instances.png', title: 'The instances side by side', ...drawn(fleet) };
  },
  signatures: (report) => {
    const chart = signatureChart(report);
    if (!chart) return undefined;
    const { config: art, size } = chart;
    const title = 'Goroutine signatures before and after';
    return { name: 'signatures.png', title, alt: signaturesAlt(report), art, size };
  },
  heap: (report, flames) => {
    const flame = heapFlamePicture(report, flames);
    const title = flames.heap?.before ? 'Heap by call path: what grew' : 'Heap by call path';
    return flame && { name: 'heap-flame.png', title, ...drawn(flame) };
  },
  timeline: (report) => {
    const lanes = timelinePicture(report);
    return lanes && { name: 'goroutine-timeline.png', title: 'What goroutines did', ...drawn(lanes) };
  },
  retention: (report) => {
    const way = retentionPicture(report);
    return way && { name: 'who-holds-it.png', title: 'Who holds the memory', ...drawn(way) };
  },
  waterfall: (report) => {
    const chart = waterfallChart(report);
    if (!chart) return undefined;
    const { config: art, size } = chart;
    return {
      name: 'memory-waterfall.png',
      title: 'Where the memory is',
      alt: waterfallAlt(report),
      art,
      size,
    };
  },
};

function drawn({ drawing, alt }: { readonly drawing: Drawing; readonly alt: Plain }) {
  return { alt, art: drawing, size: { width: drawing.width, height: drawing.height } };
}

export interface Recovery {
  readonly before: Report;
  readonly after: Report;
  /** Stacks of both captures, where they are kept. */
  readonly flames?: { readonly before: Flames; readonly after: Flames };
}

/** Before and after, of an incident that is over; empty without two reports to draw. */
export function recoveryPictures({ before, after, flames }: Recovery): Picture[] {
  const config = recoveryChart(before, after);
  if (config === undefined) return [];
  const [was, is] = [flames?.before.heap, flames?.after.heap];
  const isOfHeap = recoveryFigure(before).field !== 'goroutines';
  const flame =
    was && is && isOfHeap && heapFlamePicture(before, { since: 'capture', heap: compareFlames(was, is) });
  const { what, field, format } = recoveryFigure(before);
  const said = [before, after].map((report) => fromTo(report, field, format) ?? 'unknown');
  return [
    {
      name: 'before-and-after.png',
      title: `${before.service}: ${what} before and after`,
      alt: plain(`Line chart of ${before.service}: ${what} before ${said[0]}; after ${said[1]}.`, ALT_TEXT),
      art: config,
      size: CHART_SIZE,
    },
    ...(flame
      ? [{ name: 'heap-since.png', title: `${before.service}: heap since then`, ...drawn(flame) }]
      : []),
  ];
}

function memoryAlt(report: Report): Plain {
  const heap = fromTo(report, 'heapAlloc', formatBytes);
  const goroutines = fromTo(report, 'goroutines', formatCount);
  const said = [
    ...(heap === undefined ? [] : [`heap allocated ${heap}`]),
    ...(goroutines === undefined ? [] : [`goroutines ${goroutines}`]),
  ];
  return plain(
    `Line chart of ${report.service}, ${windowWords(report)}: ${said.join('; ') || 'heap'}.`,
    ALT_TEXT,
  );
}

function signaturesAlt(report: Report): Plain {
  const rows = report.signatures
    .slice(0, NAMED)
    .map((signature) => `${blockedFunction(signature, FUNCTION_WIDTH)} ${countWords(signature, report)}`);
  return plain(`Bar chart of leaking goroutines in ${report.service}: ${rows.join('; ')}.`, ALT_TEXT);
}

function fromTo(report: Report, field: string, format: (value: number) => string): string | undefined {
  const values = report.memory.samples
    .map((sample) => (sample as Readonly<Record<string, unknown>>)[field])
    .filter((value) => typeof value === 'number');
  const first = values[0];
  const last = values.at(-1);
  return first === undefined || last === undefined ? undefined : `from ${format(first)} to ${format(last)}`;
}
