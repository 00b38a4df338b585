// Which hours are judged: a life that was watched long enough alone, else what several have in common.
import { describe, expect, it } from 'vitest';
import type { Bucket } from '../../src/watch/bucket.ts';
import { viewOf } from '../../src/watch/view.ts';
import { HOUR, START } from './samples.ts';

const DAY = { hours: 24, watched: 14, watchedAlone: 17 };

/** Hours of lives that began so many hours before now. */
function hoursOf(begins: readonly number[]): Bucket[] {
  return begins.flatMap((began, run) => {
    const ended = begins[run + 1] ?? 0;
    return Array.from({ length: began - ended }, (_, at) => {
      const ago = began - at;
      return { t: START - ago * HOUR, run, age: at + 0.5 } as Bucket;
    });
  });
}

const judgedRuns = (begins: readonly number[]) => {
  const run = begins.length - 1;
  const view = viewOf(DAY, hoursOf(begins), { now: START, run, spacing: 1 });
  return view && { alone: view.alone, runs: [...new Set([...view.judged].map((bucket) => bucket.run))] };
};

describe('what is judged of a day', () => {
  it('is a life that was watched long enough, where hours before it tell what load does', () => {
    // The first hour of a life is warm-up; fifteen more have fourteen hours between them.
    expect(judgedRuns([80, 16])).toEqual({ alone: true, runs: [1] });
  });

  it('is that life and the one before it until then: never one alone that is too short to be told', () => {
    for (const began of [9, 11, 12, 13, 14, 15]) {
      expect(judgedRuns([80, began])).toEqual({ alone: false, runs: [0, 1] });
    }
  });

  it('takes longer where nothing before tells what load does', () => {
    expect(judgedRuns([24, 16])).toEqual({ alone: false, runs: [0, 1] });
    expect(judgedRuns([25, 19])).toEqual({ alone: true, runs: [1] });
  });

  it('is lives that began within it alone where they are enough together: what is old has come to rest', () => {
    expect(judgedRuns([80, 21, 10])).toEqual({ alone: false, runs: [1, 2] });
    expect(judgedRuns([80, 12, 6])).toEqual({ alone: false, runs: [0, 1, 2] });
  });

  it('is nothing where too little was watched', () => {
    expect(judgedRuns([9])).toBeUndefined();
    expect(judgedRuns([14])).toBeDefined();
  });
});
