// Three figures of /metrics that decide whether a service may be asked more. The rest of it is read elsewhere, in a
// child that may be killed; here only lines that begin with these names are looked at.
import type { Vitals } from '../model/capture.ts';

// https://github.com/prometheus/client_golang/tree/main/prometheus: process_collector.go, go_collector_latest.go
const CPU = /^process_cpu_seconds_total(?:\{[^{}\n]{0,500}\})? (\S{1,40})/m;
const CORES = /^go_sched_gomaxprocs_threads(?:\{[^{}\n]{0,500}\})? (\S{1,40})/m;
const START = /^process_start_time_seconds(?:\{[^{}\n]{0,500}\})? (\S{1,40})/m;

/** Undefined when the page says none of them. */
export function readVitals(bytes: Uint8Array, atMs: number): Vitals | undefined {
  const text = new TextDecoder('latin1').decode(bytes);
  const cpuSeconds = figure(CPU, text);
  const cores = figure(CORES, text);
  const start = figure(START, text);
  if (cpuSeconds === undefined && start === undefined) return undefined;
  return {
    atMs,
    ...(cpuSeconds !== undefined && { cpuSeconds }),
    ...(cores !== undefined && { cores }),
    ...(start !== undefined && { startedAtMs: start * 1000 }),
  };
}

function figure(line: RegExp, text: string): number | undefined {
  const value = Number(line.exec(text)?.[1]);
  return Number.isFinite(value) && value >= 0 ? value : undefined;
}
