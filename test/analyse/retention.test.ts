import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analyse/analyse.ts';
import type { Profile } from '../../src/model/profile.ts';
import type { Analysis } from '../../src/model/verdict.ts';
import { readRetention } from '../../src/parse/retention.ts';
import { arrangeLooseFiles, assembleSeries } from '../../src/parse/snapshot.ts';
import { heapStacks } from '../kit/heap-stacks.ts';
import { drawDump } from '../kit/stacks.ts';
import { ways } from '../kit/ways.ts';
import { CONTEXT, quiet, seriesOf } from './series.ts';

const CAPTURES = new URL('../captures/', import.meta.url);

function file(path: string) {
  return { name: path, bytes: new Uint8Array(readFileSync(new URL(path, CAPTURES))) };
}

function clue(analysis: Analysis, name: string) {
  return analysis.clues.find((each) => each.clue === name);
}

function heapLeak(goref?: string): Analysis {
  const files = ['t065', 't185', 't305'].flatMap((at) => [
    file(`profiles/heap-leak.${at}.heap.pb.gz`),
    file(`samples/heap-leak.${at}.vars.json`),
  ]);
  const folders = arrangeLooseFiles(goref === undefined ? files : [...files, file(goref)]);
  return analyse([assembleSeries(folders, { instance: 'a' }).series], CONTEXT);
}

describe('the heap leak whose holder is known', () => {
  const joined = heapLeak('profiles/heap-leak.grf.out');

  it('has its holder in the verdict, its evidence and the next step', () => {
    expect(joined.verdict).toMatchObject({ kind: 'heap-leak', tier: 'probable' });
    expect(joined.verdict.summary).toContain('likely held by the map `m` of `main.main.func16`');
    expect(joined.verdict.nextStep).toContain('the map `m` of `main.main.func16`');
    expect(clue(joined, 'retention-held')?.text).toBe(
      '100 % of the growth (+196 MiB, allocated in `main.main.func16`) hangs off the map `m` of `main.main.func16`, depth 4 from the local variable `f` of `main.every`; matched by the function that both files name, by their package and by objects of 20 KiB, which is likely but no proof.',
    );
  });

  it('is told that the two files are of different moments', () => {
    expect(clue(joined, 'retention-moment')?.text).toContain('660 MiB');
    expect(joined.retention?.held).toMatchObject([{ by: ['function', 'package', 'size'] }]);
    expect(joined.retention?.held[0]).not.toHaveProperty('atLeast');
  });

  it('is no surer and no less sure of the leak itself than without the file', () => {
    const alone = heapLeak();
    expect(alone.retention).toBeUndefined();
    expect(alone.verdict.confidence).toBe(joined.verdict.confidence);
    expect(alone.verdict.nextStep).toContain('Find what keeps the objects');
    expect(alone.clues.map(({ clue: name }) => name)).not.toContain('retention');
  });

  it('is not blamed on what another program holds', () => {
    const other = heapLeak('retention/leak-global.grf.out');
    expect(other.retention?.held).toEqual([]);
    expect(other.verdict.summary).not.toContain('held by');
    expect(clue(other, 'retention-unmatched')?.text).toContain(
      'Who holds what `main.main.func16` allocated (196 MiB) the goref file cannot tell',
    );
  });
});

describe('a program whose map was growing while two goref files were made', () => {
  const folders = ['1', '2', '3'].map((at) =>
    readdirSync(new URL(`retention/book/${at}`, CAPTURES)).map((name) =>
      file(`retention/book/${at}/${name}`),
    ),
  );
  const analysis = analyse([assembleSeries(folders, { instance: 'a' }).series], CONTEXT);

  it('is matched by package and size, for no function is named in both', () => {
    expect(analysis.verdict.kind).toBe('heap-leak');
    expect(analysis.retention?.held).toMatchObject([
      { func: 'example.com/roots/ledger.(*Book).Write', holder: 0, by: ['package', 'size'] },
    ]);
    expect(analysis.retention?.holders[0]).toMatchObject({
      root: { name: 'main.book' },
      container: { kind: 'map', name: 'pages' },
    });
  });

  it('shows in both what grew', () => {
    expect(clue(analysis, 'retention-grown')?.text).toBe(
      'Between the two goref files the map `pages` below `main.book` grew +59.4 MiB, 100 % of what all roots together grew.',
    );
  });
});

