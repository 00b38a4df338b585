import { describe, expect, it } from 'vitest';
import { cpuShare, isBusy, youngForMs } from '../../src/policy/strain.ts';

const look = (atMs: number, cpuSeconds: number | undefined, cores: number | undefined = 4) => ({
  atMs,
  ...(cpuSeconds !== undefined && { cpuSeconds }),
  ...(cores !== undefined && { cores }),
});

describe('a busy service', () => {
  it.each([
    ['all of its processors', look(0, 100), look(1_000, 104), true],
    ['just above nine tenths', look(0, 100), look(1_000, 103.7), true],
    ['nine tenths', look(0, 100), look(1_000, 103.6), false],
    ['one of four', look(0, 100), look(1_000, 101), false],
  ])('is one that uses %s', (_what, before, after, busy) => {
    expect(isBusy(cpuShare(before, after))).toBe(busy);
  });

  it.each([
    ['one that does not say its time', look(0, undefined), look(1_000, 104)],
    ['one that does not say how many it has', { atMs: 0, cpuSeconds: 100 }, { atMs: 1_000, cpuSeconds: 199 }],
    ['one that started again in between', look(0, 100), look(1_000, 2)],
    ['one that was looked at once', look(0, 100), look(0, 100)],
  ])('is not %s', (_what, before, after) => {
    expect(cpuShare(before, after)).toBeUndefined();
    expect(isBusy(cpuShare(before, after))).toBe(false);
  });
});

describe('a young service', () => {
  it.each([
    [0, 0],
    [119_999, 119_999],
    [120_000, undefined],
    [-30_000, 0],
    [-90_000, undefined],
  ])('up for %i ms', (upMs, young) => {
    expect(youngForMs({ atMs: 1_000_000, startedAtMs: 1_000_000 - upMs })).toBe(young);
  });

  it('is not one that does not say', () => expect(youngForMs({ atMs: 1 })).toBeUndefined());
});
