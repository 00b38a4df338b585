// Memory statistics from whatever a service shows of them, as one model. Each source lacks other fields:
// what a source does not say stays absent, because unknown is never zero.
export { parseExpvar } from './memstats-expvar.ts';
export { parseGctrace } from './memstats-gctrace.ts';
export { parseRuntimeMetrics } from './memstats-runtime.ts';
export { parseHeapTrailer } from './memstats-trailer.ts';
export { parsePrometheus } from './prometheus.ts';
