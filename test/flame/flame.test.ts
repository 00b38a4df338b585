import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flamesOf } from '../../src/flame/captures.ts';
import { compareFlames, FLAME_NODES, goroutineFlame, heapFlame } from '../../src/flame/flame.ts';
import { peek } from '../../src/flame/peek.ts';
import { readFlames } from '../../src/flame/schema.ts';
import type { Flame } from '../../src/model/flame.ts';
import { seriesOf } from '../analyse/series.ts';
import { drawHeap, heapStacks } from '../kit/heap-stacks.ts';
import { stacks } from '../kit/stacks.ts';

const MIB = 1024 * 1024;

/** `main.main → main.a: 1 -> 3`, a line a node. */
function lines(flame: Flame | undefined, unit = 1): string[] {
  const paths: string[] = [];
  return (flame?.parents ?? []).map((parent, node) => {
    const name = flame?.names[flame.calls[node] ?? -1] ?? 'all';
    const path = parent <= 0 ? name : `${paths[parent]} → ${name}`;
    paths[node] = path;
    const before = flame?.before ? `${(flame.before[node] ?? 0) / unit} -> ` : '';
    return `${path}: ${before}${(flame?.after[node] ?? 0) / unit}`;
  });
}

const BEFORE = heapStacks`
  main.main → main.serve → ledger.append   10MiB
  main.main → cache.Fill                    4MiB
`;
const AFTER = heapStacks`
  runtime.main → main.main → main.serve → ledger.append   40MiB
  main.main → main.serve → ledger.index                    2MiB
  main.main → runtime/pprof.writeHeap                      9MiB
`;

describe('a heap flame', () => {
  it('merges stacks root first, the heaviest call of a caller first, without what the capture itself costs', () => {
    expect(lines(heapFlame([{ after: AFTER }]), MIB)).toEqual([
      'all: 42',
      'main.main: 42',
      'main.main → main.serve: 42',
      'main.main → main.serve → ledger.append: 40',
      'main.main → main.serve → ledger.index: 2',
    ]);
  });

  it('is a difference when there is a before: what came, what grew and what went', () => {
    expect(lines(heapFlame([{ before: BEFORE, after: AFTER }]), MIB)).toEqual([
      'all: 14 -> 42',
      'main.main: 14 -> 42',
      'main.main → main.serve: 10 -> 42',
      'main.main → main.serve → ledger.append: 10 -> 40',
      'main.main → main.serve → ledger.index: 0 -> 2',
      'main.main → cache.Fill: 4 -> 0',
    ]);
  });

  it('sums instances, but not one without a before beside one that has it', () => {
    const both = [{ before: BEFORE, after: AFTER }, { after: AFTER }];
    expect(lines(heapFlame(both), MIB)[0]).toBe('all: 14 -> 42');
    expect(lines(heapFlame([{ after: AFTER }, { after: AFTER }]), MIB)[0]).toBe('all: 84');
  });

  it('keeps the heaviest nodes and says how many it left out, and how large the largest of those is', () => {
    const flame = heapFlame([{ before: BEFORE, after: AFTER }], 4);
    expect(lines(flame, MIB)).toHaveLength(4);
    expect(lines(flame, MIB)).toContain('main.main → main.serve → ledger.append: 10 -> 40');
    expect(flame?.cut).toEqual({ nodes: 2, largest: 4 * MIB });
  });

  it('is not there without a profile, or with one that holds nothing', () => {
    expect(heapFlame([])).toBeUndefined();
    expect(heapFlame([{ after: heapStacks`` }])).toBeUndefined();
  });
});

it('shows goroutines by what they were started as, without what parks them', () => {
  const dump = stacks`
    main.handle → ledger.flush → runtime.chansend1 → runtime.gopark ×40 [chan send]
    main.handle → ledger.read ×2                                        [select]
  `;
  expect(lines(goroutineFlame([{ after: dump }]))).toEqual([
    'all: 42',
    'main.handle: 42',
    'main.handle → ledger.flush: 40',
    'main.handle → ledger.read: 2',
  ]);
});

it('compares two flames that were kept as if both profiles were there', () => {
  const [before, after] = [heapFlame([{ after: BEFORE }]), heapFlame([{ after: AFTER }])];
  if (!before || !after) throw new Error('both have a flame');
  expect(compareFlames(before, after)).toEqual(heapFlame([{ before: BEFORE, after: AFTER }]));
});

