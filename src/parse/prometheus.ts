// Prometheus text (a service's /metrics, a node_exporter's) to one memory reading.
//
//   # TYPE go_memstats_heap_alloc_bytes gauge
//   go_memstats_heap_alloc_bytes 1.464472e+06
//   go_info{version="go1.26.8"} 1
//   http_requests_in_flight{handler="pay"} 3        -> gauges: { http_requests_in_flight: 3 }
//
// Names: https://github.com/prometheus/client_golang/tree/main/prometheus (go_collector*.go, process_collector.go);
// format: https://prometheus.io/docs/instrumenting/exposition_formats/
import type { MemoryReading } from '../model/memory.ts';
import type { Outcome, Problem } from '../model/problem.ts';
import { NEWLINE, textOf } from './line-bytes.ts';
import { measured, type NumberFields } from './memstats-fields.ts';

/** Prometheus itself refuses bodies like that (body_size_limit is usually set lower). */
const MAX_BYTES = 64 << 20;
const MAX_LINE = 4096;
const MAX_GAUGES = 128;
/** The largest real targets show some hundred thousand. */
const MAX_SERIES = 1_000_000;

const FIELDS: ReadonlyMap<string, keyof NumberFields> = new Map<string, keyof NumberFields>([
  ['go_memstats_sys_bytes', 'sys'],
  ['go_memstats_alloc_bytes', 'heapAlloc'],
  ['go_memstats_heap_alloc_bytes', 'heapAlloc'],
  ['go_memstats_heap_inuse_bytes', 'heapInuse'],
  ['go_memstats_heap_idle_bytes', 'heapIdle'],
  ['go_memstats_heap_released_bytes', 'heapReleased'],
  ['go_memstats_heap_released_bytes_total', 'heapReleased'], // client_golang < 0.9
  ['go_memstats_heap_sys_bytes', 'heapSys'],
  ['go_memstats_heap_objects', 'heapObjects'],
  ['go_memstats_stack_inuse_bytes', 'stackInuse'],
  ['go_memstats_stack_sys_bytes', 'stackSys'],
  ['go_memstats_mspan_inuse_bytes', 'mspanInuse'],
  ['go_memstats_mspan_sys_bytes', 'mspanSys'],
  ['go_memstats_mcache_inuse_bytes', 'mcacheInuse'],
  ['go_memstats_mcache_sys_bytes', 'mcacheSys'],
  ['go_memstats_buck_hash_sys_bytes', 'buckHashSys'],
  ['go_memstats_gc_sys_bytes', 'gcSys'],
  ['go_memstats_other_sys_bytes', 'otherSys'],
  ['go_memstats_alloc_bytes_total', 'totalAlloc'],
  ['go_memstats_mallocs_total', 'mallocs'],
  ['go_memstats_frees_total', 'frees'],
  ['go_memstats_next_gc_bytes', 'nextGC'],
  ['go_memstats_gc_cpu_fraction', 'gcCPUFraction'], // client_golang < 1.12
  ['go_gc_duration_seconds_count', 'numGC'],
  ['go_gc_heap_live_bytes', 'heapLive'],
  ['go_gc_heap_goal_bytes', 'nextGC'],
  ['go_gc_heap_objects_objects', 'heapObjects'],
  ['go_gc_heap_allocs_bytes_total', 'totalAlloc'],
  ['go_gc_cycles_total_gc_cycles_total', 'numGC'],
  ['go_gc_cycles_forced_gc_cycles_total', 'numForcedGC'],
  ['go_gc_gogc_percent', 'gogc'],
  ['go_gc_gomemlimit_bytes', 'memoryLimit'],
  ['go_memory_classes_total_bytes', 'sys'],
  ['go_memory_classes_heap_objects_bytes', 'heapAlloc'],
  ['go_memory_classes_heap_released_bytes', 'heapReleased'],
  ['go_memory_classes_heap_stacks_bytes', 'stackInuse'],
  ['go_goroutines', 'goroutines'],
  ['go_sched_goroutines_goroutines', 'goroutines'],
  ['go_threads', 'threads'],
  ['process_resident_memory_bytes', 'rss'],
  ['process_open_fds', 'openFds'],
  ['process_start_time_seconds', 'processStart'],
  ['node_memory_MemAvailable_bytes', 'memAvailable'],
  ['node_memory_MemAvailable', 'memAvailable'], // node_exporter < 0.16
  ['container_spec_memory_limit_bytes', 'containerLimit'],
]);

/** Read apart from the fields. */
const OTHERS: ReadonlySet<string> = new Set(['go_memstats_last_gc_time_seconds', 'go_info']);

/** Names that speak of load. Their sums say whether goroutines merely follow the traffic. */
const LOAD =
  /conn(s|ection)|request|in_?flight|session|stream|subscri|client|queue|pending|job|active|open_/i;
/** The runtime's own and the exporter's own: no load. */
const NOT_LOAD =
  /^(go_|process_|promhttp_|node_|container_|scrape_)|_(created|sum|bucket)$|_(seconds|bytes)(_total)?$/;

export function parsePrometheus(bytes: Uint8Array): Outcome<readonly MemoryReading[]> {
  if (bytes.length > MAX_BYTES) {
    return nothing('metrics-too-large', 'The metrics are larger than 64 MiB and were not read.');
  }
  const found = new Found();
  for (let from = 0; from < bytes.length && found.series < MAX_SERIES; ) {
    const newline = bytes.indexOf(NEWLINE, from);
    const end = newline < 0 ? bytes.length : newline;
    if (bytes[from] !== 35 && end - from <= MAX_LINE) found.line(textOf(bytes, from, end));
    from = end + 1;
  }
  return found.outcome();
}

