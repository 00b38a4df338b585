// gzip and nothing else, with a ceiling: 10 MB of gzip can hold 10 GB of zeros. What a damaged or cut
// file still yields is returned with a problem, because half a dump is worth reading.
import { constants, gunzipSync } from 'node:zlib';
import { Gunzip } from 'fflate';
import type { Outcome, Problem } from '../model/problem.ts';

const MIB = 2 ** 20;

/** Ceilings for one compressed file. pprof bodies of real services are below 30 MB inflated. */
export const INFLATE_LIMITS = {
  compressedBytes: 64 * MIB,
  inflatedBytes: 256 * MIB,
  /** Above `ratioFreeBytes`, more than this many bytes out per byte in is refused. Real dumps reach 30:1. */
  ratio: 200,
  ratioFreeBytes: 8 * MIB,
} as const;

/** Bytes fed to the salvaging inflater at a time; small, so that little is lost before the damage. */
const SALVAGE_STEP = 4096;
/** Salvaging is slow, and what comes so far behind the damage is not worth it. */
const SALVAGED_BYTES = 64 * MIB;
/** Output buffers are allocated whole up to here, on the word of the file's own trailer. */
const TRUSTED_SIZE = 64 * MIB;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Inflates a gzip file (all its members). `undefined` when it was refused; otherwise what could be
 * inflated, with a problem when that is not all of it.
 */
export function inflateGzip(bytes: Uint8Array): Outcome<Uint8Array | undefined> {
  if (bytes.length > INFLATE_LIMITS.compressedBytes) {
    return refused('gzip-too-large', 'The compressed file is larger than 64 MiB and was not opened.');
  }
  const ceiling = inflateCeiling(bytes.length);
  try {
    const value = gunzipSync(bytes, { maxOutputLength: ceiling, chunkSize: firstChunk(bytes, ceiling) });
    return { value, problems: [] };
  } catch (error) {
    const code = errorCode(error);
    if (code === 'ERR_BUFFER_TOO_LARGE') return overCeiling(ceiling);
    return code === 'Z_BUF_ERROR' ? salvageCut(bytes, ceiling) : salvageDamaged(bytes, ceiling);
  }
}

/** Most bytes that a compressed file of this size may become. */
export function inflateCeiling(compressedBytes: number): number {
  const byRatio = Math.max(INFLATE_LIMITS.ratioFreeBytes, compressedBytes * INFLATE_LIMITS.ratio);
  return Math.min(INFLATE_LIMITS.inflatedBytes, byRatio);
}

/** gzip ends with its inflated size (modulo 2^32): one buffer of that size avoids joining many small ones. */
function firstChunk(bytes: Uint8Array, ceiling: number): number {
  const tail = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const claimed = bytes.length >= 18 ? tail.getUint32(bytes.length - 4, true) : 0;
  return Math.max(16_384, Math.min(claimed + 1, ceiling, TRUSTED_SIZE));
}

function salvageCut(bytes: Uint8Array, ceiling: number): Outcome<Uint8Array | undefined> {
  try {
    const value = gunzipSync(bytes, { maxOutputLength: ceiling, finishFlush: constants.Z_SYNC_FLUSH });
    const text = 'The gzip file is cut off; only its beginning could be read.';
    return { value, problems: [{ code: 'gzip-truncated', text }] };
  } catch (error) {
    if (errorCode(error) === 'ERR_BUFFER_TOO_LARGE') return overCeiling(ceiling);
    return salvageDamaged(bytes, ceiling);
  }
}

/** A bad block or checksum: zlib gives nothing back in one shot, so a streaming inflater is fed piecewise. */
function salvageDamaged(bytes: Uint8Array, ceiling: number): Outcome<Uint8Array | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    const inflater = new Gunzip((part) => {
      size += part.length;
      if (size > ceiling) throw new Error('over the ceiling');
      parts.push(part);
    });
    for (let at = 0; at < bytes.length && size <= SALVAGED_BYTES; at += SALVAGE_STEP) {
      inflater.push(bytes.subarray(at, at + SALVAGE_STEP), at + SALVAGE_STEP >= bytes.length);
    }
  } catch {
    // Expected: the damage itself. What came before it is in `parts`.
  }
  if (size > ceiling) return overCeiling(ceiling);
  if (size === 0) return refused('gzip-damaged', 'The gzip file is damaged; nothing in it could be read.');
  const text = 'The gzip file is damaged; what could be inflated of it was read and may be wrong.';
  return { value: joined(parts, size), problems: [{ code: 'gzip-damaged', text }] };
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function overCeiling(ceiling: number): Outcome<undefined> {
  if (ceiling === INFLATE_LIMITS.inflatedBytes) {
    return refused('inflated-too-large', 'The file inflates to more than 256 MiB and was not read.');
  }
  return refused('gzip-bomb', 'The file inflates to more than 200 times its size and was not read.');
}

function refused(code: Problem['code'], text: string): Outcome<undefined> {
  return { value: undefined, problems: [{ code, text }] };
}

function errorCode(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
