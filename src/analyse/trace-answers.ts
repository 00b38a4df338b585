// What is asked of an execution trace, answered from its sums: who starts goroutines, who of those started is still
// there and why, what goroutines wait for, how long they wait for a processor.
import { type Frame, firstFrame } from '../model/goroutine.ts';
import { CAPTURE_COST } from '../model/profile.ts';
import {
  type ExecutionTrace,
  type GoStatement,
  type LatencyAnswer,
  type StillBlocked,
  TRACE_STATUSES,
  type TraceAnswers,
  type WaitAnswer,
} from '../model/trace.ts';

/** Rows of each table kept; a report shows fewer. */
const ROWS = 50;
const NS_PER_SECOND = 1e9;

/** The runtime's own goroutines, and those of the recording itself. Coroutines are the program's. */
const OWN = /^runtime\.(?!corostart$)|^runtime\/trace\./;
/** They call `go` for somebody else, whose call is the statement people look for. */
const STARTERS = /^(sync\.\(\*WaitGroup\)\.Go|golang\.org\/x\/sync\/errgroup\.\(\*Group\)\.(Go|TryGo))$/;

export function answersOf(trace: ExecutionTrace): TraceAnswers {
  return {
    format: trace.format,
    windowNs: trace.windowNs,
    events: trace.events,
    ...(trace.startedUnixNs === undefined ? {} : { startedUnixNs: trace.startedUnixNs }),
    goroutines: trace.living.count,
    statements: statementsOf(trace).slice(0, ROWS),
    stillBlocked: stillBlockedIn(trace).slice(0, ROWS),
    waits: waitsOf(trace, ({ kind, reason }) => (kind === 'syscall' ? 'syscall' : reason)).slice(0, ROWS),
    network: placesOf(trace, ({ kind, reason }) => kind === 'waiting' && reason === 'network').slice(0, ROWS),
    syscalls: placesOf(trace, ({ kind }) => kind === 'syscall').slice(0, ROWS),
    latency: latencyOf(trace),
    collections: { count: trace.collections.length, totalNs: spent(trace.collections) },
    stops: {
      count: trace.stops.length,
      totalNs: spent(trace.stops),
      longestNs: Math.max(0, ...trace.stops.map(({ fromNs, toNs }) => toNs - fromNs)),
    },
    heap: trace.heap,
    timeline: trace.timeline,
  };
}

/** Most left behind first, then most created. */
function statementsOf(trace: ExecutionTrace): GoStatement[] {
  const blocked = blockedByCreation(trace);
  const rows = new Map<
    string,
    { starts: Frame; at: Frame; created: number; ended: number; blocked: number }
  >();
  for (const [index, { startStack, creatorStack, created, ended }] of trace.creations.entries()) {
    const starts = root(trace.stacks[startStack]);
    const at = statementIn(trace.stacks[creatorStack]);
    if (!starts || !at || isOwn(starts)) continue;
    const key = `${starts.func}\n${at.func}\n${at.file}\n${at.line}`;
    const row = rows.get(key) ?? { starts, at, created: 0, ended: 0, blocked: 0 };
    row.created += created;
    row.ended += ended;
    row.blocked += blocked.get(index) ?? 0;
    rows.set(key, row);
  }
  const perSecond = (count: number) => (count / trace.windowNs) * NS_PER_SECOND;
  return [...rows.values()]
    .map((row) => ({ ...row, createdPerSecond: perSecond(row.created) }))
    .sort((a, b) => b.blocked - a.blocked || b.created - a.created);
}

function blockedByCreation({ living }: ExecutionTrace): Map<number, number> {
  const counts = new Map<number, number>();
  for (let at = 0; at < living.count; at++) {
    const creation = living.creation[at] ?? -1;
    if (creation >= 0 && isBlocked(living.status[at])) counts.set(creation, (counts.get(creation) ?? 0) + 1);
  }
  return counts;
}

