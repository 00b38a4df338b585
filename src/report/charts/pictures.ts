// The pictures that belong to a report, each with a file name, a title and words for those who cannot see it.
import { formatBytes, formatCount } from '../../model/units.ts';
import { type Plain, plain } from '../foreign.ts';
import type { Report } from '../schema.ts';
import { blockedFunction, countWords, windowWords } from '../wording.ts';
import { memoryChart, recoveryChart, recoveryFigure, signatureChart } from './capture.ts';
import type { ChartConfig } from './config.ts';

export interface Picture {
  readonly name: string;
  readonly title: string;
  /** What the picture shows, in one or two sentences. */
  readonly alt: Plain;
  readonly config: ChartConfig;
}

const NAMED = 3;
/** Slack takes 1,000 characters with an uploaded file: https://docs.slack.dev/reference/methods/files.getUploadURLExternal */
const ALT_TEXT = 1_000;
const FUNCTION_WIDTH = 60;

/** In the order they are shown; empty when there is nothing to draw. */
export function pictures(report: Report): Picture[] {
  const memory = memoryChart(report);
  const signatures = signatureChart(report);
  return [
    ...(memory
      ? [
          {
            name: 'memory-and-goroutines.png',
            title: 'Memory and goroutines over the window',
            alt: memoryAlt(report),
            config: memory,
          },
        ]
      : []),
    ...(signatures
      ? [
          {
            name: 'signatures.png',
            title: 'Goroutine signatures before and after',
            alt: signaturesAlt(report),
            config: signatures,
          },
        ]
      : []),
  ];
}

/** Before and after, of an incident that is over; empty without two reports to draw. */
export function recoveryPictures(before: Report, after: Report): Picture[] {
  const config = recoveryChart(before, after);
  if (config === undefined) return [];
  const { what, field, format } = recoveryFigure(before);
  const said = [before, after].map((report) => fromTo(report, field, format) ?? 'unknown');
  return [
    {
      name: 'before-and-after.png',
      title: `${before.service}: ${what} before and after`,
      alt: plain(`Line chart of ${before.service}: ${what} before ${said[0]}; after ${said[1]}.`, ALT_TEXT),
      config,
    },
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
