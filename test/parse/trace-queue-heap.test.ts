import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { QueueHeap } from '../../src/parse/trace/queue-heap.ts';

describe('the heap of queues', () => {
  it('gives the queues out by the time of their next event', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20), { maxLength: 40 }), (times) => {
        const heap = new QueueHeap(times.length);
        for (const [queue, time] of times.entries()) {
          heap.next[queue] = time;
          heap.push(queue);
        }
        const taken: number[] = [];
        while (heap.size > 0) {
          const { first } = heap;
          expect(heap.pop()).toBe(first);
          taken.push(first);
        }
        expect(taken.toSorted((a, b) => a - b)).toEqual([...times.keys()]);
        expect(taken.map((queue) => times[queue])).toEqual(times.toSorted((a, b) => a - b));
      }),
    );
  });

  it('says whether a queue in it goes before one outside; of two at the same time neither does', () => {
    const heap = new QueueHeap(2);
    heap.next.set([5, 7]);
    expect(heap.isFirstBefore(1)).toBe(false);
    heap.push(0);
    expect(heap.isFirstBefore(1)).toBe(true);
    heap.next[1] = 5;
    expect(heap.isFirstBefore(1)).toBe(false);
  });
});
