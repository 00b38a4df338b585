import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const root = process.cwd();
const CHECK = join(root, 'test', 'architecture', 'deps.mjs');
const SLOW_MS = 120_000;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'goleak-deps-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the product's sources that can be spoiled. */
function copyOf(...names: string[]): string {
  const copy = mkdtempSync(join(folder, 'copy-'));
  for (const name of [...names, 'package.json', 'tsconfig.json', 'manifest.yml', '.dependency-cruiser.mjs']) {
    cpSync(join(root, name), join(copy, name), { recursive: true });
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
  return copy;
}

function check(copy: string): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CHECK, copy], { encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

describe('npm run deps', () => {
  it('is content with the tree as it is', { timeout: SLOW_MS }, () => {
    const { status, output } = check(root);
    expect(output).toMatch(/\d+ modules, \d+ \.ts files, 0 problems/);
    expect(status).toBe(0);
  });

  it('names each planted import, and says what to do instead', { timeout: SLOW_MS }, () => {
    const copy = copyOf('src', 'workers');
    const plants: [file: string, code: string, rule: string, advice: string][] = [
      [
        'src/analyse/planted.ts',
        "import 'node:fs';",
        'analyse-needs-nothing',
        'Take what is needed as an argument',
      ],
      [
        'src/planted.ts',
        "import '../workers/main.ts';",
        'nothing-imports-workers',
        'Put what the program knows in src/',
      ],
      [
        'src/report/planted.ts',
        "import '../parse/pprof.ts';",
        'report-knows-what-it-shows',
        'Put any other noun in src/model',
      ],
      [
        'src/watch/planted.ts',
        "import '../parse/pprof.ts';",
        'watch-is-arithmetic',
        'Time is what samples say',
      ],
      ['src/model/planted.ts', "import '../failure.ts';", 'model-imports-nothing', 'The nouns know nobody'],
      ['src/command/planted.ts', "import 'bullmq';", 'bullmq-in-queue', 'Call enqueue functions'],
      [
        'src/entry/planted.ts',
        "import '../queue/queue.ts';",
        'doors-hand-over',
        'calls the function it was handed',
      ],
      [
        'src/capture/planted.ts',
        "import '../../test/kit/require.ts';",
        'nothing-unresolved',
        'leads nowhere',
      ],
      [
        'src/store/planted.ts',
        'export const home = process.env.HOME;',
        'environment-read-once',
        'add the variable to its schema',
      ],
      [
        'src/parse/planted.ts',
        'export const now = Date.now();',
        'pure-rooms-ask-nobody',
        'take clock, chance and input as arguments',
      ],
    ];
    for (const [file, code] of plants) writeFileSync(join(copy, file), `${code}\n`);
    const { status, output } = check(copy);
    expect(status).toBe(1);
    for (const [file, , rule, advice] of plants) {
      expect(output).toMatch(new RegExp(`^${rule}: ${file.replaceAll('.', '\\.')}.*\\n.*${advice}`, 'm'));
    }
  });

  it('fails when it saw fewer modules than there are .ts files', { timeout: SLOW_MS }, () => {
    const copy = copyOf('src');
    const config = join(copy, '.dependency-cruiser.mjs');
    const blind = readFileSync(config, 'utf8').replace("path: '^(dist|", "path: '^(dist|src/parse/|");
    expect(blind).toContain('src/parse/|');
    writeFileSync(config, blind);
    const { status, output } = check(copy);
    expect(status).toBe(1);
    expect(output).toMatch(/^saw \d+ of \d+ \.ts files, not src\/parse\//m);
  });
});

describe('without workers/', () => {
  it('src/ still type-checks and the CLI still runs', { timeout: SLOW_MS }, () => {
    const copy = copyOf('src');
    const settings = { extends: './tsconfig.json', include: ['src'] };
    writeFileSync(join(copy, 'tsconfig.src.json'), JSON.stringify(settings));
    const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
    const typecheck = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.src.json', '--noEmit'], {
      cwd: copy,
      encoding: 'utf8',
    });
    expect(typecheck.stdout).toBe('');
    const help = spawnSync(process.execPath, ['--import', 'tsx', 'src/cli.ts', 'help'], {
      cwd: copy,
      encoding: 'utf8',
    });
    expect(help.stdout).toContain('capture');
    expect(help.status).toBe(0);
  });
});
