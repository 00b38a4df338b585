// Saved files -> what they mean, or why none of them says anything of a Go service. Pure: it runs in the process that
// holds the bytes, or in a child that can be killed.
import { analyse } from '../analyse/analyse.ts';
import { announced, describeArtefact, type Folders, type Reading } from '../analysis.ts';
import { flamesOf } from '../flame/captures.ts';
import type { Problem } from '../model/problem.ts';
import type { Series, Snapshot } from '../model/snapshot.ts';
import type { AnalysisContext } from '../model/verdict.ts';
import { assembleSeries } from '../parse/snapshot.ts';

export interface SavedReading extends Reading {
  /** Why none of the files could be used, file by file; absent when one could. */
  readonly nothing?: readonly string[];
}

/** @param reading told the file at hand before it is parsed, and '' once all are */
export function readSaved(
  folders: Folders,
  about: { readonly name: string; readonly context: AnalysisContext },
  reading: (file: string) => void = () => {},
): SavedReading {
  const read = assembleSeries(announced({ instance: about.name, snapshots: folders }, reading), {
    instance: about.name,
  });
  reading('');
  return {
    analysis: analyse([read.series], about.context),
    problems: read.problems,
    artefacts: folders.flatMap((files, at) =>
      files.map(({ name, bytes }) => describeArtefact(`${at}/${name}`, bytes)),
    ),
    flames: flamesOf([read.series]),
    ...(!read.series.snapshots.some(holdsClues) && { nothing: problemsOf(read) }),
  };
}

/** Something a verdict can be made of; a CPU profile alone says nothing about what stays. */
export function holdsClues(snapshot: Snapshot): boolean {
  const { goroutines, goroutineCounts, leaked, heap, memory, otherProfiles, trace } = snapshot;
  const dumped = goroutines ?? goroutineCounts ?? leaked ?? heap ?? trace;
  return dumped !== undefined || memory.length > 0 || otherProfiles.some(({ kind }) => kind !== 'cpu');
}

/** Each sentence once. */
export function problemsOf(read: {
  readonly series: Series;
  readonly problems: readonly Problem[];
}): string[] {
  const problems = [...read.series.snapshots.flatMap((snapshot) => snapshot.problems), ...read.problems];
  return [...new Set(problems.map(({ text }) => text))];
}
