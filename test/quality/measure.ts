// Counting right and wrong over many cases, with the uncertainty that so few cases leave.
import type { VerdictKind } from '../../src/model/verdict.ts';
import { isLabelled, type LeakLabel, type ProgramLabel } from '../programs/label.ts';
import type { Accused } from './baselines.ts';

export interface Ratio {
  readonly value: number;
  readonly hits: number;
  readonly of: number;
  /** Wilson's 95 % interval. */
  readonly low: number;
  readonly high: number;
}

export interface Outcome {
  readonly case: string;
  readonly healthy: boolean;
  readonly expected: VerdictKind;
  readonly verdict: VerdictKind;
  readonly right: boolean;
  readonly confidence: number;
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
  /** 1-based rank of the first signature that is true; 0 when none is, absent when none was to be found. */
  readonly rank?: number;
  readonly missed: readonly string[];
  readonly wrong: readonly string[];
}

const Z = 1.96;

export function wilson(hits: number, of: number): Ratio {
  if (of === 0) return { value: 1, hits, of, low: 0, high: 1 };
  const p = hits / of;
  const centre = (p + (Z * Z) / (2 * of)) / (1 + (Z * Z) / of);
  const half = (Z * Math.sqrt((p * (1 - p)) / of + (Z * Z) / (4 * of * of))) / (1 + (Z * Z) / of);
  return { value: p, hits, of, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
}

export function compareSignatures(
  label: ProgramLabel,
  accused: readonly Accused[],
): Pick<Outcome, 'truePositives' | 'falsePositives' | 'falseNegatives' | 'missed' | 'wrong' | 'rank'> {
  const fits = (leaks: readonly LeakLabel[], signature: Accused) =>
    leaks.some((leak) => isLabelled(leak, signature));
  const missed = label.leaks.filter((leak) => !accused.some((signature) => isLabelled(leak, signature)));
  const wrong = accused.filter(
    (signature) => !fits(label.leaks, signature) && !fits(label.tolerated ?? [], signature),
  );
  const rank = accused.findIndex((signature) => fits(label.leaks, signature)) + 1;
  return {
    truePositives: label.leaks.length - missed.length,
    falsePositives: wrong.length,
    falseNegatives: missed.length,
    missed: missed.map((leak) => `${leak.function} <- ${leak.createdBy}`),
    wrong: wrong.map((signature) => `${signature.frames[0] ?? '?'} <- ${signature.createdBy ?? '?'}`),
    ...(label.leaks.length > 0 ? { rank } : {}),
  };
}

/** Expected calibration error over ten bands of confidence, and the bands themselves. */
export function calibrate(outcomes: readonly Outcome[]): {
  readonly error: number;
  readonly bands: readonly {
    readonly from: number;
    readonly said: number;
    readonly right: number;
    readonly cases: number;
  }[];
} {
  const bands = Array.from({ length: 10 }, (_, index) => {
    const inside = outcomes.filter(({ confidence }) => Math.min(9, Math.floor(confidence * 10)) === index);
    const said = average(inside.map(({ confidence }) => confidence));
    const right = average(inside.map((outcome) => (outcome.right ? 1 : 0)));
    return { from: index / 10, said, right, cases: inside.length };
  }).filter((band) => band.cases > 0);
  const total = Math.max(1, outcomes.length);
  const error = bands.reduce((sum, band) => sum + (band.cases / total) * Math.abs(band.said - band.right), 0);
  return { error, bands };
}

function average(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
