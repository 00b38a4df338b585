// The end of heap?debug=1 and allocs?debug=1, runtime.MemStats as comment lines:
//
//   # runtime.MemStats
//   # Alloc = 1450616
//   # Stack = 491520 / 491520
//   # PauseEnd = [1763878920123456789 0 0 …]
//   # MaxRSS = 7843840
//
// -> { source: 'heap-trailer', heapAlloc: …, stackInuse: 491520, stackSys: 491520, maxRss: 7843840 }
// It lacks PauseTotalNs, and there is no word of goroutines.
// https://github.com/golang/go/blob/master/src/runtime/pprof/pprof.go (writeHeapInternal)
import type { MemoryReading } from '../model/memory.ts';
import type { Outcome } from '../model/problem.ts';
import { gcEnds, lastGC, MEMSTATS_FIELDS, measured, type NumberFields } from './memstats-fields.ts';

const TITLE = '# runtime.MemStats';
/** About 40 lines, two of them with 256 numbers of 20 digits; Windows line ends and drift included. */
const MAX_TRAILER_BYTES = 64 << 10;

/** `Name = inuse / sys`. */
const PAIRS: readonly (readonly [string, keyof NumberFields, keyof NumberFields])[] = [
  ['Stack', 'stackInuse', 'stackSys'],
  ['MSpan', 'mspanInuse', 'mspanSys'],
  ['MCache', 'mcacheInuse', 'mcacheSys'],
];

/** `from`: where the trailer begins, when the caller knows. */
export function parseHeapTrailer(bytes: Uint8Array, from?: number): Outcome<readonly MemoryReading[]> {
  const start = from ?? Math.max(0, bytes.length - MAX_TRAILER_BYTES);
  const text = new TextDecoder().decode(bytes.subarray(start, start + MAX_TRAILER_BYTES));
  const title = text.indexOf(TITLE);
  const values = title < 0 ? new Map<string, string>() : trailerValues(text.slice(title));
  const fields: NumberFields = {};
  for (const [name, field] of MEMSTATS_FIELDS) setNumber(fields, field, values.get(name));
  for (const [name, inuse, sys] of PAIRS) {
    const [first, second] = (values.get(name) ?? '').split(' / ');
    setNumber(fields, inuse, first);
    setNumber(fields, sys, second);
  }
  setNumber(fields, 'maxRss', values.get('MaxRSS'));
  if (Object.keys(fields).length === 0) {
    const missing = 'The heap text carries no memory statistics at its end.';
    return { value: [], problems: [{ code: 'heap-trailer-missing', text: missing }] };
  }
  const ends = (values.get('PauseEnd') ?? '').replace(/[[\]]/g, '').split(' ').map(Number);
  const reading = {
    source: 'heap-trailer' as const,
    ...fields,
    ...lastGC(Number(values.get('LastGC') ?? 0)),
    ...gcEnds(ends),
  };
  return { value: [reading], problems: [] };
}

function trailerValues(text: string): Map<string, string> {
  const values = new Map<string, string>();
  for (const line of text.split('\n')) {
    const equals = line.indexOf(' = ');
    if (line.startsWith('# ') && equals > 0) values.set(line.slice(2, equals), line.slice(equals + 3).trim());
  }
  return values;
}

function setNumber(fields: NumberFields, field: keyof NumberFields, text: string | undefined): void {
  if (text === undefined || !/^\d/.test(text)) return;
  const value = measured(Number(text));
  if (value !== undefined) fields[field] = value;
}
