// The recorded traces, and what their program says it did.
import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ExecutionTrace, TraceAnswers } from '../../src/model/trace.ts';
import { parseTrace } from '../../src/parse/trace/trace.ts';
import type { OracleTotals, Total } from './go-trace.ts';

const TRACES = new URL('../captures/traces/', import.meta.url);

/** What `test/programs/traced` prints. */
export interface Counts {
  readonly go: string;
  readonly existing: number;
  readonly shortEnded: number;
  readonly collections: number;
  readonly retainedBytes: number;
  readonly statements: readonly {
    readonly function: string;
    readonly created: number;
    readonly blocked: number;
    readonly reason: string;
  }[];
}

export interface Truth {
  readonly counts: Counts;
  readonly goToolTrace: OracleTotals;
}

export const RECORDED = readdirSync(TRACES)
  .filter((name) => name.endsWith('.trace.gz'))
  .map((name) => name.replace('.trace.gz', ''));

export function traceBytes(name: string): Uint8Array {
  const bytes = readFileSync(new URL(name, TRACES));
  return name.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

export function truthOf(name: string): Truth {
  return JSON.parse(readFileSync(new URL(`${name}.truth.json`, TRACES), 'utf8'));
}

/** Reads a trace that must be whole. */
export function wholeTrace(bytes: Uint8Array): ExecutionTrace {
  const { value, problems } = parseTrace(bytes);
  if (!value || problems.length > 0) throw new Error(`not a whole trace: ${JSON.stringify(problems)}`);
  return value;
}

/** The figures that `go tool trace -pprof=…` adds up. */
export function ourTotals({ latency, waits }: ExecutionTrace): OracleTotals {
  const sum = (wanted: (wait: ExecutionTrace['waits'][number]) => boolean): Total =>
    waits
      .filter(wanted)
      .reduce(({ count, ns }, wait) => ({ count: count + wait.count, ns: ns + wait.totalNs }), {
        count: 0,
        ns: 0,
      });
  return {
    sched: { count: latency.count, ns: latency.totalAfterFirstRunNs },
    net: sum(({ kind, reason }) => kind === 'waiting' && reason === 'network'),
    sync: sum(({ kind, reason }) => kind === 'waiting' && /chan|sync|select/.test(reason)),
    syscall: sum(({ kind }) => kind === 'syscall'),
  };
}

/** Blocked at the end by the function they run, as the program counts them. */
export function blockedRows({
  stillBlocked,
}: TraceAnswers): Map<string, { count: number; reasons: Set<string> }> {
  const rows = new Map<string, { count: number; reasons: Set<string> }>();
  for (const { starts, count, reason } of stillBlocked) {
    const row = rows.get(starts.func) ?? { count: 0, reasons: new Set() };
    row.count += count;
    row.reasons.add(reason === 'syscall' ? '(syscall)' : reason);
    rows.set(starts.func, row);
  }
  return rows;
}
