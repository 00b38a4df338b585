// How likely growth is a leak. No single thing that is seen tells a leak from a busy day or a cache that fills; each
// speaks for one or against it by so much, and what they say is added up, as logarithms of odds are.
import type { Growth } from './growth.ts';
import { ENOUGH_CONTEXT, type View } from './view.ts';

/** What is seen of growth, as numbers that are 0 where they say nothing. */
export interface Seen {
  /** What is believed before anything is seen: 1. */
  readonly prior: number;
  /** By how many factors of e evidence is beyond what noise comes to. */
  readonly evidence: number;
  /** How much of readings is in order beyond half of it. */
  readonly order: number;
  /** Slope of the later half against the whole, -1 to 1. */
  readonly lasting: number;
  /** How far the process is above all that earlier lives of it came to, as a share of what it grew, -1 to 1. */
  readonly excess: number;
  /** How fast it grew before, or earlier lives did, against now; 0 to 1. */
  readonly asBefore: number;
  /** Natural logarithm of the slope's standard error, as a share of the slope. */
  readonly error: number;
  /** 1 where nobody tells the load: the time of day explains less, for no two days are alike. */
  readonly loadUnknown: number;
  /** 1 where lives are too short to be judged alone: what they have in common is what starting has as well. */
  readonly severalLives: number;
  /** 1 where nothing was seen before from which to learn what load does. */
  readonly nothingBefore: number;
  /** 1 where both hold: a process that starts is all that was ever seen. */
  readonly onlyStarts: number;
  /** 1 where, of one that starts, growth alone is no account: something fills as well. */
  readonly startsFill: number;
}

/** What each of it counts, in natural logarithms of odds. `npm run quality -- --fit` computes them from histories. */
export type Weights = Seen;

/** Of evidence; noise alone rarely comes to more. */
const NOISE = 11;
const HALF_IN_ORDER = 0.5;
/** Standard errors of less, or more, tell no more. */
const ERRORS = { least: 0.02, most: 0.5 };

export function seenIn(growth: Growth, { alone }: Pick<View, 'alone'>): Seen {
  const onlyStarts = alone || hasContext(growth) ? 0 : 1;
  return {
    prior: 1,
    evidence: Math.log((1 + Math.max(NOISE, growth.evidence)) / (1 + NOISE)),
    order: Math.max(0, growth.order - HALF_IN_ORDER),
    lasting: between(-1, growth.late, 1),
    excess: between(-1, growth.excess, 1),
    asBefore: Number.isNaN(growth.before) ? 0 : between(0, growth.before, 1),
    error: Math.log(between(ERRORS.least, growth.error / growth.slope, ERRORS.most)),
    loadUnknown: growth.loadKnown ? 0 : 1,
    severalLives: alone ? 0 : 1,
    nothingBefore: hasContext(growth) ? 0 : 1,
    onlyStarts,
    startsFill: growth.fills ? onlyStarts : 0,
  };
}

/** Natural logarithm of the odds that what grows is a leak; from 0 on it is told. */
export function oddsOf(growth: Growth, view: Pick<View, 'alone'>, weights: Weights): number {
  const seen = seenIn(growth, view);
  return (Object.keys(seen) as (keyof Seen)[]).reduce((sum, each) => sum + weights[each] * seen[each], 0);
}

/** Whether enough was seen before what is judged to know what load does. */
export function hasContext({ context }: Growth): boolean {
  return context >= ENOUGH_CONTEXT;
}

function between(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
