// The names in a goref file. Each is a step from what holds to what is held:
//
//   buf. ([]uint8)              a field, or a variable that a closure captured, and its type
//   [7]. (*main.sub)            an element; from the eleventh on `[10+]`
//   $mapkey. (string)           $mapval. ([]uint8)
//   main.main.func16            a closure, by its function
//   $sub_objects$               pointers that no type explains
//
// and the last one is a root: `main.subs`, `main.every.f` (function and variable), `runtime.SetFinalizer.obj`, `bss
// segment[0]`; of a stack that no variable explains, the calls, down to `runtime.goexit`.
// Written by https://github.com/cloudwego/goref, pkg/proc/reference.go and variables.go.
import type { RetentionRoot, StepKind } from '../model/retention.ts';

export interface Step {
  readonly kind: StepKind;
  readonly name: string;
  readonly type?: string;
}

export function readStep(frame: string): Step {
  if (frame === '$sub_objects$') return { kind: 'untyped', name: '' };
  const typed = frame.indexOf('. (');
  if (typed < 0 || !frame.endsWith(')')) return { kind: 'closure', name: frame };
  const name = frame.slice(0, typed);
  const type = frame.slice(typed + 3, -1);
  if (name === '$mapkey') return { kind: 'map-key', name: '', type };
  if (name === '$mapval') return { kind: 'map-value', name: '', type };
  if (/^\[\d+\+?\]$/.test(name)) return { kind: 'element', name: '', type };
  return { kind: 'field', name, type };
}

/** Where stacks end, whatever they are the stacks of. */
const BOTTOM =
  /^(runtime\.(goexit1?|mstart[01]?|mcall|systemstack|asmcgocall|morestack|rt0_go|cgocallback)(\.abi0)?|crosscall[12]|_rt0_\w+|_cgo_\w+|\?\?\?UnknownFrameFunction\?\?\?)$/;

export function endsStack(frame: string): boolean {
  return BOTTOM.test(frame);
}

/** A root by its name alone. */
export function readRoot(name: string): RetentionRoot {
  if (name.startsWith('runtime.SetFinalizer.')) return { kind: 'finalizer', name };
  if (name.startsWith('runtime.AddCleanup.')) return { kind: 'cleanup', name };
  if (/^(bss|data) segment\[\d+\]$/.test(name) || readStep(name).kind !== 'closure')
    return { kind: 'unnamed', name };
  const { path, symbol } = splitPackage(name);
  const func = functionOf(path, symbol);
  if (isRuntime(path)) return { kind: 'runtime', name, ...(func !== undefined && { func }) };
  return func === undefined ? { kind: 'variable', name } : { kind: 'local', name, func };
}

/** A goroutine's stack, by the function it began with. */
export function stackRoot(entry: string): RetentionRoot {
  const kind = isRuntime(splitPackage(entry).path) ? 'runtime' : 'stack';
  return { kind, name: entry, func: entry };
}

/**
 * Package variables have one name after their package; a local variable has its function's name before its own.
 * `sync.(*Pool).Get.x` -> `sync.(*Pool).Get`; `subs` -> none; what the compiler lays out (`main..stmp_1`) has none either.
 */
function functionOf(path: string, symbol: string): string | undefined {
  if (path === '' || symbol.startsWith('.')) return undefined;
  const dot = lastDot(symbol);
  if (dot <= 0) return undefined;
  // A variable of the compiler begins with a dot itself: `Map[...]..dict`.
  const end = symbol[dot - 1] === '.' ? dot - 1 : dot;
  return `${path}.${symbol.slice(0, end)}`;
}

/** The last dot outside of brackets and receivers. */
function lastDot(symbol: string): number {
  let depth = 0;
  for (let at = symbol.length - 1; at > 0; at--) {
    const character = symbol[at];
    if (character === ']' || character === ')') depth += 1;
    else if (character === '[' || character === '(') depth -= 1;
    else if (character === '.' && depth === 0) return at;
  }
  return -1;
}

/** `gopkg.in/yaml.v3.cache` is `cache` of `gopkg.in/yaml.v3`, however its dot is written. */
function splitPackage(name: string): { readonly path: string; readonly symbol: string } {
  const bracket = name.search(/[[(]/);
  const head = bracket < 0 ? name : name.slice(0, bracket);
  const dot = name.indexOf('.', head.lastIndexOf('/') + 1);
  if (dot < 0) return { path: '', symbol: name };
  const version = head.includes('/') ? /^\.v\d+(?=\.)/.exec(name.slice(dot))?.[0].length : undefined;
  const end = dot + (version ?? 0);
  return { path: name.slice(0, end), symbol: name.slice(end + 1) };
}

function isRuntime(path: string): boolean {
  return path === 'runtime' || path.startsWith('runtime/') || path.startsWith('internal/runtime/');
}
