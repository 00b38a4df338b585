// `npm run deps`: runs the rules of .dependency-cruiser.mjs over the whole tree, and two the import
// graph cannot show (who reads the environment; what a pure room may not call). It fails when it saw
// fewer modules than there are .ts files: a checker that cannot read the sources must not say "fine".
//   node test/architecture/deps.mjs [root]
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(process.argv[2] ?? join(here, '..', '..'));
const FOLDERS = ['src', 'workers', 'demo', 'test'].filter((folder) => existsSync(join(root, folder)));
const CRUISER = join(root, 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;

/** Calls that ask the world something; `new Date(value)` only converts and is fine. */
const IMPURE =
  /\bDate\.now\b|\bnew Date\(\s*\)|\bMath\.random\b|\bperformance\.now\b|\bcrypto\.(?:randomUUID|getRandomValues)\b|\bprocess\.\w+|\bsetTimeout\b|\bsetInterval\b|\bfetch\(/;

const problems = [];
const files = FOLDERS.flatMap((folder) => sourceFiles(folder));
const { modules, summary } = cruise();

const seen = new Set(modules.map((module) => module.source));
const unseen = files.filter((file) => !seen.has(file));
if (files.length === 0 || unseen.length > 0) {
  problems.push({
    what: `saw ${files.length - unseen.length} of ${files.length} .ts files${unseen.length > 0 ? `, not ${unseen.slice(0, 5).join(', ')}` : ''}`,
    fix: 'dependency-cruiser needs a TypeScript it can read (6.x) in node_modules: run "npm ci --ignore-scripts".',
  });
}
const advice = new Map(summary.ruleSetUsed.forbidden.map((rule) => [rule.name, rule.comment]));
for (const { rule, from, to, cycle } of summary.violations) {
  const way =
    cycle?.length > 0 ? [from, ...cycle.map((step) => step.name ?? step)].join(' -> ') : `${from} -> ${to}`;
  problems.push({ what: `${rule.name}: ${way}`, fix: advice.get(rule.name) });
}
for (const file of files) problems.push(...readingProblems(file));

for (const { what, fix } of problems) process.stdout.write(`${what}\n    ${fix}\n`);
process.stdout.write(`${seen.size} modules, ${files.length} .ts files, ${problems.length} problems\n`);
process.exitCode = problems.length > 0 ? 1 : 0;

function cruise() {
  const args = [CRUISER, '--config', '.dependency-cruiser.mjs', '--output-type', 'json', ...FOLDERS];
  const options = { cwd: root, encoding: 'utf8', maxBuffer: MAX_OUTPUT_BYTES };
  let output;
  try {
    output = execFileSync(process.execPath, args, options);
  } catch (cause) {
    // Violations end it with a status of their own, the graph printed all the same.
    if (!cause.stdout?.startsWith('{')) throw cause;
    output = cause.stdout;
  }
  return JSON.parse(output);
}

function sourceFiles(folder) {
  const found = [];
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory() && entry.name !== 'node_modules' && path !== 'test/captures')
      found.push(...sourceFiles(path));
    else if (/\.tsx?$/.test(entry.name) && !entry.name.endsWith('.d.ts')) found.push(path);
  }
  return found;
}

function readingProblems(file) {
  const code = withoutComments(readFileSync(join(root, file), 'utf8'));
  const found = [];
  if (/^(src|workers)\//.test(file) && file !== 'src/config/env.ts' && /\bprocess\s*\.\s*env\b/.test(code)) {
    found.push({
      what: `environment-read-once: ${file} reads process.env`,
      fix: 'src/config/env.ts is the only reader: add the variable to its schema and take the value as an argument.',
    });
  }
  const impure = /^src\/(parse|analyse|report|model|watch)\//.test(file) ? IMPURE.exec(code)?.[0] : undefined;
  if (impure) {
    found.push({
      what: `pure-rooms-ask-nobody: ${file} uses ${impure}`,
      fix: 'The same bytes must give the same report tomorrow: take clock, chance and input as arguments from src/investigate.ts.',
    });
  }
  return found;
}

/** Good enough for a search: a `//` inside a string loses the rest of its line. */
function withoutComments(source) {
  return source.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/(^|[^:])\/\/.*$/gm, '$1');
}
