import { describe, expect, it } from 'vitest';
import { heapFlame } from '../../../src/flame/flame.ts';
import type { Flames } from '../../../src/model/flame.ts';
import type { Drawing } from '../../../src/report/charts/drawing.ts';
import {
  allPictures,
  type Picture,
  pictures,
  recoveryPictures,
} from '../../../src/report/charts/pictures.ts';
import type { Report } from '../../../src/report/schema.ts';
import { heapStacks } from '../../kit/heap-stacks.ts';
import { sampleReport } from '../../kit/report.ts';

const SERVE = 'net/http.(*conn).serve → example.com/payments/api.(*Server).Charge';
const BEFORE = heapStacks`
  ${SERVE} → example.com/payments/ledger.(*Writer).Append → github.com/acme/payments/ledger.NewWriter   2MiB
  main.main → example.com/payments/cache.(*Store).Put                                  20MiB
  example.com/payments/notify.(*Hub).run                                               70MiB
  example.com/payments/codec.Decode                                                     5MiB
`;
const AFTER = heapStacks`
  ${SERVE} → example.com/payments/ledger.(*Writer).Append → github.com/acme/payments/ledger.NewWriter  60MiB
  example.com/payments/batch.Replay → github.com/acme/payments/ledger.NewWriter                         20MiB
  main.main → example.com/payments/cache.(*Store).Put                                  20MiB
  example.com/payments/notify.(*Hub).run                                               30MiB
`;
const DIFFERENCE: Flames = { since: 'window', ...both({ before: BEFORE, after: AFTER }) };

function both(moments: Parameters<typeof heapFlame>[0][number]): Flames {
  const heap = heapFlame([moments]);
  return heap ? { heap } : {};
}

function picture(name: string, report: Report, flames: Flames = {}): Picture {
  const found = allPictures(report, flames).find((each) => each.name === name);
  if (!found) throw new Error(`there is no ${name}`);
  return found;
}

function shapesOf({ art }: Picture): Drawing['shapes'] {
  if (!('shapes' in art)) throw new Error('this picture is drawn by Chart.js');
  return art.shapes;
}

function wordsIn(drawn: Picture): string[] {
  return shapesOf(drawn).flatMap((shape) => (shape.kind === 'words' ? [shape.text] : []));
}

/** The tone of the box behind some words. */
function toneBehind(drawn: Picture, text: RegExp): string | undefined {
  const shapes = shapesOf(drawn);
  const at = shapes.findIndex((shape) => shape.kind === 'words' && text.test(shape.text));
  if (at < 0) throw new Error(`nobody wrote ${text}`);
  const behind = shapes.slice(0, at).findLast((shape) => shape.kind === 'box');
  return behind?.kind === 'box' ? behind.tone : undefined;
}

describe('the heap flame', () => {
  const flame = picture('heap-flame.png', sampleReport(), DIFFERENCE);

  it('tells what grew from what shrank and what stayed, in tones and in figures', () => {
    expect(toneBehind(flame, /api.*Charge$/)).toBe('grew-3');
    expect(toneBehind(flame, /run$/)).toBe('shrank-3');
    expect(toneBehind(flame, /Put$/)).toBe('same');
    expect(wordsIn(flame)).toContain('+58 MiB');
    expect(wordsIn(flame)).toEqual(expect.arrayContaining(['grew', 'as before', 'shrank']));
    expect(wordsIn(flame)).toContain('130 MiB in use at the last GC, +33 MiB in 30 s');
    expect(wordsIn(flame)).toContain('Gone: -5 MiB payments/codec.Decode');
  });

  it('frames the leading site and says who calls it', () => {
    const framed = shapesOf(flame).filter((shape) => shape.kind === 'box' && shape.edge === 'ink');
    expect(framed).toHaveLength(2);
    expect(wordsIn(flame)).toEqual(
      expect.arrayContaining(['Callers of payments/ledger.NewWriter', '80 MiB, +78 MiB', '75 %', '25 %']),
    );
    expect(flame.alt).toBe(
      'Flame graph of the heap of payments-svc: 130 MiB in use, +33 MiB. payments/ledger.NewWriter holds 80 MiB (+78 MiB), called by payments/ledger.(*Writer).Append 60 MiB, payments/batch.Replay 20 MiB.',
    );
  });

  it('without a before shows which calls lead to the leading site', () => {
    const plain = picture('heap-flame.png', sampleReport(), both({ after: AFTER }));
    expect(toneBehind(plain, /api.*Charge$/)).toBe('leads');
    expect(toneBehind(plain, /Put$/)).toBe('same');
  });

  it('folds callers that all have in common when the stacks are deep, and says so', () => {
    const deep = Array.from({ length: 30 }, (_, at) => `mw.Layer${at}`).join(' → ');
    const after = heapStacks`
      ${deep} → a.A  6MiB
      ${deep} → b.B  5MiB
    `;
    const said = wordsIn(picture('heap-flame.png', sampleReport(), both({ after })));
    expect(said).toContain('18 callers above, each with 90 % or more');
    expect(said).toEqual(expect.arrayContaining(['a.A', 'b.B']));
  });

  it('keeps every box and every word inside the picture', () => {
    const { size } = flame;
    for (const shape of shapesOf(flame)) {
      expect(shape.y).toBeLessThanOrEqual(size.height);
      expect(shape.x).toBeGreaterThanOrEqual(0);
      if (shape.kind === 'box') expect(shape.x + shape.width).toBeLessThanOrEqual(size.width);
    }
  });

  it('is not there without a heap profile', () => {
    expect(allPictures(sampleReport(), {}).map(({ name }) => name)).not.toContain('heap-flame.png');
  });
});

