// Histories in few bytes: what goes in comes out, no more is kept than said, and damage is said.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Bucket, closeBucket, joinHour, openBucket } from '../../src/watch/bucket.ts';
import { type Column, decodeRows, encodeRows } from '../../src/watch/columns.ts';
import { EMPTY_ROLL_UP, GRAINS, rollUp, rollUpBytes, rowsOf } from '../../src/watch/roll-up.ts';
import { dailyWave, draw, HOUR, START } from './samples.ts';

const COLUMNS: readonly Column[] = [
  { name: 'NumGC', as: 'count', unit: 1 },
  { name: 'RSS', as: 'size', unit: 1024 },
  { name: 'requests', as: 'size', unit: 0.001 },
];
const value = fc.oneof(
  fc.constant(Number.NaN),
  fc.double({ min: -(2 ** 45), max: 2 ** 45, noNaN: true }),
  fc.integer({ min: 0, max: 2000 }),
);
const rows = fc
  .array(fc.tuple(fc.integer({ min: 0, max: 100_000 }), fc.tuple(value, value, value)), { maxLength: 50 })
  .map((steps) => {
    let t = START;
    return steps.map(([step, values]) => {
      t += step;
      return { t, values };
    });
  });

describe('rows in columns', () => {
  it('gives back times and counts exactly, sizes to a seventh of a percent, and what is unknown as unknown', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const { value: back, problems } = decodeRows(COLUMNS, encodeRows(COLUMNS, given));
        expect(problems).toEqual([]);
        expect(back.map(({ t }) => t)).toEqual(given.map(({ t }) => t));
        for (const [at, { values }] of given.entries()) {
          const [count = 0, ...sizes] = values;
          const [countBack = 0, ...sizesBack] = back[at]?.values ?? [];
          if (Number.isNaN(count)) expect(countBack).toBeNaN();
          else expect(countBack).toBe(Math.round(count) + 0);
          for (const [column, size] of sizes.entries()) {
            const unit = COLUMNS[column + 1]?.unit ?? 1;
            if (Number.isNaN(size)) expect(sizesBack[column]).toBeNaN();
            else
              expect(Math.abs((sizesBack[column] ?? 0) - size)).toBeLessThanOrEqual(
                Math.max(0.51 * unit, 0.0014 * Math.abs(size)),
              );
          }
        }
      }),
    );
  });

  it('never throws on any bytes, and says when it could not read on', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        (bytes) => decodeRows(COLUMNS, bytes).value.length <= 4096,
      ),
    );
    const whole = encodeRows(COLUMNS, [
      { t: START, values: [1, 2, 3] },
      { t: START + 1, values: [4, 5, 6] },
    ]);
    const cut = decodeRows(COLUMNS, whole.subarray(0, whole.length - 1));
    expect(cut.value).toHaveLength(1);
    expect(cut.problems[0]?.text).toBe('A stored history is damaged after 1 rows.');
  });
});

describe('what is kept of an instance', () => {
  it('does not grow past its bound in a hundred days, and keeps a day, a week and ninety days', () => {
    const samples = draw({
      hours: 100 * 24,
      everySeconds: 600,
      load: dailyWave(0.5),
      live: (_, load) => 200 + load,
    });
    let history = EMPTY_ROLL_UP;
    let pending: Bucket[] = [];
    let largest = 0;
    for (const sample of samples) {
      const ten = closeBucket(openBucket(sample, 0, 1), undefined);
      pending.push(ten);
      const hour = pending.length === 6 ? joinHour(pending) : undefined;
      if (hour) pending = [];
      const mark = sample.t % (5 * HOUR) === 0 ? { t: sample.t, what: 'restart' as const } : undefined;
      history = rollUp(history, { sample, ten, ...(hour && { hour }), ...(mark && { mark }) });
      largest = Math.max(largest, rollUpBytes(history));
    }
    const now = samples.at(-1)?.t ?? 0;
    const daysOf = (grain: keyof typeof GRAINS) =>
      (now - (rowsOf(history, grain, 0, now)[0]?.t ?? now)) / 24 / HOUR;
    expect(daysOf('raw')).toBeGreaterThan(0.99);
    expect(daysOf('tens')).toBeGreaterThan(6.99);
    expect(daysOf('tens')).toBeLessThan(8.1);
    expect(daysOf('hours')).toBeGreaterThan(89.9);
    expect(daysOf('hours')).toBeLessThan(100);
    expect(history.marks).toHaveLength(300);
    expect(largest).toBeLessThan(48 * 1024);
  });

  it('keeps a day at two samples a minute in 40 KiB, however busy the process', () => {
    const samples = draw({
      hours: 30,
      everySeconds: 30,
      load: dailyWave(0.8),
      live: (_, load) => 200 + load,
    });
    let history = EMPTY_ROLL_UP;
    for (const sample of samples) history = rollUp(history, { sample });
    const rawRows = rowsOf(history, 'raw', 0, Number.POSITIVE_INFINITY);
    expect(rawRows.length).toBeGreaterThanOrEqual(2880);
    expect(rawRows.length).toBeLessThanOrEqual(GRAINS.raw.rows * GRAINS.raw.pieces);
    expect(rollUpBytes(history)).toBeLessThan(40 * 1024);
  });
});
