// Time of the analysis alone, after parsing: two snapshots of N goroutines and two heap profiles of about 5 MB.
//
//   npx tsx test/bench/analyse.ts [--json] [--only 10000,100000]
//
// The goroutines are those of a busy service: nine in ten parked on two hundred stacks, a few thousand ids
// between the snapshots gone and as many new, one signature growing. Prints the median of several runs, and the
// processor time beside it, which other work on the machine disturbs less.
import { parseArgs } from 'node:util';
import { analyse } from '../../src/analyse/analyse.ts';
import type { Frame, GoroutineDump, GoroutineGroup } from '../../src/model/goroutine.ts';
import type { Profile } from '../../src/model/profile.ts';
import type { Series, Snapshot } from '../../src/model/snapshot.ts';

const SIZES = [10_000, 100_000, 1_000_000];
const GROUPS = 200;
const LEAKING = 77;
/** 45,000 samples of 40 frames are about 5 MB of protobuf. */
const SAMPLES = 45_000;
const DEPTH = 40;
const FUNCTIONS = 3000;
const LOCATIONS = 12_000;
const START_MS = Date.UTC(2026, 10, 23, 14, 0, 0);

const { values: options } = parseArgs({
  options: { json: { type: 'boolean', default: false }, only: { type: 'string' } },
});
const sizes = options.only?.split(',').map(Number) ?? SIZES;

const figures: Record<string, { readonly ms: number; readonly cpuMs: number }> = {};
for (const size of sizes) {
  const series: Series = { instance: 'bench', snapshots: [snapshot(size, 0), snapshot(size, 1)] };
  const rounds = Array.from({ length: size >= 1_000_000 ? 5 : 11 }, () => measured(series));
  const ms = median(rounds.map((round) => round.ms));
  const cpuMs = median(rounds.map((round) => round.cpuMs));
  figures[size] = { ms, cpuMs };
  const each = Math.round((cpuMs * 1e6) / size / 2);
  if (!options.json)
    console.log(`${size} goroutines: ${ms} ms, ${cpuMs} ms of processor time (${each} ns a goroutine)`);
}
if (options.json) console.log(JSON.stringify(figures));

function measured(series: Series): { readonly ms: number; readonly cpuMs: number } {
  const started = performance.now();
  const before = process.cpuUsage();
  const { verdict } = analyse([series], { firstParty: [], fallbackIntervalMs: 30_000 });
  const { user, system } = process.cpuUsage(before);
  const ms = performance.now() - started;
  if (verdict.kind !== 'goroutine-leak') throw new Error(`the growing signature was missed: ${verdict.kind}`);
  return { ms, cpuMs: (user + system) / 1000 };
}

function median(values: readonly number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[values.length >> 1] ?? 0);
}

function snapshot(size: number, moment: number): Snapshot {
  const at = START_MS + moment * 30_000;
  return {
    instance: 'bench',
    taken: { fromMs: at, toMs: at },
    goroutines: dump(size, moment),
    heap: heap(moment),
    memory: [],
    otherProfiles: [],
    times: [],
    problems: [],
  };
}

/** Ids run on; of the churning tenth, every one is new at the second moment. */
function dump(size: number, moment: number): GoroutineDump {
  const total = size + moment * Math.ceil(size / 20);
  const counts = new Array<number>(GROUPS).fill(0);
  const groupOf = new Uint32Array(total);
  const ids = new Float64Array(total);
  const churned = Math.floor(size / 10);
  for (let i = 0; i < total; i++) {
    const isNew = i >= size || (i < churned && moment > 0);
    ids[i] = 100 + i + (isNew ? size + 50 : 0);
    const group = i >= size ? LEAKING : i < churned ? i % 10 : i % GROUPS;
    groupOf[i] = group;
    counts[group] = (counts[group] ?? 0) + 1;
  }
  return {
    source: 'debug2',
    groups: counts.map(group),
    total,
    ids,
    groupOf,
    waitMinutes: new Int32Array(total).map((_, i) => i % 7),
    // The growing ones were started by a goroutine that has ended.
    creatorIds: new Float64Array(total).map((_, i) =>
      groupOf[i] === LEAKING ? 50 : i % 3 === 0 ? 1 : 100 + ((i * 7919) % size),
    ),
    waitWords: new Float64Array(total).map((_, i) => 0xc0_0000_0000 + (i % 5000) * 96),
    requesterDropped: true,
    truncated: false,
  };
}

function group(count: number, index: number): GoroutineGroup {
  const family = index === LEAKING ? 'chan-send' : index % 3 === 0 ? 'select' : 'chan-receive';
  return {
    state: index === LEAKING ? 'chan send' : index % 3 === 0 ? 'select' : 'chan receive',
    family,
    frames: Array.from({ length: 12 }, (_, depth) => frame(`example.com/shop/part${index}`, depth)),
    createdBy: frame(`example.com/shop/part${index % 20}`, 99),
    leaked: false,
    lockedToThread: false,
    elidedFrames: 0,
    count,
  };
}

function frame(path: string, depth: number): Frame {
  return { func: `${path}.(*Worker).step${depth}`, file: `${path}/step.go`, line: 10 + depth };
}

/** Stacks drawn by a small generator with a fixed start, so that every run reads the same. */
function heap(moment: number): Profile {
  let state = 12_345;
  const draw = (below: number) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (state >>> 8) % below;
  };
  return {
    kind: 'heap',
    sampleTypes: ['alloc_objects', 'alloc_space', 'inuse_objects', 'inuse_space'].map((type) => ({
      type,
      unit: type.endsWith('space') ? 'bytes' : 'count',
    })),
    defaultSampleType: 'inuse_space',
    sampleCount: SAMPLES,
    frames: Array.from({ length: LOCATIONS }, (_, index) => ({
      func: `example.com/shop/store${index % 50}.(*Table).fill${index % FUNCTIONS}`,
      file: 'store.go',
      line: 1 + (index % 400),
    })),
    stackStart: Uint32Array.from({ length: SAMPLES + 1 }, (_, index) => index * DEPTH),
    stackFrames: Uint32Array.from({ length: SAMPLES * DEPTH }, () => draw(LOCATIONS)),
    values: Float64Array.from({ length: SAMPLES * 4 }, (_, index) => (1 + (index % 97)) * 512 * (moment + 1)),
    labels: new Map(),
    period: 524_288,
    timeNanos: BigInt(START_MS + moment * 30_000) * 1_000_000n,
    delta: false,
  };
}
