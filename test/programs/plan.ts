import { createHash } from 'node:crypto';
import type { ProgramLabel } from './label.ts';

export const LOADS = ['low', 'high'] as const;
export type Load = (typeof LOADS)[number];

/** Programs are captured with one of the older and one of the newer releases, chosen by name. */
const OLDER = ['go1.22.12', 'go1.24.13'];
const NEWER = ['go1.26.8', 'go1.27.3'];

const SPACINGS = [5, 6, 8, 10, 12, 15, 18, 20, 25, 30, 35];
const FIRST_AFTER: readonly [number, number] = [3, 12];
/** One capture in ten meets a process that is older, so that some dumps show waiting minutes. */
const OLDER_PROCESS: readonly [number, number] = [65, 95];

/** One run of one program: three snapshots. */
export interface PlannedCapture {
  readonly program: string;
  readonly toolchain: string;
  readonly load: Load;
  /** Seconds from start to the first snapshot, then between snapshots. */
  readonly firstAfter: number;
  readonly spacing: readonly [number, number];
}

export function planCaptures(program: string, label: ProgramLabel): PlannedCapture[] {
  const toolchains = label.toolchains ?? [pick(OLDER, `${program}/older`), pick(NEWER, `${program}/newer`)];
  return toolchains.flatMap((toolchain) =>
    LOADS.map((load) => {
      const key = `${program}/${toolchain}/${load}`;
      const spacings = label.spacing
        ? SPACINGS.filter((s) => within(s, label.spacing as [number, number]))
        : SPACINGS;
      const range = label.firstAfter ?? (number(`${key}/age`) % 10 === 0 ? OLDER_PROCESS : FIRST_AFTER);
      return {
        program,
        toolchain,
        load,
        firstAfter: range[0] + (number(`${key}/first`) % (range[1] - range[0] + 1)),
        spacing: [pick(spacings, `${key}/1`), pick(spacings, `${key}/2`)] as const,
      };
    }),
  );
}

function within(value: number, [from, to]: readonly [number, number]): boolean {
  return value >= from && value <= to;
}

function pick<T>(from: readonly T[], key: string): T {
  const chosen = from[number(key) % from.length];
  if (chosen === undefined) throw new Error(`nothing to pick from for ${key}`);
  return chosen;
}

function number(key: string): number {
  return createHash('sha256').update(key).digest().readUInt32BE(0);
}
