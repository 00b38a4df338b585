// What a report says, before anyone decides how it looks. The Slack thread and the terminal use the same
// words; everything here is still foreign text and is escaped by whoever shows it.
import {
  formatBytes,
  formatBytesDelta,
  formatCount,
  formatDelta,
  formatDuration,
  formatForecast,
  formatPercent,
} from '../model/units.ts';
import type { VerdictKind } from '../model/verdict.ts';
import { isBytes } from './changes.ts';
import { fieldName, TELLING_FIELDS } from './memory-words.ts';
import { nameWithin, shortPlace } from './name.ts';
import type { Report, ReportSignature } from './schema.ts';

export type Severity = Report['clues'][number]['severity'];
export type Tone = 'alarm' | 'caution' | 'good' | 'unsure';

export const KIND_WORDS: Readonly<Record<VerdictKind, string>> = {
  'goroutine-leak': 'goroutine leak',
  deadlock: 'deadlock',
  'heap-leak': 'heap leak',
  churn: 'allocation churn',
  fragmentation: 'heap fragmentation',
  'off-heap-growth': 'growth outside the Go heap',
  'gc-pressure': 'GC pressure',
  'scales-with-load': 'growth that follows load',
  healthy: 'healthy',
  inconclusive: 'inconclusive',
};

/** Shape and word carry the severity; colour only repeats it. */
export const SEVERITY_MARKS: Readonly<Record<Severity, { readonly mark: string; readonly word: string }>> = {
  critical: { mark: '▲', word: 'critical' },
  warning: { mark: '◆', word: 'warning' },
  notice: { mark: '●', word: 'notice' },
  none: { mark: '○', word: 'clear' },
};

/** `of 09:46 UTC`; empty when the moment is not known. */
export function timeWords(atMs: number | undefined): string {
  return atMs === undefined ? '' : `of ${new Date(atMs).toISOString().slice(11, 16)} UTC`;
}

