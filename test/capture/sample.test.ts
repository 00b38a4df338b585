import { describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/capture/fetch.ts';
import { openMetricsPage } from '../../src/capture/metrics-page.ts';
import { sampleInstance } from '../../src/capture/sample.ts';
import { Failure } from '../../src/failure.ts';
import type { Endpoint } from '../../src/model/capture.ts';
import type { Instance } from '../../src/model/target.ts';

const INSTANCE: Instance = {
  name: 'payments-svc-1',
  pprofUrl: 'http://127.0.0.1:1/debug/pprof',
  varsUrl: 'http://127.0.0.1:1/debug/vars',
  metricsUrl: 'http://127.0.0.1:1/metrics',
};

const METRICS = `# HELP go_build_info Build information
# TYPE go_build_info gauge
go_build_info{checksum="",path="github.com/acme/payments",version="(devel)"} 1
payments_build_info{branch="main",goversion="go1.26.8",revision="3f9c0d1e2a4b5c6d7e8f90a1b2c3d4e5f6a7b8c9",version="v2.14.1"} 1
go_gc_duration_seconds{quantile="0"} 1e-05
go_gc_duration_seconds_sum 0.25
go_gc_duration_seconds_count 214
go_gc_gogc_percent 100
go_gc_gomemlimit_bytes 9.223372036854776e+18
go_goroutines 1204
go_memstats_heap_alloc_bytes 1.5e+08
go_memstats_heap_inuse_bytes 1.6e+08
go_memstats_sys_bytes 3e+08
go_memstats_next_gc_bytes 2e+08
go_memstats_stack_inuse_bytes 5e+06
http_requests_total{code="200",path="/pay{id}"} 1000
http_requests_total{code="500",path="\\"}"} 20
http_requests_totally_else 7
process_resident_memory_bytes 4.1e+08
process_start_time_seconds 1.7949e+09
`;

const INDEX = `<a href='goroutine?debug=1'>x</a><td>77</td><td><a href='goroutine?debug=1'>goroutine</a></td>`;
const VARS = JSON.stringify({
  cmdline: ['svc', '--password=x'],
  build: 'v9.1',
  memstats: { HeapAlloc: 1e8, Sys: 2e8, NumGC: 12, LastGC: 1.7949e18, PauseNs: [1, 2] },
});

function serving(pages: Partial<Record<Endpoint, string>>) {
  const asked: Endpoint[] = [];
  const fetch: Fetch = async (instance, endpoint) => {
    asked.push(endpoint);
    const text = pages[endpoint];
    if (text === undefined) {
      throw new Failure('target_refused', { instance: instance.name, url: `/${endpoint}`, status: 404 });
    }
    const bytes = new TextEncoder().encode(text);
    return { bytes, contentType: 'text/plain', span: { fromMs: 0, toMs: 1 }, path: `/${endpoint}` };
  };
  return { asked, fetch };
}

const at = (t: number) => ({ signal: new AbortController().signal, now: () => t });

describe('a sample', () => {
  it('takes everything from /metrics where that has it, with one question', async () => {
    const { asked, fetch } = serving({ metrics: METRICS, index: INDEX, vars: VARS });
    const { sample } = await sampleInstance(
      INSTANCE,
      {},
      { limitBytes: 5e8 },
      { fetch, ...at(1_795_000_000) },
    );
    expect(asked).toEqual(['metrics']);
    expect(sample).toEqual({
      t: 1_795_000_000,
      instance: 'payments-svc-1',
      version: 'v2.14.1',
      start_time: 1.7949e9,
      go_goroutines: 1204,
      HeapAlloc: 1.5e8,
      HeapInuse: 1.6e8,
      Sys: 3e8,
      NextGC: 2e8,
      NumGC: 214,
      StackInuse: 5e6,
      RSS: 4.1e8,
      GOGC: 100,
      container_limit: 5e8,
    });
  });

  it('tells requests a second from the second sample on, and begins anew after a restart', async () => {
    const first = serving({ metrics: METRICS });
    const { known } = await sampleInstance(INSTANCE, {}, {}, { fetch: first.fetch, ...at(100) });
    const later = serving({
      metrics: METRICS.replace('"200",path="/pay{id}"} 1000', '"200",path="/pay{id}"} 1600'),
    });
    const second = await sampleInstance(INSTANCE, known, {}, { fetch: later.fetch, ...at(160) });
    expect(second.sample.requests_per_s).toBe(10);
    const third = await sampleInstance(INSTANCE, second.known, {}, { fetch: first.fetch, ...at(220) });
    expect(third.sample.requests_per_s).toBeUndefined();
  });

  it('falls back to /debug/vars and the index page, and does not ask for absent metrics again within an hour', async () => {
    const { asked, fetch } = serving({ index: INDEX, vars: VARS });
    const { sample, known } = await sampleInstance(
      INSTANCE,
      {},
      { buildVar: 'build' },
      { fetch, ...at(1000) },
    );
    expect(sample).toMatchObject({
      go_goroutines: 77,
      HeapAlloc: 1e8,
      NumGC: 12,
      LastGC: 1.7949e9,
      version: 'v9.1',
    });
    expect(asked).toEqual(['metrics', 'vars', 'index']);
    await sampleInstance(INSTANCE, known, {}, { fetch, ...at(1060) });
    expect(asked.slice(3)).toEqual(['vars', 'index']);
    await sampleInstance(INSTANCE, known, {}, { fetch, ...at(1000 + 3601) });
    expect(asked.slice(5)).toEqual(['metrics', 'vars', 'index']);
  });

  it('never asks for a profile', async () => {
    for (const pages of [
      { metrics: METRICS },
      { index: INDEX, vars: VARS },
      { metrics: 'up 1\n', index: INDEX, vars: VARS },
    ]) {
      const { asked, fetch } = serving(pages);
      await sampleInstance(INSTANCE, {}, {}, { fetch, ...at(1) });
      expect(asked.every((endpoint) => ['metrics', 'vars', 'index'].includes(endpoint))).toBe(true);
    }
  });

  it('is a plain failure where nothing tells of memory', async () => {
    const { fetch } = serving({ metrics: 'up 1\n', vars: '{"memstats":7}' });
    await expect(sampleInstance(INSTANCE, {}, {}, { fetch, ...at(1) })).rejects.toMatchObject({
      code: 'target_not_pprof',
    });
  });
});

describe('a page of metrics', () => {
  const page = (text: string) => openMetricsPage(new TextEncoder().encode(text));

  it('finds a figure at the beginning, with labels, with a timestamp, and behind comments', () => {
    const read = page('a 1\n# TYPE b gauge\nb{x="1 } 2"} 3 1795000000000\nb_total 9\n');
    expect([read.figure('a'), read.figure('b'), read.figure('b_total'), read.figure('c')]).toEqual([
      1,
      3,
      9,
      undefined,
    ]);
  });

  it('takes no number that is none', () => {
    expect(page('a NaN\na +Inf\na{\na x\n').figure('a')).toBeUndefined();
  });

  it('names the build by the program, not by its module, and by revision where there is no version', () => {
    expect(page('go_build_info{version="v1.2.3"} 1\n').build()).toBe('v1.2.3');
    expect(page('go_build_info{version="v1.2.3"} 1\nx_build_info{revision="abc123"} 1\n').build()).toBe(
      'abc123',
    );
    expect(page(`x_build_info{revision="${'ab'.repeat(20)}"} 1\n`).build()).toBe('abababababab');
    expect(page('x_build_info{version="unknown"} 1\n').build()).toBeUndefined();
    expect(page('x_build_info{version="<!channel> v1"} 1\n').build()).toBe('channelv1');
  });
});
