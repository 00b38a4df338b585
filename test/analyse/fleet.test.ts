import { expect, it } from 'vitest';
import { analyse } from '../../src/analyse/analyse.ts';
import { CONTEXT, MIB, quiet, seriesOf } from './series.ts';

const moments = (from: number, to: number) => [
  { memory: [quiet({ heapAlloc: from * MIB, goroutines: from })] },
  { memory: [quiet({ heapAlloc: to * MIB, goroutines: to })] },
];

it('several instances are told apart: what each had at the beginning and at the end', () => {
  const series = [seriesOf(moments(12, 40), 30, 'a'), seriesOf([{ memory: [] }], 30, 'b')];
  expect(analyse(series, CONTEXT).fleet).toMatchObject([
    {
      instance: 'a',
      heapBytes: { before: 12 * MIB, after: 40 * MIB },
      goroutines: { before: 12, after: 40 },
    },
    { instance: 'b' },
  ]);
  expect(analyse(series, CONTEXT).fleet?.[1]).not.toHaveProperty('heapBytes');
});

it('one instance is no fleet', () => {
  expect(analyse([seriesOf(moments(12, 40), 30)], CONTEXT)).not.toHaveProperty('fleet');
});
