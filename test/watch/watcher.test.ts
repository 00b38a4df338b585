// What the watcher says of drawn histories, and above all when it says nothing.
import { describe, expect, it } from 'vitest';
import { backtest } from '../../src/watch/backtest.ts';
import type { Sample } from '../../src/watch/sample.ts';
import { type InstanceState, stateFrom, stateJson } from '../../src/watch/state.ts';
import { watch } from '../../src/watch/watcher.ts';
import { dailyWave, draw, HOUR, START } from './samples.ts';

const kinds = (samples: readonly Sample[]) => backtest(samples).detections.map(({ kind }) => kind);
const hoursUntil = (t: number) => (t - START) / HOUR;

describe('watching', () => {
  it('finds a slow heap leak under a daily wave within a day, and says when the limit is reached', () => {
    const samples = draw({
      hours: 60,
      everySeconds: 120,
      load: dailyWave(0.5),
      live: (hour, load) => 150 + 0.5 * load + 1.4 * hour,
      limit: 700,
    });
    const { detections } = backtest(samples);
    expect(detections).toHaveLength(1);
    const [leak] = detections;
    expect(leak).toMatchObject({ kind: 'heap_leak', instance: 'pod-1' });
    expect(hoursUntil(leak?.t ?? 0)).toBeLessThan(24);
    expect(leak?.because).toMatch(/^live heap grew by \d+ % in \d+ h/);
    // (700 - 30) / 2.1 MiB live; at the top of the wave 225 MiB are no leak.
    const truth = START + ((670 / 2.1 - 225) / 1.4) * HOUR;
    expect(leak?.forecast?.low).toBeLessThan(truth);
    expect(leak?.forecast?.high ?? 0).toBeGreaterThan(truth);
  });

  it('finds goroutines that stay, and memory outside the heap that grows', () => {
    const waves = dailyWave(0.5);
    const stay = {
      hours: 26,
      everySeconds: 120,
      load: waves,
      live: (_: number, load: number) => 150 + 0.5 * load,
    };
    expect(kinds(draw({ ...stay, goroutines: (hour, load) => 200 + load + 4 * hour }))).toEqual([
      'goroutine_leak',
    ]);
    expect(kinds(draw({ ...stay, outside: (hour) => 60 + 5 * hour }))).toEqual(['memory_outside_heap']);
  });

  it('takes pages that are freed lazily for no growth, and finds what grows beside them', () => {
    const lazy = (grows: number) =>
      draw({
        hours: 60,
        everySeconds: 120,
        load: dailyWave(0.5),
        live: (_, load) => 150 + 0.5 * load,
        outside: (hour) => 60 + grows * hour,
      }).map((sample) => {
        const hour = hoursUntil(sample.t);
        const released = 100 * (1 + Math.sin((2 * Math.PI * hour) / 40)) * 2 ** 20;
        // Nearly all of it stays resident, and ever more.
        const stays = released * (0.9 + hour / 600);
        const mapped = 700 * 2 ** 20;
        const { Sys = 0, RSS = 0 } = sample;
        return { ...sample, Sys: Sys + mapped, HeapReleased: released, RSS: RSS + mapped - released + stays };
      });
    expect(kinds(lazy(0))).toEqual([]);
    expect(kinds(lazy(10))).toContain('memory_outside_heap');
  });

  it('says nothing of a cache that fills again what was seen full, if only for hours', () => {
    const filled = (age: number) => 60 * (1 - Math.exp(-age / 14));
    const restarted = (leaks: number) =>
      draw({
        hours: 27,
        everySeconds: 120,
        load: dailyWave(0.2),
        startsAt: [2],
        live: (hour, load) => 150 + 0.3 * load + (hour < 2 ? 60 : filled(hour - 2) + leaks * (hour - 2)),
      }).map((sample) => ({
        ...sample,
        start_time: sample.start_time === START ? START - 40 * HOUR : (sample.start_time ?? 0),
      }));
    expect(kinds(restarted(0))).toEqual([]);
    expect(kinds(restarted(6))).toEqual(['heap_leak']);
  });

  it('says nothing of waves, weekends, caches that fill, deploys and restarts', () => {
    const fills = (age: number, hours: number) => 120 * (1 - Math.exp(-age / hours));
    const healthy = [
      { load: dailyWave(0.8), live: (_: number, load: number) => 100 + load },
      { load: dailyWave(0.5), live: (hour: number, load: number) => 100 + load + fills(hour, 4) },
      {
        load: (hour: number) => dailyWave(0.5)(hour) * ([5, 6].includes(Math.floor(hour / 24) % 7) ? 0.4 : 1),
        live: (_: number, load: number) => 100 + load,
      },
      {
        startsAt: [30, 54, 78, 126],
        build: (hour: number) => `build-${[30, 54, 78, 126].filter((start) => start <= hour).length}`,
        live: (hour: number) => {
          const begun = [0, 30, 54, 78, 126].filter((start) => start <= hour).at(-1) ?? 0;
          return 100 + fills(hour - begun, 5);
        },
      },
    ];
    for (const shape of healthy) expect(kinds(draw({ hours: 170, everySeconds: 600, ...shape }))).toEqual([]);
  });

  it('says the same once, not every hour', () => {
    const told = kinds(draw({ hours: 100, everySeconds: 600, live: (hour) => 200 + 3 * hour }));
    expect(told).toEqual(['heap_leak']);
  });

  it('says it anew when it had stopped and begins again', () => {
    const told = (live: (hour: number) => number, startsAt: readonly number[]) =>
      backtest(draw({ hours: 176, everySeconds: 600, startsAt, live })).detections.map(({ t }) =>
        hoursUntil(t),
      );
    // A leak for 40 hours, mended for 100, and back; all of it within the week in which the same is not said twice.
    const back = told((hour) => 200 + 3 * (hour < 40 ? hour : Math.max(0, hour - 140)), [40, 140]);
    expect(back).toHaveLength(2);
    expect(back[1]).toBeGreaterThan(140);
    // The same leak all the while.
    expect(told((hour) => 200 + 3 * hour, [])).toHaveLength(1);
  });

  it('asks for captures on the way to the limit, each share once in a life', () => {
    const samples = draw({ hours: 60, everySeconds: 120, live: (hour) => 200 + 4 * hour, limit: 980 });
    const { captures } = backtest(samples);
    expect(captures.map(({ percent }) => percent)).toEqual([70, 85, 95]);
  });

  it('does not take a nightly restart for a killing where the collector holds memory just below the limit', () => {
    const nightly = draw({
      hours: 90,
      everySeconds: 600,
      limit: 478,
      startsAt: [10, 34, 58, 82],
      live: () => 200,
    });
    expect(kinds(nightly)).toEqual(['memory_growth']);
    const held = nightly.map((sample) => ({ ...sample, GOMEMLIMIT: 430 * 2 ** 20 }));
    expect(kinds(held)).toEqual([]);
  });

  it('knows a death spiral of the collector from one that is merely busy', () => {
    const MIB = 2 ** 20;
    const spiral = (headroom: number, perMinute: number) =>
      draw({ hours: 6, live: () => 100 }).map((sample, at) => {
        const late = sample.t > START + 4 * HOUR;
        const goal = late ? 480 : 400;
        return {
          ...sample,
          NextGC: goal * MIB,
          HeapAlloc: goal * (late ? 1 - headroom * ((at % 5) / 5) : 0.5 + 0.1 * (at % 5)) * MIB,
          NumGC: at * 2 + Math.max(0, at - 240) * (late ? perMinute : 0),
          GOMEMLIMIT: 500 * MIB,
        };
      });
    expect(kinds(spiral(0.05, 90))).toContain('gc_spiral');
    expect(kinds(spiral(0.4, 90))).not.toContain('gc_spiral');
    expect(kinds(spiral(0.05, 0))).not.toContain('gc_spiral');
  });

  it('is silent before it has seen most of a day', () => {
    expect(kinds(draw({ hours: 10, live: (hour) => 200 + 4 * hour }))).toEqual([]);
  });

  it('gives the same in one go and with its state stored as JSON now and then', () => {
    const samples = draw({
      hours: 40,
      everySeconds: 120,
      load: dailyWave(0.4),
      live: (hour, load) => 150 + load + 3 * hour,
    });
    let state: InstanceState | undefined;
    const told = samples.flatMap((sample, at) => {
      if (state && at % 7 === 0) {
        state = stateFrom(stateJson(state));
      }
      const step = watch(state, sample);
      state = step.state;
      return step.detections;
    });
    expect(told).toEqual(backtest(samples).detections);
    expect(told).toHaveLength(1);
    expect(stateFrom('nonsense')).toBeUndefined();
    expect(stateFrom('[]')).toBeUndefined();
    expect(
      stateFrom(stateJson(watch(undefined, samples[0] as Sample).state).replace('"tens":[', '"tens":[7')),
    ).toBeUndefined();
  });

  it('remembers less than 48 KB of an instance, however long it is watched', () => {
    const samples = draw({
      hours: 24 * 10,
      everySeconds: 300,
      load: dailyWave(0.4),
      live: (_, load) => 150.3 + 1.7 * load,
    });
    let state: InstanceState | undefined;
    let largest = 0;
    for (const sample of samples) {
      ({ state } = watch(state, sample));
      if (sample.t % 7200 === 0) largest = Math.max(largest, stateJson(state).length);
    }
    expect(largest).toBeGreaterThan(20_000);
    expect(largest).toBeLessThan(48_000);
  });

  it('goes on from what a build stored that counted rises otherwise', () => {
    const [first, second, third] = draw({ hours: 0.1, live: () => 100 });
    if (!first || !second || !third) throw new Error('three samples are needed');
    const { state } = watch(watch(undefined, first).state, second);
    const { rises, ...open } = state.open;
    expect(rises).toBeDefined();
    const stored = stateFrom(stateJson({ ...state, open } as InstanceState));
    expect(watch(stored, third).state.open.rises.betweenSeconds).toBeGreaterThanOrEqual(0);
  });

  it('passes over samples that come late, and keeps every earlier state as it was', () => {
    const [first, second] = draw({ hours: 0.1, live: () => 100 });
    if (!first || !second) throw new Error('two samples are needed');
    const { state } = watch(watch(undefined, first).state, second);
    const before = stateJson(state);
    expect(watch(state, first).state).toBe(state);
    watch(state, { ...second, t: second.t + 60 });
    expect(stateJson(state)).toBe(before);
  });
});

