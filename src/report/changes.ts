// The diff for people: one row per change worth reading. A thousand goroutines that did the same thing are one
// row with a count; their ids stay in the triage file.
import { formatBytes, formatCount } from '../model/units.ts';
import { middleCut, shortName } from './name.ts';
import type { Report } from './schema.ts';

type Change = Report['changes'][number];

export interface ChangeRow {
  readonly what: Change['kind'];
  /** What became of it: `new`, `grown`, `shrunk`, `gone`, `moved`. */
  readonly status: string;
  /** Goroutines in this row; 1 for every other kind. */
  readonly times: number;
  readonly label: string;
  /** `12 → 1,216`, `select → none`. */
  readonly values: string;
}

const KINDS_FIRST: readonly Change['kind'][] = ['signature', 'site', 'memory', 'goroutine'];

/** Signatures, sites and memory as they come; then goroutines that agree in everything, most numerous first. */
export function changeRows(changes: readonly Change[], labelWidth: number): ChangeRow[] {
  const rows = new Map<string, ChangeRow>();
  for (const change of changes) {
    const row = rowOf(change, labelWidth);
    const key =
      change.kind === 'goroutine'
        ? JSON.stringify([change.status, change.label, row.values])
        : JSON.stringify([change.kind, change.id, rows.size]);
    rows.set(key, { ...row, times: (rows.get(key)?.times ?? 0) + 1 });
  }
  const rank = ({ what }: ChangeRow) => KINDS_FIRST.indexOf(what);
  return [...rows.values()].sort((a, b) => rank(a) - rank(b) || b.times - a.times);
}

function rowOf({ kind, status, before, after, label }: Change, labelWidth: number): ChangeRow {
  return {
    what: kind,
    status: status === 'state-changed' ? 'moved' : status,
    times: 1,
    label: middleCut(nearest(label.split(' ').map(shortWord).join(' '), labelWidth), labelWidth),
    values: `${valueWords(kind, label, before)} → ${valueWords(kind, label, after)}`,
  };
}

/** `leaf < caller < its caller`, `blocked ← creator`: what is furthest away goes first, and no name is cut for it. */
function nearest(label: string, width: number): string {
  let kept = label;
  while (kept.length > width && / [<←] /.test(kept)) kept = kept.replace(/ [<←] (?:(?! [<←] ).)*$/, '');
  return kept;
}

/** Labels are words and Go names mixed: `chan send in example.com/a/ledger.flush ← main.main`. */
function shortWord(word: string): string {
  return word.includes('/') ? shortName(word) : word;
}

function valueWords(kind: Change['kind'], label: string, value: number | string | null): string {
  if (value === null) return 'none';
  if (typeof value === 'string') return value;
  if (kind === 'memory') return isBytes(label) ? formatBytes(value) : formatCount(value);
  return kind === 'site' ? formatBytes(value) : formatCount(value);
}

/** Fields of a memory reading that count something else than bytes. */
export function isBytes(field: string): boolean {
  return !/^(heapObjects|mallocs|frees|numGC|numForcedGC|goroutines|threads|openFds|gogc|gcCPUFraction|pauseTotalNs|processStart)$/.test(
    field,
  );
}
