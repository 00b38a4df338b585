// Builds both sides and makes the files they read, all under .bench/, which git ignores. What is there and
// was made from the same sources is used again.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const HERE = dirname(fileURLToPath(import.meta.url));
const ROOT = join(HERE, '../..');
const CACHE = join(ROOT, '.bench');
const GO = join(HERE, 'go');
const TYPESCRIPT = join(ROOT, 'node_modules/typescript/bin/tsc');

/** How each file is made by test/bench/go/dumps; a list that names another file needs that first. */
const RECIPES = {
  d10k: ['park', '10000', 'd10k'],
  d100k: ['park', '100000', 'd100k'],
  d1m: ['park', '1000000', 'd1m'],
  w1m: ['wide', 'd1m', 'w1m', '5000'],
  d64m: ['cut', 'd1m', 'd64m', `${64 * 2 ** 20}`],
  trace50m: ['trace', 'trace50m', `${50e6}`],
  'heap20m.pb.gz': ['heap', 'heap20m'],
  'heap20m.pb': ['heap', 'heap20m'],
};

export function prepare(chosen, say) {
  mkdirSync(CACHE, { recursive: true });
  say('Building ours and the peers …');
  const dist = join(CACHE, 'dist');
  rmSync(dist, { recursive: true, force: true });
  compile(dist, say);
  buildGo();
  for (const file of new Set(chosen.map((benchmark) => benchmark.file))) make(file, say);
  return {
    node: process.execPath,
    runner: join(HERE, 'ours.mjs'),
    dist,
    peers: join(CACHE, 'peers'),
    path: (file) => join(CACHE, file),
    size: (file) => statSync(join(CACHE, file)).size,
  };
}

/** A type error elsewhere does not keep the parsers from being written, and measured. */
function compile(dist, say) {
  const args = [TYPESCRIPT, '-p', 'tsconfig.build.json', '--outDir', dist, '--noEmitOnError', 'false'];
  try {
    execFileSync(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 2, 2] });
  } catch (error) {
    if (!existsSync(join(dist, 'src/parse/pprof.js'))) throw error;
    say('The program has type errors (above); its parsers were compiled all the same.');
  }
}

/** Dumps depend on the program that makes them, so another one makes them anew. */
function buildGo() {
  for (const program of ['peers', 'dumps']) {
    const stamp = join(CACHE, `${program}.sha256`);
    const hash = sourceHash(program);
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash && existsSync(join(CACHE, program)))
      continue;
    execFileSync('go', ['build', '-trimpath', '-o', join(CACHE, program), `./${program}`], {
      cwd: GO,
      stdio: ['ignore', 2, 2],
    });
    if (program === 'dumps')
      for (const file of Object.keys(RECIPES)) rmSync(join(CACHE, file), { force: true });
    writeFileSync(stamp, hash);
  }
}

function sourceHash(program) {
  const hash = createHash('sha256');
  for (const name of ['go.mod', 'go.sum']) hash.update(readFileSync(join(GO, name)));
  for (const name of readdirSync(join(GO, program)).sort())
    hash.update(readFileSync(join(GO, program, name)));
  return hash.digest('hex');
}

function make(file, say) {
  const recipe = RECIPES[file];
  if (existsSync(join(CACHE, file))) return;
  const needed = recipe.slice(1).find((word) => word !== file && word in RECIPES);
  if (needed) make(needed, say);
  say(`Making ${file} …`);
  // Written beside and renamed, so that a dump cut off by an interrupt is not taken for a whole one.
  const [kind, , second] = recipe;
  const out =
    kind === 'wide' || kind === 'cut' ? second : kind === 'trace' ? file : recipe[recipe.length - 1];
  const draft = `draft-${out}`;
  const args = recipe.map((word) => (word === out ? draft : word));
  execFileSync(join(CACHE, 'dumps'), args, { cwd: CACHE, stdio: ['ignore', 2, 2] });
  for (const name of readdirSync(CACHE)) {
    if (name.startsWith(draft)) renameSync(join(CACHE, name), join(CACHE, name.slice('draft-'.length)));
  }
}
