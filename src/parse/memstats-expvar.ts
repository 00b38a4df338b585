// /debug/vars: one JSON object with `memstats` (runtime.MemStats whole), `cmdline` (may hold secrets: never
// kept) and whatever else the service publishes, of which the numbers are candidates for "load".
//
//   {"cmdline": ["/srv/api"], "conns": 12, "http": {"inflight": 3}, "memstats": {"Sys": 12278024, …}}
//   -> { source: 'expvar', sys: 12278024, …, gauges: { conns: 12, 'http.inflight': 3 } }
//
// https://github.com/golang/go/blob/master/src/expvar/expvar.go
import type { MemoryReading } from '../model/memory.ts';
import type { Outcome } from '../model/problem.ts';
import { isRecord, parseJson } from './json.ts';
import { gcEnds, lastGC, MEMSTATS_FIELDS, measured, type NumberFields } from './memstats-fields.ts';

/** Other numbers kept; a service with more publishes per-key maps nobody reads as load. */
const MAX_GAUGES = 256;
const MAX_GAUGE_NAME = 120;
/** Services publish a few kilobytes; what is larger costs a second to look through. */
const MAX_VARS_BYTES = 8 << 20;
const MAX_GAUGE_DEPTH = 4;

/** Spellings under which services publish runtime.NumGoroutine(). */
const GOROUTINE_NAMES = new Set([
  'goroutines',
  'numgoroutine',
  'numgoroutines',
  'num_goroutine',
  'num_goroutines',
]);

export function parseExpvar(bytes: Uint8Array): Outcome<readonly MemoryReading[]> {
  if (bytes.length > MAX_VARS_BYTES) {
    const text = 'The /debug/vars answer is larger than 8 MiB and was not read.';
    return { value: [], problems: [{ code: 'vars-too-large', text }] };
  }
  const json = parseJson(bytes);
  if (json.problem) return { value: [], problems: [json.problem] };
  if (!isRecord(json.value) || !isRecord(json.value.memstats)) {
    const text = 'The JSON is not /debug/vars: it has no "memstats".';
    return { value: [], problems: [{ code: 'vars-without-memstats', text }] };
  }
  const { memstats } = json.value;
  const fields: NumberFields = {};
  for (const [name, field] of MEMSTATS_FIELDS) {
    const value = measured(memstats[name]);
    if (value !== undefined) fields[field] = value;
  }
  if (Object.keys(fields).length === 0) {
    const text = 'The "memstats" of /debug/vars holds no figures.';
    return { value: [], problems: [{ code: 'memstats-empty', text }] };
  }
  const gauges = gaugesOf(json.value);
  const goroutines = Object.entries(gauges).find(([name]) => GOROUTINE_NAMES.has(name.toLowerCase()))?.[1];
  const reading: MemoryReading = {
    source: 'expvar',
    ...fields,
    ...lastGC(memstats.LastGC),
    ...(Array.isArray(memstats.PauseEnd) ? gcEnds(memstats.PauseEnd) : {}),
    ...(goroutines === undefined ? {} : { goroutines }),
    ...(Object.keys(gauges).length > 0 ? { gauges } : {}),
  };
  return { value: [reading], problems: [] };
}

/** Numbers beside memstats, nested maps joined with dots. */
function gaugesOf(vars: Readonly<Record<string, unknown>>): Record<string, number> {
  const gauges: Record<string, number> = Object.create(null);
  let count = 0;
  const walk = (value: unknown, name: string, depth: number): void => {
    if (count >= MAX_GAUGES || name.length > MAX_GAUGE_NAME) return;
    if (typeof value === 'number' && Number.isFinite(value)) {
      gauges[name] = value;
      count += 1;
    } else if (isRecord(value) && depth < MAX_GAUGE_DEPTH) {
      for (const [key, inner] of Object.entries(value))
        walk(inner, name === '' ? key : `${name}.${key}`, depth + 1);
    }
  };
  for (const [key, value] of Object.entries(vars)) {
    if (key !== 'memstats' && key !== 'cmdline') walk(value, key, 1);
  }
  return gauges;
}
