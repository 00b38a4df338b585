// How long one has to look before what grows may be called a leak, and what speaks for one. A wrong accusation is dearer
// than a late one: each window asks for growth that is large, and likelier a leak than anything else.
import type { Weights } from './odds.ts';
import type { Asked } from './view.ts';

export interface Window extends Asked {
  readonly name: '6 h' | '24 h' | '3 d' | '7 d';
  /** Least growth over what was watched, as a share of the level. */
  readonly share: number;
  /** Mann-Kendall at least. */
  readonly order: number;
  readonly weights: Weights;
  /** Hours over which odds are averaged from look to look; 0: each look stands for itself. */
  readonly memory: number;
  /** What they have to average at least before anything is told, as a logarithm. */
  readonly leastOdds: number;
  /** The same where nothing before tells what load does. */
  readonly leastOddsAlone: number;
  /** Hours between looks; the urgent window is looked at every ten minutes, what is near in a day every half hour. */
  readonly every: number;
}

/** Within a day it is above all the order of readings that tells growth from a bad night. */
const OF_A_DAY: Weights = {
  prior: -3.5,
  evidence: 1,
  order: 4,
  lasting: 0.3,
  excess: 1.5,
  asBefore: -4.9,
  error: -1,
  loadUnknown: -2.3,
  severalLives: -0.6,
  nothingBefore: -2.2,
  onlyStarts: -1,
  startsFill: -0.5,
};

/** In several days whether it lasts tells more. */
const OF_DAYS: Weights = {
  prior: -3.25,
  evidence: 1.1,
  order: 3,
  lasting: 2.4,
  excess: 2,
  asBefore: -1.2,
  error: 0,
  loadUnknown: -3,
  severalLives: -3,
  nothingBefore: 0,
  onlyStarts: 0,
  startsFill: 0,
};

/** The six hours are for what will not wait: only what reaches the limit soon is told from them. */
export const URGENT: Window = {
  name: '6 h',
  hours: 6,
  watched: 3,
  watchedAlone: 3,
  share: 0.5,
  order: 0.85,
  weights: { ...OF_A_DAY, prior: -5.4 },
  memory: 0.3,
  leastOdds: 0,
  leastOddsAlone: 0,
  every: 1 / 6,
};

export const DAY: Window = {
  name: '24 h',
  hours: 24,
  watched: 14,
  watchedAlone: 16,
  share: 0.07,
  order: 0.5,
  weights: OF_A_DAY,
  memory: 1.5,
  leastOdds: -2,
  leastOddsAlone: 0,
  every: 1,
};

export const WINDOWS: readonly Window[] = [
  DAY,
  {
    name: '3 d',
    hours: 72,
    watched: 40,
    watchedAlone: 40,
    share: 0.066,
    order: 0.5,
    weights: OF_DAYS,
    memory: 0,
    leastOdds: 0,
    leastOddsAlone: 0,
    every: 3,
  },
  {
    name: '7 d',
    hours: 168,
    watched: 96,
    watchedAlone: 96,
    share: 0.066,
    order: 0.5,
    weights: OF_DAYS,
    memory: 0,
    leastOdds: 0,
    leastOddsAlone: 0,
    every: 4,
  },
];
