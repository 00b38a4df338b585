// Clues that a probe took inside the process: when each was taken on the process's own clock, beside the handbook's bounds
// and what would have been known from outside.
import { formatDuration } from '../model/units.ts';
import type { Report } from './schema.ts';

export interface InsideClue {
  readonly artefact: string;
  /** Nanoseconds since its snapshot began. */
  readonly fromNs: number;
  readonly toNs: number;
  /** The handbook's ± for a clue of its kind; absent where it names none. */
  readonly handbookNs?: number;
  /** Half of the time that the question took, seen from outside. */
  readonly outsideNs: number;
  /** From the end of the clue before; absent for the first of a snapshot. */
  readonly gapNs?: number;
}

/** Which bound the handbook sets for which artefact, ± nanoseconds. */
const HANDBOOK: readonly (readonly [begins: string, ns: number])[] = [
  ['goroutine', 500],
  ['heap', 200],
  ['memory-runtime', Number.NaN],
  ['memory', 100],
];

/** Snapshot by snapshot, in the order in which they were taken; empty where no probe was asked. */
export function insideClues({ alignment }: Report): readonly InsideClue[] {
  const snapshots = new Map<number, Report['alignment'][number][]>();
  for (const each of alignment) {
    if (!each.inside) continue;
    const began = Math.round(each.from - each.inside.fromNs / 1e6);
    snapshots.set(began, [...(snapshots.get(began) ?? []), each]);
  }
  return [...snapshots.keys()]
    .sort((a, b) => a - b)
    .flatMap((began) => {
      let before: number | undefined;
      return (snapshots.get(began) ?? [])
        .flatMap(({ artefact, inside }) => (inside ? [{ artefact, ...inside }] : []))
        .sort((a, b) => a.fromNs - b.fromNs)
        .map((clue): InsideClue => {
          const handbookNs = HANDBOOK.find(([begins]) => clue.artefact.startsWith(begins))?.[1] ?? Number.NaN;
          const gapNs = before === undefined ? undefined : clue.fromNs - before;
          before = clue.toNs;
          return {
            ...clue,
            ...(!Number.isNaN(handbookNs) && { handbookNs }),
            ...(gapNs !== undefined && { gapNs }),
          };
        });
    });
}

/** `Taken inside the process by its probe, clue by clue: at most 4.1 µs between one and the next.` */
export function insideWords(report: Report): string | undefined {
  const clues = insideClues(report);
  if (clues.length === 0) return undefined;
  const widest = Math.max(0, ...clues.map(({ gapNs = 0 }) => gapNs));
  return `Taken inside the process by its probe, clue by clue: at most ${formatNs(widest)} between the end of one and the start of the next`;
}

/** `311 ns`, `4.1 µs`, `7.2 ms`. */
export function formatNs(ns: number): string {
  if (ns >= 1e9) return formatDuration(ns / 1e6);
  const [unit, size] =
    ns < 1e3 ? (['ns', 1] as const) : ns < 1e6 ? (['µs', 1e3] as const) : (['ms', 1e6] as const);
  const value = ns / size;
  return `${value < 10 && size > 1 ? value.toFixed(1) : Math.round(value)} ${unit}`;
}