describe('peek', () => {
  it('says who calls a function and what it calls, with their shares', () => {
    const flame = heapFlame([
      {
        before: heapStacks`main.a → ledger.append → ledger.grow 1MiB`,
        after: heapStacks`
          main.a → ledger.append → ledger.grow  6MiB
          main.b → ledger.append → ledger.grow  2MiB
          main.b → ledger.append                1MiB
        `,
      },
    ]);
    expect(flame && peek(flame, 'ledger.append')).toEqual({
      func: 'ledger.append',
      before: MIB,
      after: 9 * MIB,
      callers: [
        { func: 'main.a', before: MIB, after: 6 * MIB },
        { func: 'main.b', before: 0, after: 3 * MIB },
      ],
      callees: [{ func: 'ledger.grow', before: MIB, after: 8 * MIB }],
    });
    expect(flame && peek(flame, 'ledger.gone')).toBeUndefined();
  });

  it('counts a function that calls itself once', () => {
    const flame = heapFlame([{ after: heapStacks`main.main → tree.walk → tree.walk → tree.leaf 8MiB` }]);
    const walk = flame && peek(flame, 'tree.walk');
    expect(walk?.after).toBe(8 * MIB);
    expect(walk?.callers).toEqual([{ func: 'main.main', before: 0, after: 8 * MIB }]);
    expect(walk?.callees).toEqual([{ func: 'tree.leaf', before: 0, after: 8 * MIB }]);
  });
});

describe('the flames of a capture', () => {
  const moments = [
    { heap: BEFORE, goroutineCounts: stacks`main.a ×1 [select]`, goroutines: stacks`main.a ×1 [select]` },
    { heap: AFTER, goroutineCounts: stacks`main.a ×5 [select]` },
  ];

  it('compare the end of the window with its beginning, in dumps of one kind', () => {
    const { since, heap, goroutines } = flamesOf([seriesOf(moments, 30)]);
    expect(since).toBe('window');
    expect(lines(heap, MIB)[0]).toBe('all: 14 -> 42');
    expect(lines(goroutines)[0]).toBe('all: 1 -> 5');
  });

  it('compare it with an earlier capture where there is one', () => {
    const [earlier] = seriesOf([{ heap: heapStacks`main.main 1MiB` }], 30).snapshots;
    const { since, heap, goroutines } = flamesOf([seriesOf(moments, 30)], [earlier]);
    expect(since).toBe('capture');
    expect(lines(heap, MIB)[0]).toBe('all: 1 -> 42');
    expect(lines(goroutines)[0]).toBe('all: 5');
  });
});

describe('whatever the profile', () => {
  const name = fc.oneof(fc.constantFrom('main.a', 'main.b', 'x/y.(*T).c'), fc.stringMatching(/^\w{1,9}$/));
  const line = fc
    .tuple(fc.array(name, { minLength: 1, maxLength: 9 }), fc.integer({ min: 1, max: 9_999 }))
    .map(([calls, bytes]) => `${calls.join(' → ')} ${bytes}`);
  const anyHeap = fc.array(line, { minLength: 1, maxLength: 30 }).map((rows) => drawHeap(rows.join('\n')));

  it('no call weighs more than its caller, a parent stands before its children, and nothing exceeds the limit', () => {
    fc.assert(
      fc.property(anyHeap, anyHeap, fc.integer({ min: 1, max: 40 }), (before, after, limit) => {
        const flame = heapFlame([{ before, after }], limit);
        const { parents = [], after: now = [], before: was = [] } = flame ?? {};
        expect(parents.length).toBeLessThanOrEqual(limit);
        for (const side of [now, was]) {
          const below = parents.map(() => 0);
          parents.forEach((parent, node) => {
            if (parent >= 0) below[parent] = (below[parent] ?? 0) + (side[node] ?? 0);
          });
          below.forEach((sum, node) => {
            expect(sum).toBeLessThanOrEqual(side[node] ?? 0);
          });
        }
        parents.forEach((parent, node) => {
          expect(parent).toBeLessThan(node);
        });
      }),
      { numRuns: 100 },
    );
  });

  it('a flame is what it was when it is read again, and what is no flame is not read', () => {
    fc.assert(
      fc.property(anyHeap, (after) => {
        const heap = heapFlame([{ after }]);
        expect(readFlames(JSON.stringify({ heap }))).toEqual({ heap });
      }),
      { numRuns: 30 },
    );
    const heap = heapFlame([{ after: AFTER }]);
    const circular = { ...heap, parents: heap?.parents.map((_, node) => node) };
    for (const bad of [
      '',
      '[]x',
      JSON.stringify({ heap: circular }),
      JSON.stringify({ heap: { ...heap, after: [1] } }),
    ])
      expect(readFlames(bad)).toBeUndefined();
  });

  it('deep and wide ones stay inside the limit', () => {
    const deep = Array.from({ length: 3_000 }, (_, at) => `f.f${at}`).join(' → ');
    const wide = Array.from({ length: 5_000 }, (_, at) => `main.main → g.g${at} ${at + 1}`);
    const flame = heapFlame([{ after: drawHeap([`${deep} 90000`, ...wide].join('\n')) }]);
    expect(flame?.parents).toHaveLength(FLAME_NODES);
    expect(flame?.cut.nodes).toBe(3_000 + 5_000 + 2 - FLAME_NODES);
  });
});
