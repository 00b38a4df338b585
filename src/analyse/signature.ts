// What makes two goroutines "the same": the wait, the functions, and who started them. Addresses, ids,
// arguments and ages never count. Two ids: the exact one knows the blocked line, the stable one survives
// edits and toolchains, so that a report of last week can be compared with one of today.
import type { Frame, GoroutineGroup, WaitFamily } from '../model/goroutine.ts';

export interface Signature {
  /** Grouping key within one analysis. */
  readonly key: string;
  readonly id: string;
  readonly stableId: string;
  /** Wait and functions without creator or lines: all that the runtime's leak profile can be matched by. */
  readonly proofKey: string;
  readonly state: string;
  readonly family: WaitFamily;
  /** Leaf first, waiting machinery stripped. */
  readonly frames: readonly Frame[];
  readonly createdBy?: Frame;
  readonly labels?: Readonly<Record<string, string>>;
  readonly leaked: boolean;
  readonly elidedFrames: number;
}

/**
 * The machinery a blocked goroutine stands on: what parks it, and what carries bytes for it. Stripped from
 * the leaf so that the first frame is the function an engineer can change.
 */
const MACHINERY = [
  /^runtime\./,
  /^internal\//,
  /^sync\./,
  /^syscall\./,
  /^time\.Sleep$/,
  /^net\.\(\*(netFD|conn|TCPConn|UnixConn|TCPListener|UnixListener|UDPConn)\)\./,
  /^os\.\(\*File\)\./,
  /^bufio\./,
  /^io\.discard\./,
  /^io\.(Copy|CopyN|CopyBuffer|copyBuffer|ReadAll|ReadFull|ReadAtLeast|\(\*(LimitedReader|teeReader|multiReader)\)\.)/,
  /^crypto\/tls\./,
  /^net\/http\.\(\*(persistConn|connReader)\)\.Read$/,
  /^net\/textproto\./,
];

/** A wrapper the compiler makes for `go f(x)` or `defer f(x)`. */
const WRAPPER = /\.(gowrap|deferwrap)\d+$/;
const CLOSURE_TAIL = /(?:\.(?:func\d+|gowrap\d+|deferwrap\d+|\d+)|-range\d+)+$/;
const DEEPEST = 64;

export function isMachinery(func: string): boolean {
  return MACHINERY.some((pattern) => pattern.test(func));
}

/** Leaf first, without the leading machinery; a stack of nothing else keeps what is not the runtime's. */
export function visibleFrames(frames: readonly Frame[]): readonly Frame[] {
  const first = frames.findIndex((frame) => !isMachinery(frame.func));
  if (first >= 0) return withoutExit(frames.slice(first));
  const user = frames.findIndex((frame) => !frame.func.startsWith('runtime.'));
  return withoutExit(user >= 0 ? frames.slice(user) : frames);
}

export function signatureOf(group: GoroutineGroup): Signature {
  const frames = visibleFrames(group.frames);
  const family = group.family;
  const exact = exactKey(family, frames, group.createdBy, group.leaked);
  return {
    key: exact,
    id: hash64(exact),
    stableId: hash64(stableKey(family, frames, group.createdBy)),
    proofKey: stableKey(family, frames, undefined),
    state: group.state,
    family,
    frames,
    ...(group.createdBy ? { createdBy: group.createdBy } : {}),
    ...(group.labels ? { labels: group.labels } : {}),
    leaked: group.leaked,
    elidedFrames: group.elidedFrames,
  };
}

/**
 * The line of the blocked frame counts: two sends in one function are two stories. Lines further out do
 * not, or one story told from three call sites would be cut in three.
 */
function exactKey(
  family: WaitFamily,
  frames: readonly Frame[],
  createdBy: Frame | undefined,
  leaked: boolean,
): string {
  const parts = [`${family}${leaked ? '!' : ''}`, `${frames[0]?.file ?? ''}:${frames[0]?.line ?? 0}`];
  for (const frame of frames.slice(0, DEEPEST)) parts.push(frame.func);
  parts.push(`<${createdBy?.func ?? ''}`);
  return parts.join('\n');
}

export function stableKey(
  family: WaitFamily,
  frames: readonly Frame[],
  createdBy: Frame | undefined,
): string {
  const parts: string[] = [family];
  let before = '';
  for (const frame of frames.slice(0, DEEPEST)) {
    if (WRAPPER.test(frame.func)) continue;
    const name = stableName(frame.func);
    if (name !== before) parts.push(name);
    before = name;
  }
  parts.push(`<${createdBy ? stableName(createdBy.func) : ''}`);
  return parts.join('\n');
}

/**
 * `example.com/m/v2/vendor/golang.org/x/sync/errgroup.(*Group).Go.func1` -> `golang.org/x/sync/errgroup.(*Group).Go.func`
 * `main.genericWait[...]` -> `main.genericWait` · `gopkg.in/natefinch/lumberjack%2ev2.(*Logger).millRun` -> `gopkg.in/natefinch/lumberjack.(*Logger).millRun`
 * `main.main.handle.func2` (handle inlined into main, Go >= 1.21) -> `main.handle.func`
 */
export function stableName(func: string): string {
  let name = func.replace(/\[[^\]]*\]/g, '').replaceAll('%2e', '.');
  const vendor = name.lastIndexOf('/vendor/');
  if (vendor >= 0) name = name.slice(vendor + '/vendor/'.length);
  name = name.replace(/\/v\d+(?=[/.])/g, '');
  const slash = name.lastIndexOf('/');
  const path = name.slice(0, slash + 1);
  const local = name.slice(slash + 1).replace(/^([\w-]+)\.v\d+\./, '$1.');
  const dot = local.indexOf('.');
  if (dot < 0) return name;
  return `${path}${local.slice(0, dot)}.${stableLocal(local.slice(dot + 1))}`;
}

/** `main.handle.func2` -> `handle.func`, `(*S).Run.(*T).flush.func1` -> `(*T).flush.func`, `(*S).Run` -> itself. */
function stableLocal(local: string): string {
  const tail = CLOSURE_TAIL.exec(local);
  if (!tail) return local;
  const outer = local.slice(0, tail.index).replace(/\.(func\d+|gowrap\d+)(\.|$)/g, '$2');
  const parts = outer.match(/\(\*?[^)]*\)\.[^.]+|[^.]+/g) ?? [outer];
  return `${parts[parts.length - 1] ?? outer}.func`;
}

/** 64 bits of two independent 32-bit mixes: an identity for people and diffs, not a defence against forgers. */
export function hash64(text: string): string {
  let a = 0xdeadbeef ^ text.length;
  let b = 0x41c6ce57 ^ text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x9e3779b1);
    b = Math.imul(b ^ code, 0x5f356495);
  }
  a = Math.imul(a ^ (a >>> 16), 0x85ebca6b) ^ Math.imul(b ^ (b >>> 13), 0xc2b2ae35);
  b = Math.imul(b ^ (b >>> 16), 0x85ebca6b) ^ Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return hex32(a) + hex32(b);
}

function hex32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0');
}

/** SIGQUIT dumps end every stack in `runtime.goexit`; HTTP dumps do not. */
function withoutExit(frames: readonly Frame[]): readonly Frame[] {
  const last = frames[frames.length - 1];
  return last && frames.length > 1 && /^runtime\.(goexit|main)$/.test(last.func)
    ? withoutExit(frames.slice(0, -1))
    : frames;
}
