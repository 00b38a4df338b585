import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { readLabel } from './label.ts';
import later from './later.json' with { type: 'json' };
import { type PlannedCapture, planCaptures } from './plan.ts';
import {
  type Artefact,
  asServed,
  binary,
  buildPrograms,
  compressed,
  type Fetched,
  record,
  startProgram,
  withoutCommandLine,
} from './run.ts';
import { printSanity } from './sanity.ts';
import split from './split.json' with { type: 'json' };

/** `npm run captures`: builds the labelled programs, runs each four times and records three snapshots a run. */

const PROGRAMS = fileURLToPath(new URL('.', import.meta.url));
const CAPTURES = fileURLToPath(new URL('../captures/programs/', import.meta.url));
const SNAPSHOTS = 3;

/** In the order they are asked: debug=2 allocates and may start a GC, so the exact figures come before it. */
const ARTEFACTS: readonly Artefact[] = [
  { file: 'vars.json', path: '/debug/vars', keep: withoutCommandLine },
  { file: 'metrics.txt', path: '/metrics', keep: asServed },
  { file: 'goroutine.pb.gz', path: '/debug/pprof/goroutine', keep: asServed },
  { file: 'goroutine-debug2.txt.gz', path: '/debug/pprof/goroutine?debug=2', keep: compressed },
  { file: 'heap.pb.gz', path: '/debug/pprof/heap', keep: asServed },
];

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      only: { type: 'string' }, // name,name
      half: { type: 'string' }, // develop or score
      toolchain: { type: 'string' }, // as GOTOOLCHAIN takes it
      jobs: { type: 'string', default: '4' },
      missing: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      check: { type: 'boolean', default: false },
    },
  });
  const only = values.only?.split(',');
  const names = namesOf(values.half).filter((name) => only?.includes(name) ?? true);
  if (values.check) {
    process.exitCode = printSanity(names, CAPTURES) ? 0 : 1;
    return;
  }
  const plan = names
    .flatMap((name) => planCaptures(name, readLabel(name)))
    .filter((run) => values.toolchain === undefined || run.toolchain === values.toolchain)
    .filter((run) => !values.missing || !existsSync(`${folderOf(run)}/meta.json`));
  if (values.list) {
    for (const run of plan) console.log(describe(run));
    return;
  }
  for (const toolchain of new Set(plan.map((run) => run.toolchain))) {
    const programs = new Set(plan.filter((run) => run.toolchain === toolchain).map((run) => run.program));
    const packages = [...programs].map((program) => `./${program}`);
    buildPrograms(PROGRAMS, toolchain, packages);
  }
  const failed = await captureAll(plan, Number(values.jobs));
  process.exitCode = printSanity(names, CAPTURES) && failed === 0 ? 0 : 1;
}

function namesOf(half: string | undefined): string[] {
  if (half === undefined) return [...split.develop, ...split.score, ...later.later];
  if (half === 'later') return later.later;
  if (half === 'develop' || half === 'score') return split[half];
  throw new Error(`--half takes develop, score or later, not ${half}`);
}

function describe(run: PlannedCapture): string {
  const gaps = run.spacing.join(' s, ');
  return `${run.program} ${run.toolchain} ${run.load}: first after ${run.firstAfter} s, then ${gaps} s`;
}

function folderOf(run: PlannedCapture): string {
  return `${CAPTURES}${run.program}/${run.toolchain}-${run.load}`;
}

/** The runs mostly sleep; `jobs` of them at a time. Returns how many failed. */
async function captureAll(plan: readonly PlannedCapture[], jobs: number): Promise<number> {
  const waiting = [...plan];
  let failed = 0;
  async function work(): Promise<void> {
    for (let run = waiting.shift(); run !== undefined; run = waiting.shift()) {
      try {
        await capture(run);
        console.log(`${describe(run)} (${waiting.length} to go)`);
      } catch (error) {
        failed += 1;
        console.error(`${describe(run)}: ${String(error)}`);
      }
    }
  }
  await Promise.all(Array.from({ length: jobs }, work));
  return failed;
}

async function capture(run: PlannedCapture): Promise<void> {
  const folder = folderOf(run);
  rmSync(folder, { recursive: true, force: true });
  const executable = binary(run.toolchain, run.program);
  const args = ['-load', run.load];
  const startedAt = new Date();
  const running = await startProgram(executable, args);
  try {
    const snapshots: Record<string, Record<string, Fetched>> = {};
    let next = startedAt.getTime() + run.firstAfter * 1000;
    for (let k = 1; k <= SNAPSHOTS; k++) {
      await sleep(Math.max(0, next - Date.now()));
      snapshots[k] = await record(running.address, ARTEFACTS, `${folder}/${k}`);
      next += (run.spacing[k - 1] ?? 0) * 1000;
    }
    const meta = {
      program: run.program,
      toolchain: run.toolchain,
      load: run.load,
      command: [executable, ...args].join(' '),
      startedAt: startedAt.toISOString(),
      snapshots,
    };
    writeFileSync(`${folder}/meta.json`, `${JSON.stringify(meta, null, 2)}\n`);
  } finally {
    await running.stop();
  }
}

await main();
