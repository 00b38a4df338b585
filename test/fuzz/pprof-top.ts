// One profile, read by us and by `go tool pprof`: rows, totals, and the top of every sample type.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type Profile, sampleStack } from '../../src/model/profile.ts';
import { parsePprof } from '../../src/parse/pprof.ts';

/** Functions compared for each sample type, largest first. */
const TOP = 20;

export interface Agreement {
  readonly kind: string;
  readonly sampleTypes: number;
  /** Sentences about what differs; none when both say the same. */
  readonly differences: readonly string[];
}

export function compareWithGo(go: string, file: string): Agreement {
  const { value: profile, problems } = parsePprof(readFileSync(file));
  if (!profile || problems.length > 0) {
    return { kind: 'unread', sampleTypes: 0, differences: [`not read: ${problems[0]?.code}`] };
  }
  const differences: string[] = [];
  const raw = rawTotals(pprof(go, ['-raw', file]));
  if (raw.rows !== profile.sampleCount) differences.push(`rows: ${profile.sampleCount}, go ${raw.rows}`);
  for (const [column, { type, unit }] of profile.sampleTypes.entries()) {
    const total = columnOf(profile, column).reduce((sum, value) => sum + value, 0);
    if (total !== (raw.totals[column] ?? 0))
      differences.push(`${type}: total ${total}, go ${raw.totals[column]}`);
    const ours = topOf(profile, column);
    const theirs = goTop(
      pprof(go, [...TOP_FLAGS, `-unit=${UNITS[unit] ?? unit}`, `-sample_index=${type}`, file]),
    );
    differences.push(...topDifferences(type, ours, theirs));
  }
  return {
    kind: profile.delta ? `${profile.kind} delta` : profile.kind,
    sampleTypes: profile.sampleTypes.length,
    differences,
  };
}

const TOP_FLAGS = ['-top', '-nodecount=100000', '-nodefraction=0', '-edgefraction=0'];
const UNITS: Readonly<Record<string, string>> = { bytes: 'B', nanoseconds: 'ns' };

function pprof(go: string, args: readonly string[]): string {
  return execFileSync(go, ['tool', 'pprof', '-symbolize=none', ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** `     1   512:   1 2 3` between `Samples:` and `Locations`. */
function rawTotals(text: string): { rows: number; totals: number[] } {
  const totals: number[] = [];
  let rows = 0;
  for (const line of text.slice(text.indexOf('Samples:\n'), text.indexOf('\nLocations')).split('\n')) {
    const values = /^\s*((?:-?\d+\s+)*-?\d+): /.exec(line)?.[1]?.trim().split(/\s+/).map(Number);
    if (!values) continue;
    rows += 1;
    for (const [column, value] of values.entries()) totals[column] = (totals[column] ?? 0) + value;
  }
  return { rows, totals };
}

function columnOf({ values, sampleTypes, sampleCount }: Profile, column: number): number[] {
  return Array.from(
    { length: sampleCount },
    (_, sample) => values[sample * sampleTypes.length + column] ?? 0,
  );
}

type Top = Map<string, readonly [flat: number, cum: number]>;

/** Flat and cumulative per function, as `-top` counts them: a function once per stack. */
function topOf(profile: Profile, column: number): Top {
  const sums = new Map<string, [number, number]>();
  for (const [sample, value] of columnOf(profile, column).entries()) {
    const names = sampleStack(profile, sample).map(({ func }) => func);
    for (const name of new Set(names)) {
      const [flat, cum] = sums.get(name) ?? [0, 0];
      sums.set(name, [flat + (name === names[0] ? value : 0), cum + value]);
    }
  }
  return sums;
}

/** `  176950834  94.87%  94.87%  176950834  94.87%  main.main.func16 (inline)` */
const TOP_ROW =
  /^\s*(-?[\d.]+)\w*\s+[-+.\de]+%\s+[-+.\de]+%\s+(-?[\d.]+)\w*\s+[-+.\de]+%\s+(.*?)(?: \((?:partial-)?inline\))?$/;

function goTop(text: string): Top {
  const rows = new Map<string, readonly [number, number]>();
  for (const line of text.split('\n')) {
    const match = TOP_ROW.exec(line);
    if (match) rows.set(match[3] ?? '', [Number(match[1]), Number(match[2])]);
  }
  return rows;
}

function topDifferences(type: string, ours: Top, theirs: Top): string[] {
  const differences: string[] = [];
  for (const [func, sums] of [...theirs].slice(0, TOP)) {
    const own = ours.get(func);
    if (`${own}` !== `${sums}`) differences.push(`${type}: ${func} ${own}, go ${sums}`);
  }
  // -top leaves out what sums to nothing.
  const shown = [...ours.values()].filter(([flat, cum]) => flat !== 0 || cum !== 0).length;
  if (shown !== theirs.size) differences.push(`${type}: ${shown} functions, go ${theirs.size}`);
  return differences;
}
