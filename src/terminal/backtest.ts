// `goleak backtest`: what the watcher would have said of a recorded history, before anybody switches it on.
import { openReader } from '../capture/fetch.ts';
import { PROMETHEUS_CAPS, PROMETHEUS_DEADLINES, readPrometheus } from '../capture/prometheus.ts';
import type { Command } from '../command/command.ts';
import { watchServices } from '../config/services.ts';
import { Failure } from '../failure.ts';
import type { Problem } from '../model/problem.ts';
import type { PrometheusSource, Service } from '../model/target.ts';
import { formatCount } from '../model/units.ts';
import { terminal as clean, json as jsonText, screen } from '../report/foreign.ts';
import { paintFor } from '../report/paint.ts';
import { type Backtest, backtest } from '../watch/backtest.ts';
import { readSamples } from '../watch/read-samples.ts';
import type { Detection, Sample } from '../watch/sample.ts';
import { readText } from './files.ts';
import { EXIT_OK, refuseAddress, type Terminal } from './ports.ts';

const WEEK_SECONDS = 7 * 86_400;
const MAX_INSTANCE = 40;

type BacktestCommand = Extract<Command, { kind: 'backtest' }>;

/** @throws Failure `file_unreadable`, `history_empty`; of a Prometheus that cannot be read */
export async function runBacktest(command: BacktestCommand, terminal: Terminal): Promise<number> {
  const { json, color, print, progress } = terminal;
  const { path, samples, problems } = await samplesOf(command, terminal);
  progress('');
  if (samples.length === 0) {
    throw new Failure('history_empty', { path, reasons: problems.map(({ text }) => text) });
  }
  const result = backtest(samples);
  for (const { text } of problems) progress(clean(text));
  if (json) for (const detection of result.detections) print(jsonText(detection));
  else print(screen(backtestText(result, problems, color)));
  return EXIT_OK;
}

interface History {
  /** Where it was read, as people are told. */
  readonly path: string;
  readonly samples: readonly Sample[];
  readonly problems: readonly Problem[];
}

async function samplesOf(command: BacktestCommand, terminal: Terminal): Promise<History> {
  if ('path' in command) {
    const { path } = command;
    refuseAddress(path);
    const { value: samples, problems } = readSamples(await readText(path));
    return { path, samples, problems };
  }
  const env = await terminal.env();
  const services = watchServices(env.servicesFile, (fault) => {
    throw fault;
  });
  const service = scrapedService(services.all(), command.service);
  const reader = openReader({ caps: PROMETHEUS_CAPS, deadlines: PROMETHEUS_DEADLINES });
  try {
    terminal.progress(clean(`Reading ${service.name} from Prometheus …`));
    const to = Math.floor(Date.now() / 1000);
    const stepSeconds = stepOf(command.windowMs / 1000);
    const range = { from: Math.round(to - command.windowMs / 1000), to, stepSeconds };
    const ports = { reader, secret: env.secret, signal: terminal.signal };
    const { value: samples, problems } = await readPrometheus(
      service.prometheus,
      range,
      ports,
      service.memoryLimitBytes,
    );
    return { path: `Prometheus (${service.prometheus.match})`, samples, problems };
  } finally {
    await reader.close();
  }
}

/** As the sampler samples, or wider where that would be more than the watcher has ever been measured with. */
function stepOf(windowSeconds: number): number {
  return Math.max(60, Math.ceil(windowSeconds / 45_000 / 60) * 60);
}

type Scraped = Service & { readonly prometheus: PrometheusSource };

function scrapedService(services: readonly Service[], wanted: string | undefined): Scraped {
  const scraped = services.flatMap((service): Scraped[] =>
    service.prometheus ? [{ ...service, prometheus: service.prometheus }] : [],
  );
  const found = wanted === undefined && scraped.length === 1 ? scraped[0] : undefined;
  const service = found ?? scraped.find(({ name }) => name === wanted);
  if (service) return service;
  const isKnown = services.some(({ name }) => name === wanted);
  if (wanted !== undefined && !isKnown) {
    throw new Failure('service_unknown', { service: wanted, known: services.map(({ name }) => name) });
  }
  throw new Failure('usage_wrong', {
    what:
      wanted === undefined
        ? `${scraped.length === 0 ? 'No service names' : 'Several services name'} a \`prometheus\` in services.yml`
        : `services.yml names no \`prometheus\` for ${wanted}`,
    usage: 'backtest payments-svc --prometheus 14d',
  });
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
