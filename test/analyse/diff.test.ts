import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { diffSnapshots } from '../../src/analyse/diff.ts';
import type { Snapshot } from '../../src/model/snapshot.ts';
import type { Change } from '../../src/model/verdict.ts';
import { drawDump } from '../kit/stacks.ts';
import { heapOf, MIB, quiet, seriesOf } from './series.ts';

function snapshot(text: string, leaked = 0): Snapshot {
  const moment = {
    goroutines: drawDump(text),
    heap: heapOf({ func: 'main.remember', inuse: leaked * MIB, alloc: leaked * MIB }),
    memory: [quiet({ heapAlloc: (10 + leaked) * MIB })],
  };
  const [only] = seriesOf([moment], 30).snapshots;
  if (!only) throw new Error('no snapshot');
  return only;
}

const OPPOSITE: Readonly<Record<Change['status'], Change['status']>> = {
  new: 'gone',
  gone: 'new',
  grown: 'shrunk',
  shrunk: 'grown',
  'state-changed': 'state-changed',
};

const keyed = (changes: readonly Change[]) =>
  changes.map(({ kind, id, status, before, after }) => `${kind} ${id} ${status} ${before} ${after}`).sort();

const mirrored = (changes: readonly Change[]) =>
  changes
    .map(({ kind, id, status, before, after }) => `${kind} ${id} ${OPPOSITE[status]} ${after} ${before}`)
    .sort();

describe('diff of two snapshots', () => {
  it('says what is new, gone, grown and changed', () => {
    const before = snapshot('main.a go main.b ×3 #10 [chan send]\nmain.a go main.c ×2 #50 [select]', 1);
    const after = snapshot('main.a go main.b ×5 #10 [chan send]\nmain.a go main.d ×1 #50 [IO wait]', 9);
    const changes = diffSnapshots(before, after);
    const said = changes.map(({ kind, status, label }) => `${kind} ${status}: ${label}`);
    expect(said).toEqual(
      expect.arrayContaining([
        'goroutine new: chan send in main.b ← main.a',
        'goroutine gone: select in main.c ← main.a',
        'goroutine state-changed: IO wait in main.d ← main.a',
        'signature grown: chan send in main.b ← main.a',
        'signature gone: select in main.c ← main.a',
        'signature new: IO wait in main.d ← main.a',
        'site grown: main.remember',
        'memory grown: heapAlloc',
      ]),
    );
  });

  it('compares signatures, not ids, across a restart', () => {
    const before = snapshot('main.a go main.b ×3 #5000 [chan send]');
    const after = snapshot('main.a go main.b ×1 #11 [chan send]');
    expect(diffSnapshots(before, after).filter(({ kind }) => kind === 'goroutine')).toEqual([]);
    expect(diffSnapshots(before, after)).toContainEqual(
      expect.objectContaining({ kind: 'signature', status: 'shrunk', before: 3, after: 1 }),
    );
  });

  const crowd = fc
    .array(
      fc.record({
        func: fc.constantFrom('main.a', 'main.b', 'main.c'),
        state: fc.constantFrom('chan send', 'select', 'IO wait'),
        count: fc.integer({ min: 1, max: 9 }),
        slot: fc.integer({ min: 0, max: 5 }),
      }),
      { minLength: 1, maxLength: 5 },
    )
    .map((groups) => {
      const slots = new Map(groups.map((group) => [group.slot, group]));
      // A pool from boot stays: without a shared id the two would be two processes.
      return [...slots.values(), { func: 'main.pool', state: 'select', count: 3, slot: 250 }]
        .map(({ func, state, count, slot }) => `main.go go ${func} ×${count} #${100 + slot * 20} [${state}]`)
        .join('\n');
    });

  it('is empty against itself, and mirrors when turned round', () => {
    fc.assert(
      fc.property(crowd, crowd, fc.integer({ min: 0, max: 20 }), (a, b, leaked) => {
        const before = snapshot(a);
        const after = snapshot(b, leaked);
        expect(diffSnapshots(before, before)).toEqual([]);
        expect(keyed(diffSnapshots(after, before))).toEqual(mirrored(diffSnapshots(before, after)));
      }),
      { numRuns: 60 },
    );
  });
});
