// Installs npm packages when node_modules is missing or does not hold what package-lock.json asks for.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CannotPrepare, run, say, withSigns } from './steps.mjs';

const INSTALL = ['ci', '--ignore-scripts', '--no-audit', '--no-fund'];

/** Oldest Node.js release this runs on; the same figure as package.json's `engines`. */
export const OLDEST_NODE = [20, 19];

export function checkNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldestMajor, oldestMinor] = OLDEST_NODE;
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return;
  throw new CannotPrepare(
    `This is Node.js ${version}, and ${oldestMajor}.${oldestMinor} or newer is needed: install one with "nvm install 24" or from your package manager.`,
  );
}

export async function ensurePackages(root, { runNpm = run } = {}) {
  checkNode();
  const stale = whyStale(root);
  if (stale === undefined) {
    say('packages', 'up to date');
    return;
  }
  const started = Date.now();
  const { status, output } = await withSigns('packages', `npm ${INSTALL.join(' ')} (${stale})`, () =>
    runNpm('npm', INSTALL, { cwd: root }),
  );
  if (status !== 0) {
    throw new CannotPrepare(
      `${output}\npackages: could not be installed. Run "npm ci --ignore-scripts" in ${root}.`,
    );
  }
  say('packages', `installed in ${Math.round((Date.now() - started) / 1000)} s (${stale})`);
}

/**
 * npm keeps a copy of the lock file in node_modules of what it really installed; comparing the two
 * needs no stamp of our own and is right after any `npm ci` or `npm install` run by hand.
 */
export function whyStale(root) {
  const wanted = readLock(join(root, 'package-lock.json'));
  if (!wanted)
    throw new CannotPrepare(
      `package-lock.json is missing in ${root}: restore it with "git checkout package-lock.json".`,
    );
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'));
  if (!installed) return 'node_modules is missing';
  for (const [path, entry] of Object.entries(wanted)) {
    if (path === '' || entry.link) continue;
    const there = installed[path];
    if (there ? there.version !== entry.version : !mayBeAbsent(entry))
      return `${path} is not what the lock file says`;
  }
  return undefined;
}

/** Builds for other platforms are in the lock file but never in node_modules. */
function mayBeAbsent(entry) {
  return entry.optional === true || entry.devOptional === true;
}

function readLock(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8')).packages;
  } catch {
    return undefined;
  }
}