interface Sample {
  readonly name: string;
  readonly labels: string;
  readonly value: number;
  readonly atMs: number | undefined;
}

/** `name{labels} value [timestamp]`. Braces and quotes inside label values are skipped properly. */
function readSample(line: string): Sample | undefined {
  const nameEnd = nameOf(line).length;
  if (nameEnd === 0) return undefined;
  const close = line[nameEnd] === '{' ? labelsEnd(line, nameEnd) : nameEnd;
  if (close < 0) return undefined;
  const [value = '', timestamp = ''] = line.slice(close).trim().split(/\s+/, 2);
  const number = numberOf(value);
  if (number === undefined) return undefined;
  const atMs = /^\d{10,14}$/.test(timestamp) ? Number(timestamp) : undefined;
  return { name: line.slice(0, nameEnd), labels: line.slice(nameEnd, close), value: number, atMs };
}

function nameOf(line: string): string {
  const brace = line.indexOf('{');
  const space = line.indexOf(' ');
  return line.slice(0, Math.max(0, brace >= 0 && (space < 0 || brace < space) ? brace : space));
}

/** Position behind the brace that closes the labels, or -1. */
function labelsEnd(line: string, brace: number): number {
  let quoted = false;
  for (let p = brace + 1; p < line.length; p++) {
    if (line[p] === '\\') p += 1;
    else if (line[p] === '"') quoted = !quoted;
    else if (line[p] === '}' && !quoted) return p + 1;
  }
  return -1;
}

function numberOf(text: string): number | undefined {
  if (text === '+Inf' || text === 'Inf') return Number.POSITIVE_INFINITY;
  return /^[-+.\d]/.test(text) && !Number.isNaN(Number(text)) ? Number(text) : undefined;
}

class Found {
  /** Lines so far that are no comment. */
  series = 0;
  private readonly fields: NumberFields = {};
  /** Label set that filled a field: another one belongs to another process. */
  private readonly labelsOf = new Map<string, string>();
  private readonly gauges: Record<string, number> = Object.create(null);
  private gaugeCount = 0;
  private goVersion: string | undefined;
  private lastGCNanos: number | undefined;
  private atMs: number | undefined;
  private severalProcesses = false;

  line(line: string): void {
    this.series += 1;
    if (!this.concerns(nameOf(line))) return;
    const sample = readSample(line);
    if (!sample) return;
    const { name, value } = sample;
    const field = FIELDS.get(name);
    if (field) this.field(field, sample);
    else if (name === 'go_memstats_last_gc_time_seconds') {
      if (value > 0 && Number.isFinite(value)) this.lastGCNanos = value * 1e9;
    } else if (name === 'go_info') this.goVersion = /version="(go[\w.+ -]{1,40})"/.exec(sample.labels)?.[1];
    else if (Number.isFinite(value)) this.gauge(name, value);
  }

  outcome(): Outcome<readonly MemoryReading[]> {
    if (Object.keys(this.fields).length === 0) {
      return nothing('metrics-without-go', 'The metrics hold nothing about a Go process or its host.');
    }
    const problems: Problem[] = [];
    if (this.severalProcesses) {
      const text = 'The metrics are those of several processes; the first of them was read.';
      problems.push({ code: 'metrics-several-processes', text });
    }
    if (this.series >= MAX_SERIES) {
      const text =
        'The metrics hold more than a million series; those behind the first million were not read.';
      problems.push({ code: 'metrics-too-many-series', text });
    }
    const reading: MemoryReading = {
      source: 'prometheus',
      ...(this.atMs === undefined ? {} : { atMs: this.atMs }),
      ...this.fields,
      ...(this.lastGCNanos === undefined ? {} : { lastGCNanos: this.lastGCNanos }),
      ...(this.goVersion === undefined ? {} : { goVersion: this.goVersion }),
      ...(this.gaugeCount > 0 ? { gauges: this.gauges } : {}),
    };
    return { value: [reading], problems };
  }

  private field(field: keyof NumberFields, sample: Sample): void {
    const { name, labels } = sample;
    const first = this.labelsOf.get(name);
    if (first !== undefined) {
      if (first !== labels) this.severalProcesses = true;
      return;
    }
    const value = limitOf(field, sample.value);
    if (value === undefined) return;
    this.labelsOf.set(name, labels);
    this.fields[field] = value;
    this.atMs ??= sample.atMs;
  }

  /** Asked before the rest of a line is read: in a large answer, hardly one does. */
  private concerns(name: string): boolean {
    if (FIELDS.has(name)) return !this.severalProcesses || !this.labelsOf.has(name);
    if (OTHERS.has(name) || this.gauges[name] !== undefined) return true;
    return this.gaugeCount < MAX_GAUGES && LOAD.test(name) && !NOT_LOAD.test(name);
  }

  private gauge(name: string, value: number): void {
    const known = this.gauges[name];
    if (known === undefined) this.gaugeCount += 1;
    this.gauges[name] = (known ?? 0) + value;
  }
}

/** GOMEMLIMIT unset is math.MaxInt64, GOGC=off a huge unsigned number or negative; a container's 0 is no limit. */
function limitOf(field: keyof NumberFields, value: number): number | undefined {
  if (field === 'memoryLimit') return value >= 2 ** 63 ? Number.POSITIVE_INFINITY : measured(value);
  if (field === 'gogc') return value < 0 || value >= 2 ** 31 ? Number.POSITIVE_INFINITY : value;
  if (field === 'containerLimit') return value > 0 ? measured(value) : undefined;
  return measured(value);
}

function nothing(code: string, text: string): Outcome<readonly MemoryReading[]> {
  return { value: [], problems: [{ code, text }] };
}
