// What a report means to a build: a leak fails it, an all-clear passes, and what cannot be told passes and is said. Pure.
import type { Tier, VerdictKind } from '../../model/verdict.ts';
import type { Report } from '../schema.ts';

export type Outcome = 'leak' | 'clean' | 'cannot-tell';

/** What growth that stays is made of; other verdicts are illnesses, and no leaks. */
export const LEAKS = ['goroutine-leak', 'deadlock', 'heap-leak', 'off-heap-growth'] as const;
type Leak = (typeof LEAKS)[number];

/** One of the questions a build asks, as JUnit lists them. */
export interface CheckCase {
  readonly kind: Leak;
  readonly outcome: Outcome;
  readonly says: string;
  readonly tier?: Tier;
}

export interface Check {
  readonly outcome: Outcome;
  readonly exit: number;
  /** One sentence. */
  readonly says: string;
  readonly cases: readonly CheckCase[];
}

export const EXIT_CLEAN = 0;
export const EXIT_LEAK = 10;
export const EXIT_CANNOT_TELL = 11;

/** @param strict whether not to know fails as well */
export function judgeCheck(report: Report, strict: boolean): Check {
  const cases = LEAKS.map((kind) => caseOf(kind, report));
  const outcome = worst(cases.map((each) => each.outcome));
  const exits = { leak: EXIT_LEAK, clean: EXIT_CLEAN, 'cannot-tell': strict ? EXIT_CANNOT_TELL : EXIT_CLEAN };
  return { outcome, exit: exits[outcome], says: sentence(outcome, cases, report), cases };
}

function caseOf(kind: Leak, { verdict, also, window }: Report): CheckCase {
  const named = [verdict, ...also].find((each) => each.kind === kind);
  if (named) {
    const { tier, summary: says } = named;
    // Suspect means: look again. A build is no place to accuse on that.
    return { kind, outcome: tier === 'suspect' ? 'cannot-tell' : 'leak', says, ...(tier && { tier }) };
  }
  const unsure = (says: string): CheckCase => ({ kind, outcome: 'cannot-tell', says });
  if (verdict.kind === 'inconclusive') return unsure(verdict.summary);
  // After the load there should be none left to follow.
  if (verdict.kind === 'scales-with-load' && kind === 'goroutine-leak') return unsure(verdict.summary);
  if (window.snapshots < 2) return unsure('One look shows a state, not whether it grows.');
  const because = verdict.whyNot.find((each) => each.kind === kind)?.because;
  return { kind, outcome: 'clean', says: because ?? 'nothing of the kind was seen.' };
}

function worst(outcomes: readonly Outcome[]): Outcome {
  if (outcomes.includes('leak')) return 'leak';
  return outcomes.includes('cannot-tell') ? 'cannot-tell' : 'clean';
}

function sentence(outcome: Outcome, cases: readonly CheckCase[], { verdict }: Report): string {
  if (outcome === 'clean')
    return CLEARED.includes(verdict.kind) ? verdict.summary : `no leak; ${verdict.summary}`;
  const [first] = cases.filter((each) => each.outcome === outcome);
  return first?.says ?? verdict.summary;
}

const CLEARED: readonly VerdictKind[] = ['healthy'];