describe('the instances', () => {
  const fleet = Array.from({ length: 14 }, (_, at) => ({
    instance: `payments-svc-7f9c-x${at}`,
    verdict: 'healthy' as const,
    heapBytes: { before: 40 * 2 ** 20, after: (at === 5 ? 90 : 41) * 2 ** 20 },
    goroutines: { before: 200, after: 201 },
  }));

  it('are a row each, the one that grew most first, by what tells their names apart', () => {
    const said = wordsIn(picture('instances.png', { ...sampleReport(), fleet }));
    expect(said.filter((text) => /^x\d+$/.test(text)).slice(0, 2)).toEqual(['x5', 'x0']);
    expect(said).toContain('90 MiB, +50 MiB');
    expect(said).toContain('… 4 more instances');
  });

  it('are no picture when there is one', () => {
    const one = { ...sampleReport(), fleet: fleet.slice(0, 1) };
    expect(allPictures(one).map(({ name }) => name)).not.toContain('instances.png');
  });
});

it('the waterfall begins each band where the one before ends, and ends with the whole', () => {
  const { art } = picture('memory-waterfall.png', sampleReport());
  const { labels, datasets } = (
    art as unknown as { data: { labels: string[]; datasets: [{ data: [number, number][] }] } }
  ).data;
  expect(labels.at(-1)).toBe('all: 112 MiB');
  const bars = datasets[0].data;
  expect(bars.slice(0, -1).map(([from]) => from)).toEqual([0, ...bars.slice(0, -2).map(([, to]) => to)]);
  expect(bars.at(-1)).toEqual([0, bars.at(-2)?.[1]]);
});

it('no waterfall is drawn of figures that add up to more than a number holds', () => {
  const report = sampleReport();
  const waterfall = ['live', 'garbage'].map((band) => ({ band, bytes: 1.5e308, text: band }));
  const absurd = { ...report, memory: { ...report.memory, waterfall } } as Report;
  expect(allPictures(report).map(({ name }) => name)).toContain('memory-waterfall.png');
  expect(allPictures(absurd).map(({ name }) => name)).not.toContain('memory-waterfall.png');
});

describe('of an incident that is over', () => {
  const before = sampleReport('heap-leak');
  const after = { ...before, id: 'later' };
  const flames = { before: both({ after: AFTER }), after: both({ after: BEFORE }) };

  it('the heap since then is the difference of two captures', () => {
    const [, since] = recoveryPictures({ before, after, flames });
    if (!since) throw new Error('there is a flame');
    expect(since.name).toBe('heap-since.png');
    expect(toneBehind(since, /run$/)).toBe('grew-3');
    expect(shapesOf(since).map(({ tone }) => tone)).toContain('shrank-3');
    expect(wordsIn(since)).toContain('Gone: -20 MiB payments/batch.Replay');
    expect(wordsIn(since).join('\n')).toMatch(
      /97 MiB in use at the last GC, -33 MiB since the earlier capture/,
    );
  });

  it('is drawn without flames where those are kept on another machine', () => {
    expect(recoveryPictures({ before, after })).toHaveLength(1);
    expect(recoveryPictures({ before, after, flames: { before: {}, after: {} } })).toHaveLength(1);
  });
});

describe('a thread', () => {
  it('shows at most three pictures, those that tell of the verdict', () => {
    const names = (report: Report) => pictures(report, DIFFERENCE).map(({ name }) => name);
    expect(names(sampleReport())).toEqual(['memory-and-goroutines.png', 'signatures.png', 'heap-flame.png']);
    expect(names(sampleReport('heap-leak'))).toEqual(['memory-and-goroutines.png', 'heap-flame.png']);
    expect(names(sampleReport('healthy'))).toEqual(['memory-and-goroutines.png']);
  });
});