describe('what a sample completes', () => {
  it('is handed on for those who keep histories, with the moments of restarts and deploys', () => {
    const samples = draw({
      hours: 5,
      everySeconds: 300,
      live: () => 100,
      startsAt: [2.5, 4],
      build: (hour) => (hour < 4 ? 'build-1' : 'build-2'),
    });
    let state: InstanceState | undefined;
    const steps = samples.map((sample) => {
      const step = watch(state, sample);
      state = step.state;
      return step;
    });
    expect(steps.filter(({ ten }) => ten).length).toBe(29);
    expect(steps.filter(({ hour }) => hour).length).toBe(5);
    expect(steps.flatMap(({ mark }) => (mark ? [mark] : []))).toEqual([
      { t: START + 2.5 * HOUR, what: 'restart', version: 'build-1' },
      { t: START + 4 * HOUR, what: 'deploy', version: 'build-2' },
    ]);
  });
});

describe('histories that tell little', () => {
  const leaking = { hours: 120, everySeconds: 300, live: (hour: number) => 200 + 2 * hour };

  it('finds growth in resident memory alone, and says that it does not know what grows', () => {
    const samples = draw({ ...leaking, load: dailyWave(0.4) }).map(({ t, RSS = 0 }) => ({ t, RSS }));
    expect(kinds(samples)).toEqual(['memory_growth']);
  });

  it('finds a heap leak from HeapAlloc alone', () => {
    const samples = draw(leaking).map(({ t, HeapAlloc = 0 }) => ({ t, HeapAlloc }));
    expect(kinds(samples)).toEqual(['heap_leak']);
  });

  it('finds a heap leak where a memory limit sets the goal and nobody tells that GOGC is off', () => {
    // Collected every ten minutes at about 900 MiB, whatever is live.
    const samples = draw({
      hours: 30,
      load: dailyWave(0.3),
      live: (hour, load) => 150 + 0.2 * load + 3 * hour,
    }).map(({ GOGC: _, ...sample }) => {
      const live = (sample.NextGC ?? 0) / 2;
      const goal = (900 + 2 * Math.sin(sample.t / 9000)) * 2 ** 20;
      const since = sample.t % 600;
      return {
        ...sample,
        NextGC: goal,
        HeapAlloc: live + ((goal - live) * since) / 600,
        NumGC: Math.floor(sample.t / 600),
        LastGC: sample.t - since,
      };
    });
    expect(kinds(samples)).toContain('heap_leak');
  });

  it('takes a fall of resident memory for another process when nothing else tells', () => {
    const samples = draw({
      hours: 100,
      everySeconds: 300,
      startsAt: [50],
      live: (hour) => 150 + (hour < 50 ? 100 : 0),
    });
    expect(kinds(samples.map(({ t, RSS = 0 }) => ({ t, RSS })))).toEqual([]);
  });

  it('takes a fall of HeapAlloc below all that lived for another process when nothing else tells', () => {
    // A cache that fills in ten hours, and anew after each restart.
    const samples = draw({
      hours: 96,
      everySeconds: 300,
      startsAt: [38, 72],
      live: (hour) =>
        100 + 150 * Math.min(1, ((hour < 38 ? hour : hour < 72 ? hour - 38 : hour - 72) + 0.1) / 10),
    });
    expect(kinds(samples.map(({ t, HeapAlloc = 0 }) => ({ t, HeapAlloc })))).toEqual([]);
  });

  it('says nothing of samples without a figure', () => {
    expect(kinds(draw(leaking).map(({ t }) => ({ t })))).toEqual([]);
  });
});
