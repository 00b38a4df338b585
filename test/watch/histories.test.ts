// The generated histories that watching is scored on: repeatable, split by name, and of processes that could be real.
import { describe, expect, it } from 'vitest';
import { halfOf, listHistories } from '../quality/histories/cases.ts';

describe('generated histories', () => {
  const develop = listHistories('develop');

  it('are the same each time, and each belongs to one half', () => {
    const one = develop.find(({ cadence, weeks }) => cadence === 300 && weeks < 2);
    if (!one) throw new Error('there is a short one');
    const again = listHistories('develop').find(({ name }) => name === one.name);
    expect(again?.samples()).toEqual(one.samples());
    const other = new Set(listHistories('score').map(({ name }) => name));
    expect(develop.filter(({ name }) => other.has(name))).toEqual([]);
    expect(develop.every(({ name }) => halfOf(name) === 'develop')).toBe(true);
  });

  it('are enough in each half: leaking histories and healthy service-weeks', () => {
    for (const half of ['develop', 'score'] as const) {
      const cases = listHistories(half);
      expect(cases.filter(({ leak }) => leak).length).toBeGreaterThanOrEqual(200);
      const weeks = cases.reduce((sum, { leak, weeks: length }) => sum + (leak ? 0 : length), 0);
      expect(weeks).toBeGreaterThanOrEqual(300);
    }
  });

  it('obey the arithmetic of the runtime', () => {
    const one = develop.find(({ cadence, fields, leak }) => cadence === 300 && fields === 'all' && !leak);
    if (!one) throw new Error('there is a healthy one that tells everything');
    let before: Readonly<Record<string, number | string>> | undefined;
    for (const sample of one.samples().samples) {
      const of = (field: string) => Number(sample[field]);
      expect(of('HeapAlloc')).toBeLessThanOrEqual(of('HeapInuse') * 1.001);
      expect(of('HeapReleased')).toBeLessThanOrEqual(of('HeapIdle') * 1.2 + (1 << 20));
      expect(of('HeapInuse') + of('HeapIdle') + of('StackInuse')).toBeLessThanOrEqual(of('Sys') * 1.2);
      if (before && before.start_time === sample.start_time) {
        expect(of('NumGC')).toBeGreaterThanOrEqual(Number(before.NumGC));
      }
      before = sample;
    }
  });
});
