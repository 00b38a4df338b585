// The functions `goleak show` lists against those `go tool pprof -top` lists, for every sample type.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { assembleSeries } from '../../src/parse/snapshot.ts';
import { buildShow } from '../../src/report/show.ts';
import { functionRows } from '../../src/report/show-top.ts';
import { pathOf, requires } from '../kit/require.ts';

const CAPTURES = new URL('../captures/', import.meta.url);
const ROWS = 20;

/** `44897600B 98.8% 98.8% 44897600B 98.8%  main.garbage (inline)` */
const ROW =
  /^\s*(-?\d+)(?:B|ns)?\s+\S+%\s+\S+%\s+(-?\d+)(?:B|ns)?\s+\S+%\s+(.*?)(?: \((?:partial-)?inline\))?$/;

function pprofTop(file: string, type: string, unit: string): string[] {
  const exact = { bytes: 'B', nanoseconds: 'ns' }[unit] ?? unit;
  const flags = ['-top', `-nodecount=${ROWS}`, '-nodefraction=0', `-unit=${exact}`, `-sample_index=${type}`];
  const lines = execFileSync(pathOf('go'), ['tool', 'pprof', ...flags, file], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).split('\n');
  return lines.flatMap((line) => {
    const [, flat, cum, func] = ROW.exec(line) ?? [];
    return func === undefined ? [] : [`${flat} ${cum} ${func}`];
  });
}

describe.skipIf(requires('go'))('show agrees with go tool pprof -top', () => {
  it.each(['profiles/heap-leak.t185.heap.pb.gz', 'profiles/leak-send.heap-delta4s.pb.gz', 'odd/cpu.pb.gz'])(
    '%s',
    (name) => {
      const file = fileURLToPath(new URL(name, CAPTURES));
      const { series, problems } = assembleSeries([[{ name, bytes: readFileSync(file) }]], {
        instance: name,
      });
      const artefact = { name, sha256: '', bytes: 0, files: 1 };
      const { profiles, top } = buildShow(series.snapshots, { artefact, problems });
      const [profile] = profiles;
      expect(profile?.sampleTypes.length).toBeGreaterThan(1);
      for (const { type, unit } of profile?.sampleTypes ?? []) {
        const ours = functionRows(top, type).rows.map(({ func, flat, cum }) => `${flat} ${cum} ${func}`);
        const theirs = pprofTop(file, type, unit);
        expect(theirs.length).toBeGreaterThan(0);
        // Ties may be listed in another order, so each row of theirs must be among ours.
        expect(theirs.filter((row) => !ours.includes(row))).toEqual([]);
      }
    },
  );
});