function inUse({ values }: Profile): number {
  return values.filter((_, at) => at % 4 === 3).reduce((sum, bytes) => sum + bytes, 0);
}

/** Three heap profiles, and a goref file with the last. */
function growing(heaps: readonly Profile[], goref: Profile): Analysis {
  const retention = readRetention(goref);
  return analyse(
    [
      seriesOf(
        heaps.map((heap, at) => ({
          heap,
          memory: [quiet({ numGC: 20 + 5 * at, nextGC: 2 * inUse(heap) })],
          ...(retention && at === heaps.length - 1 && { retention }),
        })),
        60,
      ),
    ],
    CONTEXT,
  );
}

const heaps = [20, 60, 100].map(
  (mib) => heapStacks`
  main.main → acme.io/pay/ledger.(*Book).Write   ${mib}MiB
  main.main → acme.io/pay/cache.Fill             10MiB
`,
);

describe('a match', () => {
  it('may be reckoned, when the file shows the moment of the profile', () => {
    const analysis = growing(
      heaps,
      ways`
        main.old ← rows. ([]*main.row) ← [10+]. (*main.row)   100000 × 1KiB
        runtime.allgs ← [0]. (*runtime.g)                          9 × 480
      `,
    );
    expect(analysis.retention?.held).toMatchObject([{ by: ['size', 'amount'], holder: 0 }]);
    expect(analysis.retention?.held[0]?.atLeast).toBeGreaterThan(0.95);
    expect(analysis.verdict.summary).toContain(', held by the slice `rows` below `main.old`');
  });

  it('is none by size alone', () => {
    const analysis = growing(
      heaps,
      ways`
        main.old ← rows. ([]*main.row) ← [10+]. (*main.row)   400000 × 1KiB
        main.new ← rows. ([]*main.row) ← [10+]. (*main.row)   300000 × 4KiB
      `,
    );
    expect(analysis.retention?.held).toEqual([]);
    expect(analysis.retention?.unmatched).toMatchObject([
      { because: 'too little is alike in the two files' },
    ]);
  });

  it('is none where two holders fit alike', () => {
    const analysis = growing(
      heaps,
      ways`
        acme.io/pay/ledger.open ← [10+]. (*acme.io/pay/ledger.Page)     400000 × 1KiB
        acme.io/pay/ledger.closed ← [10+]. (*acme.io/pay/ledger.Page)   300000 × 1KiB
      `,
    );
    expect(analysis.retention?.held).toEqual([]);
    expect(analysis.retention?.unmatched).toMatchObject([{ because: 'two holders fit it equally well' }]);
    expect(analysis.verdict.summary).not.toContain('held by');
  });

  it('is none where the holder holds too little', () => {
    const analysis = growing(
      heaps,
      ways`
        main.big ← [10+]. (*main.row)                                                  400000 × 8KiB
        main.book ← pages. (map[string]*acme.io/pay/ledger.Book) ← $mapval. (*acme.io/pay/ledger.Book)   40000 × 1KiB
      `,
    );
    expect(analysis.retention?.unmatched).toMatchObject([
      { because: 'what resembles it holds less than half of what it has in use' },
    ]);
  });

  it('is found by the type whose method allocates', () => {
    const analysis = growing(
      heaps,
      ways`
        main.book ← b. (*acme.io/pay/ledger.Book) ← rows. ([]acme.io/pay/row) ← [10+]. (acme.io/pay/row)   400000 × 1KiB
      `,
    );
    expect(analysis.retention?.held).toMatchObject([{ by: ['type', 'package', 'size'] }]);
  });

  it('of a single profile speaks of what is in use, not of growth', () => {
    const analysis = growing(
      heaps.slice(2),
      ways`main.book ← b. (*acme.io/pay/ledger.Book) ← rows. ([]acme.io/pay/row) ← [10+]. (acme.io/pay/row)   100000 × 1KiB`,
    );
    expect(analysis.verdict.kind).not.toBe('heap-leak');
    expect(clue(analysis, 'retention-held')).toMatchObject({ severity: 'warning' });
    expect(clue(analysis, 'retention-held')?.text).toMatch(
      /^What `ledger\.\(\*Book\)\.Write` allocated \(100 MiB\) hangs off/,
    );
  });
});