/** `24 Dec 2026` */
export function dayWords(atMs: number): string {
  const date = new Date(atMs);
  if (Number.isNaN(date.getTime())) return 'a day that is not known';
  const [year, month, day] = date.toISOString().slice(0, 10).split('-');
  return `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Ill, but nothing is lost: no reason to wake anybody. */
const NO_LEAK: readonly VerdictKind[] = ['churn', 'fragmentation', 'gc-pressure', 'scales-with-load'];

export function toneOf({ verdict }: Report): Tone {
  if (verdict.kind === 'healthy') return 'good';
  if (verdict.kind === 'inconclusive') return 'unsure';
  return verdict.tier === 'suspect' || NO_LEAK.includes(verdict.kind) ? 'caution' : 'alarm';
}

/** `goroutine leak, proven`; `healthy`. */
export function verdictTitle({ kind, tier }: { kind: VerdictKind; tier?: string | undefined }): string {
  return tier === undefined ? KIND_WORDS[kind] : `${KIND_WORDS[kind]}, ${tier}`;
}

/** The summary as a sentence of its own, without a repeated title: the title stands right before it. */
export function summaryWords(side: { readonly kind: VerdictKind; readonly summary: string }): string {
  const [lead = '', ...rest] = side.summary.split(': ');
  const titles = [KIND_WORDS[side.kind], side.kind.replaceAll('-', ' ')];
  const named = lead
    .toLowerCase()
    .replace(/, (proven|probable|suspect)$/, '')
    .replaceAll('-', ' ');
  const summary = rest.length > 0 && titles.includes(named) ? rest.join(': ') : side.summary;
  return summary.replace(/^\p{Ll}/u, (letter) => letter.toUpperCase());
}

/** `confidence 98 %`. */
export function confidenceWords(confidence: number): string {
  return `confidence ${formatPercent(confidence)}`;
}

/** Every clue, gravest first. */
export function cluesByGravity(report: Report): Report['clues'] {
  const rank: readonly Severity[] = ['critical', 'warning', 'notice', 'none'];
  return rank.flatMap((severity) => report.clues.filter((clue) => clue.severity === severity));
}

export interface EvidenceLine {
  readonly clue: string;
  readonly severity: Severity;
  readonly text: string;
}

/** Clues that say something, gravest first; without any, the reasons given for the first signature. */
export function evidence(report: Report): readonly EvidenceLine[] {
  const telling = cluesByGravity(report).filter(({ severity }) => severity !== 'none');
  if (telling.length > 0) return telling;
  return (report.signatures[0]?.because ?? []).map((text, at) => ({
    clue: `because-${at}`,
    severity: 'notice',
    text,
  }));
}

/** `3 signatures`, `1 signature`. */
export function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** `2 snapshots over 30 s`; `1 snapshot`. */
export function windowWords({ window }: Report): string {
  const snapshots = counted(window.snapshots, 'snapshot');
  return window.seconds > 0 ? `${snapshots} over ${formatDuration(window.seconds * 1000)}` : snapshots;
}

/** The function people must look at: `ledger.(*Writer).flush`. */
export function blockedFunction(signature: ReportSignature, width: number): string {
  const frame = signature.frames[0];
  return frame ? nameWithin(frame.func, width) : signature.waitReason || signature.state;
}

export function place(frame: { readonly file: string; readonly line: number } | undefined): string {
  return frame ? shortPlace(frame) : '';
}

/** `1,216 goroutines, +1,204 in 30 s`; one snapshot cannot know growth and says nothing of it. */
export function countWords(signature: ReportSignature, report: Report): string {
  const count = counted(signature.count, 'goroutine');
  const growth = growthWords(signature, report);
  return growth === '' ? count : `${count}, ${growth}`;
}

export function growthWords(signature: ReportSignature, report: Report): string {
  const { seconds, snapshots } = report.window;
  if (snapshots < 2) return '';
  if (signature.delta === 0) return 'not growing';
  return seconds > 0
    ? `${formatDelta(signature.delta)} in ${formatDuration(seconds * 1000)}`
    : formatDelta(signature.delta);
}

/** `14 min`, `2 h 10 m`; empty when the dump printed no ages, which says nothing. */
export function oldestWords(signature: ReportSignature): string {
  const oldest = signature.waitMinutes?.max;
  if (oldest === undefined) return '';
  if (oldest < 1) return 'under 1 min';
  return oldest < 60 ? `${Math.round(oldest)} min` : formatDuration(oldest * 60_000);
}

/** `2 index pages, 7 memory readings, 2 full stacks: 1.9 MiB in 45 ms of answering, pauses about 11 ms` */
export function costWords(report: Report): string {
  const { requests } = report.cost;
  return requests.length === 0 ? briefCost(report) : `${askedWords(requests)}: ${briefCost(report)}`;
}

/** `1.9 MiB in 45 ms of answering, pauses about 11 ms` */
export function briefCost({ cost }: Report): string {
  if (cost.requests.length === 0) return 'nothing was asked of the service: saved files were read';
  const bytes = cost.requests.reduce((sum, request) => sum + request.bytes, 0);
  const ms = cost.requests.reduce((sum, request) => sum + request.ms, 0);
  const pauses = cost.pauseMsEstimate > 0 ? `about ${formatDuration(cost.pauseMsEstimate)}` : 'none expected';
  return `${formatBytes(bytes)} in ${formatDuration(ms)} of answering, pauses ${pauses}`;
}

/** What the paths of `net/http/pprof` and `expvar` bring, by how they end. */
const QUESTIONS: readonly (readonly [RegExp, string, string])[] = [
  [/\/goroutine\?debug=2$/, 'full stacks', 'full stacks'],
  [/\/goroutineleak$/, 'leak profile', 'leak profiles'],
  [/\/goroutine$/, 'goroutine profile', 'goroutine profiles'],
  [/\/heap(\?(debug|gc)=1)?$/, 'heap profile', 'heap profiles'],
  [/\/trace\?seconds=\d+$/, 'execution trace', 'execution traces'],
  [/\/vars$/, 'memory reading', 'memory readings'],
  [/\/metrics$/, 'metrics page', 'metrics pages'],
  [/\/$/, 'index page', 'index pages'],
  [/\/goleak(\?text=0)?$/, 'snapshot of the probe', 'snapshots of the probe'],
];

/** In the order they were first asked. */
function askedWords(requests: Report['cost']['requests']): string {
  const counts = new Map<string, number>();
  for (const { path } of requests) {
    const at = QUESTIONS.findIndex(([ends]) => ends.test(path));
    const what = at < 0 ? 'other' : String(at);
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts]
    .map(([what, count]) => {
      const [, one = 'other page', many = 'other pages'] = QUESTIONS[Number(what)] ?? [];
      return `${formatCount(count)} ${count === 1 ? one : many}`;
    })
    .join(', ');
}

/** `reaches 512 MiB in about 2 h 10 m`; undefined when it is not on its way there. */
export function forecastWords({ memory }: Report): string | undefined {
  const { forecast } = memory;
  if (!forecast || forecast.secondsToLimit === null) return undefined;
  return `memory reaches its limit of ${formatBytes(forecast.limitBytes)} in about ${formatForecast(forecast.secondsToLimit * 1000)}`;
}

/** `goroutines +2,466/min`, `heap in use +24.6 MiB/min`; cumulative counters rise in every healthy program. */
export function trendWords({ memory }: Report, max: number): string[] {
  return TELLING_FIELDS.flatMap((field) => {
    const perMinute = (memory.slopes[field] ?? 0) * 60;
    if (perMinute === 0) return [];
    return [
      `${fieldName(field) ?? field} ${isBytes(field) ? formatBytesDelta(perMinute) : countPerMinute(perMinute)}/min`,
    ];
  }).slice(0, max);
}

/** What a band of the memory waterfall is; the size stands beside it already. */
export function bandWords({ bytes, text }: Report['memory']['waterfall'][number]): string {
  return text.replace(`${formatBytes(bytes)} `, '').replace(/\.$/, '');
}

function countPerMinute(perMinute: number): string {
  if (Math.abs(perMinute) >= 10) return formatDelta(perMinute);
  return `${perMinute > 0 ? '+' : ''}${perMinute.toFixed(1)}`;
}

/** What the runtime's own proof comes to, and what it can never see; undefined where it was not asked. */
export function proofWords({ proof }: Report): string | undefined {
  if (!proof) return undefined;
  const { profiles, confirmed, unseen, blindSpots } = proof;
  const by = profiles === 0 ? 'marks of an earlier run' : counted(profiles, 'leak profile');
  const agree = profiles > 1 ? ' that agree' : '';
  const open =
    unseen > 0 ? `, and ${counted(unseen, 'accused goroutine')} it can neither prove nor clear` : '';
  return `Proven leaked by the runtime (${by}${agree}): ${formatCount(confirmed)}${open}. It never sees ${blindSpots.join('; ')}.`;
}
