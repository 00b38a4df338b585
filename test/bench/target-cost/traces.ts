// What one execution trace costs the service that records it.
//
//   npm run bench -- trace-cost [--rounds 20] [--only NAME]
//
// Processor time of the target (/proc/<pid>/stat) in seconds without anything and in seconds that were recorded, in turn,
// under constant load: what else runs on the machine moves latencies, and this hardly. Stops are all that the runtime's
// own histogram counts meanwhile; where processors are scarce, some of them wait for one. Prints a table in Markdown.
// Needs Go and Linux; takes about seven minutes.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createFetcher } from '../../../src/capture/fetch.ts';
import { serviceFromUrl } from '../../../src/capture/resolve.ts';
import { formatBytes, formatCount } from '../../../src/model/units.ts';
import { buildLoad, buildTarget, startLoad, startTarget, type Target, TOOLCHAINS } from './processes.ts';

const { values: options } = parseArgs({ options: { rounds: { type: 'string' }, only: { type: 'string' } } });
const ROUNDS = Number(options.rounds ?? 20);
const COUNTS = [2_000, 10_000];
const RATES = [100, 1_000];
const WARM_UP_MS = 2_000;
const REST_MS = 100;
const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

interface Measured {
  /** Milliseconds of processor time in each second. */
  readonly cpuMs: number;
  readonly stopMs: number;
  readonly bytes: number;
}

const load = await buildLoad();
console.log(
  '| Go | goroutines | requests a second | processor time, ms in a second | stopped, ms: median | most | size |',
);
console.log('|---|---|---|---|---|---|---|');
for (const toolchain of TOOLCHAINS.filter(
  ({ name, experiment }) => !experiment && name.startsWith(options.only ?? ''),
)) {
  const built = await buildTarget(toolchain);
  if ('absent' in built) continue;
  for (const goroutines of COUNTS) {
    for (const perSecond of RATES)
      console.log(await rowOf(toolchain.name, built.path, goroutines, perSecond));
  }
}

async function rowOf(go: string, executable: string, goroutines: number, perSecond: number): Promise<string> {
  const target = await startTarget(executable, goroutines);
  const running = startLoad(load, `${target.url}/work`, perSecond, 600);
  const fetcher = createFetcher(() => undefined);
  const [instance] = serviceFromUrl(target.url).instances;
  if (!instance) throw new Error('no instance');
  const { signal } = new AbortController();
  try {
    await sleep(WARM_UP_MS);
    const quiet: Measured[] = [];
    const traced: Measured[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      quiet.push(await measured(target, () => sleep(1_020).then(() => 0)));
      traced.push(
        await measured(target, async () => (await fetcher.fetch(instance, 'trace', signal)).bytes.byteLength),
      );
    }
    const mean = (all: readonly Measured[], read: (each: Measured) => number) =>
      all.reduce((sum, each) => sum + read(each), 0) / all.length;
    const [before, after] = [mean(quiet, ({ cpuMs }) => cpuMs), mean(traced, ({ cpuMs }) => cpuMs)];
    const stops = traced.map(({ stopMs }) => stopMs).sort((a, b) => a - b);
    return `| ${[
      go,
      formatCount(goroutines),
      formatCount(perSecond),
      `${before.toFixed(0)} → ${after.toFixed(0)} (**+${(after - before).toFixed(0)}**)`,
      (stops[stops.length >> 1] ?? 0).toFixed(2),
      (stops.at(-1) ?? 0).toFixed(2),
      formatBytes(mean(traced, ({ bytes }) => bytes)),
    ].join(' | ')} |`;
  } finally {
    await fetcher.close();
    await running.stop();
    await target.stop();
  }
}

async function measured(target: Target, act: () => Promise<number>): Promise<Measured> {
  await sleep(REST_MS);
  const stopsBefore = await stopMsOf(target);
  const [fromMs, ticksBefore] = [performance.now(), ticksOf(target)];
  const bytes = await act();
  const seconds = (performance.now() - fromMs) / 1000;
  const cpuMs = ((ticksOf(target) - ticksBefore) / TICKS_PER_SECOND / seconds) * 1000;
  return { cpuMs, stopMs: (await stopMsOf(target)) - stopsBefore, bytes };
}

/** User and system time: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
function ticksOf({ pid }: Target): number {
  const [, behindName = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ');
  const fields = behindName.split(' ');
  return Number(fields[11]) + Number(fields[12]);
}

async function stopMsOf({ url }: Target): Promise<number> {
  const { other } = (await (await fetch(`${url}/stops`)).json()) as { other: { ms: number } };
  return other.ms;
}
