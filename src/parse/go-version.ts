// Which Go releases can have printed a dump, from the spellings in it.
import type { GoroutineGroup } from '../model/goroutine.ts';
import type { ScanState } from './goroutine-state.ts';

/**
 * `1.26.8` when the dump says so itself, else a range such as `>=1.24` or `<1.21`; undefined when nothing tells.
 *
 * 1.21: `created by F in goroutine N`, `...N frames elided...` · 1.22: `gp=… m=…` · the rest: GoroutineHeader.sinceMinor
 */
export function goVersionRange(
  state: ScanState,
  stated: string,
  groups: readonly GoroutineGroup[],
): string | undefined {
  const exact = /^go(1\.\d{1,3}(?:\.\d{1,3})?(?:rc\d{1,2}|beta\d{1,2})?)/.exec(stated)?.[1];
  if (exact) return exact;
  if (groups.length === 0) return undefined;
  let since = Math.max(0, ...state.headers.map((header) => header.sinceMinor));
  if (state.sawCreatorId || state.sawCountedElision) since = Math.max(since, 21);
  if (state.sawSystemHeader) since = Math.max(since, 22);
  if (since >= 21) return `>=1.${since}`;
  const before21 = state.sawOldElision || state.sawCreator;
  if (since > 0) return before21 ? `>=1.${since} <1.21` : `>=1.${since}`;
  return before21 ? '<1.21' : undefined;
}
