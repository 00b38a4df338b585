// npm run fuzz: mutated captures through every parser, mutated execution traces through theirs, or hostile names
// through every way out, in a process that is watched from outside.
//
//   node test/fuzz/run.mjs [--target parsers|trace|retention|names] [--runs N] [--seed S] [--seconds N] [--found FOLDER] [--plant crash|hang|die|memory]
//
// An input that throws, hangs, kills the process, breaks an invariant or eats memory is written to
// test/fuzz/found/ and makes the exit status 1. A finding mended goes to test/fuzz/seeds/ and stays. --plant
// puts a fault in, to see that it would be found.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const HERE = dirname(fileURLToPath(import.meta.url));
const CHILD = join(HERE, 'child.ts');
/** Reliability policy: no input may take longer, nor the process more memory. */
const MAX_INPUT_MS = 2000;
const MAX_RSS_KIB = 768 * 1024;
const LOOK_MS = 100;

const { values: options } = parseArgs({
  options: {
    target: { type: 'string', default: 'parsers' },
    runs: { type: 'string', default: '20000' },
    seed: { type: 'string' },
    seconds: { type: 'string', default: '0' },
    found: { type: 'string', default: join(HERE, 'found') },
    plant: { type: 'string', default: '' },
  },
});
/** A report shows so many names (NAMES_PER_INPUT in names.ts), and one report is one input. */
const PER_INPUT = { parsers: 1, trace: 1, retention: 1, names: 128 };
const { target } = options;
const perInput = PER_INPUT[target];
if (!perInput) throw new Error(`--target is one of ${Object.keys(PER_INPUT).join(', ')}`);
const count = Math.ceil(Number(options.runs) / perInput);
const seed = Number(options.seed ?? 1 + Math.floor(Math.random() * 2 ** 31));
const started = performance.now();
const ends = options.seconds === '0' ? Infinity : started + Number(options.seconds) * 1000;
let findings = 0;
let peakKiB = 0;
let slowestMs = 0;
let slowestInput = 0;
let next = 0;

console.log(`Fuzzing with --seed ${seed} …`);
// After a death or a hang, the rest is fed to a new process.
while (next < count && performance.now() < ends && findings < 20) next = await feed(next);
const seconds = (performance.now() - started) / 1000;
console.log(
  `${next * perInput} ${target === 'names' ? 'names' : 'inputs'} of seed ${seed} in ${seconds.toFixed(1)} s (${Math.round((next * perInput) / seconds)}/s): ${findings} findings, ` +
    `slowest ${Math.round(slowestMs)} ms (input ${slowestInput}), peak RSS ${Math.round(peakKiB / 1024)} MiB`,
);
process.exitCode = findings > 0 || next === 0 ? 1 : 0;

/** Runs one process from input `from` on. Returns the input to go on with. */
function feed(from) {
  const left = ends === Infinity ? 0 : Math.max(0.1, (ends - performance.now()) / 1000);
  const planted = from === 0 ? options.plant : '';
  const child = spawn(
    process.execPath,
    ['--import', 'tsx', CHILD, 'run', target, seed, from, count - from, left, options.found, planted].map(
      String,
    ),
    { stdio: ['ignore', 'pipe', 'inherit'], cwd: join(HERE, '../..') },
  );
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  let at = -1;
  let outcome;
  let killed = '';
  let rest = Buffer.alloc(0);
  let busySince = 0;
  child.stdout.on('data', (chunk) => {
    const bytes = Buffer.concat([rest, chunk]);
    const whole = bytes.length - (bytes.length % 8);
    rest = bytes.subarray(whole);
    if (whole === 0) return;
    const last = bytes.readDoubleLE(whole - 8);
    if (last < 0) outcome = -1 - last;
    if (last < 0 && whole >= 16) at = bytes.readDoubleLE(whole - 16);
    else if (last >= 0) at = last;
    busySince = processorMs(child.pid);
  });
  const watch = setInterval(() => {
    const rss = peakRss(child.pid);
    peakKiB = Math.max(peakKiB, rss);
    const busy = at < 0 ? 0 : processorMs(child.pid) - busySince;
    if (busy > slowestMs) {
      slowestMs = busy;
      slowestInput = at;
    }
    if (killed !== '') return;
    if (busy > MAX_INPUT_MS) killed = `took more than ${MAX_INPUT_MS} ms of processor time`;
    else if (rss > MAX_RSS_KIB) killed = `brought the process to ${Math.round(rss / 1024)} MiB`;
    if (killed !== '') stop();
  }, LOOK_MS);
  return new Promise((resolve) => {
    child.on('close', (status, signal) => {
      clearInterval(watch);
      process.removeListener('exit', stop);
      if (outcome === undefined)
        report(Math.max(from, at), killed || `ended the process (${signal ?? status})`);
      else findings += outcome;
      resolve(at + 1 || (outcome === undefined ? count : from));
    });
  });
}

function report(input, what) {
  findings += 1;
  mkdirSync(options.found, { recursive: true });
  const file = join(options.found, `${seed}-${input}`);
  execFileSync(process.execPath, ['--import', 'tsx', CHILD, 'emit', target, seed, input, file].map(String));
  console.error(`finding: input ${input} of seed ${seed} ${what}: ${relative(process.cwd(), file)}`);
}

/** Processor time, since the clock on the wall measures the neighbours too; that clock where there is no /proc. */
function processorMs(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    return (Number(fields[11]) + Number(fields[12])) * 10;
  } catch {
    return performance.now();
  }
}

function peakRss(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
