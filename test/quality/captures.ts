// Recorded captures of the labelled programs, read back as the series they were.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { RawArtefact, Series } from '../../src/model/snapshot.ts';
import { assembleSeries } from '../../src/parse/snapshot.ts';
import { type ProgramLabel, readLabel } from '../programs/label.ts';
import later from '../programs/later.json' with { type: 'json' };
import split from '../programs/split.json' with { type: 'json' };

export const CAPTURES = fileURLToPath(new URL('../captures/programs/', import.meta.url));

/** `later`: written after the split was closed, and worked with; `all` are the two halves. */
export type Half = 'develop' | 'score' | 'later' | 'all';

export interface Case {
  readonly program: string;
  /** `go1.24.13-low`: toolchain and load. */
  readonly run: string;
  readonly half: 'develop' | 'score' | 'later';
  readonly label: ProgramLabel;
  readonly folder: string;
}

type Times = Readonly<
  Record<string, Readonly<Record<string, { readonly from: string; readonly to: string }>>>
>;

export function listCases(half: Half, only?: RegExp): Case[] {
  const halves = half === 'all' ? (['develop', 'score'] as const) : [half];
  const names = { ...split, ...later };
  return halves.flatMap((name) =>
    [...names[name]].sort().flatMap((program) => {
      const folder = join(CAPTURES, program);
      if (!existsSync(folder) || (only && !only.test(program))) return [];
      const label = readLabel(program);
      return readdirSync(folder)
        .sort()
        .filter((run) => existsSync(join(folder, run, 'meta.json')))
        .map((run) => ({ program, run, half: name, label, folder: join(folder, run) }));
    }),
  );
}

/** `without`: file names to leave out, to see what the loss of an artefact does. */
export function readSeries(folder: string, without: (file: string) => boolean = () => false): Series {
  const meta: { snapshots: Times } = JSON.parse(readFileSync(join(folder, 'meta.json'), 'utf8'));
  const folders = Object.keys(meta.snapshots)
    .sort((a, b) => Number(a) - Number(b))
    .map((name) => readFolder(join(folder, name), meta.snapshots[name] ?? {}, without));
  return assembleSeries(folders, { instance: '127.0.0.1:6060' }).series;
}

function readFolder(
  folder: string,
  times: Times[string],
  without: (file: string) => boolean,
): readonly RawArtefact[] {
  return readdirSync(folder)
    .sort()
    .filter((name) => !without(name))
    .map((name) => {
      const taken = times[name];
      return {
        name,
        bytes: readFileSync(join(folder, name)),
        ...(taken ? { taken: { fromMs: Date.parse(taken.from), toMs: Date.parse(taken.to) } } : {}),
      };
    });
}
