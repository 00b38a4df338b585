import { describe, expect, it } from 'vitest';
import { correlation, mannKendall, median, quantile, rateChange, theilSen } from '../../src/analyse/trend.ts';

describe('robust statistics', () => {
  it('is not bent by one wild reading', () => {
    const points = [0, 1, 2, 3, 4, 5, 6].map((x) => ({ x, y: x === 3 ? 900 : 10 * x }));
    expect(theilSen(points)).toBeCloseTo(10, 0);
  });

  it('answers nothing from too little', () => {
    expect(theilSen([{ x: 1, y: 1 }])).toBeUndefined();
    expect(median([])).toBeUndefined();
    expect(correlation([1, 2], [1, 2])).toBeUndefined();
    expect(correlation([1, 1, 1], [1, 2, 3])).toBeUndefined();
  });

  it('orders, correlates, interpolates', () => {
    expect(mannKendall([1, 2, 3])).toBe(1);
    expect(mannKendall([3, 2, 1])).toBe(-1);
    expect(correlation([1, 2, 3], [2, 4, 6])).toBeCloseTo(1);
    expect(quantile([1, 2, 3, 4, 5], 0.95)).toBeCloseTo(4.8);
  });

  it('sees a rate fall, and no change where there is none', () => {
    expect(rateChange(40, 10_000, 0, 10_000)).toBeLessThan(-2.2);
    expect(Math.abs(rateChange(20, 10_000, 41, 20_000))).toBeLessThan(1);
  });
});
