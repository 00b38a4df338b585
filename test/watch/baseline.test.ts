import { describe, expect, it } from 'vitest';
import { baselineOf, deviationOf, usualOf } from '../../src/watch/baseline.ts';
import { HOUR, START } from './samples.ts';

const hours = (count: number, value: (hour: number) => number) =>
  Array.from({ length: count }, (_, hour) => ({ t: START + hour * HOUR, value: value(hour) }));

describe('what is usual', () => {
  it('is told by mean, p95 and deviation, and by figures one bad reading cannot bend', () => {
    const usual = usualOf([10, 10, 11, 9, 10, 12, 8, 10, 10, 500, Number.NaN]);
    expect(usual).toMatchObject({ mean: 59, median: 10, samples: 10 });
    expect(usual?.mad).toBeCloseTo(0.74, 2);
    expect(usual?.std).toBeGreaterThan(100);
    expect(usual?.p95).toBeGreaterThan(200);
    expect(usualOf([Number.NaN])).toBeUndefined();
  });

  it('knows the time of the day once a week is there, and not before', () => {
    const wave = (hour: number) => 100 + 50 * Math.sin((2 * Math.PI * hour) / 24) + (hour % 5);
    expect(baselineOf(hours(100, wave))?.byHour).toBeUndefined();
    const baseline = baselineOf(hours(8 * 24, wave));
    if (!baseline) throw new Error('there are points');
    const atPeak = { t: START + 9 * 24 * HOUR + 6 * HOUR, value: 152 };
    const atTrough = { ...atPeak, t: atPeak.t + 12 * HOUR };
    expect(Math.abs(deviationOf(baseline, atPeak).deviations)).toBeLessThan(2);
    expect(deviationOf(baseline, atTrough)).toMatchObject({ hour: 18 });
    expect(deviationOf(baseline, atTrough).deviations).toBeGreaterThan(10);
    expect(deviationOf(baseline, atTrough).times).toBeGreaterThan(2.5);
  });

  it('does not call a hair a deviation from what never moved', () => {
    const baseline = baselineOf(hours(20, () => 200));
    if (!baseline) throw new Error('there are points');
    expect(deviationOf(baseline, { t: START, value: 201 }).deviations).toBeLessThan(1);
    expect(deviationOf(baseline, { t: START, value: 300 }).deviations).toBeCloseTo(50);
  });
});
