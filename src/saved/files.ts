// Files somebody has -> snapshots, in whatever way they came: named in a terminal, or dropped into a thread. A folder in
// an archive is one snapshot, loose files are dealt out by kind. Bytes come in; no name in here is ever a path.
import { basename } from 'node:path';
import type { Folders } from '../analysis.ts';
import type { RawArtefact } from '../model/snapshot.ts';
import { unpack } from '../parse/archive.ts';
import { arrangeLooseFiles, foldersAmong } from '../parse/snapshot.ts';
import { withTimes } from './times.ts';

/** The files that one file holds: those of an archive, or itself. */
export interface Opened {
  readonly files: readonly RawArtefact[];
  /** An archive that could not be opened whole is among `files` as it came: its reader says what is wrong with it. */
  readonly isDamaged: boolean;
}

export function openSaved(file: RawArtefact): Opened {
  const { value, problems } = unpack(file);
  if (foldersAmong(value).length > 1) return { files: value, isDamaged: problems.length > 0 };
  return problems.length > 0
    ? { files: [file], isDamaged: true }
    : { files: value.toSorted(byName), isDamaged: false };
}

/** Artefacts by snapshot, oldest first: folders in the order given, then what lies loose. */
export function snapshotsAmong(parts: readonly (Opened | Folders)[]): RawArtefact[][] {
  const folders: RawArtefact[][] = [];
  const loose: RawArtefact[] = [];
  for (const part of parts) {
    if (isFolders(part)) {
      folders.push(...part.map((files) => [...files]));
      continue;
    }
    const inside = foldersAmong(part.files);
    if (inside.length > 1) folders.push(...inside.map(timesInArchive));
    else loose.push(...withTimes(part.files));
  }
  return loose.length > 0 ? [...folders, ...arrangeLooseFiles(loose)] : folders;
}

export function byName(a: { readonly name: string }, b: { readonly name: string }): number {
  return a.name.localeCompare(b.name, 'en', { numeric: true });
}

/** Names in an archive carry their folder; those in a file of times do not. */
function timesInArchive(files: readonly RawArtefact[]): RawArtefact[] {
  return withTimes(files.map((file) => ({ ...file, name: basename(file.name) })));
}

function isFolders(part: Opened | Folders): part is Folders {
  return Array.isArray(part);
}
