// Captures that the disk does not take are held in memory until their verdict is there: a full disk costs the artefacts,
// not the result. Another worker, or this one after a restart, does not have them and asks again.
import type { StepRecord } from '../model/capture.ts';
import type { CaptureStore, HeldFile } from './captures.ts';
import { diskTrouble } from './disk.ts';

/** What one worker holds in all; a question whose answer no longer fits counts as not answered. */
export const SPOOL_BYTES = 64 * 1024 * 1024;
/** A capture that went on elsewhere is not asked for here any more. */
const FORGET_AFTER_MS = 30 * 60_000;
/** Records are small, but a disk may be full for long. */
const RECORD_BYTES = 1_024;

/** A capture store that goes on when its disk does not. */
export interface SpooledCaptures extends CaptureStore {
  /** The answers of one instance that are in memory only, for whoever reads the others from the disk. */
  readonly held: (id: string, instance: string) => readonly HeldFile[];
  /** Forgets what is held of a capture that has its last word. */
  readonly release: (id: string) => void;
  /** False from when the disk did not take something until it has taken something again. */
  readonly isKeeping: () => boolean;
}

export interface SpoolOptions {
  readonly now: () => number;
  /** Told each time the disk begins not to take things. */
  readonly onTrouble: (why: string) => void;
  readonly capBytes?: number;
}

interface Held {
  readonly instance: string;
  readonly record: StepRecord;
  readonly bytes: Uint8Array | undefined;
}

interface Capture {
  readonly held: Held[];
  atMs: number;
}

export function spoolCaptures(
  store: CaptureStore,
  { now, onTrouble, capBytes = SPOOL_BYTES }: SpoolOptions,
): SpooledCaptures {
  const captures = new Map<string, Capture>();
  let heldBytes = 0;
  let isKeeping = true;

  const release = (id: string): void => {
    heldBytes -= (captures.get(id)?.held ?? []).reduce((sum, one) => sum + sizeOf(one), 0);
    captures.delete(id);
  };
  const hold = (id: string, held: Held): StepRecord => {
    for (const [old, { atMs }] of captures) if (atMs < now() - FORGET_AFTER_MS) release(old);
    const one = heldBytes + sizeOf(held) <= capBytes ? held : withoutBytes(held);
    const capture = captures.get(id) ?? { held: [], atMs: 0 };
    capture.held.push(one);
    capture.atMs = now();
    captures.set(id, capture);
    heldBytes += sizeOf(one);
    return one.record;
  };
  const of = (id: string, instance: string): readonly Held[] =>
    (captures.get(id)?.held ?? []).filter((held) => held.instance === instance);
  const held: SpooledCaptures['held'] = (id, instance) =>
    of(id, instance).flatMap(({ record, bytes }) => (bytes === undefined ? [] : [{ record, bytes }]));

  return {
    ...store,
    keep: async (id, instance, record, bytes, before = []) => {
      try {
        const kept = await store.keep(id, instance, record, bytes, before);
        isKeeping = true;
        return kept;
      } catch (error) {
        const notKept = diskTrouble(error);
        if (notKept === undefined) throw error;
        if (isKeeping) onTrouble(notKept);
        isKeeping = false;
        for (const one of before) hold(id, { instance, bytes: undefined, record: one });
        // A step without a file leaves nothing to miss.
        return hold(id, { instance, bytes, record: bytes === undefined ? record : { ...record, notKept } });
      }
    },
    records: async (id, instance) => {
      const inMemory = of(id, instance).map(({ record }) => record);
      const onDisk = await store.records(id, instance);
      return inMemory.length === 0 ? onDisk : [...onDisk, ...inMemory].sort((a, b) => a.fromMs - b.fromMs);
    },
    snapshots: (id, instance, more = []) => store.snapshots(id, instance, [...held(id, instance), ...more]),
    held,
    release,
    isKeeping: () => isKeeping,
  };
}

function sizeOf({ bytes }: Held): number {
  return RECORD_BYTES + (bytes?.byteLength ?? 0);
}

/** Neither the disk nor memory has room for the answer: it is as if it had not come. */
function withoutBytes({ instance, record }: Held): Held {
  const { file = record.id, notKept, ...rest } = record;
  if (notKept === undefined) return { instance, record, bytes: undefined };
  const problem = `${file} was captured and could not be used: it was not kept (${notKept}), and too much waits in memory already.`;
  return { instance, bytes: undefined, record: { ...rest, bytes: 0, problem } };
}