/** Goroutines born in the window that are blocked when it ends, by reason and both stacks; largest group first. */
function stillBlockedIn(trace: ExecutionTrace): StillBlocked[] {
  const { living, creations, stacks, reasons, windowNs } = trace;
  const groups = new Map<string, Mutable<StillBlocked>>();
  for (let at = 0; at < living.count; at++) {
    const creation = creations[living.creation[at] ?? -1];
    if (!creation || !isBlocked(living.status[at])) continue;
    const starts = root(stacks[creation.startStack]);
    if (!starts || isOwn(starts)) continue;
    const stack = living.stack[at] ?? 0;
    const reason = living.reason[at] ?? 0;
    const key = `${living.status[at]} ${reason} ${stack} ${creation.startStack} ${creation.creatorStack}`;
    const blockedNs = windowNs - (living.sinceNs[at] ?? 0);
    const group = groups.get(key);
    if (group) {
      group.count += 1;
      group.longestNs = Math.max(group.longestNs, blockedNs);
      group.shortestNs = Math.min(group.shortestNs, blockedNs);
      continue;
    }
    groups.set(key, {
      count: 1,
      reason: TRACE_STATUSES[living.status[at] ?? 0] === 'syscall' ? 'syscall' : (reasons[reason] ?? ''),
      frames: stacks[stack] ?? [],
      starts,
      createdBy: stacks[creation.creatorStack] ?? [],
      longestNs: blockedNs,
      shortestNs: blockedNs,
    });
  }
  return [...groups.values()].sort((a, b) => b.count - a.count);
}

type Mutable<Row> = { -readonly [Field in keyof Row]: Row[Field] };
type Wait = ExecutionTrace['waits'][number];

/** Waits that ended, by a word; most time first. */
function waitsOf(trace: ExecutionTrace, word: (wait: Wait) => string): WaitAnswer[] {
  return summed(trace.waits.map((wait) => ({ wait, key: word(wait), reason: word(wait), where: undefined })));
}

/** The same by the place of the wait, for one kind of wait. */
function placesOf(trace: ExecutionTrace, wanted: (wait: Wait) => boolean): WaitAnswer[] {
  return summed(
    trace.waits.filter(wanted).map((wait) => {
      const where = firstFrame(trace.stacks[wait.stack] ?? []);
      const reason = wait.kind === 'syscall' ? 'syscall' : wait.reason;
      return { wait, key: `${where?.func}:${where?.line}`, reason, where };
    }),
  );
}

function summed(
  waits: readonly { wait: Wait; key: string; reason: string; where: Frame | undefined }[],
): WaitAnswer[] {
  const rows = new Map<string, Mutable<WaitAnswer>>();
  for (const { wait, key, reason, where } of waits) {
    const row = rows.get(key) ?? { reason, count: 0, totalNs: 0, longestNs: 0, ...(where ? { where } : {}) };
    row.count += wait.count;
    row.totalNs += wait.totalNs;
    row.longestNs = Math.max(row.longestNs, wait.longestNs);
    rows.set(key, row);
  }
  return [...rows.values()].sort((a, b) => b.totalNs - a.totalNs);
}

function latencyOf({ latency }: ExecutionTrace): LatencyAnswer {
  const { upToNs, counts, count, totalNs, longestNs } = latency;
  const quantile = (share: number): number => {
    let left = share * count;
    for (let at = 0; at < counts.length; at++) {
      left -= counts[at] ?? 0;
      if (left <= 0) return upToNs[at] ?? 0;
    }
    return longestNs;
  };
  return {
    count,
    totalNs,
    longestNs,
    p50Ns: quantile(0.5),
    p99Ns: quantile(0.99),
    classes: classesOf(latency),
  };
}

/** Powers of two, for a picture: from below a microsecond on. */
const FINEST_NS = 1000;

function classesOf({ upToNs, counts }: ExecutionTrace['latency']): LatencyAnswer['classes'] {
  const classes: { upToNs: number; count: number }[] = [];
  let bound = FINEST_NS;
  let count = 0;
  for (let at = 0; at < counts.length; at++) {
    while ((upToNs[at] ?? 0) > bound) {
      classes.push({ upToNs: bound, count });
      bound *= 2;
      count = 0;
    }
    count += counts[at] ?? 0;
  }
  if (counts.length > 0) classes.push({ upToNs: bound, count });
  return classes;
}

function isBlocked(status: number | undefined): boolean {
  const word = TRACE_STATUSES[status ?? -1];
  return word === 'waiting' || word === 'syscall';
}

function isOwn({ func }: Frame): boolean {
  return OWN.test(func) || CAPTURE_COST.test(func);
}

function root(stack: readonly Frame[] | undefined): Frame | undefined {
  return stack?.[stack.length - 1];
}

/** The frame with the `go` statement that somebody wrote. */
function statementIn(stack: readonly Frame[] | undefined): Frame | undefined {
  const [leaf, caller] = stack ?? [];
  return leaf && caller && STARTERS.test(leaf.func) ? caller : leaf;
}

function spent(ranges: readonly { readonly fromNs: number; readonly toNs: number }[]): number {
  return ranges.reduce((sum, { fromNs, toNs }) => sum + toNs - fromNs, 0);
}
