import { describe, expect, it } from 'vitest';
import {
  parseExpvar,
  parseGctrace,
  parseHeapTrailer,
  parsePrometheus,
  parseRuntimeMetrics,
} from '../../src/parse/memstats.ts';

const MIB = 2 ** 20;

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe('expvar', () => {
  const vars = (extra: object, memstats: object = { Sys: 100, NumGC: 0, LastGC: 0 }) =>
    parseExpvar(bytes(JSON.stringify({ cmdline: ['/srv/api', '--token=s3cret'], memstats, ...extra })));

  it('keeps numbers beside memstats, flattened, and nothing of the command line', () => {
    const { value } = vars({
      conns: 12,
      http: { inflight: 3, by: { pay: 2 } },
      version: '1.2',
      build: [1, 2],
      on: true,
    });
    expect({ ...value[0]?.gauges }).toEqual({ conns: 12, 'http.inflight': 3, 'http.by.pay': 2 });
    expect(JSON.stringify(value)).not.toContain('s3cret');
  });

  it('takes a published goroutine count', () => {
    expect(vars({ NumGoroutine: 512 }).value[0]).toMatchObject({ goroutines: 512 });
    expect(vars({}).value[0]).not.toHaveProperty('goroutines');
  });

  it('knows the difference between zero and unknown', () => {
    const [reading] = vars(
      {},
      { Sys: 100, HeapAlloc: 0, NumGC: 0, LastGC: 0, PauseEnd: [0, 0], Mallocs: 'many' },
    ).value;
    expect(reading).toEqual({ source: 'expvar', sys: 100, heapAlloc: 0, numGC: 0 });
  });

  it('orders the ring of GC times', () => {
    const [reading] = vars({}, { Sys: 1, LastGC: 40, PauseEnd: [30, 40, 10, 20, 0, 0] }).value;
    expect(reading).toMatchObject({ lastGCNanos: 40, gcEndNanos: [10, 20, 30, 40] });
  });

  it('bounds what a service may publish', () => {
    const many = Object.fromEntries(Array.from({ length: 5000 }, (_, nth) => [`shard${nth}`, nth]));
    expect(Object.keys(vars({ many }).value[0]?.gauges ?? {}).length).toBe(256);
    const hostile = JSON.parse('{"__proto__": {"polluted": 1}}');
    expect(vars(hostile).value).toHaveLength(1);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });

  it.each([
    ['[]', 'vars-without-memstats'],
    ['{"memstats": 5}', 'vars-without-memstats'],
    ['{"memstats": {}}', 'memstats-empty'],
    ['{"memstats": {"Sys": 1', 'json-broken'],
  ])('%s: %s', (text, code) => {
    expect(parseExpvar(bytes(text))).toMatchObject({ value: [], problems: [{ code }] });
  });
});

describe('the end of a heap text', () => {
  const trailer = `1: 16 [1: 16] @ 0x1\n\n# runtime.MemStats
# Alloc = 1450616
# TotalAlloc = 2450616
# Sys = 14398728
# Lookups = 0
# HeapAlloc = 1450616
# Stack = 491520 / 491521
# MSpan = 30384 / 32544
# MCache = 2400 / 15600
# NextGC = 4194304
# LastGC = 1763878920123000000
# PauseNs = [100 0 0]
# PauseEnd = [1763878920123000000 0 0]
# NumGC = 1
# GCCPUFraction = 0.25
# DebugGC = false
# MaxRSS = 7843840
`;

  it('gives all it says, pairs taken apart', () => {
    expect(parseHeapTrailer(bytes(trailer)).value).toEqual([
      {
        source: 'heap-trailer',
        sys: 14398728,
        heapAlloc: 1450616,
        totalAlloc: 2450616,
        stackInuse: 491520,
        stackSys: 491521,
        mspanInuse: 30384,
        mspanSys: 32544,
        mcacheInuse: 2400,
        mcacheSys: 15600,
        nextGC: 4194304,
        numGC: 1,
        gcCPUFraction: 0.25,
        maxRss: 7843840,
        lastGCNanos: 1763878920123000000,
        gcEndNanos: [1763878920123000000],
      },
    ]);
  });

  it('says when it is missing', () => {
    expect(parseHeapTrailer(bytes('heap profile: 1: 16'))).toMatchObject({
      value: [],
      problems: [{ code: 'heap-trailer-missing' }],
    });
  });
});

