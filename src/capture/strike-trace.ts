// An execution trace without the credentials among its texts: names of functions and files, and what the program logged
// into it. Everything in it is counted in bytes, so what is struck out keeps its length. Its numbers are not looked at:
// among millions of them something always looks like a key.
//
//   batch = 1 generation thread time size { 4 { 5 id length text } }       (src/internal/trace/tracev2 of Go)
import { credentialsAmong } from './credentials-among.ts';

const HEAD = /^go 1\.\d{2} trace\0{3}/;
const HEAD_BYTES = 16;
const BATCH = 1;
const STRINGS = 4;
const STRING = 5;
const EXPERIMENTAL = 49;
const END = 52;
/** Written over a credential as often as it fits. */
const STRUCK = '[redacted]';

/** The same bytes when there is nothing to strike out; undefined when they are no trace in a format that has texts. */
export async function struckTrace(bytes: Uint8Array): Promise<Uint8Array | undefined> {
  if (!HEAD.test(Buffer.from(bytes.subarray(0, HEAD_BYTES)).toString('latin1'))) return undefined;
  const places = textsIn(bytes);
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const bad = await credentialsAmong(places.map(({ from, to }) => view.toString('latin1', from, to)));
  if (bad.size === 0) return bytes;
  const struck = Buffer.from(view);
  for (const at of bad.keys()) {
    const place = places[at];
    if (place) struck.fill(STRUCK, place.from, place.to, 'latin1');
  }
  return new Uint8Array(struck.buffer, struck.byteOffset, struck.byteLength);
}

interface Place {
  readonly from: number;
  readonly to: number;
}

/** As far as the chain of batches holds: what is behind a break is read by nobody. */
function textsIn(bytes: Uint8Array): readonly Place[] {
  const places: Place[] = [];
  let at = HEAD_BYTES;
  // Ten bytes hold 64 bits, such as the thread of a batch that is nobody's.
  const number = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++] ?? 0;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    return Number.NaN;
  };
  while (at < bytes.length) {
    const kind = bytes[at++];
    if (kind === END) continue;
    if (kind !== BATCH && kind !== EXPERIMENTAL) break;
    if (kind === EXPERIMENTAL) at += 1;
    for (const _ of ['generation', 'thread', 'time']) number();
    const size = number();
    const end = at + size;
    // The last batch of a trace that was cut off has names too.
    if (!(end >= at)) break;
    if (kind === BATCH && bytes[at] === STRINGS) {
      at += 1;
      while (at < Math.min(end, bytes.length) && bytes[at] === STRING) {
        at += 1;
        number();
        const length = number();
        if (!(length >= 0)) break;
        places.push({ from: at, to: Math.min(at + length, bytes.length) });
        at += length;
      }
    }
    at = end;
  }
  return places;
}
