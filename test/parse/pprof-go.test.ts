// Go's own pprof reads the samples, and the files we write, exactly as we do. Skipped without Go, unless
// GOLEAK_TEST_REQUIRE names go.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Profile, sampleStack } from '../../src/model/profile.ts';
import { writePprof } from '../../src/parse/pprof-write.ts';
import { subtractProfiles } from '../../src/parse/profile-arithmetic.ts';
import { PROFILES, protoSamples, readSample } from './pprof-samples.ts';

const required = (process.env.GOLEAK_TEST_REQUIRE ?? '').split(/[ ,]/).includes('go');
const hasGo = spawnSync('go', ['version']).status === 0;

function goPprof(...args: string[]): string {
  return execFileSync('go', ['tool', 'pprof', ...args], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

/** Flat and cumulative per function, as `-top` counts them: a function once per stack. */
function top(profile: Profile, column: number): Map<string, [flat: number, cum: number]> {
  const sums = new Map<string, [number, number]>();
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    const value = profile.values[sample * profile.sampleTypes.length + column] ?? 0;
    const names = sampleStack(profile, sample).map(({ func }) => func);
    for (const name of new Set(names)) {
      const [flat, cum] = sums.get(name) ?? [0, 0];
      sums.set(name, [flat + (name === names[0] ? value : 0), cum + value]);
    }
  }
  return sums;
}

/** `  176950834  94.87%  94.87%  176950834  94.87%  main.main.func16`, (inline) marks dropped. */
function goTop(file: string, type: string, unit: string): Map<string, [number, number]> {
  const text = goPprof(
    '-top',
    '-nodecount=100000',
    '-nodefraction=0',
    '-edgefraction=0',
    `-unit=${unit}`,
    `-sample_index=${type}`,
    '-symbolize=none',
    file,
  );
  const rows = new Map<string, [number, number]>();
  for (const line of text.split('\n')) {
    const match =
      /^\s*(-?[\d.]+)\w*\s+-?[\d.]+%\s+-?[\d.]+%\s+(-?[\d.]+)\w*\s+-?[\d.]+%\s+(.*?)(?: \((?:partial-)?inline\))?$/.exec(
        line,
      );
    if (match) rows.set(match[3] ?? '', [Number(match[1]), Number(match[2])]);
  }
  return rows;
}

/** Stacks of `-raw`: values, then location numbers resolved to names through the table below them. */
function goRawTotals(file: string): { rows: number; totals: number[] } {
  const text = goPprof('-raw', '-symbolize=none', file);
  const samples = text.slice(text.indexOf('Samples:\n'), text.indexOf('\nLocations'));
  const rows = samples
    .split('\n')
    .slice(2)
    .map((line) => /^\s*((?:-?\d+\s+)*-?\d+): /.exec(line)?.[1]?.trim().split(/\s+/).map(Number));
  const totals: number[] = [];
  let count = 0;
  for (const row of rows) {
    if (!row) continue;
    count++;
    for (const [column, value] of row.entries()) totals[column] = (totals[column] ?? 0) + value;
  }
  return { rows: count, totals };
}

describe.skipIf(!hasGo && !required)('agreement with go tool pprof (skipped without a go command)', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'goleak-pprof-'));
    goPprof('-raw', fileURLToPath(new URL('zoo-go1.26.heap.pb.gz', PROFILES))); // the first call builds the tool
  }, 180_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const chosen = protoSamples.filter((name) => /zoo|delta|goroutineleak|t185|t095|grf/.test(name));

  it.each(chosen)('%s: rows and totals of every column', (name) => {
    const profile = readSample(name);
    const width = profile.sampleTypes.length;
    const totals = profile.sampleTypes.map((_, column) =>
      Array.from(
        { length: profile.sampleCount },
        (_row, sample) => profile.values[sample * width + column] ?? 0,
      ).reduce((sum, value) => sum + value, 0),
    );
    const raw = goRawTotals(fileURLToPath(new URL(name, PROFILES)));
    expect(raw.rows).toBe(profile.sampleCount);
    if (profile.sampleCount > 0) expect(raw.totals).toEqual(totals);
  });

  it.each(chosen.filter((name) => !/grf|leak-global/.test(name)))(
    '%s: every function of -top, each sample type',
    (name) => {
      const profile = readSample(name);
      for (const [column, { type, unit }] of profile.sampleTypes.entries()) {
        const ours = top(profile, column);
        const theirs = goTop(fileURLToPath(new URL(name, PROFILES)), type, unit === 'bytes' ? 'B' : unit);
        for (const [func, sums] of theirs) expect([func, ...sums]).toEqual([func, ...(ours.get(func) ?? [])]);
        // -top leaves out what sums to nothing.
        const shown = [...ours.values()].filter(([flat, cum]) => flat !== 0 || cum !== 0);
        expect(theirs.size).toBe(shown.length);
      }
    },
  );

  it('opens a difference we wrote, and shows what -diff_base shows', () => {
    const difference = subtractProfiles(
      readSample('heap-leak.t185.heap.pb.gz'),
      readSample('heap-leak.t065.heap.pb.gz'),
    ).value;
    if (!difference) throw new Error('no difference');
    const file = join(folder, 'difference.pb.gz');
    writeFileSync(file, writePprof(difference));
    const ours = goTop(file, 'inuse_space', 'B');
    expect(ours.get('main.main.func16')).toEqual(top(difference, 3).get('main.main.func16'));
    expect(ours.get('main.main.func16')?.[0]).toBeGreaterThan(100e6);
  });
});
