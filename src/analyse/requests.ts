// One keep-alive connection, one goroutine, many requests: a handler with the same id at two snapshots may be at
// another request by now. While a handler works, net/http watches its connection by a goroutine that is new for
// every request, so the watch tells requests apart.
import type { Population } from './group.ts';
import type { Signature } from './signature.ts';

const WATCH = 'net/http.(*connReader).backgroundRead';

/** The id of the watch over each goroutine that serves a request, by that goroutine's id. */
export function watchesOf(dump: Population, signatures: readonly Signature[]): ReadonlyMap<number, number> {
  const isWatch = signatures.map(({ frames }) => frames.some((frame) => frame.func === WATCH));
  const watches = new Map<number, number>();
  for (let row = 0; row < dump.ids.length; row++) {
    if (!isWatch[dump.signatureOf[row] ?? 0]) continue;
    const handler = dump.dump.creatorIds[row] ?? 0;
    if (handler > 0) watches.set(handler, dump.ids[row] ?? 0);
  }
  return watches;
}

/** Both watches are known and differ: the request of then has been answered. */
export function isAnotherRequest(
  id: number,
  before: ReadonlyMap<number, number>,
  after: ReadonlyMap<number, number>,
): boolean {
  const watch = after.get(id);
  const earlier = before.get(id);
  return watch !== undefined && earlier !== undefined && watch !== earlier;
}
