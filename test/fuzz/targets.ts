// What every input is fed to, and what must hold of the answer, whatever the input is.
import { deepStrictEqual } from 'node:assert';
import { analyse } from '../../src/analyse/analyse.ts';
import type { GoroutineDump } from '../../src/model/goroutine.ts';
import type { MemoryReading } from '../../src/model/memory.ts';
import type { Outcome, Problem } from '../../src/model/problem.ts';
import { type Profile, valueColumn } from '../../src/model/profile.ts';
import type { Retention } from '../../src/model/retention.ts';
import { parseArtefact } from '../../src/parse/artefact.ts';
import { parseGoroutineStream, parseGoroutines, readerOf } from '../../src/parse/goroutines.ts';
import {
  parseExpvar,
  parseGctrace,
  parseHeapTrailer,
  parsePrometheus,
  parseRuntimeMetrics,
} from '../../src/parse/memstats.ts';
import { goroutineCounts, parsePprof } from '../../src/parse/pprof.ts';
import { parsePprofText } from '../../src/parse/pprof-text.ts';
import { writePprof } from '../../src/parse/pprof-write.ts';
import { subtractProfiles } from '../../src/parse/profile-arithmetic.ts';
import { readRetention } from '../../src/parse/retention.ts';
import { arrangeLooseFiles, assembleSnapshot } from '../../src/parse/snapshot.ts';
import { parseGoroutineStreamFast } from '../../src/parse/wasm/goroutine-scan-fast.ts';
import type { Random } from './random.ts';

/** Throws when the answer is unsound, or when the parser throws. */
export type Target = (bytes: Uint8Array, random: Random, other: Uint8Array) => void;

