// What Go's own tool says of an execution trace: the oracle of ours.
import { execFileSync } from 'node:child_process';
import { valueColumn } from '../../src/model/profile.ts';
import { parsePprof } from '../../src/parse/pprof.ts';

/** Questions that `go tool trace -pprof=…` answers. */
export const ORACLE_KINDS = ['sched', 'net', 'sync', 'syscall'] as const;
export type OracleKind = (typeof ORACLE_KINDS)[number];

export interface Total {
  readonly count: number;
  readonly ns: number;
}

export type OracleTotals = Readonly<Record<OracleKind, Total>>;

/** Runs `go tool trace`; the file must not be compressed. */
export function oracleTotals(file: string): OracleTotals {
  const [sched, net, sync, syscall] = ORACLE_KINDS.map((kind) => {
    const profile = execFileSync('go', ['tool', 'trace', `-pprof=${kind}`, file], {
      maxBuffer: 2 ** 28,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return totalOf(profile);
  });
  if (!sched || !net || !sync || !syscall) throw new Error('four questions have four answers');
  return { sched, net, sync, syscall };
}

function totalOf(bytes: Uint8Array): Total {
  const profile = parsePprof(bytes).value;
  if (!profile) throw new Error('go tool trace wrote no profile');
  const width = profile.sampleTypes.length;
  const sum = (column: number) => {
    let total = 0;
    for (let at = column; at < profile.values.length; at += width) total += profile.values[at] ?? 0;
    return total;
  };
  return { count: sum(valueColumn(profile, 'contentions')), ns: sum(valueColumn(profile, 'delay')) };
}
