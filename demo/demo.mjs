// `npm run demo`: prepares this machine with nothing but Node.js, then plays the scene.
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findGo } from './prepare/go.mjs';
import { ensurePackages } from './prepare/packages.mjs';
import { ensureRedis } from './prepare/redis.mjs';
import { leaveWith, say } from './prepare/steps.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

async function prepare() {
  await ensurePackages(root);
  const redis = await ensureRedis();
  const go = await findGo();
  if (go.path) say('go', `${go.version} (${go.path}): real services`);
  else say('go', `${go.absent}: recorded captures are replayed instead of real services`);
  return { GOLEAK_REDIS_SERVER: redis, GOLEAK_DEMO_GO: go.path ?? '' };
}

/** The scene owns the terminal from here: signals reach it, its exit status is ours. */
function play(facts) {
  const script = process.argv.includes('--digest') ? 'demo/digest/scene.ts' : 'demo/scene.ts';
  const args = ['--import', 'tsx', script, ...process.argv.slice(2)];
  const scene = spawn(process.execPath, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...facts },
  });
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => scene.kill(signal));
  // Ctrl-C in a terminal reaches the scene by itself; passing it on would count as the second, forcing one.
  process.on('SIGINT', () => process.stdin.isTTY || scene.kill('SIGINT'));
  scene.on('exit', (status, signal) => {
    process.exitCode = status ?? (signal === 'SIGINT' ? 130 : 1);
    process.removeAllListeners();
  });
}

await prepare().then(play, leaveWith);
