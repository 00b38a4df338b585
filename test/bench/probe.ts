// npm run bench -- probe: when each clue of a snapshot is taken, by the probe and by HTTP alone, and what both cost the
// service. The rounds of both are interleaved in one run against one process.
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { startGoService } from '../../demo/go-service.ts';
import { createFetcher } from '../../src/capture/fetch.ts';
import { readProbeAnswer } from '../../src/capture/probe-answer.ts';
import type { Endpoint } from '../../src/model/capture.ts';
import type { Instance } from '../../src/model/target.ts';
import { formatCount } from '../../src/model/units.ts';
import { formatNs } from '../../src/report/inside.ts';
import { removeFolder } from '../kit/remove-folder.ts';
import { buildProbed } from '../probe/svc.ts';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '15' } } });
const rounds = Number(values.rounds);
const GOROUTINES = [1_000, 10_000];
const TOKEN = 'a-token-for-measuring';

/** Clues by the question that brings them over HTTP, in the order in which a capture asks. */
const HTTP: readonly (readonly [clue: string, endpoint: Endpoint])[] = [
  ['memory', 'vars'],
  ['goroutine', 'goroutine'],
  ['goroutine-text', 'goroutine-text'],
  ['heap', 'heap'],
];
const HANDBOOK: Readonly<Record<string, number>> = {
  'goroutine-text': 500,
  goroutine: 500,
  heap: 200,
  memory: 100,
};

interface Spent {
  readonly cpuMicros: number;
  readonly pausedMicros: number;
  readonly longestStallNs: number;
}

interface Round {
  /** Nanoseconds since the first began. */
  readonly spans: ReadonlyMap<string, { readonly fromNs: number; readonly toNs: number }>;
  readonly bytes: number;
  readonly ms: number;
  readonly spent: Spent;
}

const folder = mkdtempSync(join(tmpdir(), 'goleak-bench-'));
process.env.GOLEAK_PROBE_TOKEN = TOKEN;
const { fetch: ask, close } = createFetcher(() => TOKEN);
try {
  const binary = await buildProbed(folder);
  for (const count of GOROUTINES) await measure(binary, count);
} finally {
  await close();
  removeFolder(folder);
}

async function measure(binary: string, goroutines: number): Promise<void> {
  const service = await startGoService(binary, [`-idle=${goroutines}`, '-dump-up-to=20000']);
  try {
    const instance: Instance = {
      name: 'bench',
      pprofUrl: `${service.url}/debug/pprof`,
      varsUrl: `${service.url}/debug/vars`,
      probe: { url: `${service.url}/debug/goleak`, tokenEnv: 'TOKEN' },
    };
    const both = await play(instance, `${service.url}/cost`);
    // In rounds of their own: a goroutine that never rests takes a processor from everything else.
    const stalling = await play(instance, `${service.url}/cost?stalls=1`);
    print(goroutines, both, stalling);
  } finally {
    await service.close();
  }
}

interface Both {
  readonly byProbe: readonly Round[];
  readonly byHttp: readonly Round[];
}

async function play(instance: Instance, cost: string): Promise<Both> {
  const byProbe: Round[] = [];
  const byHttp: Round[] = [];
  // The first of each warms up buffers and connections, and is not counted.
  for (let round = 0; round <= rounds; round++) {
    for (const [kept, take] of [
      [byProbe, probeRound],
      [byHttp, httpRound],
    ] as const) {
      const one = await costing(cost, () => take(instance));
      if (round > 0) kept.push(one);
      // Its share of the time: half of it, in this service.
      await sleep(2 * one.ms + 50);
    }
  }
  return { byProbe, byHttp };
}

async function probeRound(instance: Instance): Promise<Omit<Round, 'spent'>> {
  const { bytes, span } = await ask(instance, 'probe', AbortSignal.timeout(30_000));
  const [snapshot] = (await readProbeAnswer(bytes)) ?? [];
  if (!snapshot) throw new Error('the probe gave no snapshot');
  const spans = new Map(snapshot.clues.map(({ ask: clue, inside }) => [clue, inside]));
  return { spans, bytes: bytes.byteLength, ms: span.toMs - span.fromMs };
}

