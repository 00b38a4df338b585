import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Fixed for ever: with another salt the programs we score on would become programs we tuned on. */
const SALT = 'goleak labelled programs, first edition';

export interface Split {
  readonly salt: string;
  readonly develop: readonly string[];
  readonly score: readonly string[];
}

/** Programs by kind of verdict -> the two halves: in each kind, every other one in the order of its hash. */
export function splitPrograms(byKind: ReadonlyMap<string, readonly string[]>): Split {
  const develop: string[] = [];
  const score: string[] = [];
  for (const [kind, names] of [...byKind].sort(([a], [b]) => compare(a, b))) {
    // Kinds of odd size would always favour the same half; the kind's own hash decides who goes first.
    const first = Number.parseInt(hashOf(kind).slice(0, 2), 16) % 2;
    const ordered = [...names].sort((a, b) => compare(hashOf(a), hashOf(b)));
    ordered.forEach((name, index) => {
      (index % 2 === first ? develop : score).push(name);
    });
  }
  return { salt: SALT, develop: develop.sort(), score: score.sort() };
}

function hashOf(name: string): string {
  return createHash('sha256').update(`${SALT}\n${name}`).digest('hex');
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** `kinds.txt` lines `<verdict kind> <program>` are what the split was decided from. */
export function readKinds(text: string): Map<string, string[]> {
  const byKind = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [kind, name] = line.split(' ');
    if (!kind || !name) continue;
    byKind.set(kind, [...(byKind.get(kind) ?? []), name]);
  }
  return byKind;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const here = (file: string) => new URL(file, import.meta.url);
  const split = splitPrograms(readKinds(readFileSync(here('kinds.txt'), 'utf8')));
  writeFileSync(here('split.json'), `${JSON.stringify(split, null, 2)}\n`);
}
