// Plain names for what Go's runtime counts: whoever is woken at night should not have to know the fields of MemStats.

/** Bands of the waterfall, in words that fit beside a bar on a phone. */
const BANDS: Readonly<Record<string, string>> = {
  live: 'live objects',
  garbage: 'garbage',
  'size-class-loss': 'gaps in used spans',
  'idle-unreturned': 'idle, not given back',
  stacks: 'goroutine stacks',
  runtime: 'the runtime',
  'off-heap': 'outside Go',
};

/** Fields of a memory reading that tell people something, most telling first. */
const FIELDS: Readonly<Record<string, string>> = {
  goroutines: 'goroutines',
  live: 'live heap',
  heapLive: 'live heap',
  rss: 'resident memory',
  heapAlloc: 'heap with garbage',
  heapInuse: 'heap in use',
  stackInuse: 'goroutine stacks',
  sys: 'memory from the system',
};

/** Those that count what only the page and the terminal have room for. */
const COUNTS: Readonly<Record<string, string>> = {
  heapObjects: 'objects on the heap',
  threads: 'threads of the system',
  numGC: 'collections',
};

export function bandName(band: string): string {
  return BANDS[band] ?? band;
}

/** Undefined for a field that says nothing to anybody but the runtime's authors. */
export function fieldName(field: string): string | undefined {
  return FIELDS[field];
}

/** What a figure is called where every one is told: never a field of MemStats, if there is another word. */
export function figureName(field: string): string {
  return FIELDS[field] ?? COUNTS[field] ?? field;
}

export const TELLING_FIELDS: readonly string[] = Object.keys(FIELDS);