export const TARGETS: Readonly<Record<string, Target>> = {
  artefact(bytes) {
    expectParsed(parseArtefact({ name: 'mutant', bytes }));
  },
  twin(bytes, random) {
    const windowBytes = random.chance(1, 2) ? undefined : random.pick([300, 777, 4096, 16_384]);
    const plain = parseGoroutineStream(readerOf(bytes), windowBytes);
    deepStrictEqual(parseGoroutineStreamFast(readerOf(bytes), windowBytes), plain);
    expectDumps(plain);
  },
  goroutines(bytes) {
    expectDumps(parseGoroutines(bytes));
  },
  pprof(bytes) {
    const outcome = parsePprof(bytes);
    expectProblems(outcome.problems);
    if (outcome.value) expectProfile(outcome.value);
    else expect(outcome.problems.length > 0, 'nothing read and no reason given');
  },
  retention(bytes, _, other) {
    const profile = parsePprof(bytes).value;
    if (!profile || valueColumn(profile, 'inuse_space') < 0) return;
    // Whatever lost a file its kind: what counts is that any names and figures are borne.
    const retention = readRetention({ ...profile, kind: 'retention' });
    if (!retention) throw new Error('a profile of memory that was not read');
    expectRetention(retention);
    const beside = parsePprof(other).value;
    const heap = beside?.kind === 'heap' && !beside.delta ? { heap: beside } : {};
    const snapshot = { instance: 'a', memory: [], otherProfiles: [], times: [], problems: [] };
    const { clues } = analyse([{ instance: 'a', snapshots: [{ ...snapshot, ...heap, retention }] }], {
      firstParty: [],
      fallbackIntervalMs: 1,
    });
    for (const { clue, text } of clues)
      expect(!/NaN|undefined|Infinity/.test(text.replace(/`[^`]*`/g, '')), `${clue}: ${text}`);
  },
  written(bytes) {
    const profile = parsePprof(bytes).value ?? parsePprofText(bytes).value?.profile;
    if (profile) expectWritten(profile);
  },
  'debug=1'(bytes) {
    const outcome = parsePprofText(bytes);
    expectProblems(outcome.problems);
    if (outcome.value) expectProfile(outcome.value.profile);
    else expect(outcome.problems.length > 0, 'nothing read and no reason given');
  },
  expvar: (bytes) => expectReadings(parseExpvar(bytes)),
  prometheus: (bytes) => expectReadings(parsePrometheus(bytes)),
  trailer: (bytes) => expectReadings(parseHeapTrailer(bytes)),
  gctrace: (bytes) => expectReadings(parseGctrace(bytes)),
  metrics: (bytes) => expectReadings(parseRuntimeMetrics(bytes)),
  snapshot(bytes, random, other) {
    const files = [
      { name: 'a', bytes },
      { name: 'b', bytes: other, ...(random.chance(1, 2) ? { taken: { fromMs: 1, toMs: 2 } } : {}) },
      { name: 'c', bytes: bytes.subarray(random.below(bytes.length)) },
    ];
    for (const folder of arrangeLooseFiles(files)) {
      const { problems, memory } = assembleSnapshot(folder, { instance: 'a:1' });
      expectProblems(problems);
      memory.forEach(expectReading);
    }
  },
};

/** Nothing is lost, no step holds more than the one before it, and nothing is longer than anybody reads. */
function expectRetention({ bytes, holders, roots }: Retention): void {
  expect(Number.isFinite(bytes) && bytes >= 0, `${bytes} bytes`);
  expect(holders.length <= Math.min(100, roots), 'more holders than roots');
  for (const holder of holders) {
    const byDepth = holder.byDepth.reduce((sum, each) => sum + each, 0);
    expect(Math.abs(byDepth - holder.bytes) <= 1e-6 * holder.bytes, `${byDepth} of ${holder.bytes} by depth`);
    expect(holder.path.length <= 64, `a way of ${holder.path.length} steps`);
    expect(
      holder.depth <= holder.deepest && holder.deepest <= 2048,
      `depth ${holder.depth} of ${holder.deepest}`,
    );
    let above = holder.bytes;
    for (const step of holder.path) {
      expect(step.bytes <= above * (1 + 1e-6), 'a step that holds more than what holds it');
      above = step.bytes;
    }
  }
}

function expectParsed({ value, problems }: ReturnType<typeof parseArtefact>): void {
  expectProblems(problems);
  expect(value.length > 0 || problems.length > 0, 'nothing read and no reason given');
  for (const one of value) {
    if (one.kind === 'goroutines') expectDump(one.dump);
    if ('profile' in one && one.profile) expectProfile(one.profile);
    if (one.kind === 'memory') one.readings.forEach(expectReading);
  }
}

function expectDumps({ value, problems }: Outcome<readonly GoroutineDump[]>): void {
  expectProblems(problems);
  value.forEach(expectDump);
}

/** References hold; nothing is lost or counted twice. Dumps of counts have no rows. */
function expectDump(dump: GoroutineDump): void {
  const inGroups = dump.groups.reduce((sum, { count }) => sum + count, 0);
  expect(inGroups === dump.total, `groups hold ${inGroups} of ${dump.total} goroutines`);
  for (const { state, frames } of dump.groups) {
    expect(typeof state === 'string', 'a group without a state');
    expect(frames.length <= 1024, 'a stack deeper than any kept');
    for (const { line } of frames) expect(Number.isSafeInteger(line) && line >= 0, `line ${line}`);
  }
  if (dump.ids.length === 0) return;
  const counted = dump.groups.map(() => 0);
  for (const group of dump.groupOf) counted[group] = (counted[group] ?? Number.NaN) + 1;
  deepStrictEqual(
    counted,
    dump.groups.map(({ count }) => count),
  );
  for (const column of [dump.ids, dump.groupOf, dump.waitMinutes, dump.creatorIds, dump.waitWords])
    expect(column.length === dump.total, 'a column of another length');
}

function expectProfile(profile: Profile): void {
  const { sampleCount, sampleTypes, stackStart, stackFrames, frames, values, labels } = profile;
  expect(stackStart.length === sampleCount + 1, 'stack starts');
  expect(values.length === sampleCount * sampleTypes.length, 'values');
  expect(stackStart[sampleCount] === stackFrames.length, 'stack frames');
  for (let sample = 0; sample < sampleCount; sample++)
    expect((stackStart[sample] ?? 0) <= (stackStart[sample + 1] ?? -1), 'stack starts out of order');
  for (const frame of stackFrames) expect(frame < frames.length, 'a frame that is not there');
  for (const value of values) expect(Number.isFinite(value), `value ${value}`);
  for (const sample of labels.keys()) expect(sample < sampleCount, 'labels of no sample');
  if (profile.kind === 'goroutine' && !profile.delta) expectDump(goroutineCounts(profile));
}

/** What we write we read back, and a profile minus itself is nothing. */
function expectWritten(profile: Profile): void {
  if (profile.sampleTypes.length === 0) return;
  const again = parsePprof(writePprof(profile));
  expect(again.value !== undefined, `written, but not read: ${again.problems[0]?.code}`);
  deepStrictEqual(again.value?.sampleCount, profile.sampleCount);
  deepStrictEqual(again.value?.values, profile.values);
  const nothing = subtractProfiles(profile, profile).value;
  expect(nothing === undefined || nothing.sampleCount === 0, 'a profile differs from itself');
}

function expectReadings({ value, problems }: Outcome<readonly MemoryReading[]>): void {
  expectProblems(problems);
  value.forEach(expectReading);
}

/** Unknown is absent, never NaN. */
function expectReading(reading: MemoryReading): void {
  for (const [name, value] of Object.entries(reading))
    expect(!Number.isNaN(value), `${name} is not a number`);
}

function expectProblems(problems: readonly Problem[]): void {
  for (const { code, text } of problems) {
    expect(/^[a-z0-9-]{3,60}$/.test(code), `problem code ${code}`);
    expect(/^[^\n]{5,600}[.”"]$/.test(text), `problem text ${JSON.stringify(text)}`);
  }
}

function expect(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
