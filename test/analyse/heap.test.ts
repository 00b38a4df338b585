// The heap side of the verdict on drawings: what is strong enough alone, what only looks like a leak, and what
// is said when half of the material is missing.
import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analyse/analyse.ts';
import type { Profile } from '../../src/model/profile.ts';
import { drawDump } from '../kit/stacks.ts';
import { CONTEXT, heapOf, MIB, quiet, seriesOf } from './series.ts';

const CALM = drawDump(`
  main.main → net/http.(*Server).Serve ×1 #1                  [IO wait]
  main.startPool go main.worker ×40 #200                      [chan receive, by 1, chan 7]
`);

interface Moment {
  readonly kept: number;
  readonly live?: number;
  readonly collections?: number;
  readonly allocated?: number;
}

const profile = ({ kept, allocated = kept }: Moment, churned: number): Profile =>
  heapOf(
    { func: 'main.remember', inuse: kept * MIB, alloc: allocated * MIB },
    { func: 'main.render', inuse: 2 * MIB, alloc: churned * MIB },
  );
const counters = ({ kept, live = kept + 4, collections = 20 }: Moment) =>
  quiet({ nextGC: 2 * live * MIB, heapAlloc: (live + 1) * MIB, numGC: collections });
const full = (moments: readonly Moment[]) =>
  moments.map((moment, k) => ({
    goroutines: CALM,
    heap: profile(moment, 100 + k * 900),
    memory: [counters({ collections: 20 + 5 * k, ...moment })],
  }));
const verdictOf = (parts: Parameters<typeof seriesOf>[0], apart: number) =>
  analyse([seriesOf(parts, apart)], CONTEXT).verdict;
const whyNotHeap = (verdict: ReturnType<typeof verdictOf>) =>
  verdict.whyNot.find((rival) => rival.kind === 'heap-leak')?.because;

describe('strong evidence with half of the material', () => {
  const climb: readonly Moment[] = [{ kept: 60 }, { kept: 160 }, { kept: 260 }];

  it('suspects a leak from two profiles alone, minutes apart, less surely than with everything', () => {
    const two = [climb[0], climb[2]].flatMap((moment) => moment ?? []);
    const alone = verdictOf(
      two.map((moment, k) => ({ heap: profile(moment, 100 + k * 900) })),
      240,
    );
    expect(alone).toMatchObject({ kind: 'heap-leak', tier: 'suspect' });
    expect(alone.summary).toContain('main.remember');
    expect(alone.confidence).toBeLessThan(verdictOf(full(climb), 120).confidence);
  });

  it('does not from two profiles half a minute apart, nor where nothing was collected in between', () => {
    const parts = (churned: number) =>
      [60, 260].map((kept, k) => ({ heap: profile({ kept }, 100 + k * churned) }));
    expect(verdictOf(parts(900), 30).kind).toBe('inconclusive');
    expect(verdictOf(parts(10), 240).kind).toBe('inconclusive');
  });

  it('suspects a leak from counters alone when the live heap climbs evenly for minutes', () => {
    const parts = climb.map((moment, k) => ({ memory: [counters({ ...moment, collections: 20 + 5 * k })] }));
    const verdict = verdictOf(parts, 120);
    expect(verdict).toMatchObject({ kind: 'heap-leak', tier: 'suspect' });
    expect(verdict.nextStep).toContain('heap profiles');
    expect(verdictOf(parts, 15).kind).toBe('inconclusive');
  });

  it('clears a flat heap without goroutine dumps over three moments, and says what was not looked at', () => {
    const flat = full([{ kept: 40 }, { kept: 40 }, { kept: 40 }]);
    const blind = flat.map(({ heap, memory }) => ({ heap, memory }));
    const verdict = verdictOf(blind, 60);
    expect(verdict.kind).toBe('healthy');
    expect(verdict.summary).toContain('no goroutine dump');
    expect(verdict.confidence).toBeLessThan(verdictOf(flat, 60).confidence);
    expect(verdictOf(blind.slice(0, 2), 60).kind).toBe('inconclusive');
  });
});

