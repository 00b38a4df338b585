// Prometheus' range queries on loopback, as strict as the real server about what it is asked: unknown paths and parameters,
// a step or a range that it refuses, more than 11,000 points, and expressions it cannot evaluate.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One series; `at` gives its value at a moment (unix seconds), undefined where it was not scraped. */
export interface StubSeries {
  readonly labels: Readonly<Record<string, string>>;
  readonly at: (t: number) => number | string | undefined;
}

export interface PrometheusStub {
  readonly url: string;
  /** Queries that were answered, oldest first. */
  readonly asked: readonly { readonly query: string; readonly points: number; readonly auth: string }[];
  readonly close: () => Promise<void>;
}

const MAX_POINTS = 11_000;
const PARAMETERS: readonly string[] = ['query', 'start', 'end', 'step', 'timeout', 'limit', 'lookback_delta'];

export async function startPrometheus(series: readonly StubSeries[]): Promise<PrometheusStub> {
  const asked: { query: string; points: number; auth: string }[] = [];
  const server = createServer((request, response) => {
    try {
      answer(request, response, series, asked);
    } catch (error) {
      refuse(response, error instanceof Error ? error.message : 'unknown');
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function answer(
  request: IncomingMessage,
  response: ServerResponse,
  series: readonly StubSeries[],
  asked: { query: string; points: number; auth: string }[],
): void {
  const url = new URL(request.url ?? '', 'http://stub');
  if (url.pathname === '/moved/api/v1/query_range') {
    response.writeHead(302, { location: '/api/v1/query_range' }).end();
    return;
  }
  if (url.pathname !== '/api/v1/query_range') {
    response.writeHead(404).end('404 page not found\n');
    return;
  }
  for (const name of url.searchParams.keys()) {
    if (!PARAMETERS.includes(name)) throw new Error(`unknown parameter ${name}`);
  }
  const numeric = (name: string): number => {
    const text = url.searchParams.get(name) ?? '';
    const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Date.parse(text) / 1000;
    if (!Number.isFinite(value)) throw new Error(`invalid parameter "${name}": cannot parse "${text}"`);
    return value;
  };
  const [start, end, step] = [numeric('start'), numeric('end'), numeric('step')];
  if (end < start) throw new Error('invalid parameter "end": end timestamp must not be before start time');
  if (step <= 0) {
    throw new Error(
      'invalid parameter "step": zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  const points = Math.floor((end - start) / step) + 1;
  if ((end - start) / step > MAX_POINTS) {
    throw new Error(
      'exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)',
    );
  }
  const query = url.searchParams.get('query') ?? '';
  asked.push({ query, points, auth: request.headers.authorization ?? '' });
  const result = evaluate(query, series).flatMap(({ labels, at }) => {
    const values: [number, string][] = [];
    for (let t = start; t <= end; t += step) {
      const value = at(t);
      if (value !== undefined) values.push([t, String(value)]);
    }
    return values.length === 0 ? [] : [{ metric: labels, values }];
  });
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ status: 'success', data: { resultType: 'matrix', result } }));
}

/** `{a="b",c=~"d|e"}`, or `sum by (l) (rate(name{…}[120s]))`; anything else is a parse error. */
function evaluate(query: string, series: readonly StubSeries[]): readonly StubSeries[] {
  const selector = /^\{(.*)\}$/s.exec(query)?.[1];
  if (selector !== undefined) return series.filter(matching(selector));
  const [, label = '', name = '', inner = '', seconds = ''] =
    /^sum by \((\w+)\) \(rate\((\w+)\{(.*)\}\[(\d+)s\]\)\)$/s.exec(query) ?? [];
  if (label === '') throw new Error('invalid parameter "query": 1:1: parse error: unexpected identifier');
  const counters = series.filter(matching(inner)).filter(({ labels }) => labels.__name__ === name);
  const groups = new Map<string, StubSeries[]>();
  for (const each of counters) {
    const key = each.labels[label] ?? '';
    groups.set(key, [...(groups.get(key) ?? []), each]);
  }
  const width = Number(seconds);
  return [...groups].map(([key, members]) => ({
    labels: { [label]: key },
    at: (t) => {
      const rates = members.flatMap(({ at }) => {
        const [now, before] = [Number(at(t)), Number(at(t - width))];
        return Number.isFinite(now) && Number.isFinite(before) ? [(now - before) / width] : [];
      });
      return rates.length === 0 ? undefined : rates.reduce((sum, rate) => sum + rate, 0);
    },
  }));
}

function matching(selector: string): (series: StubSeries) => boolean {
  const matchers = [...selector.matchAll(/(\w+)(=~|!~|!=|=)"((?:[^"\\]|\\.)*)"\s*(?:,|$)/g)];
  if (matchers.map(([whole]) => whole).join('') !== selector) {
    throw new Error('invalid parameter "query": 1:2: parse error: unexpected character inside braces');
  }
  return ({ labels }) =>
    matchers.every(([, name = '', how, value = '']) => {
      const is = labels[name] ?? '';
      const fits = how === '=~' || how === '!~' ? new RegExp(`^(?:${value})$`).test(is) : is === value;
      return how === '!=' || how === '!~' ? !fits : fits;
    });
}

function refuse(response: ServerResponse, error: string): void {
  response.writeHead(400, { 'content-type': 'application/json' });
  response.end(JSON.stringify({ status: 'error', errorType: 'bad_data', error }));
}
