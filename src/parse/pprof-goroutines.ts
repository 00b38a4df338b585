// A goroutine profile (proto or debug=1) as a dump of counts. These forms print neither ids nor states nor
// creators, so the wait is read off the innermost frames, which are the same from Go 1.19 to 1.27.
import type { Frame, GoroutineDump, GoroutineGroup, WaitFamily } from '../model/goroutine.ts';
import { type Profile, sampleStack } from '../model/profile.ts';
import { waitFamily } from './wait-reasons.ts';

interface Wait {
  readonly family: WaitFamily;
  /** Spelled as a debug=2 dump of a current Go spells it, so both forms group alike. */
  readonly state: string;
}

const UNKNOWN: Wait = { family: 'unknown', state: 'waiting' };

/**
 * Counts by stack and labels. Rows that are not positive (possible in deltas) are left out, and so is the
 * goroutine that was serving the profile.
 */
export function goroutineCounts(profile: Profile): GoroutineDump {
  const groups = new Map<string, GoroutineGroup & { count: number }>();
  const leaked = profile.kind === 'goroutineleak';
  const printed = { ...profile, frames: profile.frames.map(asPrinted) };
  let requesterDropped = false;
  for (let sample = 0; sample < profile.sampleCount; sample++) {
    let count = profile.values[sample * profile.sampleTypes.length] ?? 0;
    const frames = sampleStack(printed, sample);
    if (!requesterDropped && count > 0 && servesProfile(frames)) {
      requesterDropped = true;
      count--;
    }
    if (count <= 0) continue;
    const labels = profile.labels.get(sample);
    const key = groupKey(frames, labels);
    const known = groups.get(key);
    if (known) known.count += count;
    else groups.set(key, newGroup({ frames, labels, leaked, count }));
  }
  const list = [...groups.values()];
  return {
    source: profile.timeNanos === undefined ? 'debug1' : 'proto',
    groups: list,
    total: list.reduce((sum, group) => sum + group.count, 0),
    ids: new Float64Array(0),
    groupOf: new Uint32Array(0),
    waitMinutes: new Int32Array(0),
    creatorIds: new Float64Array(0),
    waitWords: new Float64Array(0),
    requesterDropped,
    truncated: false,
  };
}

/** What goroutines with this stack wait for, as far as the innermost frames tell. Leaf first. */
export function waitOfFrames(frames: readonly Frame[]): Wait {
  const names = frames.slice(0, WAIT_DEPTH).map(({ func }) => func);
  for (const [depth, name] of names.entries()) {
    // Up to Go 1.19 a reader-writer lock queued on the semaphore of plain mutexes.
    if (WAIT_OF[name] === MUTEX && names[depth + 1]?.startsWith('sync.(*RWMutex).')) return RWMUTEX;
    const wait = WAIT_OF[name] ?? waitByPrefix(name);
    if (wait) return wait;
    if (!isMachinery(name)) break;
  }
  return UNKNOWN;
}

/** gopark, goparkunlock, semacquire1 and the sync wrappers fit; inlining adds a few. */
const WAIT_DEPTH = 12;

const MUTEX: Wait = { family: 'mutex', state: 'sync.Mutex.Lock' };
const RWMUTEX: Wait = { family: 'rwmutex', state: 'sync.RWMutex.Lock' };
const SYSCALL: Wait = { family: 'syscall', state: 'syscall' };
const WAITGROUP: Wait = { family: 'waitgroup', state: 'sync.WaitGroup.Wait' };
const RUNTIME: Wait = { family: 'runtime', state: 'waiting' };

