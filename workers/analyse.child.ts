// The child process in which foreign bytes are parsed and analysed: one question at a time, over IPC. It may run away
// with the processor or the memory and be killed for it (workers/analysis-children.ts); it never outlives its worker.
import { serialize } from 'node:v8';
import { type CapturedFiles, readCaptures } from '../src/analysis.ts';
import type { Captured } from '../src/investigate.ts';
import type { AnalysisContext } from '../src/model/verdict.ts';
import { type HeldFile, openCaptureStore } from '../src/store/captures.ts';
import { readUploads, type UploadQuestion } from './read-uploads.ts';

export type Question = CaptureQuestion | UploadQuestion;

/** Files are read from the store here, so that a worker never holds them. */
export interface CaptureQuestion {
  readonly home: string;
  readonly id: string;
  readonly compareWith?: string;
  readonly captured: readonly Captured[];
  /** What the disk did not take, by instance. */
  readonly held?: Readonly<Record<string, readonly HeldFile[]>>;
  readonly context: AnalysisContext;
}

export type Answer =
  /** The file at hand from now on, before it is parsed; '' when all are. */
  | { readonly kind: 'at'; readonly file: string }
  /** A serialized Reading, of uploads a SavedReading. */
  | { readonly kind: 'read'; readonly bytes: Uint8Array }
  | { readonly kind: 'too-large'; readonly sizeBytes: number }
  | { readonly kind: 'threw'; readonly stack: string };

/** Reports of the largest captures seen are below 2 MiB. */
export const MAX_READING_BYTES = 16 * 1024 * 1024;
const MAX_STACK_CHARS = 4_000;

// Ctrl-C reaches the whole group: the worker decides what becomes of what is being analysed.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
process.on('disconnect', () => process.exit());
process.on('message', (question: Question) => {
  read(question).then(tell, (error: unknown) => {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ kind: 'threw', stack: stack.slice(0, MAX_STACK_CHARS) });
  });
});

async function read(question: Question): Promise<Answer> {
  let at = '';
  const tellFile = (file: string): void => {
    if (file !== at) tell({ kind: 'at', file });
    at = file;
  };
  const reading =
    'uploaded' in question
      ? await readUploads(question, tellFile)
      : readCaptures(await filesOf(question), question.context, tellFile);
  const bytes = serialize(reading);
  if (bytes.byteLength > MAX_READING_BYTES) return { kind: 'too-large', sizeBytes: bytes.byteLength };
  return { kind: 'read', bytes };
}

async function filesOf({
  home,
  id,
  compareWith,
  captured,
  held = {},
}: CaptureQuestion): Promise<CapturedFiles[]> {
  const store = openCaptureStore(home);
  const files: CapturedFiles[] = [];
  for (const { instance, records } of captured) {
    const snapshots = await store.snapshots(id, instance, held[instance]);
    const earlier = compareWith === undefined ? [] : await store.snapshots(compareWith, instance);
    // Only the last snapshot of the other capture is compared with.
    files.push({ instance, records, snapshots, earlier: earlier.slice(-1) });
  }
  return files;
}

function tell(answer: Answer): void {
  process.send?.(answer);
}