it('says of goroutines that grow what hangs off their stacks', () => {
  const retention = readRetention(ways`
    main.handle.gowrap1.ctx                                     134 × 80KiB
    runtime.goexit ← main.handle.gowrap1 ← runtime.selectgo     134 × 1KiB
    main.other.buf                                              300 × 80KiB
  `);
  const waiting = [20, 77, 134].map((count) =>
    drawDump(`
      main.serve go main.handle.gowrap1 ×${count} #100   [select]
      main.start go main.other ×40 #20                  [chan receive]
    `),
  );
  const moments = waiting.map((goroutines, at) => ({
    goroutines,
    memory: [quiet()],
    ...(retention && at === 2 && { retention }),
  }));
  const analysis = analyse([seriesOf(moments, 30)], CONTEXT);
  expect(
    analysis.clues.filter(({ clue: name }) => name === 'retention-stacks').map(({ text }) => text),
  ).toEqual([
    '10.5 MiB of 34 MiB reachable hang off the local variable `ctx` of `main.handle.gowrap1`, whose goroutines grow (+114 in the window): it goes when they end.',
  ]);
});

describe("the handbook's depth", () => {
  const deep =
    'a. (*main.a) ← b. (*main.b) ← c. (*main.c) ← d. (*main.d) ← e. (*main.e) ← f. (*main.f) ← g. (*main.g) ← h. (*main.h)';

  it('is told of a package variable, with the figure, and accuses nobody', () => {
    const analysis = growing(heaps.slice(2), ways`main.tree ← ${deep}   1000 × 1KiB`);
    expect(clue(analysis, 'retention-depth')).toMatchObject({
      severity: 'notice',
      evidence: { figure: 8, deepest: 9 },
    });
    expect(analysis.verdict.tier).toBeUndefined();
  });

  it.each([
    ['eight steps', `main.tree ← ${deep.replace(' ← h. (*main.h)', '')}   1000 × 1KiB`],
    ['a stack', `main.work.tree ← ${deep}   1000 × 1KiB`],
    ['the runtime', `runtime.m0 ← ${deep}   1000 × 1KiB`],
    ['what is small', `main.tree ← ${deep}   40 × 1KiB\nmain.flat   1000 × 1KiB`],
  ])('is not told of %s', (_, drawing) => {
    expect(clue(growing(heaps.slice(2), ways`${drawing}`), 'retention-depth')).toBeUndefined();
  });

  it('can be set to another', () => {
    const retention = readRetention(ways`main.tree ← a. (*main.a) ← b. (*main.b)   1000 × 1KiB`);
    const series = seriesOf([{ ...(retention && { retention }), memory: [quiet()] }], 60);
    const analysis = analyse([series], { ...CONTEXT, rules: { retentionDepth: 2 } });
    expect(clue(analysis, 'retention-depth')?.text).toContain(
      'more than 2 steps below the package variable `main.tree`',
    );
  });
});

it('speaks of a goref file alone, without judging', () => {
  const { series } = assembleSeries([[file('retention/leak-ctx.grf.out')]], { instance: 'a' });
  const analysis = analyse([series], CONTEXT);
  expect(analysis.verdict.kind).toBe('inconclusive');
  expect(clue(analysis, 'retention')?.text).toBe(
    '`main.handleNoCancel.gowrap1.ctx` holds 106 KiB of 1.51 MiB reachable, depth 1 from the local variable `ctx` of `main.handleNoCancel.gowrap1`.',
  );
});