/** Function whose presence names the wait; the runtime's frames are asked innermost first. */
const WAIT_OF: Readonly<Record<string, Wait>> = Object.assign(Object.create(null), {
  'runtime.chanrecv': { family: 'chan-receive', state: 'chan receive' },
  'runtime.chansend': { family: 'chan-send', state: 'chan send' },
  'runtime.selectgo': { family: 'select', state: 'select' },
  'runtime.block': { family: 'park', state: 'select (no cases)' },
  'runtime.netpollblock': { family: 'io', state: 'IO wait' },
  'internal/poll.runtime_pollWait': { family: 'io', state: 'IO wait' },
  'time.Sleep': { family: 'sleep', state: 'sleep' },
  'sync.runtime_SemacquireMutex': MUTEX,
  'internal/sync.runtime_SemacquireMutex': MUTEX,
  'sync.runtime_SemacquireRWMutexR': { family: 'rwmutex', state: 'sync.RWMutex.RLock' },
  'sync.runtime_SemacquireRWMutex': { family: 'rwmutex', state: 'sync.RWMutex.Lock' },
  'sync.runtime_Semacquire': WAITGROUP,
  'sync.runtime_SemacquireWaitGroup': WAITGROUP,
  'sync.runtime_notifyListWait': { family: 'cond', state: 'sync.Cond.Wait' },
  'runtime.coroswitch': { family: 'coroutine', state: 'coroutine' },
  'runtime.coroswitch_m': { family: 'coroutine', state: 'coroutine' },
  'runtime.cgocall': SYSCALL,
  'os/signal.signal_recv': SYSCALL,
  'runtime.notetsleepg': SYSCALL,
  'runtime.forcegchelper': RUNTIME,
  'runtime.bgsweep': RUNTIME,
  'runtime.bgscavenge': RUNTIME,
  'runtime.runfinq': RUNTIME,
  'runtime.gcBgMarkWorker': RUNTIME,
} satisfies Record<string, Wait>);

const SYSCALL_PREFIXES = [
  'syscall.Syscall',
  'syscall.RawSyscall',
  'syscall.syscall',
  'internal/runtime/syscall.',
  'internal/syscall/unix.Syscall',
];

function waitByPrefix(name: string): Wait | undefined {
  return SYSCALL_PREFIXES.some((prefix) => name.startsWith(prefix)) ? SYSCALL : undefined;
}

/** Frames that may stand between the leaf and the one that tells. */
function isMachinery(name: string): boolean {
  return name.startsWith('runtime.') || name.startsWith('internal/runtime/');
}

/** runtime/pprof is on the stack of the goroutine that writes the profile, and of no other. */
function servesProfile(frames: readonly Frame[]): boolean {
  return frames.some(({ func }) => func === 'runtime/pprof.(*Profile).WriteTo' || func === DELTA_WRITER);
}

const DELTA_WRITER = 'net/http/pprof.collectProfile';

/** Dumps shorten the type arguments of generic functions, `main.f[go.shape.int]` to `main.f[...]`. */
function asPrinted(frame: Frame): Frame {
  const open = frame.func.indexOf('[');
  const close = frame.func.lastIndexOf(']');
  if (open < 0 || close < open) return frame;
  return { ...frame, func: `${frame.func.slice(0, open)}[...]${frame.func.slice(close + 1)}` };
}

function groupKey(frames: readonly Frame[], labels: Readonly<Record<string, string>> | undefined): string {
  const stack = frames.map(({ func, file, line }) => `${func}\0${file}\0${line}`).join('\n');
  return labels ? `${stack} ${JSON.stringify(Object.entries(labels).sort())}` : stack;
}

function newGroup(of: {
  frames: readonly Frame[];
  labels: Readonly<Record<string, string>> | undefined;
  leaked: boolean;
  count: number;
}): GoroutineGroup {
  const wait = waitOfFrames(of.frames);
  // The table for dumps has the last word, so that both forms of one goroutine are of one family.
  const family = waitFamily(wait.state, of.frames);
  return {
    state: wait.state,
    family: family === 'unknown' ? wait.family : family,
    frames: withoutGoexit(of.frames),
    ...(of.labels && { labels: of.labels }),
    leaked: of.leaked,
    lockedToThread: false,
    elidedFrames: 0,
    count: of.count,
  };
}

/** The last frame of every goroutine; dumps do not print it either. */
function withoutGoexit(frames: readonly Frame[]): readonly Frame[] {
  return frames.at(-1)?.func === 'runtime.goexit' ? frames.slice(0, -1) : frames;
}
