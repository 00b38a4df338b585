// Which questions are asked of an instance, and when: the capture ladder as plain data. Pure.

import type { IndexPage, StepRecord } from '../model/capture.ts';
import {
  type CaptureKind,
  type CapturePermissions,
  SAMPLE_INTERVAL_MS,
  TRACE_SECONDS,
} from '../model/target.ts';
import { formatCount, formatDuration } from '../model/units.ts';
import {
  dumpPrice,
  type GateFacts,
  gateCount,
  gateDump,
  gateLeakProfile,
  gateTrace,
  leakPauseMs,
  type Refusal,
  tracePauseMs,
} from '../policy/gates.ts';

/** One question. `atMs` counts from the start of the capture; steps are asked one after another. */
export interface Step {
  /** Stable within a plan: a capture that was interrupted finds by it what it already has. */
  readonly id: string;
  readonly atMs: number;
  /** 0, 1, 2: the snapshot its bytes belong to. */
  readonly snapshot: number;
  readonly ask:
    | 'count'
    | 'memory'
    | 'process'
    | 'goroutine'
    | 'goroutine-text'
    | 'heap'
    | 'heap-collected'
    | 'goroutineleak'
    | 'trace'
    | 'probe';
  /** A reading between two snapshots; worth nothing when it comes late. */
  readonly sample: boolean;
  /** The same question a second time, so long after its first answer came; its own is kept beside that. */
  readonly againAfterMs?: number;
}

/** Snapshots of a capture; the third is taken by itself when two leave the verdict in doubt. */
export type Looks = 2 | 3;

/**
 * Cheapest look first at each snapshot, goroutine count and MemStats all the way through the window. The runtime's leak
 * detector runs twice, last of the regular two snapshots, because its marks stick in every later dump. A third one is taken
 * for what it did not mark, and its marks do not touch that. Without a window there is one snapshot.
 *
 * An execution trace is recorded once, when everything that two snapshots are compared by is there: its buffers, its reader
 * and the second it takes are in neither of them. It comes before the detector, so that what it says of goroutines is said
 * of goroutines without marks.
 */
export function planSteps(
  kinds: readonly CaptureKind[],
  windowMs: number,
  looks: Looks = 2,
): readonly Step[] {
  if (windowMs === 0) return [...snapshotSteps(0, 0, kinds), ...dearSteps(0, 0, kinds)];
  const steps: Step[] = [
    ...snapshotSteps(0, 0, kinds),
    ...windowSteps(0, windowMs, kinds),
    ...snapshotSteps(1, windowMs, kinds),
    ...dearSteps(1, windowMs, kinds),
  ];
  if (looks === 2) return steps;
  return [...steps, ...windowSteps(1, windowMs, kinds), ...snapshotSteps(2, 2 * windowMs, kinds)];
}

/**
 * One look of `goleak check`: at a test service that is at rest, whose garbage is collected first so that what the heap
 * holds is what stays. Memory is read after that. Of the last look, the runtime's leak detector comes at the end.
 */
export function restSteps(look: number, isLast: boolean): readonly Step[] {
  const asks: Step['ask'][] = ['count', 'goroutine', 'goroutine-text', 'heap-collected', 'memory', 'process'];
  return [
    ...asks.map((ask) => ({ id: `${ask}-${look}`, atMs: 0, snapshot: look, ask, sample: false })),
    ...(isLast ? leakSteps(look, 0, ['goroutine']) : []),
  ];
}

/** Questions that a probe answers at once, and that are asked one by one where there is none. */
export const ASKED_OF_PROBE: readonly Step['ask'][] = ['memory', 'goroutine', 'goroutine-text', 'heap'];

/**
 * The same steps for a service with a probe: at each snapshot that wants all of it, the probe is asked first. What it does
 * not answer is asked for one by one, so a probe that fails costs a question and no clue. It comes after the process's
 * figures, because a busy service is asked nothing dear.
 */
export function withProbe(steps: readonly Step[]): readonly Step[] {
  const snapshots = [...new Set(steps.map(({ snapshot }) => snapshot))];
  return snapshots.flatMap((snapshot) => {
    const its = steps.filter((step) => step.snapshot === snapshot);
    const now = its.filter(({ sample }) => !sample);
    const first = now.find(({ ask }) => ask === 'count');
    if (!first || !ASKED_OF_PROBE.every((wanted) => now.some(({ ask }) => ask === wanted))) return its;
    const probe: Step = { ...first, id: `probe-${snapshot}`, ask: 'probe' };
    const before = its.filter(({ ask, sample }) => !sample && (ask === 'count' || ask === 'process'));
    return [...before, probe, ...its.filter((step) => !before.includes(step))];
  });
}

/** Questions that cost a service the more the more goroutines it has; a capture that asks one is a heavy one. */
export function isHeavy({ ask }: Step): boolean {
  return ask === 'goroutine-text' || ask === 'goroutineleak' || ask === 'trace';
}

/** Whether an earlier attempt left nothing to ask; a reading whose moment has passed is not made up for. */
export function isComplete(steps: readonly Step[], records: readonly StepRecord[]): boolean {
  const done = new Set(records.map(({ id }) => id));
  return steps.every(({ id, sample }) => sample || done.has(id));
}

