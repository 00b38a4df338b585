import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DEFAULT_BUDGET } from '../../src/model/target.ts';
import {
  type BudgetAsk,
  decideBudget,
  HOUR_MS,
  momentWords,
  type Spent,
  type Weight,
} from '../../src/policy/budget.ts';

const NOW = 10 * HOUR_MS;
const minutes = (count: number): number => count * 60_000;

/** So many captures, a minute apart, the first so many minutes ago. */
function spent(count: number, weight: Weight, agoMinutes = 50, automatic = false): Spent[] {
  return Array.from({ length: count }, (_, at) => ({
    request: `${weight}-${automatic}-${at}`,
    weight,
    automatic,
    atMs: NOW - minutes(agoMinutes - at),
  }));
}
const ask = (about: Partial<BudgetAsk> = {}): BudgetAsk => ({
  request: 'mine',
  weight: 'heavy',
  automatic: false,
  ...about,
});
const decide = (target: Spent[], asked = ask(), service: Spent[] = target) =>
  decideBudget({ nowMs: NOW, target, service }, DEFAULT_BUDGET, asked);

describe('the budget of an instance', () => {
  it.each<[string, Spent[], BudgetAsk, object]>([
    ['is whole at first', [], ask(), { weight: 'heavy' }],
    ['has room for a fourth heavy one', spent(3, 'heavy'), ask(), { weight: 'heavy' }],
    [
      'grants a light one when the heavy are spent',
      spent(4, 'heavy'),
      ask(),
      { weight: 'light', heavyAgainAtMs: NOW + minutes(10) },
    ],
    ['counts light ones apart', spent(5, 'light'), ask({ weight: 'light' }), { weight: 'light' }],
    [
      'ends after six light ones',
      spent(6, 'light'),
      ask({ weight: 'light' }),
      { kind: 'spent', of: 'target', limit: 6, freesAtMs: NOW + minutes(10) },
    ],
    ['grants a heavy one though the light are spent', spent(6, 'light'), ask(), { weight: 'heavy' }],
    [
      'frees with the first of either kind',
      [...spent(4, 'heavy', 30), ...spent(6, 'light', 40)],
      ask(),
      { kind: 'spent', freesAtMs: NOW + minutes(20) },
    ],
    [
      'gives automatic sources half',
      spent(2, 'heavy', 50, true),
      ask({ automatic: true }),
      { weight: 'light', heavyAgainAtMs: NOW + minutes(10) },
    ],
    ['leaves people the other half', spent(2, 'heavy', 50, true), ask(), { weight: 'heavy' }],
    [
      'ends for automatic sources with their half',
      [...spent(2, 'heavy', 50, true), ...spent(3, 'light', 50, true)],
      ask({ automatic: true }),
      { kind: 'spent', limit: 3 },
    ],
    [
      'gives automatic sources nothing people have used up',
      spent(6, 'light'),
      ask({ weight: 'light', automatic: true }),
      { kind: 'spent' },
    ],
  ])('%s', (_, target, asked, expected) => {
    expect(decide(target, asked)).toMatchObject(expected);
  });

  it('is not charged twice for a capture that goes on after a crash', () => {
    const own: Spent = { request: 'mine', weight: 'heavy', automatic: false, atMs: NOW - minutes(1) };
    expect(decide([...spent(4, 'heavy'), own])).toMatchObject({ kind: 'granted', weight: 'heavy' });
    const light: Spent = { ...own, weight: 'light' };
    expect(decide([...spent(6, 'light'), light], ask({ weight: 'light' }))).toMatchObject({
      weight: 'light',
    });
    expect(decide([...spent(4, 'heavy'), ...spent(6, 'light'), light])).toMatchObject({ weight: 'light' });
  });
});

describe('the budget of a service', () => {
  it('ends after twenty captures at any of its instances', () => {
    expect(decide([], ask(), spent(19, 'light'))).toMatchObject({ kind: 'granted' });
    expect(decide([], ask(), spent(20, 'light'))).toEqual({
      kind: 'spent',
      of: 'service',
      limit: 20,
      freesAtMs: NOW + minutes(10),
    });
    expect(decide([], ask({ automatic: true }), spent(10, 'light', 50, true))).toMatchObject({ limit: 10 });
  });

  it('is never there when it is nothing', () => {
    const none = { light: 0, heavy: 0, service: 0 };
    const grant = decideBudget({ nowMs: NOW, target: [], service: [] }, none, ask());
    expect(grant).toMatchObject({ kind: 'spent', freesAtMs: Number.POSITIVE_INFINITY });
    expect(momentWords(Number.POSITIVE_INFINITY, NOW)).toContain('services.yml');
  });
});

it('no hour of a clock that runs on holds more than the budget allows', () => {
  const arrivals = fc.array(fc.record({ wait: fc.integer({ min: 0, max: 20 }), automatic: fc.boolean() }), {
    maxLength: 120,
  });
  fc.assert(
    fc.property(arrivals, (asks) => {
      let nowMs = NOW;
      const granted: Spent[] = [];
      for (const [at, { wait, automatic }] of asks.entries()) {
        nowMs += minutes(wait);
        const lastHour = granted.filter(({ atMs }) => atMs > nowMs - HOUR_MS);
        const asked = ask({ request: `r${at}`, automatic });
        const grant = decideBudget({ nowMs, target: lastHour, service: lastHour }, DEFAULT_BUDGET, asked);
        if (grant.kind === 'spent') expect(grant.freesAtMs).toBeGreaterThan(nowMs);
        else granted.push({ ...asked, weight: grant.weight, atMs: nowMs });
      }
      for (const { atMs } of granted) {
        const hour = granted.filter((other) => other.atMs > atMs - HOUR_MS && other.atMs <= atMs);
        const heavy = hour.filter(({ weight }) => weight === 'heavy');
        expect(heavy.length).toBeLessThanOrEqual(4);
        expect(hour.length - heavy.length).toBeLessThanOrEqual(6);
        expect(hour.filter(({ automatic }) => automatic).length).toBeLessThanOrEqual(5);
      }
    }),
  );
});
