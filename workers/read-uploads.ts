// What the child does with files somebody uploaded: opens archives, strikes credentials out, keeps what is left, and reads
// it. Nothing of them is opened or parsed in the worker itself.
import { withoutCredentials } from '../src/capture/strike-out.ts';
import { withoutSecrets } from '../src/capture/vars.ts';
import type { Problem } from '../src/model/problem.ts';
import type { RawArtefact } from '../src/model/snapshot.ts';
import type { AnalysisContext } from '../src/model/verdict.ts';
import { inflated } from '../src/parse/archive.ts';
import { isZstd } from '../src/parse/zstd.ts';
import { type Opened, openSaved, snapshotsAmong } from '../src/saved/files.ts';
import { readSaved, type SavedReading } from '../src/saved/reading.ts';
import { type CaptureStore, openCaptureStore } from '../src/store/captures.ts';
import { diskTrouble } from '../src/store/disk.ts';

/** Files are handed over, not read from the store: with their credentials in them they are never kept. */
export interface UploadQuestion {
  readonly home: string;
  readonly id: string;
  /** What to call them all. */
  readonly name: string;
  readonly uploaded: readonly RawArtefact[];
  readonly context: AnalysisContext;
}

/** Stands where captures have the name of an instance. */
const KEPT_AS = 'uploaded';
/** Of an archive of thousands the others are read and not kept: each costs the disk a moment. */
const MAX_KEPT = 200;

/** @param at told the file at hand */
export async function readUploads(
  { home, id, name, uploaded, context }: UploadQuestion,
  at: (file: string) => void,
): Promise<SavedReading> {
  const opened: Opened[] = [];
  for (const file of uploaded) {
    at(file.name);
    opened.push(await struck(openSaved(file)));
  }
  const problems = await keep(id, opened, openCaptureStore(home));
  const reading = readSaved(snapshotsAmong(opened), { name, context }, at);
  return { ...reading, problems: [...problems, ...reading.problems] };
}

async function struck({ files, isDamaged }: Opened): Promise<Opened> {
  const clean: RawArtefact[] = [];
  for (const file of files) clean.push({ ...file, bytes: await withoutSecretsOf(file.bytes) });
  return { files: clean, isDamaged };
}

const OPEN_BRACE = 0x7b;

async function withoutSecretsOf(bytes: Uint8Array): Promise<Uint8Array> {
  const vars = bytes[0] === OPEN_BRACE ? withoutSecrets(bytes) : undefined;
  if (vars) return vars;
  // Only gzip is looked into there.
  return withoutCredentials(isZstd(bytes) ? (inflated(bytes).value ?? bytes) : bytes);
}

/** An archive that was not opened whole may hold anything: it is read, and not kept. */
async function keep(id: string, opened: readonly Opened[], store: CaptureStore): Promise<Problem[]> {
  const before = new Set((await store.records(id, KEPT_AS)).map(({ file }) => file));
  const files = opened.flatMap(({ files, isDamaged }) => (isDamaged ? [] : files));
  try {
    for (const [index, { name, bytes }] of files.slice(0, MAX_KEPT).entries()) {
      const file = `${String(index).padStart(3, '0')}-${name}`;
      if (before.has(file)) continue;
      const record = {
        id: file,
        snapshot: 0,
        file,
        fromMs: 0,
        toMs: 0,
        bytes: bytes.byteLength,
        pauseMsEstimate: 0,
      };
      await store.keep(id, KEPT_AS, record, bytes);
    }
    return [];
  } catch (error) {
    const reason = diskTrouble(error);
    if (reason === undefined) throw error;
    return [{ code: 'artefact-not-kept', text: `Artefact not kept: ${reason}.` }];
  }
}
