// Finding programs on this machine. GOLEAK_HIDE=go,chromium makes them count as absent, so that what
// happens without them can be shown where they are installed.
import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where installers put things that a bare PATH misses (cron, ssh commands, app bundles). */
const USUAL_FOLDERS = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/sbin', '/opt/homebrew/bin', '/snap/bin'];

/** True when the environment asks that this program count as absent. */
export function isHidden(name, env = process.env) {
  return (env.GOLEAK_HIDE ?? '').split(',').some((word) => word.trim() === name);
}

/** First of the names found in PATH, then in the given and the usual folders. */
export function findProgram(names, { env = process.env, folders = [] } = {}) {
  const inPath = (env.PATH ?? '').split(delimiter).filter(Boolean);
  for (const folder of [...inPath, ...folders, ...USUAL_FOLDERS]) {
    for (const name of names) {
      const path = join(folder, name);
      if (isExecutable(path)) return path;
    }
  }
  return undefined;
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
