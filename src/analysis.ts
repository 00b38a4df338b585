// The part of the story that foreign bytes reach: captured files -> parsed, analysed, compared. Pure. It runs in the
// process that holds the bytes (terminal, tests) or in a child that can be killed (workers).
import { createHash } from 'node:crypto';
import { analyse } from './analyse/analyse.ts';
import { diffSnapshots } from './analyse/diff.ts';
import { flamesOf } from './flame/captures.ts';
import type { StepRecord } from './model/capture.ts';
import type { Flames } from './model/flame.ts';
import type { MemoryReading } from './model/memory.ts';
import type { Problem } from './model/problem.ts';
import type { RawArtefact, Series, Snapshot } from './model/snapshot.ts';
import type { Analysis, AnalysisContext, Change } from './model/verdict.ts';
import { assembleSeries } from './parse/snapshot.ts';

/** The files of one snapshot after another, oldest first. */
export type Folders = readonly (readonly RawArtefact[])[];

export interface CapturedFiles {
  readonly instance: string;
  readonly records: readonly StepRecord[];
  readonly snapshots: Folders;
  /** Snapshots of the capture to compare with; empty when there is none. */
  readonly earlier: Folders;
}

export interface DescribedArtefact {
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
}

/** What captured files mean; plain values only, so that it may come from another process. */
export interface Reading {
  /** Its `changes` are those since the compared capture, when there was one. */
  readonly analysis: Analysis;
  readonly problems: readonly Problem[];
  readonly artefacts: readonly DescribedArtefact[];
  /** Present when something could be compared; `at` is the time of the last compared snapshot. */
  readonly compared?: { readonly at?: number };
  /** Stacks for pictures, which no report holds: bounded, and kept beside it. */
  readonly flames: Flames;
}

/** @param reading told the file at hand before it is parsed, and '' once all are: whoever watches may say where it hung. */
export function readCaptures(
  captured: readonly CapturedFiles[],
  context: AnalysisContext,
  reading: (file: string) => void = () => {},
): Reading {
  const artefacts = captured.flatMap(describeAll);
  const read = captured.map((files) => {
    const { series, problems } = assembleSeries(announced(files, reading), { instance: files.instance });
    return { series: withCounts(series, files.records), problems };
  });
  reading('');
  const series = read.map((each) => each.series);
  const analysis = analyse(series, context);
  const earlier = captured.map(({ instance, earlier }) => lastSnapshot(instance, earlier));
  const compared = compare(earlier, series);
  return {
    analysis: compared ? { ...analysis, changes: compared.changes } : analysis,
    problems: read.flatMap(({ problems }) => problems),
    artefacts,
    ...(compared && { compared: compared.at === undefined ? {} : { at: compared.at } }),
    flames: flamesOf(series, earlier),
  };
}

export function describeArtefact(name: string, bytes: Uint8Array): DescribedArtefact {
  return { name, sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.byteLength };
}

function describeAll({ instance, snapshots }: CapturedFiles): DescribedArtefact[] {
  return snapshots.flatMap((files, at) =>
    files.map(({ name, bytes }) => describeArtefact(`${instance}/${at}/${name}`, bytes)),
  );
}

/** The same files, telling when their bytes are taken up. */
export function announced(
  { instance, snapshots }: Pick<CapturedFiles, 'instance' | 'snapshots'>,
  reading: (file: string) => void,
): Folders {
  return snapshots.map((files, at) =>
    files.map(({ name, bytes, taken }) => ({
      name,
      ...(taken && { taken }),
      get bytes() {
        reading(`${instance}/${at}/${name}`);
        return bytes;
      },
    })),
  );
}

/** Index pages carry the goroutine count but no file; it goes to the memory reading taken beside it. */
const SAME_MOMENT_MS = 2_000;

function withCounts(series: Series, records: readonly StepRecord[]): Series {
  const counts = records.flatMap(({ page, toMs }) =>
    page?.goroutines === undefined ? [] : [{ atMs: toMs, goroutines: page.goroutines }],
  );
  const counted = (reading: MemoryReading): MemoryReading => {
    const { atMs } = reading;
    if (atMs === undefined || reading.goroutines !== undefined) return reading;
    const beside = counts.find((count) => Math.abs(count.atMs - atMs) < SAME_MOMENT_MS);
    return beside ? { ...reading, goroutines: beside.goroutines } : reading;
  };
  const snapshots = series.snapshots.map((snapshot) => ({
    ...snapshot,
    memory: snapshot.memory.map(counted),
  }));
  return { ...series, snapshots };
}

/** "Capture again and compare": what changed since the other capture's last snapshot. */
function compare(
  earlier: readonly (Snapshot | undefined)[],
  series: readonly Series[],
): { readonly changes: readonly Change[]; readonly at?: number } | undefined {
  const changes: Change[] = [];
  let at: number | undefined;
  let compared = false;
  for (const [index, before] of earlier.entries()) {
    const after = series[index]?.snapshots.at(-1);
    if (!before || !after) continue;
    compared = true;
    at = Math.max(at ?? 0, before.taken?.toMs ?? 0);
    changes.push(...diffSnapshots(before, after));
  }
  return compared ? { changes, ...(at && { at }) } : undefined;
}

function lastSnapshot(instance: string, folders: Folders): Snapshot | undefined {
  return assembleSeries(folders.slice(-1), { instance }).series.snapshots.at(-1);
}
