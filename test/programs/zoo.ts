import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  type Artefact,
  asServed,
  binary,
  buildPrograms,
  compressed,
  record,
  startProgram,
  withoutCommandLine,
} from './run.ts';

/** `npm run captures:zoo`: one program with a goroutine in every wait state, in every form each release prints. */

const ZOO = fileURLToPath(new URL('zoo/', import.meta.url));
const CAPTURES = fileURLToPath(new URL('../captures/zoo/', import.meta.url));

const TOOLCHAINS = [
  'go1.19.13',
  'go1.20.14',
  'go1.21.13',
  'go1.22.12',
  'go1.23.12',
  'go1.24.13',
  'go1.25.8',
  'go1.26.8',
  'go1.27.3',
];

/** Releases that print labels in debug=2 when told to, each in a way of its own. */
const PRINT_LABELS = ['go1.26.8', 'go1.27.3'];

/** Long enough for `1 minutes`. */
const AGE_MS = 66_000;

const EXPECTED: Artefact = { file: 'expected.json', path: '/expected', keep: indented };

/** The leak profile comes last: it marks goroutines for good. */
const ARTEFACTS: readonly Artefact[] = [
  { file: 'vars.json', path: '/debug/vars', keep: withoutCommandLine },
  { file: 'goroutine.pb.gz', path: '/debug/pprof/goroutine', keep: asServed },
  { file: 'goroutine-debug1.txt', path: '/debug/pprof/goroutine?debug=1', keep: asServed },
  { file: 'goroutine-debug2.txt', path: '/debug/pprof/goroutine?debug=2', keep: asServed },
  { file: 'heap.pb.gz', path: '/debug/pprof/heap', keep: asServed },
  { file: 'heap-debug1.txt.gz', path: '/debug/pprof/heap?debug=1', keep: compressed },
  { file: 'goroutineleak.pb.gz', path: '/debug/pprof/goroutineleak', keep: asServed },
  { file: 'goroutineleak-debug2.txt', path: '/debug/pprof/goroutineleak?debug=2', keep: asServed },
];

interface Animal {
  readonly function: string;
  readonly createdBy: string;
  readonly state: string;
  readonly count: number;
}

async function capture(toolchain: string, labels: boolean): Promise<void> {
  const folder = `${CAPTURES}${toolchain}${labels ? '-labels' : ''}`;
  rmSync(folder, { recursive: true, force: true });
  const debug = labels ? { GODEBUG: 'tracebacklabels=1,tracebackancestors=5' } : {};
  const running = await startProgram(binary(toolchain, 'zoo'), [], debug);
  try {
    await sleep(AGE_MS);
    await record(running.address, [EXPECTED, ...ARTEFACTS], folder);
    const ended = new Promise((done) => running.process.once('close', done));
    running.process.kill('SIGQUIT');
    await ended;
    writeFileSync(`${folder}/sigquit.txt`, running.printed());
  } finally {
    await running.stop();
  }
}

function indented(body: Buffer): Buffer {
  return Buffer.from(`${JSON.stringify(JSON.parse(body.toString('utf8')), null, 2)}\n`);
}

/** Every animal must stand in the text dump as often as the program says, or the zoo is no ground truth. */
function check(toolchain: string): boolean {
  const folder = `${CAPTURES}${toolchain}`;
  const expected = JSON.parse(readFileSync(`${folder}/expected.json`, 'utf8'));
  const blocks = readFileSync(`${folder}/goroutine-debug2.txt`, 'utf8').split('\n\n');
  let sound = true;
  for (const animal of expected.goroutines as Animal[]) {
    const found = blocks.filter((block) => isAnimal(block, animal)).length;
    if (found === animal.count) continue;
    sound = false;
    console.error(`${toolchain}: ${animal.count} of ${animal.function} expected, ${found} found`);
  }
  return sound;
}

function isAnimal(block: string, animal: Animal): boolean {
  const createdBy = /^created by (.*?)( in goroutine \d+)?$/m.exec(block)?.[1] ?? '';
  return (
    createdBy === animal.createdBy &&
    block.includes(`[${animal.state}`) &&
    block.includes(`\n${animal.function}(`)
  );
}

for (const toolchain of TOOLCHAINS) buildPrograms(ZOO, toolchain, ['.']);
await Promise.all([
  ...TOOLCHAINS.map((toolchain) => capture(toolchain, false)),
  ...PRINT_LABELS.map((toolchain) => capture(toolchain, true)),
]);
const sound = TOOLCHAINS.map(check);
process.exitCode = sound.every(Boolean) ? 0 : 1;
