// What must not matter to the watcher does not, and what looks like a leak is told from one by its shape.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backtest } from '../../src/watch/backtest.ts';
import { readSamples } from '../../src/watch/read-samples.ts';
import type { Sample } from '../../src/watch/sample.ts';
import { dailyWave, draw, HOUR, START } from './samples.ts';

const BYTES = ['HeapAlloc', 'HeapReleased', 'Sys', 'NextGC', 'RSS', 'container_limit'] as const;
const DAY = 24 * HOUR;

const leaking = draw({
  hours: 48,
  everySeconds: 300,
  load: dailyWave(0.5),
  live: (hour, load) => 150 + 0.5 * load + 2 * hour,
  limit: 900,
});
const told = (samples: readonly Sample[]) =>
  backtest(samples).detections.map(({ t, kind, tier }) => ({ t, kind, tier }));
const kindsOf = (samples: readonly Sample[]) => told(samples).map(({ kind }) => kind);

describe('watching', () => {
  it('says the same of a process that is larger in all its parts', () => {
    for (const factor of [2, 16]) {
      const larger = leaking.map((sample) =>
        Object.fromEntries(
          Object.entries(sample).map(([field, value]) => [
            field,
            BYTES.some((bytes) => bytes === field) ? Number(value) * factor : value,
          ]),
        ),
      ) as unknown as Sample[];
      expect(told(larger)).toEqual(told(leaking));
    }
    expect(kindsOf(leaking)).toContain('heap_leak');
  });

  it('says the same on another day', () => {
    const shifted = (seconds: number) =>
      leaking.map((sample) => ({
        ...sample,
        t: sample.t + seconds,
        start_time: (sample.start_time ?? 0) + seconds,
      }));
    const later = told(shifted(100 * DAY)).map((each) => ({ ...each, t: each.t - 100 * DAY }));
    expect(later).toEqual(told(leaking));
    // Hours begin elsewhere then: the moment may differ by some, what is said may not.
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 30 * DAY }), (seconds) => {
        expect(kindsOf(shifted(seconds))).toEqual(kindsOf(leaking));
      }),
      { numRuns: 8 },
    );
  });

  it('finds in each of two instances what it finds in one', () => {
    const both = leaking.flatMap((sample) => [sample, { ...sample, instance: 'pod-2' }]);
    const { detections } = backtest(both);
    for (const instance of ['pod-1', 'pod-2']) {
      const own = detections.filter((detection) => detection.instance === instance);
      expect(own.map(({ t, kind, tier }) => ({ t, kind, tier }))).toEqual(told(leaking));
    }
  });

  it('does not care in which order lines are written', () => {
    const lines = leaking.map((sample) => JSON.stringify(sample));
    fc.assert(
      fc.property(fc.shuffledSubarray(lines, { minLength: lines.length }), (shuffled) => {
        expect(told(readSamples(shuffled.join('\n')).value)).toEqual(told(leaking));
      }),
      { numRuns: 3 },
    );
  });

  it('never throws and forecasts no past, whatever the numbers', () => {
    const size = fc.option(fc.double({ min: 0, max: 1e13, noNaN: true }), { nil: undefined });
    const any = fc.record({ HeapAlloc: size, NextGC: size, RSS: size, Sys: size, HeapReleased: size });
    fc.assert(
      fc.property(fc.array(any, { minLength: 60, maxLength: 120 }), (values) => {
        const samples = values.map((value, at) => ({ ...value, t: START + at * 900, NumGC: at }) as Sample);
        for (const { forecast, t } of backtest(samples).detections)
          expect(forecast?.low ?? t).toBeGreaterThanOrEqual(t);
      }),
      { numRuns: 20 },
    );
  });
});

describe('caches', () => {
  const shapes: Readonly<Record<string, (age: number) => number>> = {
    'that fill as misses grow rare': (age) => -Math.expm1(-age / 8),
    'that take most of a day': (age) => Math.min(1, age / 16),
    'with ever rarer keys': (age) => Math.log1p(age) / Math.log1p(72),
    'that fill fast': (age) => -Math.expm1(-age / 0.5),
  };
  for (const [name, gathered] of Object.entries(shapes)) {
    it(`${name} are no leak`, () => {
      // Lives shorter than it takes to fill could not tell any such cache from a leak.
      for (const starts of [[], [31, 62, 93], [24, 48, 72, 96]]) {
        const ageAt = (hour: number) => hour - (starts.filter((start) => start <= hour).at(-1) ?? 0);
        const samples = draw({
          hours: 120,
          everySeconds: 600,
          load: dailyWave(0.4),
          startsAt: starts,
          live: (hour, load) => 150 + 0.3 * load + 100 * gathered(ageAt(hour)),
        });
        expect(kindsOf(samples)).toEqual([]);
      }
    });
  }
});

describe('a service that is deployed again and again', () => {
  const starts = [72, 86, 100, 114];
  const grows = (hour: number, load: number) => {
    const begun = starts.filter((start) => start <= hour).at(-1);
    return 150 + 0.3 * load + (begun === undefined ? 0 : 3 * (hour - begun));
  };
  const shape = {
    hours: 128,
    everySeconds: 300,
    load: dailyWave(0.4),
    live: grows,
    startsAt: starts,
    build: (hour: number) => `build-${starts.filter((start) => start <= hour).length}`,
  };

  it('leaks though each deploy begins anew', () => {
    const detections = told(draw(shape));
    expect(detections.map(({ kind }) => kind)).toEqual(['heap_leak']);
    expect((detections[0]?.t ?? 0) - START).toBeGreaterThan(72 * HOUR);
  });

  it('is the same service though its pods have other names', () => {
    const renamed = draw(shape).map((sample) => ({ ...sample, instance: `pod-${sample.version}` }));
    const { detections } = backtest(renamed);
    expect(detections.map(({ kind }) => kind)).toContain('heap_leak');
    expect(detections.every(({ t }) => t > START + 72 * HOUR)).toBe(true);
  });
});
