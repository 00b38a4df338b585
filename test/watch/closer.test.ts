// A day by tens of minutes: growth is told from load and from noise with a memory, how fast it is and how surely, and
// nothing is claimed where nothing grows.
import { describe, expect, it } from 'vitest';
import { lookCloser } from '../../src/watch/closer.ts';
import { gramOf, productsIn, without } from '../../src/watch/gram.ts';
import { projectionOf } from '../../src/watch/projection.ts';
import type { Reading } from '../../src/watch/reading.ts';
import { regress } from '../../src/watch/regression.ts';
import { outOfLine } from '../../src/watch/robust.ts';
import { chance, slowNoise } from '../quality/histories/random.ts';
import { START } from './samples.ts';

const STEP = 600;
const SPACING = STEP / 3600;
const OPTIONS = { spacing: SPACING, leastShare: 0.02 };

interface Day {
  readonly seed: number;
  /** By the hour, on a level of 100. */
  readonly growth: number;
  /** What load takes: its wave falls all day, so that its fall hides growth. */
  readonly perLoad: number;
  readonly hours?: number;
}

function day({ seed, growth, perLoad, hours = 22 }: Day): Reading[] {
  const random = chance(seed);
  const memory = slowNoise(random, 0.6, 0.5);
  const busy = slowNoise(random, 0.05, 0.3);
  return Array.from({ length: hours / SPACING }, (_, at) => {
    const age = 1 + at * SPACING;
    const load = (1.5 - age / hours) * (1 + busy(STEP));
    return {
      t: START + at * STEP,
      run: 1,
      age,
      y: 100 + perLoad * load + growth * age + memory(STEP),
      load: 40 * load,
      focus: true,
    };
  });
}

const seeds = Array.from({ length: 40 }, (_, at) => at + 1);
const looks = (one: Omit<Day, 'seed'>) => seeds.map((seed) => lookCloser(day({ seed, ...one }), OPTIONS));
const share = (
  looked: ReturnType<typeof looks>,
  holds: (one: NonNullable<(typeof looked)[number]>) => boolean,
) => looked.filter((one) => one && holds(one)).length / looked.length;

describe('a closer look at a day', () => {
  it('finds growth that falling load hides, and how fast it is', () => {
    // A line through these falls: load takes 30 less, growth 13 more.
    const looked = looks({ growth: 0.6, perLoad: 30 });
    expect(share(looked, ({ evidence }) => evidence > 6)).toBeGreaterThan(0.8);
    expect(share(looked, ({ slope }) => Math.abs(slope - 0.6) < 0.3)).toBeGreaterThan(0.8);
  });

  it('knows how sure it is', () => {
    const looked = looks({ growth: 0.6, perLoad: 10 });
    expect(share(looked, ({ slope, error }) => Math.abs(slope - 0.6) < 2 * error)).toBeGreaterThan(0.75);
    expect(share(looked, ({ error }) => error > 0.02 && error < 0.3)).toBeGreaterThan(0.9);
  });

  it('claims nothing of what load alone takes, or of noise that wanders', () => {
    for (const perLoad of [-30, 0, 30])
      expect(share(looks({ growth: 0, perLoad }), ({ evidence }) => evidence > 4)).toBeLessThan(0.06);
  });

  it('claims nothing of a cache that fills', () => {
    for (const hours of [2, 4, 7]) {
      const looked = seeds.map((seed) =>
        lookCloser(
          day({ seed, growth: 0, perLoad: 10 }).map((reading) => ({
            ...reading,
            y: reading.y - 40 * Math.exp(-reading.age / hours),
          })),
          OPTIONS,
        ),
      );
      expect(share(looked, ({ evidence }) => evidence > 4)).toBeLessThan(0.06);
    }
  });

  it('looks past a nightly batch', () => {
    const batch = day({ seed: 3, growth: 0.6, perLoad: 10 }).map((reading, at) =>
      at >= 100 && at < 106 ? { ...reading, y: reading.y + 60 } : reading,
    );
    const plain = lookCloser(day({ seed: 3, growth: 0.6, perLoad: 10 }), OPTIONS);
    expect(lookCloser(batch, OPTIONS)?.slope).toBeCloseTo(plain?.slope ?? 0, 1);
  });

  it('does not look where load is not known, or hardly anything was seen', () => {
    const all = day({ seed: 1, growth: 2, perLoad: 0 });
    expect(lookCloser(all, OPTIONS)?.evidence).toBeGreaterThan(6);
    expect(lookCloser(all.slice(0, 20), OPTIONS)).toBeUndefined();
    const unknown = all.map((reading) => ({ ...reading, load: Number.NaN }));
    expect(lookCloser(unknown, OPTIONS)).toBeUndefined();
    expect(lookCloser([], OPTIONS)).toBeUndefined();
  });

  it('learns from hours before the day, and does not count growth of theirs', () => {
    const today = day({ seed: 5, growth: 0, perLoad: 30 });
    const before = today
      .filter((_, at) => at % 6 === 0)
      .map((reading, at) => ({
        ...reading,
        t: reading.t - 24 * 3600,
        run: 0,
        y: reading.y + 2 * at,
        focus: false,
      }));
    expect(lookCloser([...before, ...today], OPTIONS)?.evidence ?? 0).toBeLessThan(4);
  });
});

describe('products of columns', () => {
  it('tell the regression that the rows tell', () => {
    const random = chance(11);
    const column = () => Float64Array.from({ length: 60 }, () => random.normal());
    const [a, b, noise] = [column(), column(), column()];
    const y = a.map((value, at) => 3 * value - 2 * (b[at] ?? 0) + 0.1 * (noise[at] ?? 0));
    const groups = [...a.keys()].map((at) => (at < 20 ? 0 : 1));
    const weights = new Float64Array(60).fill(1);
    const { rest, product } = projectionOf([], groups, weights);
    const gram = without(gramOf(product, [y, a, b].map(rest)), 2);
    const { whole, along, gram: own } = productsIn(gram, [1]);
    const factor = (along[0] ?? 0) / (own[0]?.[0] ?? 1);
    const plain = regress([a, b], y, groups);
    expect(factor).toBeCloseTo(plain?.coefficients[0] ?? Number.NaN, 2);
    const left = whole - factor * (along[0] ?? 0);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThan(0.02 * 60 * 1.5);
  });
});

describe('readings out of line', () => {
  it('are those of a batch, not of a wave', () => {
    const noise = chance(2);
    const wave = Array.from({ length: 144 }, (_, at) => 100 + 20 * Math.sin(at / 23) + noise.between(-1, 1));
    expect(outOfLine(wave).filter(Boolean).length).toBeLessThan(0.03 * wave.length);
    const batch = wave.map((value, at) => (at >= 70 && at < 76 ? value + 30 : value));
    const out = outOfLine(batch);
    expect(out.slice(70, 76)).toEqual([true, true, true, true, true, true]);
    expect(out.filter(Boolean).length).toBeLessThan(6 + 0.05 * wave.length);
  });

  it('are none of a steady rise, to its very end', () => {
    const noise = chance(4);
    const rise = Array.from({ length: 144 }, (_, at) => 100 + 5 * at + noise.normal());
    expect(outOfLine(rise).slice(-9)).not.toContain(true);
  });
});