describe('growth that ends by itself is a doubt, not a leak', () => {
  it('of a cache whose growth slows down', () => {
    const verdict = verdictOf(full([{ kept: 10 }, { kept: 40 }, { kept: 55 }]), 30);
    expect(verdict.kind).toBe('inconclusive');
    expect(verdict.summary).toContain('slows down');
    expect(verdict.nextStep).toContain('--for 5m');
  });

  it('of a pool that lends its objects', () => {
    const pooled = full([{ kept: 10 }, { kept: 40 }, { kept: 70 }]).map((part) => ({
      ...part,
      heap: {
        ...part.heap,
        frames: [...part.heap.frames, { func: 'sync.(*Pool).Get', file: 'pool.go', line: 151 }],
        stackStart: Uint32Array.of(0, 2, 3),
        stackFrames: Uint32Array.of(0, 2, 1),
      },
    }));
    const verdict = verdictOf(pooled, 30);
    expect(verdict.kind).toBe('inconclusive');
    expect(whyNotHeap(verdict)).toContain('sync.Pool');
  });

  it('of a handful of large tables', () => {
    const tables = full([{ kept: 10 }, { kept: 40 }, { kept: 70 }]).map((part, k) => {
      const values = Float64Array.from(part.heap.values);
      values[2] = 2 + 5 * k;
      return { ...part, heap: { ...part.heap, values } };
    });
    const verdict = verdictOf(tables, 30);
    expect(verdict.kind).toBe('inconclusive');
    expect(whyNotHeap(verdict)).toContain('10 large objects');
  });

  it('of a batch that was given up before', () => {
    const batch = full([
      { kept: 10, allocated: 900 },
      { kept: 40, allocated: 930 },
      { kept: 70, allocated: 960 },
    ]);
    expect(whyNotHeap(verdictOf(batch, 30))).toContain('freed what it had gathered');
  });

  it('but the same growth at an even pace is a leak', () => {
    expect(verdictOf(full([{ kept: 10 }, { kept: 40 }, { kept: 70 }]), 30).kind).toBe('heap-leak');
  });
});

describe('one moment', () => {
  it('is called one: nothing went from a number to itself', () => {
    const verdict = verdictOf(full([{ kept: 10 }]), 30);
    expect(verdict.kind).toBe('inconclusive');
    const said = verdict.whyNot.map((rival) => rival.because).join('\n');
    expect(said).not.toMatch(/(\d[\d,]*) → \1\b/);
    expect(said).toContain('one dump of 41 goroutines');
    expect(whyNotHeap(verdict)).toContain('one heap profile');
    expect(said).not.toContain('stayed');
  });
});

it('says how much heap each leaked goroutine holds, when the profile ties it to them', () => {
  const parts = [10, 60, 110].map((n, k) => ({
    goroutines: drawDump(`
      main.main → net/http.(*Server).Serve ×1 #1                        [IO wait]
      main.handle go main.remember ×${n} #1000                          [chan send, by 900]
    `),
    heap: profile({ kept: n }, 100 + k * 900),
    memory: [counters({ kept: n, collections: 20 + 5 * k })],
  }));
  const { verdict, signatures } = analyse([seriesOf(parts, 30)], CONTEXT);
  expect(verdict.kind).toBe('goroutine-leak');
  expect(verdict.summary).toContain('about 1 MiB of heap held by each');
  expect(signatures[0]?.retainedBytes).toBe(100 * MIB);
  const blind = analyse(
    [
      seriesOf(
        parts.map(({ goroutines, memory }) => ({ goroutines, memory })),
        30,
      ),
    ],
    CONTEXT,
  );
  expect(blind.verdict.summary).not.toContain('held by each');
});

it('does not take pages touched late for memory outside Go', () => {
  const parts = [90, 105, 130].map((rss) => ({
    goroutines: CALM,
    memory: [quiet({ rss: rss * MIB, sys: 140 * MIB, heapReleased: 2 * MIB })],
  }));
  expect(verdictOf(parts, 30).kind).toBe('healthy');
});

