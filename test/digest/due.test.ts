import { describe, expect, it } from 'vitest';
import { dueOf } from '../../src/digest/due.ts';

const HOUR_MS = 3_600_000;
const slot = (atMs: number) => ({ key: `slot ${atMs / HOUR_MS}`, atMs });

describe('the digest that is due', () => {
  it('is none before its time', () => {
    expect(dueOf([], 0)).toEqual({ skipped: [] });
  });

  it('is on time within a minute', () => {
    expect(dueOf([slot(0)], 60_000)).toEqual({ send: slot(0), skipped: [] });
  });

  it('is sent late within the grace, and says how late', () => {
    expect(dueOf([slot(0)], 2 * HOUR_MS)).toEqual({ send: { ...slot(0), lateMs: 2 * HOUR_MS }, skipped: [] });
  });

  it('is skipped after the grace, and not forgotten', () => {
    expect(dueOf([slot(0)], 2 * HOUR_MS + 1)).toEqual({ skipped: [slot(0)] });
  });

  it('is the newest of several; the others are named', () => {
    const passed = [slot(0), slot(HOUR_MS), slot(2 * HOUR_MS)];
    expect(dueOf(passed, 2 * HOUR_MS)).toEqual({ send: slot(2 * HOUR_MS), skipped: passed.slice(0, 2) });
  });
});
