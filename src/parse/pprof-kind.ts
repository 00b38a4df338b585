// What a profile measures, told by its sample types; the file name and the address it came from lie too often.
import type { Frame } from '../model/goroutine.ts';
import type { ProfileKind, ValueType } from '../model/profile.ts';

export interface KindClues {
  readonly sampleTypes: readonly ValueType[];
  readonly periodType: string;
  readonly defaultSampleType: string;
  readonly frames: readonly Frame[];
  readonly stackStart: Uint32Array;
  readonly stackFrames: Uint32Array;
  readonly hasAddresses: boolean;
}

export function profileKind(clues: KindClues): ProfileKind {
  const types = new Set(clues.sampleTypes.map(({ type }) => type));
  const only = clues.sampleTypes.length === 1 ? clues.sampleTypes[0]?.type : undefined;
  if (only === 'goroutine' || only === 'goroutineleak' || only === 'threadcreate') return only;
  if (types.has('alloc_space') || types.has('inuse_space')) return memoryKind(types, clues);
  if (types.has('contentions') && types.has('delay')) return contentionKind(clues);
  if (types.has('cpu') || clues.periodType === 'cpu') return 'cpu';
  return 'unknown';
}

/**
 * heap and allocs are one table and differ only in what is shown first. Object graphs written by goref
 * have the in-use types alone, no code addresses and no files.
 */
function memoryKind(types: ReadonlySet<string>, clues: KindClues): ProfileKind {
  if (!types.has('alloc_space') && !clues.hasAddresses && clues.frames.every(({ file }) => file === '')) {
    return 'retention';
  }
  return clues.defaultSampleType === 'alloc_space' ? 'allocs' : 'heap';
}

/**
 * block and mutex have equal sample types. A mutex profile blames the unlocker, a block profile the
 * waiter, so the innermost frames tell, as long as one stack holds either.
 */
function contentionKind({ frames, stackStart, stackFrames }: KindClues): ProfileKind {
  let unlocking = 0;
  let waiting = 0;
  for (let sample = 0; sample + 1 < stackStart.length; sample++) {
    const start = stackStart[sample] ?? 0;
    const end = Math.min(stackStart[sample + 1] ?? 0, start + CONTENTION_DEPTH);
    for (let at = start; at < end; at++) {
      const func = frames[stackFrames[at] ?? 0]?.func ?? '';
      if (isUnlock(func)) unlocking++;
      else if (isWait(func)) waiting++;
      else continue;
      break;
    }
  }
  return unlocking > waiting ? 'mutex' : 'block';
}

/** Runtime and sync frames above the caller; inlined ones included. */
const CONTENTION_DEPTH = 8;

const WAITS = [
  'runtime.chanrecv',
  'runtime.chansend',
  'runtime.selectgo',
  'runtime.block',
  'sync.(*Cond).Wait',
  'sync.(*WaitGroup).Wait',
];

function isUnlock(func: string): boolean {
  if (func === 'runtime._LostContendedRuntimeLock' || func.startsWith('runtime.unlock')) return true;
  return (
    isSync(func) && (func.endsWith('.Unlock') || func.endsWith('.RUnlock') || func.endsWith('nlockSlow'))
  );
}

function isWait(func: string): boolean {
  if (WAITS.some((wait) => func.startsWith(wait))) return true;
  return isSync(func) && (func.endsWith('.Lock') || func.endsWith('.RLock') || func.endsWith('.lockSlow'));
}

function isSync(func: string): boolean {
  return func.startsWith('sync.') || func.startsWith('internal/sync.');
}
