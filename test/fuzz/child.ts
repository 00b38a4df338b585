// The process that parses. Standard output: eight bytes before each input (its number), so that whoever watches
// knows which one is at hand when nothing more comes; findings are files in the folder given.
//
//   child.ts run TARGET SEED FROM COUNT SECONDS FOUND [PLANTED]   feed inputs FROM … FROM + COUNT - 1
//   child.ts emit TARGET SEED INPUT FILE                          write one input to a file
//
// TARGET is `parsers` (mutated files), `trace` (execution traces), `retention` (mutated goref files beside a heap profile)
// or `names` (names for the renderer).
import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { mutate } from './mutate.ts';
import { mutateTrace } from './mutate-trace.ts';
import { checkNames, hostileNames } from './names.ts';
import { Random } from './random.ts';
import { readGorefSeeds, readKept, readSeeds, readTraces, type Seed } from './seeds.ts';
import { TARGETS, type Target } from './targets.ts';
import { checkTrace } from './trace-check.ts';

const [mode, target = '', ...args] = process.argv.slice(2);
const seeds = readSeeds();
const names = Object.keys(TARGETS);

interface Input {
  readonly bytes: Buffer;
  readonly other: Buffer;
  readonly from: string;
  readonly random: Random;
}

/** The same for the same numbers, always: the first inputs are the kept seeds as they are. */
function inputOf(seed: number, index: number): Input {
  const random = new Random(seed, index);
  const chosen = seeds[index] && index < kept ? seeds[index] : random.pick(seeds);
  const other = random.pick(seeds).bytes;
  const bytes = index < kept ? chosen.bytes : mutate(chosen.bytes, other, random);
  return { bytes, other, from: chosen.name, random };
}

const kept = readKept().length;
const goref = target === 'retention' ? readGorefSeeds() : [];
const heaps = seeds.filter(({ name }) => /heap\.pb\.gz inflated$/.test(name));

/** Every input goes through the door people use; then through one parser that did not ask for it, or two. */
function targetsOf(index: number, random: Random): string[] {
  if (index < kept) return names;
  const second = random.chance(1, 3) ? 'twin' : random.pick(names);
  // A snapshot is three files, each read twice.
  return ['artefact', second === 'snapshot' && random.chance(3, 4) ? 'goroutines' : second];
}

let tracesRead: readonly Seed[] = [];

function traces(): readonly Seed[] {
  if (tracesRead.length === 0) tracesRead = readTraces();
  return tracesRead;
}

/** What is made of the seed's numbers, and what it is fed to. */
interface Feed {
  readonly inputOf: (seed: number, index: number) => Input;
  readonly targetsOf: (index: number, random: Random) => readonly string[];
  readonly targets: Readonly<Record<string, Target>>;
}

const FEEDS: Readonly<Record<string, Feed>> = {
  parsers: { inputOf, targetsOf, targets: TARGETS },
  retention: {
    inputOf: (seed, index) => {
      const random = new Random(seed, index);
      const chosen = random.pick(goref);
      const other = random.pick(heaps).bytes;
      return {
        bytes: mutate(chosen.bytes, random.pick(goref).bytes, random),
        other,
        from: chosen.name,
        random,
      };
    },
    targetsOf: () => ['artefact', 'retention'],
    targets: TARGETS,
  },
  trace: {
    inputOf: (seed, index) => {
      const random = new Random(seed, index);
      const { name, bytes: whole } = random.pick(traces());
      const other = random.pick(traces()).bytes;
      return { bytes: mutateTrace(whole, other, random), other, from: name, random };
    },
    targetsOf: () => ['trace'],
    targets: { trace: checkTrace },
  },
  names: {
    inputOf: (seed, index) => {
      const random = new Random(seed, index);
      const bytes = Buffer.from(JSON.stringify(hostileNames(random)));
      return { bytes, other: bytes, from: 'names', random };
    },
    targetsOf: () => ['names'],
    targets: { names: (bytes) => checkNames(JSON.parse(new TextDecoder().decode(bytes))) },
  },
};

const PLANTED: Readonly<Record<string, Target>> = {
  crash() {
    throw new Error('planted');
  },
  hang() {
    for (;;);
  },
  die() {
    process.abort();
  },
  memory() {
    const hoard: Buffer[] = [];
    for (;;) hoard.push(Buffer.alloc(2 ** 24, 1));
  },
};

const TICK_EVERY = 32;

/** When the planted fault strikes. */
const PLANTED_AT = 50;

async function run(
  feed: Feed,
  [seed = 1, from = 0, count = 0, seconds = 0]: number[],
  found: string,
  planted: string,
): Promise<void> {
  const until = seconds > 0 ? performance.now() + seconds * 1000 : Number.POSITIVE_INFINITY;
  const fault = PLANTED[planted];
  const note = Buffer.alloc(8);
  let findings = 0;
  for (let index = from; index < from + count && performance.now() < until; index++) {
    // Node closes what zlib left open in the next tick, so there must be one.
    if (index % TICK_EVERY === 0) await setImmediate();
    note.writeDoubleLE(index);
    writeSync(1, note);
    const { bytes, other, random, from: name } = feed.inputOf(seed, index);
    for (const target of feed.targetsOf(index, random)) {
      try {
        if (fault && index === from + PLANTED_AT) fault(bytes, random, other);
        feed.targets[target]?.(bytes, random, other);
      } catch (error) {
        findings += 1;
        const stack = error instanceof Error ? error.stack : String(error);
        const file = join(found, `${seed}-${index}-${target.replace(/\W/g, '')}`);
        mkdirSync(found, { recursive: true });
        writeFileSync(file, bytes);
        console.error(`finding: input ${index} of seed ${seed} (${name}) in ${target}: ${file}\n${stack}\n`);
        if (findings >= 50) return;
      }
    }
  }
  note.writeDoubleLE(-1 - findings);
  writeSync(1, note);
}

const feed = FEEDS[target];
if (!feed) throw new Error(`no target is called ${target}`);
if (mode === 'emit') writeFileSync(args[2] ?? '', feed.inputOf(Number(args[0]), Number(args[1])).bytes);
else await run(feed, args.slice(0, 4).map(Number), args[4] ?? '', args[5] ?? '');
