// What is allocated, from what is held: the same whether collections are rare, frequent or forced, and however often one
// looks.
import { describe, expect, it } from 'vitest';
import { sinceCollection } from '../../src/watch/allocation.ts';
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
  /** Percent; -1: off, and nothing is collected unasked. */
  readonly gogc?: number;
  readonly tellsHeap?: boolean;
  readonly countsCollections?: boolean;
  readonly tellsGOGC?: boolean;
}

/** Collected a little before each look but one in two hundred: never seen when it has just been. */
const IN_STEP: Process = { allocates: LIVE / 60.3, everySeconds: 60 };

/** Ten minutes of a process that lives on 100 MiB, after ten minutes that are not looked at. */
function tenMinutes({
  allocates,
  everySeconds,
  gogc = 100,
  tellsHeap = true,
  countsCollections = true,
  tellsGOGC = true,
}: Process) {
  const samples: Sample[] = [];
  const room = gogc > 0 ? (LIVE * gogc) / 100 : 3 * LIVE;
  const forced = gogc > 0 ? 120 : Number.POSITIVE_INFINITY;
  let [garbage, collections, lastGC] = [0, 0, 0];
  for (let second = 1; second <= 2 * MINUTES_10; second++) {
    garbage += allocates;
    const full = Math.floor(garbage / room);
    if (full > 0 || second - lastGC >= forced) {
      garbage = full > 0 ? garbage - full * room : 0;
      collections += Math.max(1, full);
      lastGC = second - garbage / allocates;
    }
    if (second % everySeconds !== 0) continue;
    samples.push({
      t: START + second,
      ...(tellsHeap && { HeapAlloc: LIVE + garbage }),
      ...(countsCollections && {
        NextGC: LIVE + room,
        NumGC: collections,
        LastGC: START + lastGC,
        ...(tellsGOGC && { GOGC: gogc }),
      }),
    });
  }
  const [inside, before] = [
    samples.filter(({ t }) => t >= START + MINUTES_10),
    samples.filter(({ t }) => t < START + MINUTES_10).at(-1),
  ];
  const [first, ...others] = inside;
  if (!first) throw new Error('ten minutes have a sample');
  return closeBucket(others.reduce(addSample, openBucket(first, 0, 1, before)), before);
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
    ['with GOGC off, collected between any two looks', { allocates: 2.1 * MIB, everySeconds: 300, gogc: -1 }],
    [
      'with room for four times as much, looked at when collected',
      { allocates: 2 * MIB, everySeconds: 300, gogc: 400 },
    ],
    ['by a collector in step with whoever looks', IN_STEP],
  ])('is known to 2 %%, and what is held: %s', (_, process) => {
    const { allocated, trough } = tenMinutes(process);
    expect(Math.abs(allocated / process.allocates - 1)).toBeLessThan(0.02);
    // Where too little is left of the way to the next collection nothing is said.
    if (!Number.isNaN(trough)) expect(Math.abs(trough / LIVE - 1)).toBeLessThan(0.02);
  });

  it('is not taken from how full a heap happened to be when somebody looked', () => {
    expect(tenMinutes(IN_STEP).trough).toBeNaN();
  });

  it('is known where what lives is not: most of what is held was allocated since the last collection', () => {
    const { allocated, trough } = tenMinutes({ allocates: 0.24 * MIB, everySeconds: 15, gogc: -1 });
    expect(Math.abs(allocated / (0.24 * MIB) - 1)).toBeLessThan(0.02);
    expect(trough).toBeNaN();
  });

  it('is not taken for as much as there is room for where collections come by the clock', () => {
    const idle = { allocates: 0.05 * MIB, everySeconds: 290, gogc: 200, tellsGOGC: false };
    expect(tenMinutes(idle).trough).toBeNaN();
  });

  it('is counted by collections alone where HeapAlloc is not told', () => {
    const { allocated } = tenMinutes({ allocates: 10 * MIB, everySeconds: 60, tellsHeap: false });
    expect(Math.abs(allocated / (10 * MIB) - 1)).toBeLessThan(0.05);
  });

  it('is seen in HeapAlloc alone where it rises more often than it falls', () => {
    const { allocated } = tenMinutes({
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
    expect(tenMinutes({ everySeconds: 60, ...process }).allocated).toBeNaN();
  });
});

describe('how long ago the last collection was', () => {
  const hourAgo = { t: START, LastGC: START - 3600 };

  it.each([
    ['GOGC is off', { GOGC: -1 }, 3600],
    ['a memory limit may stand in for it', { GOMEMLIMIT: LIVE }, 3600],
    ['the runtime would have forced one, so that clocks differ', { GOGC: 100, GOMEMLIMIT: LIVE }, 600],
    ['nothing is told', {}, 600],
  ])('is believed as far as can be: %s', (_, told, seconds) => {
    expect(sinceCollection({ ...hourAgo, ...told })).toBe(seconds);
  });
});
