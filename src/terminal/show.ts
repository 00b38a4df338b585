// `goleak show`: what one artefact holds, added up, without a verdict.
import { createHash } from 'node:crypto';
import { json as asJson, screen } from '../report/foreign.ts';
import { buildShow } from '../report/show.ts';
import type { Show } from '../report/show-schema.ts';
import { showText } from '../report/show-text.ts';
import { EXIT_OK, type Terminal } from './ports.ts';
import { digestOf, holdsAnything, type ReadArtefacts, readArtefacts } from './read.ts';

/** @throws Failure `file_unreadable`, `artefact_unknown` */
export async function showPath(path: string, { json, color, width, print }: Terminal): Promise<number> {
  const show = showOf(await readArtefacts([path], holdsAnything));
  print(json ? asJson(show, 2) : screen(showText(show, { color, width }).trimEnd()));
  return EXIT_OK;
}

export function showOf({ name, folders, series, problems }: ReadArtefacts): Show {
  const files = folders.flat();
  const sums = files.map(({ bytes }) => createHash('sha256').update(bytes).digest('hex'));
  const [only] = sums;
  return buildShow(series.snapshots, {
    artefact: {
      name,
      sha256: only !== undefined && sums.length === 1 ? only : digestOf(sums),
      bytes: files.reduce((sum, { bytes }) => sum + bytes.byteLength, 0),
      files: files.length,
    },
    problems,
  });
}