describe('Prometheus text', () => {
  const read = (text: string) => parsePrometheus(bytes(text));

  it('reads the default Go and process collectors, the limits included', () => {
    const { value, problems } = read(`# HELP go_gc_duration_seconds A summary.
# TYPE go_gc_duration_seconds summary
go_gc_duration_seconds{quantile="0.5"} 4.2e-05
go_gc_duration_seconds_count 55
go_gc_gogc_percent 100
go_gc_gomemlimit_bytes 9.223372036854776e+18
go_goroutines 4711
go_info{version="go1.26.8"} 1
go_memstats_heap_alloc_bytes 3.16e+08
go_memstats_last_gc_time_seconds 1.763878920123e+09
go_memstats_sys_bytes 6.1e+08
go_threads 12
process_resident_memory_bytes 5.5e+08
process_open_fds 99
process_start_time_seconds 1.76387e+09
process_virtual_memory_max_bytes 1.8446744073709552e+19
`);
    expect(problems).toEqual([]);
    expect(value).toEqual([
      {
        source: 'prometheus',
        numGC: 55,
        gogc: 100,
        memoryLimit: Number.POSITIVE_INFINITY,
        goroutines: 4711,
        goVersion: 'go1.26.8',
        heapAlloc: 3.16e8,
        lastGCNanos: 1.763878920123e9 * 1e9,
        sys: 6.1e8,
        threads: 12,
        rss: 5.5e8,
        openFds: 99,
        processStart: 1763870000,
      },
    ]);
  });

  it('sums what smells of load over its labels', () => {
    const { value } = read(`go_goroutines 1
http_requests_total{code="200",path="/a b{}\\"x"} 10
http_requests_total{code="500",path="/"} 3
http_requests_in_flight 4
db_connections_open{pool="ro"} 2
http_request_duration_seconds_bucket{le="1"} 9
http_request_duration_seconds_sum 12.5
http_request_duration_seconds_count 13
cache_size_bytes 77
promhttp_metric_handler_requests_in_flight 1
`);
    expect({ ...value[0]?.gauges }).toEqual({
      http_requests_total: 13,
      http_requests_in_flight: 4,
      db_connections_open: 2,
      http_request_duration_seconds_count: 13,
    });
  });

  it('knows old spellings, runtime metrics and the host’s memory', () => {
    expect(read('go_memstats_gc_cpu_fraction 0.01\nnode_memory_MemAvailable 5\n').value[0]).toMatchObject({
      gcCPUFraction: 0.01,
      memAvailable: 5,
    });
    expect(read('node_memory_MemAvailable_bytes 1.5e+10\ngo_gc_heap_live_bytes 7\n').value[0]).toMatchObject({
      memAvailable: 1.5e10,
      heapLive: 7,
    });
  });

  it('takes a sample’s own time, and the first of several processes', () => {
    const { value, problems } = read(
      'go_goroutines{instance="a"} 5 1763878920000\ngo_goroutines{instance="b"} 900 1763878920000\n',
    );
    expect(value[0]).toMatchObject({ goroutines: 5, atMs: 1763878920000 });
    expect(problems).toMatchObject([{ code: 'metrics-several-processes' }]);
  });

  it('leaves out what is no number', () => {
    expect(read('go_goroutines NaN\ngo_threads 5\ngo_memstats_sys_bytes\ngarbage {{{ 1\n').value[0]).toEqual({
      source: 'prometheus',
      threads: 5,
    });
    expect(read('# TYPE x counter\nx_total 5\n')).toMatchObject({
      value: [],
      problems: [{ code: 'metrics-without-go' }],
    });
  });
});

describe('other sources', () => {
  it('gctrace lines between others tell the live heap after each GC', () => {
    const { value } = parseGctrace(
      bytes(`starting
gc 1 @0.011s 2%: 0.018+1.3+0.076 ms clock, 0.054+0.35/1.2/3.0+0.23 ms cpu, 4->5->2 MB, 5 MB goal, 0 MB stacks, 0 MB globals, 4 P
2026-11-23T06:22:00.500Z stderr F gc 2 @31.201s 0%: 0.02+1+0 ms clock, 0+0/1/3+0 ms cpu, 44->45->41 MB, 84 MB goal, 4 P (forced)
gc goal unknown
`),
    );
    expect(value).toEqual([
      { source: 'gctrace', uptimeSeconds: 0.011, numGC: 1, heapLive: 2 * MIB, nextGC: 5 * MIB },
      {
        source: 'gctrace',
        uptimeSeconds: 31.201,
        numGC: 2,
        heapLive: 41 * MIB,
        nextGC: 84 * MIB,
        atMs: Date.parse('2026-11-23T06:22:00.500Z'),
      },
    ]);
  });

  it('runtime metrics as text', () => {
    expect(
      parseRuntimeMetrics(
        bytes('/gc/heap/live:bytes 7\n/sched/goroutines:goroutines 3\n/gc/gomemlimit:bytes 1024\n'),
      ).value,
    ).toEqual([{ source: 'probe', heapLive: 7, goroutines: 3, memoryLimit: 1024 }]);
  });
});
