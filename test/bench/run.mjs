// npm run bench: this program's parsers beside their peers, in interleaved rounds of one run.
//
//   node test/bench/run.mjs [--only ID[,ID]] [--rounds N] [--quick] [--json]
//   node test/bench/run.mjs trace […]              a 50 MB execution trace: the same as --only trace-50mb,trace-50mb-rss
//   node test/bench/run.mjs analyse [--json]      the analysis alone, at 10k, 100k and 1M goroutines
//   node test/bench/run.mjs backtest [--rounds N] [--json]   a fortnight through the compiled command line
//   node test/bench/run.mjs load [--jobs N] [--soak]   a backlog of captures and deliveries, and one worker
//   node test/bench/run.mjs target-cost […]       what captures cost the service (target-cost/main.ts)
//   node test/bench/run.mjs trace-cost [--rounds 20]   what one execution trace costs the service (target-cost/traces.ts)
//   node test/bench/run.mjs charts [--charts 1000] [--json]   what each picture costs, and whether memory stays flat
//   node test/bench/run.mjs probe [--rounds 15]   when the probe takes each clue, beside HTTP alone, and what it costs
//   node test/bench/run.mjs sampling [--instances 1000] [--minutes 3]   what watching costs a worker and Redis
//
// Needs Go (the peers are Go programs) and about 1.2 GB of disk under .bench/ for the dumps, which are made
// once. --quick: three rounds, without the million-goroutine dumps. --json: one object on standard output,
// `{ "<id>": { ours, peer, unit, ratio: { min, median, max } } }`; a ratio says how many times better ours is.
import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchmarks } from './benchmarks.mjs';
import { prepare } from './prepare.mjs';

const SCRIPTS = {
  sampling: 'sampling.ts',
  probe: 'probe.ts',
  analyse: 'analyse.ts',
  backtest: 'backtest.ts',
  charts: 'charts.ts',
  load: 'load.ts',
  'target-cost': 'target-cost/main.ts',
  'trace-cost': 'target-cost/traces.ts',
};
const own = SCRIPTS[process.argv[2] ?? ''];
if (own && (own === SCRIPTS.load || own === SCRIPTS.backtest)) compile();
if (own) {
  const script = fileURLToPath(new URL(own, import.meta.url));
  const args = ['--import', 'tsx', script, ...process.argv.slice(3)];
  process.exit(spawnSync(process.execPath, args, { stdio: 'inherit' }).status ?? 1);
}

/** The worker runs compiled, as in the image, and so does the command line. */
function compile() {
  const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
  const args = [tsc, '-p', 'tsconfig.build.json', '--outDir', '.bench/dist'];
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

if (process.argv[2] === 'trace') process.argv.splice(2, 1, '--only', 'trace-50mb,trace-50mb-rss');
const { values: options } = parseArgs({
  options: {
    only: { type: 'string' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
});
const say = (text) => (options.json ? console.error(text) : console.log(text));

const wanted = options.only?.split(',');
const unknown = wanted?.filter((id) => !benchmarks.some((benchmark) => benchmark.id === id)) ?? [];
if (unknown.length > 0) {
  console.error(
    `No benchmark called ${unknown.join(', ')}. There are: ${benchmarks.map(({ id }) => id).join(', ')}.`,
  );
  process.exit(1);
}
const chosen = benchmarks.filter(({ id, large }) =>
  wanted ? wanted.includes(id) : !(options.quick && large),
);
const rounds = Number(options.rounds ?? (options.quick ? 3 : 5));

const places = prepare(chosen, say);
const results = {};
const measured = new Map();
say(
  `Node ${process.versions.node}, ${execFileSync('go', ['version'], { encoding: 'utf8' }).trim()}, ${rounds} interleaved rounds\n`,
);
for (const benchmark of chosen) {
  const pairs = measuredPairs(benchmark);
  if (!pairs) {
    process.exitCode = 1;
    continue;
  }
  results[benchmark.id] = summary(benchmark, pairs);
  say(table(benchmark, results[benchmark.id], pairs[0]));
}
if (options.json) console.log(JSON.stringify(results, null, 2));

/** Benchmarks that differ only in what is read off a run share its rounds. */
function measuredPairs({ id, run, ours, peer, within }) {
  if (!measured.has(run)) measured.set(run, playRounds(id, ours, peer, within));
  return measured.get(run);
}

function playRounds(id, ours, peer, within = 0) {
  const pairs = [];
  for (let round = 0; round < rounds; round++) {
    // Who goes first changes, so that neither always finds the other's file in the cache.
    const first = round % 2 === 0 ? measure(ours) : undefined;
    const theirs = measure(peer);
    const mine = first ?? measure(ours);
    if (!agree(mine.counted, theirs.counted, within)) {
      const [a, b] = [mine.counted, theirs.counted].map((counted) => JSON.stringify(counted));
      console.error(
        `${id}: round ${round + 1} failed, the two sides did not read the same: ours ${a}, peer ${b}`,
      );
      return undefined;
    }
    pairs.push({ ours: mine, peer: theirs });
  }
  return pairs;
}

function agree(a, b, within) {
  const names = Object.keys({ ...a, ...b });
  return names.every((name) => Math.abs((a[name] ?? Number.NaN) - (b[name] ?? Number.NaN)) <= within);
}

/** One process; of several repetitions inside it, the median of the last half, when it is warm. */
function measure({ command, repetitions = 1 }) {
  const [program, ...args] = command(places);
  const output = execFileSync(program, repetitions > 1 ? [...args, `${repetitions}`] : args, {
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const last = lines[lines.length - 1];
  return { ...last, ms: median(lines.slice(Math.floor(lines.length / 2)).map(({ ms }) => ms)) };
}

function summary({ unit }, pairs) {
  const read = ({ ms, rssKiB }) => (unit === 'ms' ? ms : rssKiB / 1024);
  const ratios = pairs.map(({ ours, peer }) => read(peer) / read(ours)).sort((a, b) => a - b);
  return {
    ours: round(median(pairs.map(({ ours }) => read(ours)))),
    peer: round(median(pairs.map(({ peer }) => read(peer)))),
    unit,
    ratio: { min: round(ratios[0]), median: round(median(ratios)), max: round(ratios[ratios.length - 1]) },
  };
}

function table({ id, what, file }, { ours, peer, unit, ratio }, { ours: run }) {
  const bytes = places.size(file);
  const speed = (ms) => {
    const perSecond = run.counted.goroutines
      ? `, ${Math.round(run.counted.goroutines / ms).toLocaleString('en')} goroutines/ms`
      : '';
    return unit === 'ms' ? ` (${Math.round(bytes / 1000 / ms)} MB/s${perSecond})` : '';
  };
  const counts = Object.entries(run.counted)
    .slice(0, 2)
    .map(([name, count]) => `${count} ${name}`);
  return [
    `${id}: ${what}`,
    `  read  ${(bytes / 1e6).toFixed(1)} MB, ${counts.join(', ')}`,
    `  ours  ${ours} ${unit}${speed(ours)}`,
    `  peer  ${peer} ${unit}${speed(peer)}`,
    `  ratio ${ratio.min} / ${ratio.median} / ${ratio.max}  (min / median / max)\n`,
  ].join('\n');
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function round(value) {
  return Math.round(value * 100) / 100;
}
