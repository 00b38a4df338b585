import { describe, expect, it } from 'vitest';
import { settle, watchPeak } from '../../../src/terminal/check/settle.ts';

const never = new AbortController().signal;

/** A service whose goroutines are these at one look after another, the last one for ever. */
function counts(...values: (number | undefined)[]) {
  let asked = 0;
  return {
    count: async () => values[Math.min(asked++, values.length - 1)],
    asked: () => asked,
  };
}

describe('rest', () => {
  it('has come when the goroutines no longer fall', async () => {
    const { count, asked } = counts(90, 60, 30, 12);
    expect(await settle(count, 60_000, never)).toBe(12);
    expect(asked()).toBeGreaterThan(4);
  });

  it('is waited for no longer than asked, be it that they fall or that nobody knows', async () => {
    let left = 1_000;
    expect(await settle(async () => left--, 1_200, never)).toBeLessThan(1_000);
    expect(await settle(async () => undefined, 600, never)).toBeUndefined();
  });
});

describe('the peak', () => {
  it('is the highest count seen before it was over', async () => {
    const over = new AbortController();
    const { count, asked } = counts(10, 74, undefined, 12);
    const peak = watchPeak(count, over.signal);
    await expect.poll(asked, { timeout: 15_000 }).toBeGreaterThan(3);
    over.abort();
    expect(await peak).toBe(74);
  });
});
