// What is allocated, from what is held: the same whether collections are rare, frequent or forced, and however often one
// looks.
import { describe, expect, it } from 'vitest';
import { addSample, closeBucket, openBucket } from '../../src/watch/bucket.ts';
import type { Sample } from '../../src/watch/sample.ts';
import { START } from './samples.ts';

const MIB = 2 ** 20;
const LIVE = 100 * MIB;
const MINUTES_10 = 600;

interface Process {
  /** Bytes a second. */
  readonly allocates: number;
  readonly everySeconds: number;
  /** Seconds after which the runtime collects unasked. */
  readonly forced?: number;
  readonly tellsHeap?: boolean;
  readonly countsCollections?: boolean;
}

/** Ten minutes of a process with GOGC=100 that lives on 100 MiB, after ten minutes that are not looked at. */
function tenMinutes({
  allocates,
  everySeconds,
  forced = 120,
  tellsHeap = true,
  countsCollections = true,
}: Process) {
  const samples: Sample[] = [];
  let [garbage, collections, lastGC] = [0, 0, 0];
  for (let second = 1; second <= 2 * MINUTES_10; second++) {
    garbage += allocates;
    const full = Math.floor(garbage / LIVE);
    if (full > 0 || second - lastGC >= forced) {
      garbage = full > 0 ? garbage - full * LIVE : 0;
      collections += Math.max(1, full);
      lastGC = second - garbage / allocates;
    }
    if (second % everySeconds !== 0) continue;
    samples.push({
      t: START + second,
      ...(tellsHeap && { HeapAlloc: LIVE + garbage }),
      ...(countsCollections && {
        NextGC: 2 * LIVE,
        NumGC: collections,
        LastGC: START + lastGC,
        GOGC: 100,
      }),
    });
  }
  const [inside, before] = [
    samples.filter(({ t }) => t >= START + MINUTES_10),
    samples.filter(({ t }) => t < START + MINUTES_10).at(-1),
  ];
  const [first, ...others] = inside;
  if (!first) throw new Error('ten minutes have a sample');
  return closeBucket(others.reduce(addSample, openBucket(first, 0, 1)), before).allocated;
}

describe('what is allocated', () => {
  it.each([
    ['rarely collected, looked at often', { allocates: 0.2 * MIB, everySeconds: 15 }],
    [
      'collected every two minutes because nothing else asks for it',
      { allocates: 0.05 * MIB, everySeconds: 60 },
    ],
    ['the same, looked at every five minutes', { allocates: 0.05 * MIB, everySeconds: 290 }],
    ['collected twice a minute, looked at once', { allocates: 3.3 * MIB, everySeconds: 60 }],
    ['collected several times a second', { allocates: 350 * MIB, everySeconds: 30 }],
  ])('is known to 2 %%: %s', (_, process) => {
    const allocated = tenMinutes(process);
    expect(Math.abs(allocated / process.allocates - 1)).toBeLessThan(0.02);
  });

  it('is counted by collections alone where HeapAlloc is not told', () => {
    const allocated = tenMinutes({ allocates: 10 * MIB, everySeconds: 60, tellsHeap: false });
    expect(Math.abs(allocated / (10 * MIB) - 1)).toBeLessThan(0.05);
  });

  it('is seen in HeapAlloc alone where it rises more often than it falls', () => {
    const allocated = tenMinutes({
      allocates: 0.4 * MIB,
      everySeconds: 30,
      countsCollections: false,
    });
    expect(Math.abs(allocated / (0.4 * MIB) - 1)).toBeLessThan(0.02);
  });

  it.each([
    ['', { allocates: 0.05 * MIB, tellsHeap: false }],
    [
      ', collections that nobody counts between any two looks',
      { allocates: 3 * MIB, countsCollections: false },
    ],
  ])('is unknown where nothing tells it%s', (_, process) => {
    expect(tenMinutes({ everySeconds: 60, ...process })).toBeNaN();
  });
});
