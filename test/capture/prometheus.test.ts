import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openReader, type PageReader } from '../../src/capture/fetch.ts';
import { PROMETHEUS_CAPS, readPrometheus } from '../../src/capture/prometheus.ts';
import { parseServices } from '../../src/config/registry.ts';
import type { Failure } from '../../src/failure.ts';
import type { PrometheusSource } from '../../src/model/target.ts';
import { backtest } from '../../src/watch/backtest.ts';
import { type PrometheusStub, type StubSeries, startPrometheus } from '../kit/prometheus.ts';

const MIB = 1024 * 1024;
const TO = Date.UTC(2026, 10, 26) / 1000;
const DAY = 86_400;
const DEPLOY = TO - 10 * DAY;

/** A pod that leaks 1 % an hour of a heap of 100 MiB under a day's wave of load, and one that does not. */
function podSeries(instance: string, leaks: boolean): StubSeries[] {
  const hours = (t: number): number => (t - DEPLOY) / 3600;
  const load = (t: number): number => 50 + 30 * Math.sin((2 * Math.PI * t) / DAY);
  const live = (t: number): number => (100 + (leaks && t > DEPLOY ? hours(t) : 0) + load(t) / 10) * MIB;
  const gauge = (name: string, at: StubSeries['at']): StubSeries => ({
    labels: { __name__: name, job: 'payments', instance },
    at,
  });
  const saw = (t: number): number => 1 + ((t / 60) % 7) / 7;
  return [
    gauge('go_goroutines', () => 120),
    gauge('go_memstats_heap_alloc_bytes', (t) => live(t) * saw(t)),
    gauge('go_memstats_heap_inuse_bytes', (t) => live(t) * saw(t) * 1.05),
    gauge('go_memstats_next_gc_bytes', (t) => 2 * live(t)),
    gauge('go_memstats_sys_bytes', (t) => 2.4 * live(t)),
    gauge('go_memstats_last_gc_time_seconds', (t) => t - 3),
    gauge('process_resident_memory_bytes', (t) => 2.2 * live(t)),
    gauge('process_start_time_seconds', (t) => (t < DEPLOY ? DEPLOY - 3 * DAY : DEPLOY)),
    gauge('go_gc_gomemlimit_bytes', () => '9.223372036854776e+18'),
    gauge('go_memstats_stack_inuse_bytes', () => 'NaN'),
    gauge('http_requests_total', (t) => (t - DEPLOY + 20 * DAY) * 50),
    {
      labels: { __name__: 'payments_build_info', job: 'payments', instance, version: 'v2.13' },
      at: (t) => (t < DEPLOY ? 1 : undefined),
    },
    {
      labels: { __name__: 'payments_build_info', job: 'payments', instance, version: 'v2.14' },
      at: (t) => (t < DEPLOY ? undefined : 1),
    },
    { labels: { __name__: 'go_info', job: 'payments', instance, version: 'go1.26.1' }, at: () => 1 },
  ];
}

