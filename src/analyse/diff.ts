// What changed between two snapshots: goroutines by id when both know ids, signatures by stable id, heap
// sites, and memory figures. Subtraction and nothing else; judging is done elsewhere.
import type { MemoryReading } from '../model/memory.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { Change } from '../model/verdict.ts';
import type { Examination } from './examine.ts';
import { buildRoster, type Population, type Roster } from './group.ts';
import type { HeapHistory } from './heap.ts';
import { siteKey, tally } from './heap-sites.ts';
import { readingAt } from './moment.ts';
import { hash64, type Signature } from './signature.ts';
import { splitLives } from './timeline.ts';

/** Rows per kind that a report carries; the counts of signatures are complete before this cut. */
const MOST_ROWS = 200;
const LEAST_SITE_BYTES = 512 * 1024;

const FIGURES = [
  'heapAlloc',
  'heapInuse',
  'heapObjects',
  'stackInuse',
  'sys',
  'rss',
  'goroutines',
  'threads',
] as const;

export function diffSnapshots(before: Snapshot, after: Snapshot): Change[] {
  const sameProcess = splitLives({ instance: after.instance, snapshots: [before, after] }).lives.length === 1;
  return changesBetween(before, after, buildRoster([before, after]), sameProcess);
}

/** For snapshots of one life that are counted already: the roster of the window, cut to its two ends. */
export function diffWindow(
  before: Snapshot,
  after: Snapshot,
  { roster, heap }: Pick<Examination, 'roster' | 'heap'>,
): Change[] {
  const dumps = [roster.dumps[0], roster.dumps[roster.dumps.length - 1]];
  return dumps.every(Boolean)
    ? changesBetween(before, after, { ...roster, dumps }, true, heap)
    : diffSnapshots(before, after);
}

function changesBetween(
  before: Snapshot,
  after: Snapshot,
  roster: Roster,
  sameProcess: boolean,
  heap?: HeapHistory,
): Change[] {
  return [
    ...(roster.followed && sameProcess ? goroutineChanges(roster) : []),
    ...signatureChanges(roster),
    ...siteChanges(before, after, heap),
    ...memoryChanges(before, after),
  ];
}

function goroutineChanges(roster: Roster): Change[] {
  const [before, after] = roster.dumps;
  if (!before || !after) return [];
  const stateAt = (dump: Population, row: number) =>
    roster.signatures[dump.signatureOf[row] ?? 0]?.state ?? '';
  const row = (
    id: number,
    status: Change['status'],
    was: number | undefined,
    is: number | undefined,
  ): Change => ({
    kind: 'goroutine',
    id: `${id}`,
    status,
    before: was === undefined ? null : stateAt(before, was),
    after: is === undefined ? null : stateAt(after, is),
    label: labelOf(
      roster.signatures[(is === undefined ? before.signatureOf[was ?? 0] : after.signatureOf[is]) ?? 0],
    ),
  });
  const gone: Change[] = [];
  const changed: Change[] = [];
  const fresh: Change[] = [];
  for (let was = 0; was < before.ids.length; was++) {
    if (gone.length >= MOST_ROWS && changed.length >= MOST_ROWS) break;
    const id = before.ids[was] ?? 0;
    const is = after.position.get(id);
    if (is === undefined) {
      if (gone.length < MOST_ROWS) gone.push(row(id, 'gone', was, undefined));
    } else if (before.signatureOf[was] !== after.signatureOf[is] && changed.length < MOST_ROWS) {
      changed.push(row(id, 'state-changed', was, is));
    }
  }
  for (let is = 0; is < after.ids.length && fresh.length < MOST_ROWS; is++) {
    const id = after.ids[is] ?? 0;
    if (!before.position.has(id)) fresh.push(row(id, 'new', undefined, is));
  }
  return [...gone, ...changed, ...fresh];
}

/** Across builds lines move, so signatures are matched by their stable id. */
function signatureChanges(roster: Roster): Change[] {
  const [before, after] = roster.dumps;
  if (!before || !after) return [];
  const rows = new Map<string, { was: number; is: number; label: string }>();
  roster.signatures.forEach((signature, index) => {
    if (!before.counts[index] && !after.counts[index]) return;
    const row = rows.get(signature.stableId) ?? { was: 0, is: 0, label: labelOf(signature) };
    row.was += before.counts[index] ?? 0;
    row.is += after.counts[index] ?? 0;
    rows.set(signature.stableId, row);
  });
  return sized('signature', rows, 1);
}

function siteChanges(before: Snapshot, after: Snapshot, heap: HeapHistory | undefined): Change[] {
  if (!before.heap || !after.heap) return [];
  const rows = new Map<string, { was: number; is: number; label: string }>();
  const isKnown = heap?.from[0] === before.heap && heap.from[heap.from.length - 1] === after.heap;
  const table = isKnown ? heap.table : tally([before.heap, after.heap]);
  const { width } = table;
  for (let site = 0; site < table.count; site++) {
    const was = table.inuse[site * width] ?? 0;
    const is = table.inuse[(site + 1) * width - 1] ?? 0;
    if (Math.abs(is - was) < LEAST_SITE_BYTES) continue;
    const frames = table.frames(site);
    const label = frames
      .slice(0, 3)
      .map((frame) => frame.func)
      .join(' < ');
    rows.set(hash64(siteKey(frames)), { was, is, label });
  }
  return sized('site', rows, LEAST_SITE_BYTES);
}

function memoryChanges(before: Snapshot, after: Snapshot): Change[] {
  const rows = new Map<string, { was: number; is: number; label: string }>();
  for (const field of FIGURES) {
    const from: MemoryReading[typeof field] = readingAt(before, field)?.[field];
    const to: MemoryReading[typeof field] = readingAt(after, field)?.[field];
    if (from !== undefined && to !== undefined) rows.set(field, { was: from, is: to, label: field });
  }
  return sized('memory', rows, 1);
}

function sized(
  kind: Change['kind'],
  rows: ReadonlyMap<string, { was: number; is: number; label: string }>,
  least: number,
): Change[] {
  return [...rows]
    .filter(([, { was, is }]) => Math.abs(is - was) >= least)
    .sort(([idA, a], [idB, b]) => Math.abs(b.is - b.was) - Math.abs(a.is - a.was) || (idA < idB ? -1 : 1))
    .slice(0, MOST_ROWS)
    .map(([id, { was, is, label }]) => ({
      kind,
      id,
      status: statusOf(was, is),
      before: was,
      after: is,
      label,
    }));
}

function statusOf(was: number, is: number): Change['status'] {
  if (was === 0) return 'new';
  if (is === 0) return 'gone';
  return is > was ? 'grown' : 'shrunk';
}

function labelOf(signature: Signature | undefined): string {
  if (!signature) return '';
  const creator = signature.createdBy ? ` ← ${signature.createdBy.func}` : '';
  return `${signature.state} in ${signature.frames[0]?.func ?? 'unknown'}${creator}`;
}
