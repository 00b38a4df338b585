// runtime/metrics as text, one `name:unit value` per line, as small debug handlers and the in-process probe print:
//
//   /gc/heap/live:bytes 301684440
//   /gc/gomemlimit:bytes 9223372036854775807
//   -> { source: 'probe', heapLive: 301684440, memoryLimit: Infinity }
//
// Names: https://pkg.go.dev/runtime/metrics
import type { MemoryReading } from '../model/memory.ts';
import type { Outcome } from '../model/problem.ts';
import { measured, type NumberFields } from './memstats-fields.ts';

const MAX_BYTES = 1 << 20;
/** math.MaxInt64, which reads back as 2^63: no limit is set. GOGC=off is -1 or 2^64-1. */
const NO_LIMIT = 2 ** 63;

const FIELDS: ReadonlyMap<string, keyof NumberFields> = new Map<string, keyof NumberFields>([
  ['/gc/heap/live:bytes', 'heapLive'],
  ['/gc/heap/goal:bytes', 'nextGC'],
  ['/gc/heap/objects:objects', 'heapObjects'],
  ['/gc/heap/allocs:bytes', 'totalAlloc'],
  ['/gc/heap/allocs:objects', 'mallocs'],
  ['/gc/heap/frees:objects', 'frees'],
  ['/gc/cycles/total:gc-cycles', 'numGC'],
  ['/gc/cycles/forced:gc-cycles', 'numForcedGC'],
  ['/gc/gogc:percent', 'gogc'],
  ['/gc/gomemlimit:bytes', 'memoryLimit'],
  ['/memory/classes/heap/objects:bytes', 'heapAlloc'],
  ['/memory/classes/heap/released:bytes', 'heapReleased'],
  ['/memory/classes/heap/stacks:bytes', 'stackInuse'],
  ['/memory/classes/metadata/mspan/inuse:bytes', 'mspanInuse'],
  ['/memory/classes/metadata/mcache/inuse:bytes', 'mcacheInuse'],
  ['/memory/classes/profiling/buckets:bytes', 'buckHashSys'],
  ['/memory/classes/metadata/other:bytes', 'gcSys'],
  ['/memory/classes/other:bytes', 'otherSys'],
  ['/memory/classes/total:bytes', 'sys'],
  ['/sched/goroutines:goroutines', 'goroutines'],
]);

export function parseRuntimeMetrics(bytes: Uint8Array): Outcome<readonly MemoryReading[]> {
  const fields: NumberFields = {};
  for (const line of new TextDecoder().decode(bytes.subarray(0, MAX_BYTES)).split('\n')) {
    const space = line.indexOf(' ');
    const field = FIELDS.get(line.slice(0, Math.max(0, space)));
    if (!field) continue;
    const value = measured(Number(line.slice(space + 1).trim() || 'NaN'));
    if (value === undefined) continue;
    fields[field] = (field === 'memoryLimit' || field === 'gogc') && value >= NO_LIMIT ? Infinity : value;
  }
  if (Object.keys(fields).length === 0) {
    const text = 'The runtime metrics hold no figure about memory.';
    return { value: [], problems: [{ code: 'metrics-empty', text }] };
  }
  return { value: [{ source: 'probe', ...fields }], problems: [] };
}
