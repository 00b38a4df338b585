// From samples to figures: percentiles of phases, differences of rounds, what each question cost. Pure.
import type { Endpoint } from '../../../src/model/capture.ts';

/** One request of the load: when it was due (Unix milliseconds), and how much later its answer was there. */
export interface Sample {
  readonly dueMs: number;
  readonly latencyMs: number;
}

/** One question of a capture, and what the target's runtime says it stopped the world for meanwhile. */
export interface Asked {
  readonly endpoint: Endpoint;
  readonly ms: number;
  readonly bytes: number;
  /** Stops that are no garbage collection. */
  readonly otherStopMs: number;
  readonly gcStopMs: number;
}

/** A stretch of time under load: nothing was asked (`asked` empty), or one capture was made. */
export interface Phase {
  readonly p50: number;
  readonly p99: number;
  readonly requests: number;
  readonly asked: readonly Asked[];
}

export const VARIANTS = ['default', 'full stacks', 'leak detector', 'execution trace'] as const;
/** The default ladder, or it with one of the questions somebody has to agree to or ask for. */
export type Variant = (typeof VARIANTS)[number];

export interface Round {
  readonly baseline: Phase;
  readonly captures: Partial<Readonly<Record<Variant, Phase>>>;
}

/** One life of a target. */
export interface Cell {
  readonly go: string;
  readonly goroutines: number;
  readonly leakDetector: boolean;
  readonly windowMs: number;
  readonly perSecond: number;
  readonly measuredOn: string;
  readonly machine: string;
  readonly rounds: readonly Round[];
}

/** What one variant did to a target, medians of the rounds. */
export interface Cost {
  readonly rounds: number;
  readonly p50: { readonly without: number; readonly with: number };
  readonly p99: { readonly without: number; readonly with: number };
  /** Of the differences between the two phases of each round. */
  readonly p99Raised: { readonly median: number; readonly min: number; readonly max: number };
  readonly stopMs: { readonly memStats: number; readonly beyond: number };
  readonly questions: number;
  readonly bytes: number;
  readonly ms: number;
}

export function phaseOf(
  samples: readonly Sample[],
  span: { readonly fromMs: number; readonly toMs: number },
  asked: readonly Asked[],
): Phase {
  const latencies = samples
    .filter(({ dueMs }) => dueMs >= span.fromMs && dueMs < span.toMs)
    .map(({ latencyMs }) => latencyMs);
  return { p50: quantile(latencies, 0.5), p99: quantile(latencies, 0.99), requests: latencies.length, asked };
}

/** Undefined when the variant was not measured, because the target does not offer it or the default has it. */
export function costOf({ rounds }: Pick<Cell, 'rounds'>, variant: Variant): Cost | undefined {
  const pairs = rounds.flatMap(({ baseline, captures }) => {
    const capture = captures[variant];
    return capture ? [{ baseline, capture }] : [];
  });
  if (pairs.length === 0) return undefined;
  const of = (read: (pair: (typeof pairs)[number]) => number) => median(pairs.map(read));
  const raised = pairs.map(({ baseline, capture }) => capture.p99 - baseline.p99);
  return {
    rounds: pairs.length,
    p50: { without: of(({ baseline }) => baseline.p50), with: of(({ capture }) => capture.p50) },
    p99: { without: of(({ baseline }) => baseline.p99), with: of(({ capture }) => capture.p99) },
    p99Raised: { median: median(raised), min: Math.min(...raised), max: Math.max(...raised) },
    stopMs: {
      memStats: of(({ capture }) => sum(capture.asked.filter(readsMemStats), stopOf)),
      beyond: of(({ capture }) =>
        sum(
          capture.asked.filter((asked) => !readsMemStats(asked)),
          stopOf,
        ),
      ),
    },
    questions: of(({ capture }) => capture.asked.length),
    bytes: of(({ capture }) => sum(capture.asked, ({ bytes }) => bytes)),
    ms: of(({ capture }) => sum(capture.asked, ({ ms }) => ms)),
  };
}

/** One question asked once, medians over every time it was asked. */
export function questionCost(
  { rounds }: Pick<Cell, 'rounds'>,
  endpoint: Endpoint,
): { readonly ms: number; readonly bytes: number; readonly stopMs: number } | undefined {
  const asked = rounds
    .flatMap(({ captures }) => Object.values(captures))
    .flatMap((phase) => phase?.asked ?? [])
    .filter((one) => one.endpoint === endpoint);
  if (asked.length === 0) return undefined;
  return {
    ms: median(asked.map(({ ms }) => ms)),
    bytes: median(asked.map(({ bytes }) => bytes)),
    stopMs: median(asked.map(stopOf)),
  };
}

export const PROMISE = { goroutines: 10_000, p99RaisedMs: 5, stopMs: 1 } as const;

/** Sentences about what does not hold; empty when the promise does. */
export function brokenPromises(cells: readonly Cell[]): readonly string[] {
  return cells.flatMap((cell) => {
    const cost = cell.goroutines === PROMISE.goroutines ? costOf(cell, 'default') : undefined;
    if (!cost) return [];
    const where = `Go ${cell.go} at ${cell.goroutines} goroutines`;
    const { p99Raised, stopMs } = cost;
    return [
      ...(p99Raised.median > PROMISE.p99RaisedMs
        ? [`${where}: p99 raised by ${p99Raised.median.toFixed(2)} ms, promised <= ${PROMISE.p99RaisedMs} ms`]
        : []),
      ...(stopMs.beyond > PROMISE.stopMs
        ? [`${where}: stopped for ${stopMs.beyond.toFixed(2)} ms, promised <= ${PROMISE.stopMs} ms`]
        : []),
    ];
  });
}

function readsMemStats({ endpoint }: Asked): boolean {
  return endpoint === 'vars' || endpoint === 'heap-text' || endpoint === 'metrics';
}

/** The detector stops the world as a collection; any other question only meets collections by chance. */
function stopOf({ endpoint, otherStopMs, gcStopMs }: Asked): number {
  return endpoint === 'goroutineleak' ? otherStopMs + gcStopMs : otherStopMs;
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  return ((low ?? Number.NaN) + (high ?? Number.NaN)) / 2;
}

function sum<Each>(all: readonly Each[], read: (each: Each) => number): number {
  return all.reduce((total, each) => total + read(each), 0);
}
