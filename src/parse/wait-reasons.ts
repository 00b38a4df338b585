// What the words between a goroutine's brackets mean, for every Go release from 1.19 on.
//
//   goroutine 18 [semacquire, 3 minutes]:   Go <= 1.19: any lock        -> the frames decide
//   goroutine 18 [sync.Mutex.Lock]:         Go >= 1.20: a mutex         -> 'mutex'
//
// Reasons: https://github.com/golang/go/blob/master/src/runtime/runtime2.go (waitReasonStrings)
// Statuses: https://github.com/golang/go/blob/master/src/runtime/traceback.go (gStatusStrings)
import type { Frame, WaitFamily } from '../model/goroutine.ts';

/** Exact spellings; whatever is missing here is judged by `byShape`. */
const FAMILY_BY_REASON: ReadonlyMap<string, WaitFamily> = new Map<string, WaitFamily>([
  ['chan receive', 'chan-receive'],
  ['chan send', 'chan-send'],
  ['chan receive (nil chan)', 'nil-chan'],
  ['chan send (nil chan)', 'nil-chan'],
  ['select', 'select'],
  ['select (no cases)', 'park'],
  ['IO wait', 'io'],
  ['syscall', 'syscall'],
  ['waiting for cgo callback', 'syscall'],
  ['semacquire', 'semaphore'],
  ['sync.Mutex.Lock', 'mutex'],
  ['sync.RWMutex.RLock', 'rwmutex'],
  ['sync.RWMutex.Lock', 'rwmutex'],
  ['sync.WaitGroup.Wait', 'waitgroup'],
  ['sync.Cond.Wait', 'cond'],
  ['sleep', 'sleep'],
  ['coroutine', 'coroutine'],
  ['running', 'running'],
  ['runnable', 'runnable'],
  ['synctest.Run', 'test-bubble'],
  ['synctest.Wait', 'test-bubble'],
  ['finalizer wait', 'runtime'],
  ['cleanup wait', 'runtime'],
  ['GOMAXPROCS updater (idle)', 'runtime'],
  ['timer goroutine (idle)', 'runtime'],
  ['force gc (idle)', 'runtime'],
  ['garbage collection', 'runtime'],
  ['garbage collection scan', 'runtime'],
  ['wait for GC cycle', 'runtime'],
  ['flushing proc caches', 'runtime'],
  ['stopping the world', 'runtime'],
  ['preempted', 'runtime'],
  ['debug call', 'runtime'],
  ['dumping heap', 'runtime'],
  ['panicwait', 'runtime'],
  ['page trace flush', 'runtime'],
  ['idle', 'runtime'],
  ['dead', 'runtime'],
  ['copystack', 'runtime'],
]);

/** Leaf frames that name the lock behind `semacquire`, from the inside out; the first match decides. */
const LOCK_FRAMES: readonly (readonly [prefix: string, family: WaitFamily])[] = [
  ['sync.runtime_SemacquireRWMutex', 'rwmutex'],
  ['sync.(*RWMutex).', 'rwmutex'],
  ['sync.runtime_SemacquireMutex', 'mutex'],
  ['internal/sync.runtime_SemacquireMutex', 'mutex'],
  ['sync.(*Mutex).', 'mutex'],
  ['internal/sync.(*Mutex).', 'mutex'],
  ['sync.runtime_SemacquireWaitGroup', 'waitgroup'],
  ['sync.(*WaitGroup).', 'waitgroup'],
];

/** How many frames above the runtime's own may lie between the wait and the lock's name. */
const LOCK_FRAME_DEPTH = 6;

/**
 * The family of a wait. `state` is the reason without age and flags; frames (leaf first) decide where one
 * word covers several locks, and tell the runtime's own goroutines from the program's.
 */
export function waitFamily(state: string, frames: readonly Frame[], createdBy?: Frame): WaitFamily {
  if (isSystemGoroutine(state, frames, createdBy)) return 'runtime';
  const family = FAMILY_BY_REASON.get(state) ?? byShape(state);
  if (family === 'semaphore') return lockOf(frames) ?? family;
  if (family === 'mutex' && waitsForWriterLock(frames)) return 'rwmutex';
  return family;
}

/** True for spellings this table knows; others are new in a Go release not yet seen. */
export function isKnownReason(state: string): boolean {
  return FAMILY_BY_REASON.has(state) || byShape(state) !== 'unknown';
}

/** Reasons whose spelling carries more than one word of detail, and those of releases to come. */
function byShape(state: string): WaitFamily {
  if (state.endsWith('(synctest)') || state.endsWith('(durable)')) return 'test-bubble';
  if (state.startsWith('synctest')) return 'test-bubble';
  if (state.startsWith('GC ') || state.startsWith('trace ')) return 'runtime';
  return 'unknown';
}

/** `semacquire` (Go <= 1.19, and WaitGroups until 1.23) says nothing; the frame that called it does. */
function lockOf(frames: readonly Frame[]): WaitFamily | undefined {
  let seen = 0;
  let family: WaitFamily | undefined;
  for (const { func } of frames) {
    if (func.startsWith('runtime.')) continue;
    for (const [prefix, named] of LOCK_FRAMES) {
      if (!func.startsWith(prefix)) continue;
      // An RWMutex locks its inner Mutex: the outer name is the lock people wrote.
      if (named === 'rwmutex') return named;
      family ??= named;
    }
    // WaitGroup.Wait before Go 1.24 calls the bare sync.runtime_Semacquire.
    seen += 1;
    if (seen >= LOCK_FRAME_DEPTH || (seen > 1 && !isLockMachinery(func))) break;
  }
  return family;
}

/** A writer queued behind another writer prints `sync.Mutex.Lock`: RWMutex.Lock takes its inner mutex first. */
function waitsForWriterLock(frames: readonly Frame[]): boolean {
  for (const { func } of frames.slice(0, LOCK_FRAME_DEPTH)) {
    if (func.startsWith('sync.(*RWMutex).')) return true;
    if (!func.startsWith('runtime.') && !isLockMachinery(func)) return false;
  }
  return false;
}

function isLockMachinery(func: string): boolean {
  return func.startsWith('sync.') || func.startsWith('internal/sync.');
}

/**
 * GC workers, finalizers, g0: shown in SIGQUIT dumps and by GOTRACEBACK=system. The main goroutine's outer
 * frame is runtime.main too, so a stack counts as the runtime's own only when every frame is.
 */
function isSystemGoroutine(state: string, frames: readonly Frame[], createdBy: Frame | undefined): boolean {
  if (frames.length === 0 || state === 'running') return false;
  if (createdBy && !createdBy.func.startsWith('runtime.')) return false;
  if (!createdBy && state !== 'idle' && !frames.every((frame) => frame.func !== 'runtime.main')) return false;
  return frames.every((frame) => frame.func.startsWith('runtime.') || frame.func.startsWith('runtime/'));
}
