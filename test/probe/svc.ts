// The service with a probe that these tests ask, and that pushes to them.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { pathOf } from '../kit/require.ts';

const SVC = fileURLToPath(new URL('svc', import.meta.url));
const BUILD_TIMEOUT_MS = 400_000;

/** Compiles it into a folder and gives the binary's path. */
export async function buildProbed(folder: string): Promise<string> {
  const binary = join(folder, 'probed');
  const env = { ...process.env, GOWORK: 'off', GOFLAGS: '-buildvcs=false', CGO_ENABLED: '0' };
  const options = { cwd: SVC, env, timeout: BUILD_TIMEOUT_MS };
  await promisify(execFile)(pathOf('go'), ['build', '-trimpath', '-o', binary, '.'], options);
  return binary;
}
