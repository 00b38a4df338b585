// Paths people name -> snapshots, parsed; or one sentence that says what the files are instead.
import { createHash } from 'node:crypto';
import { basename, resolve } from 'node:path';
import { Failure } from '../failure.ts';
import type { Problem } from '../model/problem.ts';
import type { RawArtefact, Series, Snapshot } from '../model/snapshot.ts';
import { assembleSeries } from '../parse/snapshot.ts';
import { holdsClues, problemsOf } from '../saved/reading.ts';
import { readSnapshotFolders } from './files.ts';
import { refuseAddress } from './ports.ts';

export interface ReadArtefacts {
  /** What to call it all: the name of the first file or folder. */
  readonly name: string;
  readonly folders: readonly (readonly RawArtefact[])[];
  readonly series: Series;
  readonly problems: readonly Problem[];
}

/**
 * @throws Failure `file_unreadable`; `artefact_unknown` with the reason for each file when no snapshot is
 * `wanted`, that is holds what the command is about.
 */
export async function readArtefacts(
  paths: readonly string[],
  wanted: (snapshot: Snapshot) => boolean,
): Promise<ReadArtefacts> {
  for (const path of paths) refuseAddress(path);
  const folders = await readSnapshotFolders(paths);
  const [first = '-'] = paths;
  const name = first === '-' ? 'standard input' : basename(resolve(first));
  const read = assembleSeries(folders, { instance: name });
  if (!read.series.snapshots.some(wanted)) {
    throw new Failure('artefact_unknown', { path: name, reasons: problemsOf(read) });
  }
  return { name, folders, ...read };
}

/** Anything of a Go service. */
export function holdsAnything(snapshot: Snapshot): boolean {
  return holdsClues(snapshot) || snapshot.otherProfiles.length > 0;
}

/** The same files give the same id. */
export function digestOf(sha256s: readonly string[]): string {
  return createHash('sha256').update(sha256s.join('\n')).digest('hex');
}
