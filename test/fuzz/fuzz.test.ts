// A short run of the fuzzer, kept seeds first; and that it would find what it looks for.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { mutate } from './mutate.ts';
import { Random } from './random.ts';
import { readKept, readSeeds } from './seeds.ts';

const RUN = fileURLToPath(new URL('run.mjs', import.meta.url));
const LIMIT_MS = 120_000;

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function fuzz(...args: string[]): { status: number | null; said: string; found: string[]; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'goleak-fuzz-'));
  folders.push(folder);
  const { status, stdout, stderr } = spawnSync(process.execPath, [RUN, '--found', folder, ...args], {
    encoding: 'utf8',
  });
  return { status, said: stdout + stderr, found: readdirSync(folder), folder };
}

describe('the fuzzer', () => {
  it(
    'finds nothing in 3,000 inputs, once findings included',
    () => {
      const { status, said } = fuzz('--runs', '3000', '--seed', '1');
      expect(said).toContain('3000 inputs of seed 1');
      expect(said).toContain(': 0 findings');
      expect(status).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'finds nothing in 1,500 goref files, damaged in their names, ways and figures',
    () => {
      const { status, said } = fuzz('--target', 'retention', '--runs', '1500', '--seed', '1');
      expect(said).toContain('1500 inputs of seed 1');
      expect(said).toContain(': 0 findings');
      expect(status).toBe(0);
    },
    LIMIT_MS,
  );

  it(
    'finds no mention, link or invisible character of others in 12,800 hostile names',
    () => {
      const { status, said } = fuzz('--target', 'names', '--runs', '12800', '--seed', '1');
      expect(said).toContain('12800 names of seed 1');
      expect(said).toContain(': 0 findings');
      expect(status).toBe(0);
    },
    LIMIT_MS,
  );

  it.each([
    ['crash', 'planted'],
    ['hang', 'took more than 2000 ms'],
    ['die', 'ended the process (SIGABRT)'],
    ['memory', 'brought the process to'],
  ])(
    'finds a planted %s, keeps its input and goes on',
    (plant, words) => {
      const { status, said, found, folder } = fuzz('--runs', '120', '--seed', '1', '--plant', plant);
      expect(said).toContain(words);
      expect(said).toContain('120 inputs of seed 1');
      expect(status).toBe(1);
      expect(found.length).toBeGreaterThan(0);
      for (const file of found) expect(file).toMatch(/^1-50\b/);
      expect(readFileSync(join(folder, found[0] ?? ''))).toEqual(inputOf(1, 50));
    },
    LIMIT_MS,
  );
});

/** As child.ts makes it. */
function inputOf(seed: number, index: number): Buffer {
  const random = new Random(seed, index);
  const seeds = readSeeds();
  expect(index).toBeGreaterThanOrEqual(readKept().length);
  const chosen = random.pick(seeds);
  return mutate(chosen.bytes, random.pick(seeds).bytes, random);
}
