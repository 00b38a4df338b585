// `node .ci/complete-lock.mjs`: after an `npm install` from a registry that does not carry the builds for
// other platforms, the lock file lacks their entries, and `npm ci` refuses it everywhere. This adds them
// with what is known (version, platform), without the checksum nobody here has seen.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const SYSTEMS = [
  'aix',
  'android',
  'darwin',
  'freebsd',
  'linux',
  'netbsd',
  'openbsd',
  'openharmony',
  'sunos',
  'win32',
];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64'];

/** Names of optional dependencies that have no entry anywhere above the package that wants them. */
export function missingBuilds(packages) {
  const missing = new Map();
  for (const [path, entry] of Object.entries(packages)) {
    for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
      if (!isLocked(packages, path, name)) missing.set(name, { range, wantedBy: path, dev: entry.dev });
    }
  }
  return missing;
}

/** Looks where Node.js would: beside the package, then upwards. */
function isLocked(packages, path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('node_modules/') - 1))) {
    if (packages[`${folder ? `${folder}/` : ''}node_modules/${name}`]) return true;
    if (folder === '') return false;
  }
}

/** `@napi-rs/canvas-linux-arm64-musl` at 1.1.2 -> its lock entry. */
export function buildEntry(name, { range, dev }) {
  const words = name.split(/[-/]/);
  const system = words.find((word) => SYSTEMS.includes(word));
  const processor = words.find((word) => PROCESSORS.includes(word));
  if (!system || !processor || !/^\d+\.\d+\.\d+/.test(range)) {
    throw new Error(
      `${name}@${range} is not a build for one platform: install it from a registry that has it.`,
    );
  }
  const libc = words.includes('musl') ? 'musl' : words.includes('gnu') ? 'glibc' : undefined;
  return {
    version: range,
    cpu: [processor],
    ...(dev && { dev: true }),
    ...(libc && { libc: [libc] }),
    optional: true,
    os: [system],
  };
}

function completeLock(file) {
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  const missing = missingBuilds(lock.packages);
  for (const [name, wanted] of missing) lock.packages[`node_modules/${name}`] = buildEntry(name, wanted);
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  if (missing.size > 0) writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
  process.stdout.write(`package-lock.json: ${missing.size} builds for other platforms added\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  completeLock(fileURLToPath(new URL('../package-lock.json', import.meta.url)));
}
