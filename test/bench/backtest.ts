// `npm run bench -- backtest`: fourteen days at a sample a minute through the compiled command line, from its start to
// its end. Processor time of the whole process, node's own start included; the machine's load hardly moves it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median } from '../../src/analyse/trend.ts';
import { dailyWave, draw, type Shape } from '../watch/samples.ts';

const CLI = fileURLToPath(new URL('../../.bench/dist/src/cli.js', import.meta.url));
const DAYS = 14;
/** Prints the process's own processor time when it ends, microseconds. */
const METER =
  'data:text/javascript,process.on("exit",()=>{const{user,system}=process.cpuUsage();process.stderr.write("cpu "+(user+system))})';

/** What is looked at again and again costs most: growth that is never enough, after deploys, under a wave. */
const HISTORIES: Readonly<Record<string, Pick<Shape, 'live' | 'startsAt'>>> = {
  healthy: { live: (hour, load) => 300 + 0.8 * load + uneven(hour), startsAt: [70, 190] },
  'leaks in the end': {
    live: (hour, load) => 300 + 0.8 * load + uneven(hour) + Math.max(0, 0.25 * (hour - 180)),
    startsAt: [70, 190],
  },
};

function uneven(hour: number): number {
  return 6 * Math.sin(1.7 * hour) + 4 * Math.sin(hour / 3.3);
}

function secondsOf(args: readonly string[]): number {
  const { stderr, status } = spawnSync(process.execPath, ['--import', METER, CLI, ...args], {
    encoding: 'utf8',
  });
  const cpu = /cpu (\d+)$/.exec(stderr)?.[1];
  if (status !== 0 || cpu === undefined)
    throw new Error(`goleak ${args.join(' ')} ended with ${status}: ${stderr}`);
  return Number(cpu) / 1e6;
}

function main(): void {
  const { values } = parseArgs({
    options: { rounds: { type: 'string', default: '5' }, json: { type: 'boolean', default: false } },
  });
  const folder = mkdtempSync(join(tmpdir(), 'goleak-bench-'));
  const results = Object.entries(HISTORIES).map(([name, shape], at) => {
    const samples = draw({ hours: DAYS * 24, load: dailyWave(0.5), limit: 1800, ...shape });
    const file = join(folder, `${at}.jsonl`);
    writeFileSync(file, samples.map((sample) => JSON.stringify(sample)).join('\n'));
    const rounds = Array.from({ length: Number(values.rounds) }, () => secondsOf(['backtest', file]));
    const start = Array.from({ length: Number(values.rounds) }, () => secondsOf(['help']));
    return {
      name,
      samples: samples.length,
      seconds: median(rounds),
      most: Math.max(...rounds),
      start: median(start),
    };
  });
  rmSync(folder, { recursive: true });
  if (values.json) console.log(JSON.stringify(results, null, 2));
  else
    for (const { name, samples, seconds = Number.NaN, most, start = Number.NaN } of results)
      console.log(
        `${name}: ${samples} samples in ${seconds.toFixed(2)} s of processor time (at most ${most.toFixed(2)}), of which ${start.toFixed(2)} s start the program`,
      );
}

main();
