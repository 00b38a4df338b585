// `npm run captures:traces`: execution traces in every format Go writes, by a program that counts what it does, with
// its counts and the totals of `go tool trace` beside each. Needs the toolchains (module proxy).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { oracleTotals } from '../kit/go-trace.ts';

const PROGRAMS = fileURLToPath(new URL('.', import.meta.url));
const CAPTURES = fileURLToPath(new URL('../captures/traces/', import.meta.url));

const TOOLCHAINS = ['go1.22.12', 'go1.23.12', 'go1.25.8', 'go1.26.8', 'go1.27.3'];
/** Of those, the ones whose flight recorder is recorded too. */
const FLIGHTS = ['go1.25.8', 'go1.27.3'];

const folder = mkdtempSync(join(tmpdir(), 'goleak-traced-'));
try {
  for (const toolchain of TOOLCHAINS) {
    const program = join(folder, 'traced');
    execFileSync('nice', ['-n', '10', 'go', 'build', '-trimpath', '-o', program, './traced'], {
      cwd: PROGRAMS,
      env: { ...process.env, GOTOOLCHAIN: toolchain, GOFLAGS: '-buildvcs=false' },
      stdio: 'inherit',
    });
    record(program, toolchain, []);
    record(program, `${toolchain}-small`, ['-small']);
    if (FLIGHTS.includes(toolchain)) record(program, `${toolchain}-flight`, ['-flight']);
  }
} finally {
  rmSync(folder, { recursive: true });
}

function record(program: string, name: string, args: readonly string[]): void {
  const file = join(folder, 'trace');
  const counts: unknown = JSON.parse(execFileSync(program, [file, ...args], { encoding: 'utf8' }));
  const truth = { counts, goToolTrace: oracleTotals(file) };
  writeFileSync(join(CAPTURES, `${name}.trace.gz`), gzipSync(readFileSync(file), { level: 9 }));
  writeFileSync(join(CAPTURES, `${name}.truth.json`), `${JSON.stringify(truth, null, 2)}\n`);
}
