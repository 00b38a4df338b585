// The page net/http/pprof serves at its root: goroutine count and profiles on offer, for less than a
// millisecond of the service's time and without stopping it. Format: net/http/pprof/pprof.go, Index.

import type { IndexPage } from '../model/capture.ts';

/** A page of a hundred custom profiles is a few KiB; anything longer is something else. */
const MAX_PAGE_CHARS = 256 * 1024;

/**
 * `<tr><td>207</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>` -> 207 goroutines, on offer.
 * Undefined when this is not pprof's index page.
 */
export function readIndexPage(bytes: Uint8Array): IndexPage | undefined {
  const text = new TextDecoder('latin1').decode(bytes.subarray(0, MAX_PAGE_CHARS));
  const profiles: string[] = [];
  let goroutines: number | undefined;
  for (const row of text.split("<a href='").slice(1)) {
    const name = row.slice(0, row.search(/[?']/));
    if (/^[A-Za-z0-9_./-]{1,100}$/.test(name)) profiles.push(name);
  }
  const count = /<td>(\d{1,9})<\/td><td><a href='goroutine\?/.exec(text)?.[1];
  if (count !== undefined) goroutines = Number(count);
  if (!profiles.includes('goroutine') && !profiles.includes('heap')) return undefined;
  return { ...(goroutines !== undefined && { goroutines }), profiles };
}
