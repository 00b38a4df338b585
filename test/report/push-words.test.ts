import { expect, it } from 'vitest';
import { pushWords } from '../../src/report/push-words.ts';

const MIB = 1024 * 1024;

it.each([
  [undefined, 'orders-1 pushed its last pair by itself'],
  [
    { kind: 'limit', value: 210 * MIB, of: 256 * MIB },
    'orders-1 pushed its last pair by itself: it held 210 MiB of its limit of 256 MiB (82 %)',
  ],
  [
    { kind: 'goroutines', value: 12_000, of: 10_000 },
    'orders-1 pushed its last pair by itself: it had 12,000 goroutines, and 10,000 are too many for it',
  ],
  [
    { kind: 'goroutine-growth', value: 1_200, of: 300 },
    'orders-1 pushed its last pair by itself: its goroutines had grown from 300 to 1,200 within ten minutes',
  ],
  [
    { kind: 'heap-growth', value: 300 * MIB, of: 0 },
    'orders-1 pushed its last pair by itself: its live heap had grown from 0 B to 300 MiB within ten minutes',
  ],
] as const)('%o is told in one sentence', (alarm, sentence) => {
  expect(pushWords('orders-1', alarm)).toBe(sentence);
});
