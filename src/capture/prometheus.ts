// The memory of a service as its Prometheus has recorded it, in pages that the server allows and that fit into memory, as
// the samples that watching works on. The same way out as to a service: address policy, no redirects, bytes and time capped.
// https://prometheus.io/docs/prometheus/latest/querying/api/#range-queries
import { Failure } from '../failure.ts';
import type { Outcome, Problem } from '../model/problem.ts';
import type { PrometheusSource } from '../model/target.ts';
import { formatCount } from '../model/units.ts';
import type { Sample } from '../watch/sample.ts';
import { headersOf, openReader, type PageReader } from './fetch.ts';
import type { Caps, Deadlines } from './limits.ts';
import { buildName } from './metrics-page.ts';
import { FIGURES, REQUESTS, UNSET } from './sample.ts';

export interface PrometheusPorts {
  readonly reader: PageReader;
  readonly secret: (name: string) => string | undefined;
  readonly signal: AbortSignal;
}

/** Unix seconds. */
export interface Range {
  readonly from: number;
  readonly to: number;
  readonly stepSeconds: number;
}

/** The server refuses more than 11,000 points of a series. */
const PAGE_POINTS = 10_000;
const LEAST_PAGE_POINTS = 100;
/** An answer of ten thousand points of twelve instances. */
export const PROMETHEUS_CAPS: Caps = { bodyBytes: 48 * 1024 * 1024, inflatedBytes: 48 * 1024 * 1024 };
/** It evaluates for two minutes at most by its own default. */
export const PROMETHEUS_DEADLINES: Deadlines = {
  connectMs: 2_000,
  headersMs: 5_000,
  idleMs: 10_000,
  totalMs: 60_000,
  rateMs: 10_000,
};
const EVALUATION_MS = 25_000;
const MAX_QUESTIONS = 400;
/** Two weeks of a sample a minute of fifty instances. */
const MAX_SAMPLES = 1_000_000;
const MAX_INSTANCE = 200;

type Figure = (typeof FIGURES)[number][0];
type Draft = { -readonly [Field in keyof Sample]: Sample[Field] };

/**
 * Samples of every instance in order of time.
 * @param limitBytes the container's limit, as services.yml has it
 * @throws Failure when the server does not answer, or with something else
 */
export async function readPrometheus(
  source: PrometheusSource,
  range: Range,
  ports: PrometheusPorts,
  limitBytes?: number,
): Promise<Outcome<readonly Sample[]>> {
  const merge = openMerge(source, limitBytes);
  const problems: Problem[] = [];
  const names = FIGURES.map(([, name]) => name).join('|');
  // Two sources of figures and of the build in one question: what the answer costs is points, not questions.
  const figures = `{__name__=~"${names}|go_info|.+_build_info",${source.match}}`;
  const ask = pager(source, range, ports);
  await ask(figures, (series) => merge.figures(series));
  const width = Math.max(120, 4 * range.stepSeconds);
  for (const name of REQUESTS) {
    if (merge.count() === 0) break;
    const rate = `sum by (${source.instanceLabel}) (rate(${name}{${source.match}}[${width}s]))`;
    if ((await ask(rate, (series) => merge.requests(series))) > 0) break;
  }
  const left = merge.left();
  if (left > 0) {
    const text = `${formatCount(left)} samples beyond the first ${formatCount(MAX_SAMPLES)} were left out; a shorter window has them all.`;
    problems.push({ code: 'history-cut', text });
  }
  return { value: merge.samples(), problems };
}

/** A reader with connections of its own, for a process that stays. */
export function openPrometheus(
  secret: (name: string) => string | undefined,
  signal: AbortSignal,
): {
  readonly read: (
    source: PrometheusSource,
    range: Range,
    limitBytes: number | undefined,
  ) => Promise<Outcome<readonly Sample[]>>;
  readonly close: () => Promise<void>;
} {
  const reader = openReader({ caps: PROMETHEUS_CAPS, deadlines: PROMETHEUS_DEADLINES });
  return {
    read: (source, range, limitBytes) =>
      readPrometheus(source, range, { reader, secret, signal }, limitBytes),
    close: reader.close,
  };
}

interface Series {
  readonly metric: Readonly<Record<string, string>>;
  readonly values: readonly (readonly [number, string])[];
}

/** Asks for a range page by page; a page that is too large for us is asked for again by half. Gives the series seen. */
function pager(source: PrometheusSource, { from, to, stepSeconds }: Range, ports: PrometheusPorts) {
  let questions = 0;
  let points = PAGE_POINTS;
  return async (query: string, take: (series: Series) => void): Promise<number> => {
    let seen = 0;
    for (let start = from; start <= to; ) {
      const end = Math.min(to, start + (points - 1) * stepSeconds);
      questions += 1;
      if (questions > MAX_QUESTIONS) throw tooLarge(source);
      try {
        const page = await askOnce(source, { query, start, end, stepSeconds }, ports);
        for (const series of page) take(series);
        seen += page.length;
        start = end + stepSeconds;
      } catch (error) {
        const isTooBig = error instanceof Failure && error.code === 'target_too_big';
        if (!isTooBig || points <= LEAST_PAGE_POINTS) throw error;
        points = Math.max(LEAST_PAGE_POINTS, Math.floor(points / 2));
      }
    }
    return seen;
  };
}

