// Who holds what grows: holders of a goref file, joined to the allocation sites of the heap profiles beside it. Absent
// without such a file, for no question over HTTP can tell.
import type { FoundHolder, Holder, Retention, RetentionFindings } from '../model/retention.ts';
import type { Snapshot } from '../model/snapshot.ts';
import type { HandbookRules } from '../model/verdict.ts';
import type { HeapHistory } from './heap.ts';
import { matchSites } from './retention-match.ts';
import { holderLabel, rootWords } from './retention-words.ts';

/** A page of them is read by nobody. */
const MOST_HOLDERS = 8;
/** Of all that is reachable; smaller holders are those every Go program has. */
const LEAST_SHARE = 0.01;

export function followRetention(
  snapshots: readonly Snapshot[],
  heap: HeapHistory | undefined,
  rules: HandbookRules,
): RetentionFindings | undefined {
  const files = snapshots.flatMap(({ retention, heap: profile }) =>
    retention ? [{ retention, beside: profile !== undefined }] : [],
  );
  const last = files[files.length - 1];
  if (!last) return undefined;
  const { retention } = last;
  const first = files.length > 1 ? files[0]?.retention : undefined;
  const holders = telling(retention);
  const profileBytes = last.beside ? heap?.totalInuse[heap.totalInuse.length - 1] : undefined;
  return {
    bytes: retention.bytes,
    objects: retention.objects,
    roots: retention.roots,
    cut: retention.cut,
    holders: holders.map((holder) => found(holder, rules, first)),
    ...(first && { deltaBytes: retention.bytes - first.bytes }),
    ...(profileBytes !== undefined && profileBytes > 0 && { profileBytes }),
    ...matchSites(holders, { retention, heap }),
  };
}

/** Those with a weight, the runtime's own books last; always at least one, so that it is seen what was looked at. */
function telling({ bytes, holders }: Retention): readonly Holder[] {
  const heavy = holders.filter((holder, at) => at === 0 || holder.bytes >= LEAST_SHARE * bytes);
  const isOwn = (holder: Holder) => (isRuntimeOnly(holder) ? 1 : 0);
  return heavy.toSorted((a, b) => isOwn(a) - isOwn(b) || b.bytes - a.bytes).slice(0, MOST_HOLDERS);
}

/** The books of the runtime, without a closure of somebody's at the end. */
export function isRuntimeOnly({ root, path }: Pick<Holder, 'root' | 'path'>): boolean {
  return (
    root.kind === 'runtime' && path.every(({ kind, name }) => kind !== 'closure' || /^runtime\./.test(name))
  );
}

function found(holder: Holder, { retentionDepth }: HandbookRules, first: Retention | undefined): FoundHolder {
  const { byDepth, ...rest } = holder;
  const deepBytes = byDepth.slice(retentionDepth + 1).reduce((sum, bytes) => sum + bytes, 0);
  const names = [holder.root.name, holder.container?.name ?? '', holder.container?.type ?? ''];
  const before = first?.holders.find(
    ({ root }) => root.kind === holder.root.kind && root.name === holder.root.name,
  );
  return {
    ...rest,
    label: holderLabel(holder),
    from: rootWords(holder.root),
    deepBytes,
    isCache: holder.container?.kind === 'sync.Map' || names.some((name) => CACHE.test(name)),
    // A root that is not among the heaviest of the first file held next to nothing then.
    ...(first && { deltaBytes: holder.bytes - (before?.bytes ?? 0) }),
  };
}

/** What people call a cache. */
const CACHE = /cache|memo(?!ry)|\blru/i;
