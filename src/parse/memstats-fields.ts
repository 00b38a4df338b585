// runtime.MemStats by its Go field names, shared by the sources that print those (expvar, heap trailer).
// https://github.com/golang/go/blob/master/src/runtime/mstats.go
import type { MemoryReading } from '../model/memory.ts';

type NumberField = {
  [Name in keyof MemoryReading]-?: number extends MemoryReading[Name] ? Name : never;
}[keyof MemoryReading];

export type NumberFields = { -readonly [Name in NumberField]?: number };

/** Fields whose zero means zero. Lookups (always 0) and BySize are left out; ages and rings are read apart. */
export const MEMSTATS_FIELDS: ReadonlyMap<string, NumberField> = new Map<string, NumberField>([
  ['Sys', 'sys'],
  ['HeapAlloc', 'heapAlloc'],
  ['HeapInuse', 'heapInuse'],
  ['HeapIdle', 'heapIdle'],
  ['HeapReleased', 'heapReleased'],
  ['HeapSys', 'heapSys'],
  ['HeapObjects', 'heapObjects'],
  ['StackInuse', 'stackInuse'],
  ['StackSys', 'stackSys'],
  ['MSpanInuse', 'mspanInuse'],
  ['MSpanSys', 'mspanSys'],
  ['MCacheInuse', 'mcacheInuse'],
  ['MCacheSys', 'mcacheSys'],
  ['BuckHashSys', 'buckHashSys'],
  ['GCSys', 'gcSys'],
  ['OtherSys', 'otherSys'],
  ['TotalAlloc', 'totalAlloc'],
  ['Mallocs', 'mallocs'],
  ['Frees', 'frees'],
  ['NextGC', 'nextGC'],
  ['NumGC', 'numGC'],
  ['NumForcedGC', 'numForcedGC'],
  ['GCCPUFraction', 'gcCPUFraction'],
  ['PauseTotalNs', 'pauseTotalNs'],
]);

/** Finite and not negative, or nothing. */
export function measured(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** LastGC is 0 until the first GC: then it is unknown, not 1970. */
export function lastGC(value: unknown): { lastGCNanos?: number } {
  const nanos = measured(value);
  return nanos === undefined || nanos === 0 ? {} : { lastGCNanos: nanos };
}

/** `PauseEnd`, a ring of the last 256 GCs with zeros where there were none, as times oldest first. */
export function gcEnds(ring: readonly unknown[]): { gcEndNanos?: readonly number[] } {
  const ends = ring
    .slice(0, 256)
    .map(measured)
    .filter((end) => end !== undefined)
    .filter((end) => end > 0)
    .sort((a, b) => a - b);
  return ends.length > 0 ? { gcEndNanos: ends } : {};
}
