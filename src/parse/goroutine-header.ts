// The line that opens a goroutine, without its id and minutes, read once per distinct spelling:
//
//   goroutine 7 [chan receive, 15 minutes, locked to thread]:
//   goroutine 9 gp=0xc000002380 m=nil [select (no cases) (durable), synctest bubble 1]:
//   goroutine 45 [chan receive labels:{"route": "/v1/x", "tenant": "acme corp"}]:      Go 1.26
//   goroutine 43 [chan receive] {route: /v1/x, tenant: "acme corp"}:                   Go 1.27
//
// -> { state: 'chan receive', labels: { route: '/v1/x', tenant: 'acme corp' }, … }
//
// Printed by goroutineheader in https://github.com/golang/go/blob/master/src/runtime/traceback.go

import { readGoQuoted } from './go-quoted.ts';

export interface GoroutineHeader {
  readonly state: string;
  readonly leaked: boolean;
  readonly lockedToThread: boolean;
  readonly bubble?: number;
  readonly labels?: Readonly<Record<string, string>>;
  /** Lowest Go release that prints what this header shows, as `1.NN`; 0 when any does. */
  readonly sinceMinor: number;
}

/** A label set holds no more than this; the rest is left out (reliability policy for hostile profiles). */
const MAX_LABELS = 64;

/** Printed after the reason by the runtime; none of them is part of it. */
const STATE_FLAGS = [' (leaked)', ' (scan)', ' (durable)'] as const;

/** `text` is what stands between `[` and the final `:`, minutes removed: `select, locked to thread]`. */
export function parseHeader(text: string): GoroutineHeader {
  const open = labelsInside(text);
  const close = open >= 0 ? -1 : text.indexOf(']');
  const inside = open >= 0 ? text.slice(0, open) : close >= 0 ? text.slice(0, close) : text;
  const [first = '', ...extras] = inside.split(', ');
  const { state, flags } = splitState(first);
  const bubble = bubbleOf(extras);
  const labels =
    open >= 0
      ? parseLabels(text, text.indexOf('{', open))
      : labelsAfter(text, close < 0 ? text.length : close);
  return {
    state,
    leaked: flags.has(' (leaked)'),
    lockedToThread: extras.includes('locked to thread'),
    ...(bubble === undefined ? {} : { bubble }),
    ...(labels === undefined ? {} : { labels }),
    sinceMinor: sinceMinor(state, flags, extras, open >= 0, labels !== undefined),
  };
}

/** Equal keys mean headers that say the same, whatever the transient flags. */
export function headerKey(header: GoroutineHeader): string {
  const labels = Object.entries(header.labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([header.state, header.leaked, header.lockedToThread, header.bubble ?? -1, labels]);
}

function splitState(first: string): { state: string; flags: Set<string> } {
  const flags = new Set<string>();
  let state = first;
  for (let found = true; found; ) {
    found = false;
    for (const flag of STATE_FLAGS) {
      if (!state.endsWith(flag)) continue;
      state = state.slice(0, -flag.length);
      flags.add(flag);
      found = true;
    }
  }
  return { state, flags };
}

/** Go 1.26 prints labels inside the brackets, right after the state and its flags; -1 when there are none. */
function labelsInside(text: string): number {
  const at = text.indexOf(' labels:{');
  const close = text.indexOf(']');
  return at >= 0 && (close < 0 || at < close) ? at : -1;
}

function labelsAfter(text: string, close: number): Readonly<Record<string, string>> | undefined {
  return text.startsWith(' {', close + 1) ? parseLabels(text, close + 2) : undefined;
}

function bubbleOf(extras: readonly string[]): number | undefined {
  for (const extra of extras) {
    const digits = extra.startsWith('synctest bubble ')
      ? extra.slice(16)
      : extra.startsWith('synctest group ')
        ? extra.slice(15)
        : '';
    const bubble = Number.parseInt(digits, 10);
    if (Number.isSafeInteger(bubble)) return bubble;
  }
  return undefined;
}

function sinceMinor(
  state: string,
  flags: ReadonlySet<string>,
  extras: readonly string[],
  inside: boolean,
  labelled: boolean,
): number {
  if (labelled) return inside ? 26 : 27;
  if (flags.has(' (leaked)')) return 26;
  if (flags.has(' (durable)') || extras.some((extra) => extra.startsWith('synctest bubble'))) return 25;
  if (state === 'sync.WaitGroup.Wait' || extras.some((extra) => extra.startsWith('synctest group')))
    return 24;
  if (state === 'coroutine') return 22;
  return state === 'sync.Mutex.Lock' || state.startsWith('sync.RWMutex.') ? 20 : 0;
}

/**
 * `{"q": "a\"b", "route": "/v1/x"}` (1.26) and `{q: "a\"b", route: /v1/x}` (1.27) -> the same record.
 * `at` is the position of the opening brace. Stops at the closing brace or where the text stops making sense.
 */
export function parseLabels(text: string, at: number): Readonly<Record<string, string>> | undefined {
  // Without a prototype, since a service may call a label `__proto__`.
  const labels: Record<string, string> = Object.create(null);
  let count = 0;
  let p = at + 1;
  while (p < text.length && text[p] !== '}' && count < MAX_LABELS) {
    const key = readWord(text, p, ':');
    if (text[key.end] !== ':') break;
    p = key.end + 1;
    while (text[p] === ' ') p += 1;
    const value = readWord(text, p, ',');
    labels[key.word] = value.word;
    count += 1;
    p = value.end;
    if (text[p] === ',') p += 1;
    while (text[p] === ' ') p += 1;
  }
  return count > 0 ? labels : undefined;
}

function readWord(text: string, from: number, stop: ':' | ','): { word: string; end: number } {
  const quoted = readGoQuoted(text, from);
  if (quoted) return { word: quoted.value, end: quoted.end };
  let end = from;
  while (end < text.length && text[end] !== stop && text[end] !== '}') end += 1;
  return { word: text.slice(from, end), end };
}
