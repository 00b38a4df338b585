// `goleak backtest`: what the watcher would have said of a recorded history, before anybody switches it on.
import type { Command } from '../command/command.ts';
import { Failure } from '../failure.ts';
import type { Problem } from '../model/problem.ts';
import { formatCount } from '../model/units.ts';
import { terminal as clean, json as jsonText, screen } from '../report/foreign.ts';
import { paintFor } from '../report/paint.ts';
import { type Backtest, backtest } from '../watch/backtest.ts';
import { readSamples } from '../watch/read-samples.ts';
import type { Detection } from '../watch/sample.ts';
import { readText } from './files.ts';
import { EXIT_OK, refuseAddress, type Terminal } from './ports.ts';

const WEEK_SECONDS = 7 * 86_400;
const MAX_INSTANCE = 40;

/** @throws Failure `file_unreadable`, `history_empty` */
export async function backtestPath(
  { path }: Extract<Command, { kind: 'backtest' }>,
  { json, color, print, progress }: Terminal,
): Promise<number> {
  refuseAddress(path);
  const { value: samples, problems } = readSamples(await readText(path));
  if (samples.length === 0) {
    throw new Failure('history_empty', { path, reasons: problems.map(({ text }) => text) });
  }
  const result = backtest(samples);
  for (const { text } of problems) progress(clean(text));
  if (json) for (const detection of result.detections) print(jsonText(detection));
  else print(screen(backtestText(result, problems, color)));
  return EXIT_OK;
}

export function backtestText(result: Backtest, problems: readonly Problem[], color: boolean): string {
  const paint = paintFor(color);
  const lines = result.detections.map((detection) => {
    const tone = detection.tier === 'probable' ? paint.alarm : paint.caution;
    const who = detection.instance === '' ? '' : `${clean(detection.instance, MAX_INSTANCE)}  `;
    return `${minute(detection.t)}  ${who}${tone(detection.kind.replaceAll('_', ' '))}, ${detection.tier}: ${clean(detection.because)}${limitWords(detection)}`;
  });
  return [
    ...lines,
    ...(lines.length > 0 ? [''] : []),
    ...summary(result),
    ...problems.map(({ text }) => paint.dim(text)),
  ].join('\n');
}

function limitWords({ forecast }: Detection): string {
  if (!forecast) return '';
  return forecast.high === null
    ? `; the limit is not reached before ${minute(forecast.low)}`
    : `; the limit is reached between ${minute(forecast.low)} and ${minute(forecast.high)}`;
}

function summary({ detections, captures, samples, instances, from, to, unwatched }: Backtest): string[] {
  const weeks = (to - from) / WEEK_SECONDS;
  const alarms = detections.length;
  // A rate from less than a day is a number without a meaning.
  const rate = weeks * 7 >= 1 ? `, ${formatCount((100 * alarms) / weeks)} per 100 service-weeks` : '';
  return [
    `${formatCount(samples)} samples of ${instances} ${instances === 1 ? 'instance' : 'instances'} from ${minute(from)} to ${minute(to)}: ${weeks.toFixed(1)} service-weeks.`,
    `${alarms === 0 ? 'It would have said nothing' : `It would have spoken ${alarms === 1 ? 'once' : `${alarms} times`}`}${rate}; it would have captured ${captures.length === 1 ? 'once' : `${captures.length} times`} on the way to a limit.`,
    ...(unwatched > 0 ? [`${unwatched} further instances were not watched.`] : []),
  ];
}

/** `2026-11-03 05:59Z` */
function minute(t: number): string {
  return `${new Date(t * 1000).toISOString().slice(0, 16).replace('T', ' ')}Z`;
}