function snapshotSteps(snapshot: number, atMs: number, kinds: readonly CaptureKind[]): Step[] {
  const asks: Step['ask'][] = ['count'];
  if (kinds.includes('memstats')) asks.push('memory');
  // Who is busy is traced no more than dumped, and only the process's figures say so.
  if (kinds.includes('memstats') || (kinds.includes('trace') && snapshot === 0)) asks.push('process');
  if (kinds.includes('goroutine')) asks.push('goroutine', 'goroutine-text');
  if (kinds.includes('heap')) asks.push('heap');
  return asks.map((ask) => ({ id: `${ask}-${snapshot}`, atMs, snapshot, ask, sample: false }));
}

/** The last questions of the regular snapshots. */
function dearSteps(snapshot: number, atMs: number, kinds: readonly CaptureKind[]): Step[] {
  const trace = { id: `trace-${snapshot}`, atMs, snapshot, ask: 'trace', sample: false } as const;
  return [...(kinds.includes('trace') ? [trace] : []), ...leakSteps(snapshot, atMs, kinds)];
}

/** Between two runs of the detector: what is on its way out has gone by the second one. */
const AGAIN_MS = 1_000;

function leakSteps(snapshot: number, atMs: number, kinds: readonly CaptureKind[]): Step[] {
  if (!kinds.includes('goroutine')) return [];
  return [
    { id: `goroutineleak-${snapshot}`, atMs, snapshot, ask: 'goroutineleak', sample: false },
    {
      id: `goroutineleak-again-${snapshot}`,
      atMs: atMs + AGAIN_MS,
      snapshot,
      ask: 'goroutineleak',
      sample: false,
      againAfterMs: AGAIN_MS,
    },
  ];
}

/** Readings of the window that follows a snapshot. */
function windowSteps(snapshot: number, windowMs: number, kinds: readonly CaptureKind[]): Step[] {
  if (!kinds.includes('memstats')) return [];
  const steps: Step[] = [];
  for (let passed = SAMPLE_INTERVAL_MS; passed < windowMs; passed += SAMPLE_INTERVAL_MS) {
    const atMs = snapshot * windowMs + passed;
    steps.push({ id: `count-${atMs}`, atMs, snapshot, ask: 'count', sample: true });
    steps.push({ id: `memory-${atMs}`, atMs, snapshot, ask: 'memory', sample: true });
  }
  return steps;
}

/** What decides whether a question may be asked. */
export interface AskRules extends Omit<GateFacts, 'goroutines'> {
  /** Why nothing heavy may be asked, to be said behind a colon; absent when it may. */
  readonly lightBecause?: string;
}

/**
 * Why a step must not be asked of this instance now; undefined when it may. An empty sentence means that it was never
 * on offer, which is not worth a footnote.
 */
export function refuseStep(step: Step, page: IndexPage, rules: AskRules): Refusal | undefined {
  const facts = { ...rules, goroutines: page.goroutines };
  if (step.ask === 'goroutine') return gateCount(facts);
  if (step.ask === 'goroutineleak' && !page.profiles.includes('goroutineleak')) return { because: '' };
  if (!isHeavy(step)) return undefined;
  const refusal = gateOf(step)(facts);
  if (refusal || rules.lightBecause === undefined) return refusal;
  const what = step.ask === 'trace' ? 'The execution trace was' : 'Full stacks and the leak detector were';
  return { because: `${what} left out: ${rules.lightBecause}.` };
}

function gateOf({ ask }: Step): (facts: GateFacts) => Refusal | undefined {
  if (ask === 'trace') return gateTrace;
  return ask === 'goroutineleak' ? gateLeakProfile : gateDump;
}

const PAUSE_MS_PER_MEMSTATS = 0.2;

/** What a step is expected to stop the service for, milliseconds. */
export function pauseEstimateMs(ask: Step['ask'], goroutines: number): number {
  // Its parts are counted by themselves.
  if (ask === 'probe') return 0;
  if (ask === 'goroutine-text') return dumpPrice(goroutines).pausesMs;
  if (ask === 'memory') return PAUSE_MS_PER_MEMSTATS;
  if (ask === 'goroutineleak') return leakPauseMs(goroutines);
  if (ask === 'trace') return tracePauseMs(goroutines);
  return ask === 'goroutine' ? 0.1 : 0;
}

/** What a capture is going to cost a service, one sentence for the root message. */
export function costSentence(
  kinds: readonly CaptureKind[],
  windowMs: number,
  allow: CapturePermissions,
): string {
  const samples = kinds.includes('memstats') ? Math.floor(windowMs / SAMPLE_INTERVAL_MS) + 1 : 0;
  const ends = windowMs === 0 ? '' : 's at both ends';
  const third = windowMs === 0 ? '' : '; a third time if two leave doubt';
  const parts = [
    kinds.includes('goroutine') &&
      `goroutine profile${ends} (full stacks only up to ${formatCount(allow.dumpUpTo)} goroutines${third})`,
    kinds.includes('heap') && `heap profile${ends} (no forced GC)`,
    samples > 0 && `${samples} memory reading${samples === 1 ? '' : 's'}`,
    kinds.includes('trace') &&
      `execution trace of ${TRACE_SECONDS} s (only up to ${formatCount(allow.traceUpTo)} goroutines)`,
  ].filter((part) => part !== false);
  const longest = Math.max(
    PAUSE_MS_PER_MEMSTATS,
    kinds.includes('goroutine') ? dumpPrice(allow.dumpUpTo).pauseMs : 0,
    kinds.includes('trace') ? tracePauseMs(allow.traceUpTo) : 0,
  );
  return `${parts.join(', ')}; no single pause is expected to be longer than ${formatDuration(Math.max(1, longest))}.`;
}
