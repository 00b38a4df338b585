// zstd with the same ceilings as gzip. The library is streaming, so a bomb is stopped while it unfolds.
import { Decompress } from 'fzstd';
import type { Outcome } from '../model/problem.ts';
import { INFLATE_LIMITS, inflateCeiling } from './inflate.ts';

/** Input is fed in pieces, so that the ceiling is looked at often. */
const STEP = 64 << 10;

export function isZstd(bytes: Uint8Array): boolean {
  return (
    bytes.length >= 4 && bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd
  );
}

export function inflateZstd(bytes: Uint8Array): Outcome<Uint8Array | undefined> {
  if (bytes.length > INFLATE_LIMITS.compressedBytes) {
    return refused('zstd-too-large', 'The compressed file is larger than 64 MiB and was not opened.');
  }
  const ceiling = inflateCeiling(bytes.length);
  if (windowSize(bytes) > INFLATE_LIMITS.inflatedBytes) {
    return refused('zstd-bomb', 'The zstd file asks for more memory than any dump needs and was not read.');
  }
  const parts: Uint8Array[] = [];
  let size = 0;
  let damaged = false;
  const inflater = new Decompress((part) => {
    size += part.length;
    // One block of a few bytes may swell to 128 KiB, so a bomb is stopped in the middle of a step.
    if (size > ceiling) throw new Error('over the ceiling');
    parts.push(part.slice());
  });
  try {
    for (let at = 0; at < bytes.length && size <= ceiling; at += STEP) {
      inflater.push(bytes.slice(at, at + STEP), at + STEP >= bytes.length);
    }
  } catch {
    // Damaged or cut: what came before it is in `parts`.
    damaged = true;
  }
  if (size > ceiling) {
    return refused('zstd-bomb', 'The zstd file inflates to far more than any dump and was not read.');
  }
  const value = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    value.set(part, at);
    at += part.length;
  }
  if (!damaged) return { value, problems: [] };
  const text = 'The zstd file is damaged or cut off; only its beginning could be read.';
  return { value: size > 0 ? value : undefined, problems: [{ code: 'zstd-damaged', text }] };
}

/**
 * What the first frame's header makes a decoder allocate: the window, or the content's size for single segments.
 * https://datatracker.ietf.org/doc/html/rfc8878#section-3.1.1.1
 */
function windowSize(bytes: Uint8Array): number {
  const descriptor = bytes[4] ?? 0;
  if ((descriptor & 0x20) === 0) {
    const window = bytes[5] ?? 0;
    return 2 ** (10 + (window >> 3)) * (1 + (window & 7) / 8);
  }
  const at = 5 + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  const width = [1, 2, 4, 8][descriptor >> 6] ?? 1;
  let size = 0;
  for (let i = width - 1; i >= 0; i--) size = size * 256 + (bytes[at + i] ?? 0);
  return size;
}

function refused(code: string, text: string): Outcome<undefined> {
  return { value: undefined, problems: [{ code, text }] };
}
