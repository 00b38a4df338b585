// Whose code a frame is. A path's first element holds a dot for everything that is not the standard
// library; the program's own packages are told by services.yml, or by what the main package starts.
import type { Frame } from '../model/goroutine.ts';

/** `net/http.(*conn).serve` -> `net/http`; `gopkg.in/x%2ev2.F` -> `gopkg.in/x%2ev2`. */
export function packageOf(func: string): string {
  const slash = func.lastIndexOf('/');
  const dot = func.indexOf('.', slash + 1);
  return dot < 0 ? func : func.slice(0, dot);
}

export function isStandardLibrary(func: string): boolean {
  const path = packageOf(func);
  if (path === 'main') return false;
  const first = path.split('/', 1)[0] ?? '';
  return !first.includes('.') && STANDARD_ROOTS.has(first);
}

export function isFirstParty(func: string, prefixes: readonly string[]): boolean {
  const path = packageOf(func);
  if (path === 'main' || path.endsWith('.main')) return true;
  if (prefixes.length > 0) return prefixes.some((prefix) => path === prefix || path.startsWith(`${prefix}/`));
  return !isStandardLibrary(func) && !FOREIGN.test(path);
}

/** Frame people want to read: the innermost one of their own, else the innermost at all. */
export function ownFrame(frames: readonly Frame[], prefixes: readonly string[]): Frame | undefined {
  return frames.find((frame) => isFirstParty(frame.func, prefixes)) ?? frames[0];
}

/** Hosts of well-known shared modules; what lives there is somebody else's until services.yml says otherwise. */
const FOREIGN =
  /^(golang\.org\/x|google\.golang\.org|cloud\.google\.com|go\.opentelemetry\.io|go\.opencensus\.io|go\.uber\.org|gopkg\.in|k8s\.io|sigs\.k8s\.io|go\.etcd\.io|go\.mongodb\.org|github\.com)(\/|$)/;

const STANDARD_ROOTS = new Set(
  (
    'archive arena bufio builtin bytes cmp compress container context crypto database debug embed encoding errors ' +
    'expvar flag fmt go hash html image index internal io iter log maps math mime net os path plugin reflect regexp ' +
    'runtime slices sort strconv strings structs sync syscall testing text time unicode unique unsafe weak vendor'
  ).split(' '),
);