describe('a history from Prometheus', () => {
  let server: PrometheusStub;
  let reader: PageReader;
  const signal = new AbortController().signal;
  beforeAll(async () => {
    server = await startPrometheus([
      ...podSeries('10.0.0.1:6060', true),
      ...podSeries('10.0.0.2:6060', false),
      { labels: { __name__: 'go_goroutines', job: 'ledger', instance: '10.0.0.9:6060' }, at: () => 5 },
    ]);
    reader = openReader({ caps: PROMETHEUS_CAPS });
  });
  afterAll(async () => {
    await reader?.close();
    await server?.close();
  });
  const source = (about: Partial<PrometheusSource> = {}): PrometheusSource => ({
    url: server.url,
    match: 'job="payments"',
    instanceLabel: 'instance',
    ...about,
  });
  const ports = (more: { reader?: PageReader } = {}) => ({
    reader,
    secret: (name: string) => (name === 'PROM_TOKEN' ? 'open sesame' : undefined),
    signal,
    ...more,
  });

  it('is read in pages that the server allows, each point once, and merged to samples', async () => {
    const range = { from: TO - 14 * DAY, to: TO, stepSeconds: 60 };
    const before = server.asked.length;
    const { value: samples, problems } = await readPrometheus(source(), range, ports(), 512 * MIB);
    expect(problems).toEqual([]);
    const pages = server.asked.slice(before);
    expect(pages.every(({ points }) => points <= 11_000)).toBe(true);
    expect(pages.filter(({ query }) => query.startsWith('{'))).toHaveLength(3);
    expect(samples).toHaveLength(2 * (14 * 1440 + 1));
    expect(new Set(samples.map(({ instance }) => instance))).toEqual(
      new Set(['10.0.0.1:6060', '10.0.0.2:6060']),
    );
    const last = samples.findLast(({ instance }) => instance === '10.0.0.1:6060');
    expect(last).toMatchObject({
      t: TO,
      version: 'v2.14',
      go_goroutines: 120,
      container_limit: 512 * MIB,
      start_time: DEPLOY,
      LastGC: TO - 3,
    });
    expect(last?.requests_per_s).toBeCloseTo(50, 3);
    expect(last).not.toHaveProperty('GOMEMLIMIT');
    expect(last).not.toHaveProperty('StackInuse');
    expect(samples[0]?.version).toBe('v2.13');

    const { detections } = backtest(samples);
    expect(new Set(detections.map(({ instance }) => instance))).toEqual(new Set(['10.0.0.1:6060']));
    expect(detections[0]?.kind).toBe('heap_leak');
  }, 60_000);

  it('is asked for in smaller pages when one is more than is read at once', async () => {
    const small = openReader({ caps: { bodyBytes: 300_000, inflatedBytes: 300_000 } });
    const range = { from: TO - DAY, to: TO, stepSeconds: 60 };
    const { value } = await readPrometheus(source(), range, ports({ reader: small }));
    expect(value).toHaveLength(2 * 1441);
    expect(value.every(({ HeapAlloc, version }) => HeapAlloc !== undefined && version === 'v2.14')).toBe(
      true,
    );
    await small.close();
  });

  it('carries the token that services.yml names, and follows nobody elsewhere', async () => {
    const range = { from: TO - 600, to: TO, stepSeconds: 60 };
    await readPrometheus(source({ tokenEnv: 'PROM_TOKEN' }), range, ports());
    expect(server.asked.at(-1)?.auth).toBe('Bearer open sesame');
    await readPrometheus(source(), range, ports());
    expect(server.asked.at(-1)?.auth).toBe('');
    const moved = readPrometheus(source({ url: `${server.url}/moved` }), range, ports());
    await expect(moved).rejects.toMatchObject({ code: 'target_refused', facts: { status: 302 } });
  });

  it('says what is wrong when the server refuses, is not there, is another, or may not be asked', async () => {
    const range = { from: TO - 600, to: TO, stepSeconds: 60 };
    const failing = async (about: Partial<PrometheusSource>): Promise<Failure> =>
      readPrometheus(source(about), range, ports()).then(
        () => Promise.reject(new Error('it was read')),
        (error: Failure) => error,
      );
    expect((await failing({ match: 'job="a"}' })).message).toMatch(/^Prometheus .* HTTP 400/);
    expect((await failing({ url: `${server.url}/x` })).message).toContain('HTTP 404');
    expect((await failing({ url: 'http://127.0.0.1:1' })).message).toContain('nothing listens');
    expect((await failing({ url: 'http://169.254.169.254' })).message).toContain('never connected to');
  });
});

describe('prometheus in services.yml', () => {
  const parse = (prometheus: string) =>
    parseServices(
      `services:\n  payments-svc:\n    instances: [http://10.0.0.1:6060]\n    prometheus: ${prometheus}\n`,
      'services.yml',
    )[0]?.prometheus;

  it('needs an address; the rest has defaults', () => {
    expect(parse('{ url: "http://prometheus:9090/" }')).toEqual({
      url: 'http://prometheus:9090',
      match: 'job="payments-svc"',
      instanceLabel: 'instance',
    });
    expect(
      parse(
        `{ url: "https://p/prom", match: 'job="pay", pod=~"pay-.+"', instance_label: pod, auth: { token_env: PROM_TOKEN } }`,
      ),
    ).toEqual({
      url: 'https://p/prom',
      match: 'job="pay", pod=~"pay-.+"',
      instanceLabel: 'pod',
      tokenEnv: 'PROM_TOKEN',
    });
  });

  it.each([
    ['an expression', `{ url: "http://p", match: 'job="a"} or vector(1' }`],
    ['a name alone', '{ url: "http://p", match: job }'],
    ['credentials', '{ url: "http://a:b@p" }'],
    ['another scheme', '{ url: "file:///etc/passwd" }'],
    ['a label that is none', '{ url: "http://p", instance_label: "a b" }'],
    ['an unknown key', '{ url: "http://p", step: 15s }'],
  ])('refuses %s', (_, text) => {
    expect(() => parse(text)).toThrow();
  });
});
