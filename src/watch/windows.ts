// How long one has to look before what grows may be called a leak. A wrong accusation is dearer than a late one:
// each window asks for growth that is large, certain, in order and not flattening, several hours in a row.

export interface Window {
  readonly name: '6 h' | '24 h' | '3 d' | '7 d';
  readonly hours: number;
  /** Hours that must really have been watched in it. */
  readonly watched: number;
  /** The same where nothing before tells what load does. */
  readonly watchedAlone: number;
  /** Least growth over what was watched, as a share of the level. */
  readonly share: number;
  /** What growth must explain beyond every healthy story. */
  readonly evidence: number;
  readonly order: number;
  readonly late: number;
  /** Evaluations in favour, less those against, before anything is said. */
  readonly times: number;
  /** Hours between evaluations; the urgent window is looked at every ten minutes. */
  readonly every: number;
}

/** The six hours are for what will not wait: only what reaches the limit soon is told from them. */
export const URGENT: Window = {
  name: '6 h',
  hours: 6,
  watched: 3,
  watchedAlone: 3,
  share: 0.5,
  evidence: 25,
  order: 0.85,
  late: 0.85,
  times: 3,
  every: 1 / 6,
};

export const DAY: Window = {
  name: '24 h',
  hours: 24,
  watched: 15,
  watchedAlone: 19,
  share: 0.05,
  evidence: 12,
  order: 0.5,
  late: 0.6,
  times: 2,
  every: 1,
};

export const WINDOWS: readonly Window[] = [
  DAY,
  {
    name: '3 d',
    hours: 72,
    watched: 40,
    watchedAlone: 40,
    share: 0.06,
    evidence: 12,
    order: 0.5,
    late: 0.6,
    times: 2,
    every: 3,
  },
  {
    name: '7 d',
    hours: 168,
    watched: 96,
    watchedAlone: 96,
    share: 0.07,
    evidence: 12,
    order: 0.5,
    late: 0.6,
    times: 2,
    every: 4,
  },
];
