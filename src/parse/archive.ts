// zip and tar, as people attach them: a folder of dumps in one file. Entries are bounded in number, in bytes
// and in nesting before anything is unpacked; names are shown, never used as paths.
import { unzipSync } from 'fflate';
import type { Outcome, Problem } from '../model/problem.ts';
import type { RawArtefact } from '../model/snapshot.ts';
import { INFLATE_LIMITS, inflateGzip, isGzip } from './inflate.ts';
import { inflateZstd, isZstd } from './zstd.ts';

/** A capture of a whole fleet is a few hundred files. */
const MAX_ENTRIES = 2000;
/** An archive in an archive (a zip of .tar.gz) is opened; another one in there is not. */
const MAX_NESTING = 2;
const MAX_NAME = 200;

const TAR_BLOCK = 512;

export function isZip(bytes: Uint8Array): boolean {
  return (
    bytes[0] === 0x50 &&
    bytes[1] === 0x4b &&
    ((bytes[2] === 3 && bytes[3] === 4) || (bytes[2] === 5 && bytes[3] === 6))
  );
}

export function isTar(bytes: Uint8Array): boolean {
  return bytes.length >= TAR_BLOCK && ascii(bytes, 257, 5) === 'ustar';
}

/** Compression around a file taken off: gzip and zstd, one inside the other at most twice. */
export function inflated(bytes: Uint8Array): Outcome<Uint8Array | undefined> {
  const problems: Problem[] = [];
  let current = bytes;
  for (let depth = 0; depth < MAX_NESTING && (isGzip(current) || isZstd(current)); depth++) {
    const outcome = isGzip(current) ? inflateGzip(current) : inflateZstd(current);
    problems.push(...outcome.problems);
    if (outcome.value === undefined) return { value: undefined, problems };
    current = outcome.value;
  }
  return { value: current, problems };
}

/** The files in an archive, archives within unpacked too; the file itself when it is none. */
export function unpack(file: RawArtefact): Outcome<readonly RawArtefact[]> {
  const budget = { bytes: INFLATE_LIMITS.inflatedBytes, entries: MAX_ENTRIES };
  const problems: Problem[] = [];
  const files = unpackWithin(file, budget, 0, problems);
  if (files.length === 0 && problems.length === 0) {
    problems.push({ code: 'archive-empty', text: 'The archive holds no file that could be read.' });
  }
  return { value: files, problems };
}

interface Budget {
  bytes: number;
  entries: number;
}

function unpackWithin(file: RawArtefact, budget: Budget, depth: number, problems: Problem[]): RawArtefact[] {
  const archive = archiveIn(file.bytes);
  if (!archive) return [file];
  if (depth >= MAX_NESTING) {
    problems.push({
      code: 'archive-too-deep',
      text: `Archives nested deeper than ${MAX_NESTING} were not opened.`,
    });
    return [];
  }
  const entries = isZip(archive)
    ? zipEntries(archive, budget, problems)
    : tarEntries(archive, budget, problems);
  return entries.flatMap((entry) => {
    const inner = { name: `${file.name}/${entry.name}`.slice(0, MAX_NAME), bytes: entry.bytes };
    return unpackWithin(
      { ...inner, ...(file.taken ? { taken: file.taken } : {}) },
      budget,
      depth + 1,
      problems,
    );
  });
}

/** The archive's own bytes, a compression around a tar taken off; undefined when the file is none. */
function archiveIn(bytes: Uint8Array): Uint8Array | undefined {
  if (isZip(bytes) || isTar(bytes)) return bytes;
  if (!isGzip(bytes) && !isZstd(bytes)) return undefined;
  const plain = inflated(bytes).value;
  return plain && isTar(plain) ? plain : undefined;
}

interface Entry {
  readonly name: string;
  readonly bytes: Uint8Array;
}

function zipEntries(bytes: Uint8Array, budget: Budget, problems: Problem[]): Entry[] {
  let refused = 0;
  try {
    const files = unzipSync(bytes, {
      filter: ({ name, size, originalSize }) => {
        if (name.endsWith('/') || isClutter(name)) return false;
        const ceiling = Math.max(INFLATE_LIMITS.ratioFreeBytes, size * INFLATE_LIMITS.ratio);
        if (budget.entries <= 0 || originalSize > budget.bytes || originalSize > ceiling) {
          refused += 1;
          return false;
        }
        budget.entries -= 1;
        budget.bytes -= originalSize;
        return true;
      },
    });
    return Object.entries(files).map(([name, content]) => ({ name, bytes: content }));
  } catch {
    problems.push({
      code: 'zip-damaged',
      text: 'The zip archive is damaged or cut off and could not be opened.',
    });
    return [];
  } finally {
    if (refused > 0) problems.push(tooMuch(refused));
  }
}

/** ustar and GNU tar; long names are of no interest, sparse files and links hold nothing to read. */
function tarEntries(bytes: Uint8Array, budget: Budget, problems: Problem[]): Entry[] {
  const entries: Entry[] = [];
  let refused = 0;
  for (let at = 0; at + TAR_BLOCK <= bytes.length && bytes[at] !== 0; ) {
    const size = Number.parseInt(ascii(bytes, at + 124, 12).trim(), 8);
    if (ascii(bytes, at + 257, 5) !== 'ustar' || !Number.isSafeInteger(size) || size < 0) {
      problems.push({
        code: 'tar-damaged',
        text: 'The tar archive is damaged; what came before the damage was read.',
      });
      break;
    }
    const type = bytes[at + 156];
    const name = ascii(bytes, at, 100);
    const body = at + TAR_BLOCK;
    if (body + size > bytes.length) {
      problems.push({ code: 'tar-truncated', text: 'The tar archive is cut off; its last file is missing.' });
      break;
    }
    if ((type === 48 || type === 0) && size > 0 && !isClutter(name)) {
      if (budget.entries <= 0 || size > budget.bytes) refused += 1;
      else {
        budget.entries -= 1;
        budget.bytes -= size;
        entries.push({ name, bytes: bytes.subarray(body, body + size) });
      }
    }
    at = body + Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
  }
  if (refused > 0) problems.push(tooMuch(refused));
  return entries;
}

/** What file managers add. */
function isClutter(name: string): boolean {
  return (
    name.startsWith('__MACOSX/') ||
    name.endsWith('.DS_Store') ||
    (name.split('/').pop() ?? '').startsWith('._')
  );
}

function tooMuch(count: number): Problem {
  return {
    code: 'archive-too-large',
    text: `${count} file(s) of the archive were left out: it holds more than ${MAX_ENTRIES} files or 256 MiB, or one swells too much.`,
  };
}

/** Up to the first NUL. */
function ascii(bytes: Uint8Array, from: number, length: number): string {
  let text = '';
  for (let p = from; p < from + length && p < bytes.length && bytes[p] !== 0; p++) {
    text += String.fromCharCode(bytes[p] ?? 0);
  }
  return text;
}
