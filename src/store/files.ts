// How small files are written and read: in place. A hop to another thread and back costs ten times what the page cache
// does, and a capture takes sixty of them. Waited for elsewhere are only what may take long: fsync, and large files.
import { randomUUID } from 'node:crypto';
import {
  closeSync,
  constants,
  existsSync,
  fsync,
  mkdirSync,
  openSync,
  readFile,
  readFileSync,
  renameSync,
  rmSync,
  writeFile,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { promisify } from 'node:util';

/** Written or read in place: a fraction of a millisecond. */
const SMALL_BYTES = 256 * 1024;

const synced = promisify(fsync);
const written = promisify(writeFile);
const readWhole = promisify(readFile);

/**
 * Writes a file so that after a crash it is either whole or not there.
 * @param outlasts false for what need not outlast a power cut: it may then be there, and empty
 */
export async function writeWhole(path: string, bytes: Uint8Array | string, outlasts = true): Promise<void> {
  // A name of its own: whatever lies there already, a link to elsewhere included, is not written to.
  const draft = `${path}.${randomUUID()}.part`;
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants;
  const file = inFolder(dirname(path), () =>
    openSync(draft, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600),
  );
  try {
    try {
      if (bytes.length <= SMALL_BYTES) writeFileSync(file, bytes);
      else await written(file, bytes);
      if (outlasts) await synced(file);
    } finally {
      closeSync(file);
    }
    renameSync(draft, path);
  } catch (error) {
    // Half a file on a full disk would only keep it full.
    removeQuietly(draft);
    throw error;
  }
}

function removeQuietly(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // The error that led here says more.
  }
}

/**
 * Adds a line to a file, which is created when needed.
 * @param folder made when it is missing; it may lie deeper than the file
 */
export function appendLine(path: string, line: string, folder: string): void {
  const { O_WRONLY, O_CREAT, O_APPEND, O_NOFOLLOW } = constants;
  const file = inFolder(
    dirname(path),
    () => openSync(path, O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW, 0o600),
    folder,
  );
  try {
    writeFileSync(file, line);
  } finally {
    closeSync(file);
  }
}

/** @param sizeBytes as it is known from elsewhere; decides only how the file is read */
export async function readSized(path: string, sizeBytes: number): Promise<Uint8Array> {
  return sizeBytes <= SMALL_BYTES
    ? new Uint8Array(readFileSync(path))
    : new Uint8Array(await readWhole(path));
}

/** Undefined when it cannot be read. */
export function textOf(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

/** Folders are there nearly always: they are made when they turn out not to be. */
function inFolder<Value>(folder: string, write: () => Value, missing = folder): Value {
  try {
    return write();
  } catch (error) {
    if (!isErrno(error, 'ENOENT')) throw error;
    makeFolder(missing);
    return write();
  }
}

/** One by one: for a read-only disk, Node's own recursive mkdir says that the folder is missing. */
function makeFolder(folder: string): void {
  const above = dirname(folder);
  if (above !== folder && !existsSync(above)) makeFolder(above);
  try {
    mkdirSync(folder);
  } catch (error) {
    // Another capture was quicker.
    if (!isErrno(error, 'EEXIST')) throw error;
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
