// What captures cost the service they look at.
//
//   npm run bench -- target-cost [--quick] [--only NAME] [--goroutines N,N] [--rounds N] [--window SECONDS]
//                                [--measured] [--markdown PAGE]
//
// Each release of Go builds a target, which lives once for each count: no capture, a default capture and the questions
// somebody has to agree to, in turn. Needs Go, which fetches the other releases through the module proxy. Takes about
// 40 minutes; --quick, two: only the promised count on two releases, with short windows. --only: releases whose name
// begins so. What was measured is kept in .bench/target-cost; --measured prints the tables of that and measures
// nothing. --markdown writes them between the markers of a page. Exit status 1: the promise is broken.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { brokenPromises, type Cell, PROMISE } from './figures.ts';
import { measureTarget } from './measure.ts';
import { buildLoad, buildTarget, TOOLCHAINS, type Toolchain } from './processes.ts';
import { tablesOf, withTables } from './table.ts';

const KEPT = fileURLToPath(new URL('../../../.bench/target-cost/cells/', import.meta.url));
const COUNTS = [1_000, PROMISE.goroutines, 100_000];
const PER_SECOND = 300;
/** What else ran when this began: above a half, latencies tell of that and not of captures. */
const BUSY = loadavg()[0] ?? 0;

const { values: options } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    goroutines: { type: 'string' },
    rounds: { type: 'string' },
    window: { type: 'string' },
    measured: { type: 'boolean', default: false },
    markdown: { type: 'string' },
  },
});
const counts = options.goroutines?.split(',').map(Number) ?? (options.quick ? [PROMISE.goroutines] : COUNTS);
const quickly = ['1.22.12', '1.27.3'];
const toolchains = TOOLCHAINS.filter(({ name }) =>
  options.only === undefined ? !options.quick || quickly.includes(name) : name.startsWith(options.only),
);
const pace = options.quick ? { rounds: 2, windowMs: 4_000 } : { rounds: 5, windowMs: 10_000 };
const rounds = Number(options.rounds ?? pace.rounds);
const windowMs = options.window === undefined ? pace.windowMs : Number(options.window) * 1000;

const cells = options.measured ? keptCells() : await measureAll();
const command = `npm run bench -- target-cost${options.quick ? ' --quick' : ''}`;
const tables = tablesOf(cells, command);
console.log(`\n${tables}\n`);
if (options.markdown !== undefined) writeInto(options.markdown);
const broken = brokenPromises(cells);
for (const sentence of broken) console.log(sentence);
if (broken.length > 0) process.exitCode = 1;
else if (cells.some(({ goroutines }) => goroutines === PROMISE.goroutines)) {
  const { goroutines, p99RaisedMs, stopMs } = PROMISE;
  console.log(
    `At ${goroutines} goroutines: p99 raised by <= ${p99RaisedMs} ms, stopped <= ${stopMs} ms. Held.`,
  );
}

async function measureAll(): Promise<readonly Cell[]> {
  const load = await buildLoad();
  const measured: Cell[] = [];
  for (const toolchain of toolchains) {
    const target = await buildTarget(toolchain);
    if ('absent' in target) {
      console.log(`Go ${toolchain.name} is not to be had here: ${target.absent}`);
      continue;
    }
    for (const goroutines of counts) {
      console.log(`Go ${toolchain.name}, ${goroutines} goroutines`);
      const setting = { target: target.path, load, goroutines, rounds, windowMs };
      const figures = await measureTarget({
        ...setting,
        perSecond: PER_SECOND,
        say: (text) => console.log(text),
      });
      const cell: Cell = { go: toolchain.name, measuredOn: today(), machine: machine(), ...figures };
      if (!options.quick) keep(toolchain, cell);
      measured.push(cell);
    }
  }
  return inOrder(measured);
}

function keep({ release, experiment = 'plain' }: Toolchain, cell: Cell): void {
  mkdirSync(KEPT, { recursive: true });
  writeFileSync(join(KEPT, `${release}-${experiment}-${cell.goroutines}.json`), JSON.stringify(cell));
}

function keptCells(): readonly Cell[] {
  const files = existsSync(KEPT) ? readdirSync(KEPT) : [];
  return inOrder(files.map((file) => JSON.parse(readFileSync(join(KEPT, file), 'utf8')) as Cell));
}

/** By count, then by release, the newest last. */
function inOrder(all: readonly Cell[]): readonly Cell[] {
  const releases = TOOLCHAINS.map(({ name }) => name);
  return [...all].sort(
    (a, b) => a.goroutines - b.goroutines || releases.indexOf(a.go) - releases.indexOf(b.go),
  );
}

function writeInto(path: string): void {
  const page = withTables(readFileSync(path, 'utf8'), tables);
  if (page === undefined) throw new Error(`${path} has no markers to write between`);
  writeFileSync(path, page);
}

function machine(): string {
  const processors = cpus();
  const model = processors[0]?.model.trim() ?? 'unknown';
  return `${processors.length} cores (${model}), Node ${process.versions.node}, load before ${BUSY.toFixed(1)}`;
}

function today(): string {
  return new Date().toISOString().slice(0, 10);
}
