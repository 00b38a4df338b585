// One measured reading by this program, compiled: started by run.mjs in a process of its own.
//
//   node ours.mjs fast|typescript|pprof|pprof-raw|pprof-format|trace|analyze FILE DIST [REPETITIONS]
//
// Prints one JSON line per repetition. Time runs from opening the file to the last sum; loading modules is
// not counted, as starting the Go process is not counted for the peers. `analyze` is the whole command line in
// a process of its own, less what a process that does nothing takes.
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { Profile } from 'pprof-format';

const [mode, file, dist, repetitions = '1'] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(`${dist}/src/${name}`).href);
const { parseGoroutineStream } = await load('parse/goroutines.js');
const { parseGoroutineStreamFast } = await load('parse/wasm/goroutine-scan-fast.js');
const { parsePprof } = await load('parse/pprof.js');
const { parseTrace } = await load('parse/trace/trace.js');
const { answersOf } = await load('analyse/trace-answers.js');

const readers = {
  fast: () => countGoroutines(parseGoroutineStreamFast),
  typescript: () => countGoroutines(parseGoroutineStream),
  pprof: () => countProfile(parsePprof(readFileSync(file)).value),
  'pprof-raw': () => countProfile(parsePprof(readFileSync(file)).value),
  trace: () => countTrace(parseTrace(readFileSync(file))),
  'pprof-format': () => countLibraryProfile(Profile.decode(readFileSync(file))),
};

if (mode === 'analyze') {
  console.log(JSON.stringify(analyzeProcess()));
  process.exit();
}

for (let round = 0; round < Number(repetitions); round++) {
  const started = performance.now();
  const counted = readers[mode]();
  const ms = performance.now() - started;
  console.log(JSON.stringify({ ms, counted, rssKiB: peakRssKiB() }));
}

function analyzeProcess() {
  const nothing = timed(['-e', '0']);
  const whole = timed([`${dist}/src/cli.js`, 'analyze', file, '--json']);
  const { clues, problems } = JSON.parse(whole.output);
  if (!problems.some(({ code }) => code === 'goroutine-dump-truncated'))
    throw new Error(`the cut was not said: ${JSON.stringify(problems)}`);
  const goroutines = clues.find(({ clue }) => clue === 'goroutine-growth').evidence.last;
  return { ms: whole.ms - nothing.ms, counted: { goroutines }, rssKiB: 0 };
}

function timed(args) {
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  if (status !== 0) throw new Error(stderr);
  return { ms: performance.now() - started, output: stdout };
}

/** The file is streamed through the parser's own window, as from a socket. */
function countGoroutines(parse) {
  const descriptor = openSync(file);
  const { value, problems } = parse((into) => readSync(descriptor, into, 0, into.length, null));
  closeSync(descriptor);
  if (value.length !== 1 || problems.length > 0)
    throw new Error(`not one whole dump: ${JSON.stringify(problems)}`);
  return { goroutines: value[0].total, stacks: value[0].groups.length };
}

/** Read and summarised. The peer adds up what comes after each goroutine first ran. */
function countTrace({ value, problems }) {
  if (!value || problems.length > 0) throw new Error(`not a whole trace: ${JSON.stringify(problems)}`);
  const { statements } = answersOf(value);
  if (statements.length === 0) throw new Error('nobody started anything');
  return { schedulingMs: Math.floor(value.latency.totalAfterFirstRunNs / 1e6) };
}

function countProfile(profile) {
  const { sampleTypes, frames, stackFrames } = profile;
  const sums = new Float64Array(sampleTypes.length);
  const flatOfFrame = new Float64Array(frames.length);
  for (let sample = 0; sample < profile.sampleCount; sample++) addSample(profile, sample, sums, flatOfFrame);
  const flat = new Map();
  for (const [frame, sum] of flatOfFrame.entries()) {
    if (sum !== 0) flat.set(frames[frame].func, (flat.get(frames[frame].func) ?? 0) + sum);
  }
  const types = sampleTypes.map(({ type }, column) => [type, sums[column]]);
  return profileCounts(profile.sampleCount, stackFrames.length, flat, types);
}

function addSample({ sampleTypes, values, stackStart, stackFrames }, sample, sums, flatOfFrame) {
  const width = sampleTypes.length;
  const at = sample * width;
  for (let column = 0; column < width; column++) sums[column] += values[at + column];
  flatOfFrame[stackFrames[stackStart[sample]]] += values[at + width - 1];
}

/** The same sums over the objects the library makes. */
function countLibraryProfile(profile) {
  const { strings } = profile.stringTable;
  const functions = new Map(profile.function.map((func) => [func.id, strings[func.name]]));
  const locations = new Map(profile.location.map((location) => [location.id, location.line]));
  const width = profile.sampleType.length;
  const sums = new Float64Array(width);
  const flat = new Map();
  let frameCount = 0;
  for (const sample of profile.sample) {
    for (let column = 0; column < width; column++) sums[column] += Number(sample.value[column]);
    for (const id of sample.locationId) frameCount += locations.get(id).length;
    const leaf = functions.get(locations.get(sample.locationId[0])[0].functionId);
    flat.set(leaf, (flat.get(leaf) ?? 0) + Number(sample.value[width - 1]));
  }
  const types = profile.sampleType.map(({ type }, column) => [strings[type], sums[column]]);
  return profileCounts(profile.sample.length, frameCount, flat, types);
}

function profileCounts(samples, frames, flat, types) {
  let largest = 0;
  for (const sum of flat.values()) largest = Math.max(largest, sum);
  return { samples, frames, leaves: flat.size, largest, ...Object.fromEntries(types) };
}

/** As the kernel counts it, so that both sides are asked the same question. */
function peakRssKiB() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? 0);
  } catch {
    return process.resourceUsage().maxRSS;
  }
}
