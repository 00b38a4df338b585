// Paths people name -> artefacts by snapshot. A folder is one snapshot whatever is in it; a folder of
// folders is a series; loose files are dealt out by kind.
import { createReadStream, type Stats } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Folders } from '../analysis.ts';
import { Failure } from '../failure.ts';
import type { RawArtefact } from '../model/snapshot.ts';
import { formatBytes } from '../model/units.ts';
import { byName, type Opened, openSaved, snapshotsAmong } from '../saved/files.ts';
import { withTimes } from '../saved/times.ts';

/** A million goroutines print 450 MB; nothing people keep is larger. */
const MAX_FILE_BYTES = 1024 * 1024 * 1024;
/** What V8 holds in one string, nearly; a million samples. */
const MAX_TEXT_BYTES = 400 * 1024 * 1024;
/** A snapshot has a dozen files; a folder with thousands is something else. */
const MAX_FILES = 2_000;

/**
 * Artefacts by snapshot, oldest first. `-` is standard input.
 * @throws Failure `file_unreadable`
 */
export async function readSnapshotFolders(paths: readonly string[]): Promise<RawArtefact[][]> {
  const parts: (Folders | Opened)[] = [];
  for (const path of paths) {
    if (path !== '-' && (await statOf(path)).isDirectory()) parts.push(await readFolder(path));
    else parts.push(openSaved(path === '-' ? await readPiped() : await readOne(path)));
  }
  return snapshotsAmong(parts);
}

async function readPiped(): Promise<RawArtefact> {
  return { name: 'standard input', bytes: await readStdin() };
}

/**
 * A file of text, such as a history of samples; `-` is standard input.
 * @throws Failure `file_unreadable`
 */
export async function readText(path: string): Promise<string> {
  const { bytes } = path === '-' ? { bytes: await readStdin() } : await readOne(path);
  if (bytes.length > MAX_TEXT_BYTES) {
    throw new Failure('file_unreadable', {
      path,
      reason: `it is larger than ${formatBytes(MAX_TEXT_BYTES)}`,
    });
  }
  return new TextDecoder().decode(bytes);
}

/** One folder: its files are one snapshot; without files of its own, each subfolder is one. */
export async function readFolder(path: string): Promise<RawArtefact[][]> {
  const { files, folders } = await list(path);
  const own = withTimes(await Promise.all(files.map((name) => readOne(join(path, name)))));
  if (folders.length === 0) return [own];
  const inner = [];
  for (const folder of folders) {
    const { files: names } = await list(join(path, folder));
    inner.push(withTimes(await Promise.all(names.map((name) => readOne(join(path, folder, name))))));
  }
  // What lies beside the snapshots (notes, labels) belongs to the first, where it ends up among the problems.
  const [first = [], ...rest] = inner;
  return [[...own, ...first], ...rest];
}

/**
 * Subfolders of a folder of cases, in natural order.
 * @throws Failure `file_unreadable`
 */
export async function listCases(path: string): Promise<string[]> {
  const { folders } = await list(path);
  if (folders.length === 0)
    throw new Failure('file_unreadable', { path, reason: 'it holds no folders of cases' });
  return folders;
}

async function list(path: string): Promise<{ files: string[]; folders: string[] }> {
  const entries = await tried(path, () => readdir(path, { withFileTypes: true }));
  const visible = entries.filter(({ name }) => !name.startsWith('.')).sort(byName);
  if (visible.length > MAX_FILES) {
    throw new Failure('file_unreadable', { path, reason: `it holds more than ${MAX_FILES} entries` });
  }
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of visible) {
    const followed = entry.isSymbolicLink() ? await statOf(join(path, entry.name)) : entry;
    if (followed.isDirectory()) folders.push(entry.name);
    else if (followed.isFile()) files.push(entry.name);
  }
  return { files, folders };
}

async function readOne(path: string): Promise<RawArtefact> {
  const { size } = await statOf(path);
  if (size > MAX_FILE_BYTES) {
    throw new Failure('file_unreadable', {
      path,
      reason: `it is larger than ${formatBytes(MAX_FILE_BYTES)}`,
    });
  }
  return { name: basename(path), bytes: await tried(path, () => readWhole(path, size)) };
}

/** At once: Node's own readFile goes by half megabytes, each through the thread pool. Pipes have no size. */
async function readWhole(path: string, size: number): Promise<Uint8Array> {
  if (size === 0) return readEndless(createReadStream(path), path);
  const file = await open(path);
  try {
    const bytes = Buffer.allocUnsafeSlow(size);
    let read = 0;
    while (read < size) {
      const { bytesRead } = await file.read(bytes, read, size - read);
      if (bytesRead === 0) break;
      read += bytesRead;
    }
    return bytes.subarray(0, read);
  } finally {
    await file.close();
  }
}

function statOf(path: string): Promise<Stats> {
  return tried(path, () => stat(path));
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
  ENOTDIR: 'it is not a folder',
  ELOOP: 'its links go in a circle',
};

async function tried<Value>(path: string, read: () => Promise<Value>): Promise<Value> {
  try {
    return await read();
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new Failure('file_unreadable', { path, reason: REASONS[code] ?? code }, { cause: error });
  }
}

function readStdin(): Promise<Uint8Array> {
  return readEndless(process.stdin, 'standard input');
}

/** Pipes and devices say no size, and may have no end. */
async function readEndless(stream: NodeJS.ReadableStream, path: string): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += (chunk as Buffer).length;
    if (size > MAX_FILE_BYTES) throw new Failure('file_unreadable', { path, reason: 'it does not end' });
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}
