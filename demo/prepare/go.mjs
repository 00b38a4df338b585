// Looks for a Go toolchain. Go is a luxury here: with it the demo runs real services, without it a recording.
import { homedir } from 'node:os';
import { join } from 'node:path';
import { findProgram, isHidden } from './programs.mjs';
import { run } from './steps.mjs';

/** Oldest release that builds the demo's services. */
export const OLDEST_GO = [1, 21];

/** Either `{ path, version }`, or `{ absent }` with the reason in words. */
export async function findGo({ env = process.env, find = findProgram, runProgram = run } = {}) {
  if (isHidden('go', env)) return { absent: 'hidden by GOLEAK_HIDE' };
  const path = find(['go'], {
    env,
    folders: ['/usr/local/go/bin', '/usr/lib/go/bin', join(homedir(), 'go', 'bin')],
  });
  if (!path) return { absent: 'not found in PATH' };
  // GOTOOLCHAIN=local: an older go must say its own version instead of fetching another.
  const { status, output } = await runProgram(path, ['version'], { env: { ...env, GOTOOLCHAIN: 'local' } });
  const version = /go version go(\d+\.\d+(?:\.\d+)?)/.exec(output)?.[1];
  if (status !== 0 || !version) return { absent: `${path} does not run (${output.split('\n')[0]})` };
  return isNewEnough(version)
    ? { path, version }
    : {
        absent: `${path} is ${version}, and ${OLDEST_GO.join('.')} or newer is needed, so it counts as absent`,
      };
}

function isNewEnough(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > OLDEST_GO[0] || (major === OLDEST_GO[0] && minor >= OLDEST_GO[1]);
}
