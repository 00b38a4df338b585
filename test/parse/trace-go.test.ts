// A trace recorded now, by whatever Go is here, against its program and `go tool trace`. Skipped without Go, unless
// GOLEAK_TEST_REQUIRE names go.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answersOf } from '../../src/analyse/trace-answers.ts';
import type { ExecutionTrace } from '../../src/model/trace.ts';
import { ORACLE_KINDS, type OracleTotals, oracleTotals } from '../kit/go-trace.ts';
import { requires } from '../kit/require.ts';
import { blockedRows, type Counts, ourTotals, wholeTrace } from '../kit/traces.ts';

const PROGRAMS = fileURLToPath(new URL('../programs/', import.meta.url));
const LIMIT_MS = 180_000;

describe.skipIf(requires('go'))('agreement with go tool trace', () => {
  const folder = mkdtempSync(join(tmpdir(), 'goleak-trace-'));
  let trace: ExecutionTrace;
  let counts: Counts;
  let oracle: OracleTotals;

  beforeAll(() => {
    const program = join(folder, 'traced');
    const file = join(folder, 'trace');
    execFileSync('go', ['build', '-o', program, './traced'], { cwd: PROGRAMS });
    counts = JSON.parse(execFileSync(program, [file], { encoding: 'utf8' }));
    oracle = oracleTotals(file);
    trace = wholeTrace(readFileSync(file));
  }, LIMIT_MS);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each(ORACLE_KINDS)('adds up to the same for -pprof=%s, within 2 %%', (kind) => {
    const ours = ourTotals(trace)[kind].ns;
    expect(Math.abs(ours - oracle[kind].ns)).toBeLessThanOrEqual(0.02 * oracle[kind].ns);
  });

  it('counts what the program counted', () => {
    const answers = answersOf(trace);
    const blocked = blockedRows(answers);
    for (const { function: func, created, blocked: left } of counts.statements) {
      const found = answers.statements.find(({ starts }) => starts.func === func);
      expect([func, found?.created, blocked.get(func)?.count ?? 0]).toEqual([func, created, left]);
    }
  });
});
