// A trace is a chain of batches, each from one thread or a table, and batches belong to generations of about a
// second. Only the heads are read here; the tables of a generation may stand behind its events.
//
//   batch      = 1 generation thread time size payload          (unsigned LEB128 behind the first byte)
//   experiment = 49 number generation thread time size payload  (skipped)
//   end        = 52                                             (from format 1.26 on, ends a generation)
import {
  CPU_SAMPLES,
  END_OF_GENERATION,
  EVENT_BATCH,
  EXPERIMENTAL_BATCH,
  FREQUENCY,
  STACKS,
  STRINGS,
  SYNC,
} from './events.ts';
import { TRACE_LIMITS } from './limits.ts';
import type { TraceReader } from './numbers.ts';

/** Payloads by what they are; events in the order of their threads' batches. */
export interface Generation {
  /** Which it is, by its own count. */
  readonly number: number;
  readonly events: BatchList;
  /** `[from, to)` of each payload, behind its first byte. */
  readonly strings: readonly Place[];
  readonly stacks: readonly Place[];
  readonly sync: readonly (Place & { readonly time: number })[];
  /** Everything that belongs to it is there. */
  readonly whole: boolean;
}

export interface Place {
  readonly from: number;
  readonly to: number;
}

/** Columns, since a second of a busy service has thousands. */
export interface BatchList {
  count: number;
  thread: number[];
  time: number[];
  from: number[];
  to: number[];
}

interface Draft extends Generation {
  readonly strings: Place[];
  readonly stacks: Place[];
  readonly sync: (Place & { readonly time: number })[];
}

/** One generation after another; the last one is not `whole` when the file is cut off or damaged. */
export function* generations(reader: TraceReader, endsMarked: boolean): Generator<Generation> {
  const { bytes } = reader;
  let draft: Draft | undefined;
  let isCut = false;
  while (reader.at < bytes.length) {
    const kind = bytes[reader.at++];
    if (kind === END_OF_GENERATION) {
      if (draft) yield { ...draft, whole: draft.sync.length > 0 };
      draft = undefined;
      continue;
    }
    if (kind === EXPERIMENTAL_BATCH) reader.at += 1;
    isCut = kind !== EVENT_BATCH && kind !== EXPERIMENTAL_BATCH;
    if (isCut) break;
    const number = reader.number();
    const thread = reader.number();
    const time = reader.number();
    const size = reader.number();
    const from = reader.at;
    const to = from + size;
    isCut = size > TRACE_LIMITS.batchBytes || to > bytes.length;
    if (isCut) break;
    reader.at = to;
    if (draft && draft.number !== number) {
      yield { ...draft, whole: !endsMarked && draft.sync.length > 0 };
      draft = undefined;
    }
    draft ??= emptyGeneration(number);
    if (kind === EVENT_BATCH && size > 0) sort(draft, bytes, { thread, time, from, to });
  }
  if (draft) yield { ...draft, whole: !isCut && !endsMarked && draft.sync.length > 0 };
  else if (isCut) yield { ...emptyGeneration(0), whole: false };
}

function emptyGeneration(number: number): Draft {
  const events = { count: 0, thread: [], time: [], from: [], to: [] };
  return { number, events, strings: [], stacks: [], sync: [], whole: true };
}

function sort(
  draft: Draft,
  bytes: Uint8Array,
  batch: Place & { readonly thread: number; readonly time: number },
): void {
  const inside = { from: batch.from + 1, to: batch.to };
  switch (bytes[batch.from]) {
    case STRINGS:
      draft.strings.push(inside);
      return;
    case STACKS:
      draft.stacks.push(inside);
      return;
    case SYNC:
      draft.sync.push({ ...inside, time: batch.time });
      return;
    case FREQUENCY: // alone up to format 1.23
      draft.sync.push({ from: batch.from, to: batch.to, time: batch.time });
      return;
    case CPU_SAMPLES:
      return;
    default:
      add(draft.events, batch);
  }
}

function add(
  list: BatchList,
  { thread, time, from, to }: Place & { readonly thread: number; readonly time: number },
): void {
  list.count += 1;
  if (list.count > TRACE_LIMITS.batches) return;
  list.thread.push(thread);
  list.time.push(time);
  list.from.push(from);
  list.to.push(to);
}