function tooLarge({ url }: PrometheusSource): Failure {
  return new Failure('target_too_big', {
    instance: NAME,
    url: new URL(url).host,
    limit: `${MAX_QUESTIONS} questions`,
  });
}

const NAME = 'Prometheus';

interface Page {
  readonly query: string;
  readonly start: number;
  readonly end: number;
  readonly stepSeconds: number;
}

async function askOnce(
  { url, tokenEnv }: PrometheusSource,
  { query, start, end, stepSeconds }: Page,
  { reader, secret, signal }: PrometheusPorts,
): Promise<readonly Series[]> {
  const words = new URLSearchParams({
    query,
    start: String(start),
    end: String(end),
    step: String(stepSeconds),
    timeout: `${EVALUATION_MS / 1000}s`,
  });
  const { bytes } = await reader.read({
    text: `${url}/api/v1/query_range?${words}`,
    name: NAME,
    signal,
    workMs: EVALUATION_MS,
    headers: headersOf(tokenEnv, undefined, secret),
  });
  const matrix = matrixIn(bytes);
  if (matrix) return matrix;
  throw new Failure('target_not_pprof', {
    instance: NAME,
    url: `${new URL(url).host}/api/v1/query_range`,
    what: 'something else',
    wanted: 'the answer to a range query',
  });
}

/** `{"status":"success","data":{"resultType":"matrix","result":[{"metric":{…},"values":[[1435781430.781,"1"],…]},…]}}` */
function matrixIn(bytes: Uint8Array): readonly Series[] | undefined {
  let answer: unknown;
  try {
    answer = JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined;
  }
  const { status, data } = fieldsOf(answer);
  const { resultType, result } = fieldsOf(data);
  if (status !== 'success' || resultType !== 'matrix' || !Array.isArray(result)) return undefined;
  return result.flatMap((each): Series[] => {
    const { metric, values } = fieldsOf(each);
    if (!Array.isArray(values)) return [];
    return [{ metric: labelsOf(metric), values: values.filter(isPoint) }];
  });
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function labelsOf(metric: unknown): Readonly<Record<string, string>> {
  const labels = Object.entries(fieldsOf(metric)).filter(([, value]) => typeof value === 'string');
  return Object.fromEntries(labels) as Record<string, string>;
}

function isPoint(point: unknown): point is readonly [number, string] {
  return (
    Array.isArray(point) && Number.isFinite(point[0]) && point.length === 2 && typeof point[1] === 'string'
  );
}

const FIELDS: ReadonlyMap<string, Figure> = new Map(FIGURES.map(([field, name]) => [name, field]));

/** Puts points of one instance and moment together into one sample. */
function openMerge({ instanceLabel }: PrometheusSource, limitBytes: number | undefined) {
  const instances = new Map<string, Map<number, Draft>>();
  /** Go's own version, where the program does not name its build. */
  const fallback = new Map<Draft, string>();
  let count = 0;
  let left = 0;
  const draftOf = ({ metric }: Series, t: number): Draft | undefined => {
    const instance = (metric[instanceLabel] ?? '').slice(0, MAX_INSTANCE);
    const drafts = instances.get(instance) ?? new Map<number, Draft>();
    instances.set(instance, drafts);
    const known = drafts.get(t);
    if (known) return known;
    if (count >= MAX_SAMPLES) {
      left += 1;
      return undefined;
    }
    count += 1;
    const draft: Draft = { t, ...(limitBytes !== undefined && { container_limit: limitBytes }) };
    if (instance !== '') draft.instance = instance;
    drafts.set(t, draft);
    return draft;
  };
  const each = (series: Series, put: (draft: Draft, value: number) => void): void => {
    for (const [t, text] of series.values) {
      const value = Number(text);
      if (text.trim() === '' || !Number.isFinite(value) || value < 0 || value >= UNSET) continue;
      const draft = draftOf(series, Math.round(t));
      if (draft) put(draft, value);
    }
  };
  return {
    figures: (series: Series): void => {
      const { __name__: name = '' } = series.metric;
      const field = FIELDS.get(name);
      if (field) {
        each(series, (draft, value) => {
          draft[field] = value;
        });
        return;
      }
      const build = buildIn(series.metric);
      if (build === undefined) return;
      const isOwn = name !== 'go_info' && name !== 'go_build_info';
      each(series, (draft) => {
        if (isOwn) draft.version = build;
        else if (!fallback.has(draft) || name === 'go_build_info') fallback.set(draft, build);
      });
    },
    requests: (series: Series): void =>
      each(series, (draft, value) => {
        draft.requests_per_s = value;
      }),
    count: (): number => count,
    left: (): number => left,
    samples: (): readonly Sample[] => {
      for (const [draft, build] of fallback) draft.version ??= build;
      return [...instances.values()].flatMap((drafts) => [...drafts.values()]).sort((a, b) => a.t - b.t);
    },
  };
}

function buildIn(labels: Readonly<Record<string, string>>): string | undefined {
  for (const label of ['version', 'revision', 'commit', 'vcs_revision']) {
    const said = buildName(labels[label]);
    if (said !== undefined) return said;
  }
  return undefined;
}
