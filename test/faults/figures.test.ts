import { describe, expect, it } from 'vitest';
import { figuresText, isWithin, measured, percentile } from './figures.ts';

const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);

describe('figures', () => {
  it('take the 99th of a hundred for the p99, in whatever order they came', () => {
    expect(percentile(hundred, 99)).toBe(99);
    expect(measured(hundred)).toEqual({ count: 100, p50Ms: 50, p99Ms: 99, maxMs: 100 });
  });

  it('keep a promise only when something was measured', () => {
    expect(isWithin(measured([]), { p99Ms: 500 })).toBe(false);
    expect(isWithin(measured(hundred), { p99Ms: 99 })).toBe(true);
    expect(isWithin(measured(hundred), { p99Ms: 98 })).toBe(false);
    expect(isWithin(measured(hundred), { p99Ms: 99, maxMs: 99 })).toBe(false);
  });

  it('say what was promised beside what was measured', () => {
    expect(figuresText('acknowledged', measured([20, 2_500]), { p99Ms: 500, maxMs: 2_000 })).toBe(
      'BROKEN: acknowledged, 2 times: p50 20 ms, p99 2.5 s, max 2.5 s (promised: p99 <= 500 ms, never over 2.0 s)',
    );
  });
});
