// Looks whether the audit is as it was written: every line whole, in its place, and none missing at any end.
import { type Line, NOTHING } from './line.ts';
import { type Survey, segmentNames, surveySegment } from './segment.ts';

export interface Fault {
  readonly file: string;
  /** Counted from 1; absent when it is about the file. */
  readonly line?: number;
  readonly what: string;
}

export interface Verified {
  readonly files: number;
  readonly lines: number;
  readonly faults: readonly Fault[];
  /** What is no fault, and still to be known: lines cut off by a crash, decisions that were not written. */
  readonly notes: readonly string[];
}

/** Reads a whole folder. It may be written to meanwhile. */
export function verifyTrail(folder: string): Verified {
  const names = segmentNames(folder);
  const surveys = new Map(names.map((name) => [name, surveySegment(folder, name)]));
  const faults: Fault[] = [];
  const notes: string[] = [];
  const tornAs = new Map<string, Set<number>>();
  for (const [name, survey] of surveys) {
    if (!survey) {
      faults.push({ file: name, what: 'is missing; what it should hold is known from its .head' });
      continue;
    }
    faults.push(...chainFaults(name, survey), ...headFaults(name, survey));
    const beginning = beginningOf(survey);
    if (!beginning) continue;
    if (beginning.lost > 0)
      notes.push(`${name}: ${beginning.lost} decisions before it could not be written.`);
    for (const witness of beginning.after) {
      if (witness.torn) tornAs.set(witness.file, (tornAs.get(witness.file) ?? new Set()).add(witness.lines));
      const what = endFault(surveys.get(witness.file), witness.lines, witness.hash);
      if (what !== undefined) faults.push({ file: witness.file, what: `${what} (${name} names it)` });
    }
  }
  for (const [name, survey] of surveys) {
    if (!survey?.torn) continue;
    const line = survey.lines.length + 1;
    if (tornAs.get(name)?.has(survey.lines.length)) {
      notes.push(`${name}: line ${line} was cut off when its process was killed or its disk was full.`);
    } else {
      faults.push({ file: name, line, what: 'is cut off' });
    }
  }
  const lines = [...surveys.values()].reduce((sum, survey) => sum + (survey?.lines.length ?? 0), 0);
  return { files: names.length, lines, faults, notes };
}

/** The first broken link of a file; all after it only say the same again. */
function chainFaults(file: string, { lines }: Survey): Fault[] {
  let prev = NOTHING;
  for (const [index, line] of lines.entries()) {
    const what = linkFault(line, index, prev);
    if (what !== undefined) return [{ file, line: index + 1, what }];
    prev = (line as Line).hash;
  }
  return [];
}

function linkFault(line: Line | 'changed' | undefined, index: number, prev: string): string | undefined {
  if (line === undefined) return 'is not a line of the audit';
  if (line === 'changed') return 'was changed';
  if (line.n !== index || line.prev !== prev) {
    return 'does not follow the line before it: one was taken out, put in or moved';
  }
  return (line.entry.what === 'begin') === (index === 0) ? undefined : 'is not in its place';
}

function headFaults(file: string, survey: Survey): Fault[] {
  const { head, lines } = survey;
  // Its process ended before the first line.
  if (lines.length === 0 && !head) return [];
  if (!head) return [{ file, what: 'has lost its .head, which tells where it ends' }];
  const what = endFault(survey, head.n + 1, head.hash);
  return what === undefined ? [] : [{ file, what: `${what} (its .head says so)` }];
}

function endFault(survey: Survey | undefined, count: number, hash: string): string | undefined {
  if (!survey) return `is missing: it had ${count} lines`;
  if (survey.lines.length < count)
    return `ends too early: it had ${count} lines, and has ${survey.lines.length}`;
  const last = survey.lines[count - 1];
  if (count === 0 || typeof last !== 'object' || last.hash === hash) return undefined;
  return `holds other lines than were written: line ${count} is not the same`;
}

function beginningOf({ lines: [first] }: Survey) {
  return typeof first === 'object' && first.entry.what === 'begin' ? first.entry : undefined;
}
