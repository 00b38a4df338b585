// `npm test`: prepares this machine with nothing but Node.js, runs vitest, and ends in one line that
// counts tests. Arguments are passed on to vitest: `npm test -- test/parse`.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findChromium } from '../demo/prepare/chromium.mjs';
import { findGo } from '../demo/prepare/go.mjs';
import { ensurePackages } from '../demo/prepare/packages.mjs';
import { ensureRedis } from '../demo/prepare/redis.mjs';
import { CannotPrepare, leaveWith, say } from '../demo/prepare/steps.mjs';
import { countTests } from './count.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const insistedOn = (process.env.GOLEAK_TEST_REQUIRE ?? '').split(',').map((word) => word.trim());

async function prepare() {
  await ensurePackages(root);
  const redis = await ensureRedis();
  const go = await findGo();
  report('go', go, 'tests of real Go services');
  report('chromium', findChromium(), 'tests that press buttons on the workspace page');
  return { GOLEAK_REDIS_SERVER: redis };
}

function report(name, { path, version, absent }, tests) {
  if (absent === undefined) {
    say(name, [version, path].filter(Boolean).join(' '));
    return;
  }
  if (insistedOn.includes(name)) {
    throw new CannotPrepare(
      `${name}: ${absent}, and GOLEAK_TEST_REQUIRE names it: install it, or leave it out there.`,
    );
  }
  say(name, `${absent}: ${tests} will be skipped`);
}

function runVitest(facts) {
  const folder = mkdtempSync(join(tmpdir(), 'goleak-test-'));
  const results = join(folder, 'results.json');
  const args = [
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${results}`,
    ...process.argv.slice(2),
  ];
  const vitest = spawn(process.execPath, [join(root, 'node_modules', 'vitest', 'vitest.mjs'), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...facts, ...(needsGoServices() && { GOLEAK_TEST_WARM_GO: '1' }) },
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => vitest.kill(signal));
  process.on('SIGINT', () => process.stdin.isTTY || vitest.kill('SIGINT'));
  vitest.on('exit', (status) => {
    process.exitCode = finish(results, status ?? 1);
    rmSync(folder, { recursive: true, force: true });
    process.removeAllListeners();
  });
}

/** Everything, or what goes through the doors of the whole product. */
function needsGoServices() {
  const named = process.argv.slice(2).filter((word) => !word.startsWith('-'));
  return named.length === 0 || named.some((word) => word.includes('e2e'));
}

/** Prints the count, alone on the last line, and decides the exit status. */
function finish(results, status) {
  let counts;
  try {
    counts = countTests(JSON.parse(readFileSync(results, 'utf8')));
  } catch {
    process.stderr.write('vitest left no results: it was stopped, or could not start.\n');
    return status || 1;
  }
  process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
  // A run in which no test ran has shown nothing.
  return status || (counts.failed > 0 || counts.passed === 0 ? 1 : 0);
}

await prepare().then(runVitest, leaveWith);