async function httpRound(instance: Instance): Promise<Omit<Round, 'spent'>> {
  const spans = new Map<string, { fromNs: number; toNs: number }>();
  let beganMs: number | undefined;
  let size = 0;
  let ms = 0;
  for (const [clue, endpoint] of HTTP) {
    const { bytes, span } = await ask(instance, endpoint, AbortSignal.timeout(30_000));
    beganMs ??= span.fromMs;
    spans.set(clue, { fromNs: (span.fromMs - beganMs) * 1e6, toNs: (span.toMs - beganMs) * 1e6 });
    size += bytes.byteLength;
    ms += span.toMs - span.fromMs;
  }
  return { spans, bytes: size, ms };
}

async function costing(url: string, take: () => Promise<Omit<Round, 'spent'>>): Promise<Round> {
  const cost = async (): Promise<Spent> => (await (await fetch(url)).json()) as Spent;
  const before = await cost();
  const one = await take();
  const after = await cost();
  return {
    ...one,
    spent: {
      cpuMicros: after.cpuMicros - before.cpuMicros,
      pausedMicros: after.pausedMicros - before.pausedMicros,
      longestStallNs: after.longestStallNs,
    },
  };
}

function print(goroutines: number, { byProbe, byHttp }: Both, stalling: Both): void {
  console.log(`\n${formatCount(goroutines)} goroutines, ${byProbe.length} interleaved rounds, medians\n`);
  console.log(
    '| clue | from–to by the probe (ns) | known to | handbook | over HTTP alone |\n|---|---:|---:|---:|---:|',
  );
  const clues = [...(byProbe[0]?.spans.keys() ?? [])].sort(
    (a, b) => startOf(byProbe, a) - startOf(byProbe, b),
  );
  for (const clue of clues) {
    const inside = spansOf(byProbe, clue);
    const outside = spansOf(byHttp, clue).map(({ fromNs, toNs }) => (toNs - fromNs) / 2);
    const known = HANDBOOK[clue];
    const cells = [
      clue,
      `${formatCount(median(inside.map(({ fromNs }) => fromNs)))}–${formatCount(median(inside.map(({ toNs }) => toNs)))}`,
      `± ${formatNs(median(inside.map(({ fromNs, toNs }) => (toNs - fromNs) / 2)))}`,
      known === undefined ? '' : `± ${known} ns`,
      outside.length === 0 ? '' : `± ${formatNs(median(outside))}`,
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  const gaps = byProbe.flatMap(gapsOf);
  console.log(
    `\nbetween the end of one clue and the start of the next: median ${formatNs(median(gaps))}, widest ${formatNs(Math.max(...gaps))}`,
  );
  console.log(
    `from the end of full stacks (the world moves again) to the start of the last clue: ${formatNs(median(byProbe.map(tailOf)))}`,
  );
  console.log(
    `first clue's start to last clue's end: ${formatNs(median(byProbe.map(wholeOf)))}; over HTTP ${formatNs(median(byHttp.map(wholeOf)))}`,
  );
  console.log('\n| cost to the service | probe | HTTP alone |\n|---|---:|---:|');
  const row = (
    name: string,
    of: (round: Round) => number,
    words: (value: number) => string,
    from: Both = { byProbe, byHttp },
  ): void =>
    console.log(
      `| ${name} | ${words(median(from.byProbe.map(of)))} | ${words(median(from.byHttp.map(of)))} |`,
    );
  row('processor time', ({ spent }) => spent.cpuMicros * 1_000, formatNs);
  row('world stopped, about', ({ spent }) => spent.pausedMicros * 1_000, formatNs);
  row('longest stall of a busy goroutine', ({ spent }) => spent.longestStallNs, formatNs, stalling);
  row('answering', ({ ms }) => ms * 1e6, formatNs);
  row('bytes sent', ({ bytes }) => bytes, formatCount);
}

function spansOf(rounds: readonly Round[], clue: string) {
  return rounds.flatMap(({ spans }) => spans.get(clue) ?? []);
}

function startOf(rounds: readonly Round[], clue: string): number {
  return median(spansOf(rounds, clue).map(({ fromNs }) => fromNs));
}

function inOrder({ spans }: Round) {
  return [...spans.values()].sort((a, b) => a.fromNs - b.fromNs);
}

function gapsOf(round: Round): number[] {
  const spans = inOrder(round);
  return spans.slice(1).map(({ fromNs }, at) => fromNs - (spans[at]?.toNs ?? fromNs));
}

function tailOf(round: Round): number {
  const spans = inOrder(round);
  return (spans.at(-1)?.fromNs ?? 0) - (spans[0]?.toNs ?? 0);
}

function wholeOf(round: Round): number {
  const spans = inOrder(round);
  return (spans.at(-1)?.toNs ?? 0) - (spans[0]?.fromNs ?? 0);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