describe('two collections', () => {
  /** Live heap at both, what was allocated by each of three snapshots, and the collections counted there. */
  const parts = (allocated: readonly [number, number, number]) =>
    allocated.map((total, k) => ({
      goroutines: CALM,
      heap: profile({ kept: k === 0 ? 40 : 95 }, 100),
      memory: [
        quiet({
          nextGC: (k === 0 ? 100 : 210) * MIB,
          heapAlloc: (k === 0 ? 90 : 105 + (total - allocated[1])) * MIB,
          totalAlloc: total * MIB,
          numGC: k === 0 ? 7 : 8,
          lastGCNanos: (START + (k === 0 ? -20_000 : 15_000)) * 1e6,
        }),
      ],
    }));
  const START = Date.UTC(2026, 10, 23, 14, 0, 0);

  it('accuse a site that keeps all, while the service allocates as before', () => {
    expect(verdictOf(parts([500, 530, 560]), 20)).toMatchObject({ kind: 'heap-leak' });
  });

  it('accuse nobody when allocation has dried up since', () => {
    expect(verdictOf(parts([500, 530, 531]), 20).kind).not.toBe('heap-leak');
  });
});

describe('one large object', () => {
  const buffer = (mib: readonly number[]) =>
    mib.map((size, k) => ({
      goroutines: CALM,
      heap: oneObject(size * MIB, size * 5 * MIB),
      memory: [counters({ kept: size, collections: 20 + 5 * k })],
    }));

  it('that is appended to at an even pace is a leak, though most of what it was is left behind', () => {
    const verdict = verdictOf(buffer([30, 60, 90]), 20);
    expect(verdict.kind).toBe('heap-leak');
    expect(verdict.summary).toContain('main.trace');
  });

  it('that has stopped growing is none', () => {
    expect(verdictOf(buffer([30, 60, 60]), 20).kind).not.toBe('heap-leak');
  });
});

/** A profile of a single object, as the sampler shows it: its size is exact. */
function oneObject(inuse: number, alloc: number): Profile {
  const shape = heapOf({ func: 'main.trace', inuse, alloc });
  return { ...shape, values: Float64Array.of(5, alloc, 1, inuse) };
}

describe('readings taken all through the window', () => {
  const START = Date.UTC(2026, 10, 23, 14, 0, 0);
  /** 2 MiB/s are kept; the second collection comes ten seconds into a window of thirty. */
  const reading = (second: number) =>
    quiet({
      atMs: START + second * 1000,
      heapAlloc: (110 + 2 * second) * MIB,
      totalAlloc: (300 + 2 * second) * MIB,
      nextGC: (second < 10 ? 120 : 260) * MIB,
      numGC: second < 10 ? 8 : 9,
      lastGCNanos: (START + (second < 10 ? -25_000 : 10_000)) * 1e6,
    });

  it('do not date the profile that stands at its beginning', () => {
    const [first, last] = [
      { goroutines: CALM, heap: profile({ kept: 56 }, 100), memory: [0, 5, 10, 15, 20, 25].map(reading) },
      { goroutines: CALM, heap: profile({ kept: 126 }, 100), memory: [reading(30)] },
    ];
    const { verdict, heap } = analyse([seriesOf([first, last], 30)], CONTEXT);
    expect(verdict.kind).toBe('heap-leak');
    expect(heap?.sites[0]?.perMinute).toBeCloseTo((70 * MIB * 60) / 35, -3);
  });

  it('leave an all-clear in doubt when no collection tells what stays', () => {
    const climbing = (second: number) => ({ ...reading(second), numGC: 8, nextGC: 400 * MIB });
    const parts = [
      { goroutines: CALM, heap: profile({ kept: 56 }, 100), memory: [climbing(0)] },
      { goroutines: CALM, heap: profile({ kept: 56 }, 100), memory: [climbing(30)] },
    ];
    const verdict = verdictOf(parts, 30);
    expect(verdict).toMatchObject({ kind: 'healthy' });
    expect(verdict.confidence).toBeLessThan(0.75);
    expect(whyNotHeap(verdict)).toContain('no collection ran in the window');
  });
});
