// Captures on disk: raw bytes verbatim, one folder a snapshot, and a manifest line for each step taken.
// Knows nothing of what the bytes mean. Layout: captures/<day>/<id>/<instance>/<snapshot>/<file>
import { type Dirent, readdirSync, statSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { type StepRecord, takenOf } from '../model/capture.ts';
import type { RawArtefact } from '../model/snapshot.ts';
import { appendLine, readSized, textOf, writeWhole } from './files.ts';

/** How long captures and reports are kept. */
const KEEP_DAYS = 14;
const DAY_MS = 86_400_000;

export interface KeptFile {
  readonly name: string;
  readonly sizeBytes: number;
  readonly read: () => Promise<Uint8Array>;
}

/** An answer that is in memory only. */
export interface HeldFile {
  readonly record: StepRecord;
  readonly bytes: Uint8Array;
}

/** The captures of one machine. */
export interface CaptureStore {
  /** Records of an earlier attempt at the same capture of one instance, in order. */
  readonly records: (id: string, instance: string) => Promise<readonly StepRecord[]>;
  /**
   * Gives the record as it stands in the manifest from now on.
   * @param before records without files, to stand there before it
   */
  readonly keep: (
    id: string,
    instance: string,
    record: StepRecord,
    bytes: Uint8Array | undefined,
    before?: readonly StepRecord[],
  ) => Promise<StepRecord>;
  /**
   * The artefacts of each snapshot of one instance, oldest first; times from the manifest.
   * @param held what is in memory only, to be put among them
   */
  readonly snapshots: (
    id: string,
    instance: string,
    held?: readonly HeldFile[],
  ) => Promise<readonly (readonly RawArtefact[])[]>;
  /** Every file of a capture, unread, instance by instance: `payments-svc-1/0/heap.pb.gz`. */
  readonly files: (id: string) => Promise<readonly KeptFile[]>;
  /** Deletes every file of a capture. */
  readonly drop: (id: string) => Promise<void>;
  /** Deletes what is older than the keeping time. */
  readonly expire: (nowMs: number) => Promise<void>;
}

/**
 * Opens the store under a folder, which is created when needed.
 * Ids begin with their day (`20261123-3f9c…`) and, like instances, are made safe as file names here.
 */
export function openCaptureStore(goleakHome: string): CaptureStore {
  const root = join(goleakHome, 'captures');
  const home = (id: string): string => inside(root, join(root, safeName(id).slice(0, 8), safeName(id)));
  const folder = (id: string, instance: string): string => inside(root, join(home(id), safeName(instance)));
  return {
    records: async (id, instance) => readManifest(folder(id, instance)),
    keep: (id, instance, record, bytes, before = []) => keep(folder(id, instance), record, bytes, before),
    snapshots: (id, instance, held = []) => readSnapshots(folder(id, instance), held),
    files: (id) => listFiles(home(id)),
    drop: (id) => rm(home(id), { recursive: true, force: true }),
    expire: (nowMs) => expireDays(root, nowMs),
  };
}

/** Deletes day folders (`20261101`) older than the keeping time. */
export async function expireDays(root: string, nowMs: number): Promise<void> {
  const oldest = new Date(nowMs - KEEP_DAYS * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
  for (const day of listFolders(root)) {
    if (/^\d{8}$/.test(day) && day < oldest) await rm(join(root, day), { recursive: true, force: true });
  }
}

/** Letters, digits, dot and dash only, so that no name climbs out of its folder: `10.0.0.7:6060` -> `10.0.0.7_6060`. */
export function safeName(name: string): string {
  const safe = name.replace(/[^A-Za-z0-9.-]/g, '_').replace(/^\.+/, '_');
  return safe === '' ? '_' : safe.slice(0, 120);
}

async function keep(
  folder: string,
  record: StepRecord,
  bytes: Uint8Array | undefined,
  before: readonly StepRecord[],
): Promise<StepRecord> {
  if (record.file !== undefined && bytes !== undefined) {
    await writeWhole(pathIn(folder, record, record.file), bytes);
  }
  // Each line begins with a break of its own: one that a crash cut short must not swallow it.
  const lines = [...before, record].map((each) => `\n${JSON.stringify(each)}\n`).join('');
  // What is asked first has no file; those that follow have, and find their folder.
  appendLine(join(folder, MANIFEST), lines, join(folder, String(record.snapshot)));
  return record;
}

const MANIFEST = 'manifest.jsonl';

function readManifest(folder: string): StepRecord[] {
  const lines = (textOf(join(folder, MANIFEST)) ?? '').split('\n');
  return lines.flatMap((line) => {
    const record = readRecord(line);
    return record && isWhole(folder, record) ? [record] : [];
  });
}

/** A line may have been cut by a crash; what it recorded is simply done again. */
function readRecord(line: string): StepRecord | undefined {
  if (line === '') return undefined;
  try {
    return JSON.parse(line) as StepRecord;
  } catch {
    return undefined;
  }
}

/** A power cut may keep the line and lose the file it speaks of. */
function isWhole(folder: string, record: StepRecord): boolean {
  if (record.file === undefined) return true;
  return sizeOf(pathIn(folder, record, record.file)) === record.bytes;
}

function sizeOf(path: string): number | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })?.size;
  } catch {
    return undefined;
  }
}

function pathIn(folder: string, { snapshot }: StepRecord, file: string): string {
  return join(folder, String(snapshot), safeName(file));
}

async function readSnapshots(folder: string, held: readonly HeldFile[]): Promise<RawArtefact[][]> {
  const snapshots: RawArtefact[][] = [];
  const put = (record: StepRecord, bytes: Uint8Array): void => {
    const { snapshot, file = '' } = record;
    snapshots[snapshot] ??= [];
    snapshots[snapshot].push({ name: file, bytes, taken: takenOf(record) });
  };
  for (const record of readManifest(folder)) {
    if (record.file === undefined) continue;
    put(record, await readSized(pathIn(folder, record, record.file), record.bytes));
  }
  for (const { record, bytes } of held) put(record, bytes);
  return snapshots.filter((snapshot) => snapshot !== undefined);
}

async function listFiles(home: string): Promise<KeptFile[]> {
  const files: KeptFile[] = [];
  for (const instance of listFolders(home)) {
    const folder = join(home, instance);
    for (const record of readManifest(folder)) {
      const { file, snapshot, bytes } = record;
      if (file === undefined) continue;
      const read = (): Promise<Uint8Array> => readSized(pathIn(folder, record, file), bytes);
      files.push({ name: `${instance}/${snapshot}/${file}`, sizeBytes: bytes, read });
    }
  }
  return files;
}

function listFolders(path: string): string[] {
  return entriesOf(path)
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true });
  } catch {
    return [];
  }
}

/** @throws when the path leaves the root */
export function inside(root: string, path: string): string {
  const whole = resolve(path);
  if (!whole.startsWith(resolve(root) + sep)) throw new Error('path outside the store');
  return whole;
}
