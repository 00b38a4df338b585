// Who holds the memory, in words: the holders worth naming, and the way to what the first of them holds.
import { formatBytes, formatBytesDelta, formatCount, formatPercent } from '../model/units.ts';
import { nameWithin } from './name.ts';
import type { Report } from './schema.ts';

export type Retention = NonNullable<Report['retention']>;
export type Holder = Retention['holders'][number];
type Step = Holder['path'][number];

const NAME_WIDTH = 60;

/** The holder of what grows; else the first. */
export function leadingHolder({ holders, held }: Retention): Holder | undefined {
  return holders[held[0]?.holder ?? 0] ?? holders[0];
}

/** The holder and its root; named once where the root is the holder. */
export function namedHolder({ label, from, depth }: Holder): string {
  return from.includes(label) ? from : `${label}, depth ${formatCount(depth)} from ${from}`;
}

/** `659 MiB, 100 % of what is reachable, +12 MiB between the two files`. */
export function heldWords(holder: Holder, { bytes }: Retention): string {
  const share = bytes > 0 ? `, ${formatPercent(Math.min(1, holder.bytes / bytes))} of what is reachable` : '';
  const grown =
    holder.deltaBytes === undefined ? '' : `, ${formatBytesDelta(holder.deltaBytes)} between the two files`;
  return `${formatBytes(holder.bytes)}${share}${grown}`;
}

/** `main.every.f ← main.main.func16 ← m ← values`: what holds stands before what is held. */
export function wayWords({ root, path }: Holder, most: number): string {
  const names = path.map(stepName);
  const shown =
    names.length <= most
      ? names
      : [
          ...names.slice(0, most - LAST_SHOWN - 1),
          `… ${formatCount(names.length - most + 1)} more`,
          ...names.slice(-LAST_SHOWN),
        ];
  return [nameWithin(root.name, NAME_WIDTH), ...shown].join(' → ');
}

const LAST_SHOWN = 3;

/** What a step is called: a field or variable by its name, the rest by what it is. */
export function stepName({ kind, name, times }: Step): string {
  const repeated = times > 1 ? ` ×${formatCount(times)}` : '';
  switch (kind) {
    case 'field':
      return nameWithin(name, NAME_WIDTH) + repeated;
    case 'closure':
      return `closure ${nameWithin(name, NAME_WIDTH)}${repeated}`;
    case 'call':
      return `${nameWithin(name, NAME_WIDTH)}()${repeated}`;
    case 'element':
      return `its elements${repeated}`;
    case 'map-key':
      return `its keys${repeated}`;
    case 'map-value':
      return `its values${repeated}`;
    case 'untyped':
      return 'of unknown type';
    case 'skipped':
      return `… ${formatCount(times)} steps`;
    default:
      return kind satisfies never;
  }
}

/** `map[int][]uint8`, packages shortened; empty where none is known. */
export function typeWords(type: string | undefined): string {
  return (type ?? '').replace(/[\w.%~-]+(?:\/[\w.%~-]+)+/g, (path) => path.slice(path.lastIndexOf('/') + 1));
}

/** What a goref file cannot say, said wherever its figures are. */
export const RETENTION_LIMIT =
  'goref counts each object once, on the first way it finds: what hangs off a root may be reachable from another too.';
