// `npm run faults`: the proving ground. Real processes, a real Redis and a strict little Slack, killed and disturbed
// on purpose; afterwards a judge compares what was accepted with what the threads show.
//
//   npm run faults [-- --only F3,F4] [--seed S] [--ledger FILE]
//   npm run faults -- --sabotage outbox|lease|ack|redaction    (must fail)
//   npm run faults -- --campaign 200 [--kills 60]
//   npm run faults -- --digests 1000 [--seed S]    (slots)
//   npm run faults -- --recovery 50     (kills of workers)
//   npm run faults -- --acks 60         (seconds of fifty commands each)
import { spawn, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensurePackages } from '../../demo/prepare/packages.mjs';
import { ensureRedis } from '../../demo/prepare/redis.mjs';
import { CannotPrepare, leaveWith, say } from '../../demo/prepare/steps.mjs';

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const DIST = join(root, '.faults', 'dist');

async function prepare() {
  await ensurePackages(root);
  const redis = await ensureRedis();
  // Compiled, as in the image: a killed process is back in half a second, not in two.
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const again = ['--incremental', '--tsBuildInfoFile', join(DIST, 'tsbuildinfo')];
  const built = spawnSync(process.execPath, [tsc, '-p', 'tsconfig.build.json', '--outDir', DIST, ...again], {
    cwd: root,
    stdio: 'inherit',
  });
  if (built.status !== 0) throw new CannotPrepare('build: the program does not compile; see above.');
  say('build', 'src and workers, compiled');
  return { GOLEAK_REDIS_SERVER: redis, GOLEAK_FAULTS_DIST: DIST };
}

function play(facts) {
  const args = ['--import', 'tsx', 'test/faults/main.ts', ...process.argv.slice(2)];
  const main = spawn(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...facts },
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => main.kill(signal));
  process.on('SIGINT', () => process.stdin.isTTY || main.kill('SIGINT'));
  main.on('exit', (status) => {
    process.exitCode = status ?? 1;
    process.removeAllListeners();
  });
}

await prepare().then(play, leaveWith);
