// A recorded leak of about 1 MB/s and its healthy twin with the same allocation rate, at three moments each:
// every choice of moments and artefacts is analysed, none may accuse the twin.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analyse/analyse.ts';
import { assembleSeries } from '../../src/parse/snapshot.ts';
import { CONTEXT } from './series.ts';

const FILES = {
  heap: (name: string) => `../captures/profiles/${name}.heap.pb.gz`,
  vars: (name: string) => `../captures/samples/${name}.vars.json`,
};
type Kind = keyof typeof FILES;

const MOMENTS: readonly (readonly string[])[] = [
  ['t065'],
  ['t065', 't185'],
  ['t185', 't305'],
  ['t065', 't305'],
  ['t065', 't185', 't305'],
];
const KINDS: readonly (readonly Kind[])[] = [['heap'], ['vars'], ['heap', 'vars']];
const choices = MOMENTS.flatMap((moments) => KINDS.map((kinds) => [moments, kinds] as const));

function analysisOf(program: string, moments: readonly string[], kinds: readonly Kind[]) {
  const folders = moments.map((moment) =>
    kinds.map((kind) => ({
      name: kind,
      bytes: readFileSync(new URL(FILES[kind](`${program}.${moment}`), import.meta.url)),
    })),
  );
  return analyse([assembleSeries(folders, { instance: 'sample' }).series], CONTEXT);
}

describe('a recorded heap leak and its healthy twin', () => {
  it.each(choices)('%j of %j never accuse the twin', (moments, kinds) => {
    const { verdict } = analysisOf('heap-ok', moments, kinds);
    const isClear = moments.length === 3 && kinds.length === 2;
    expect(verdict.kind).toBe(isClear ? 'healthy' : 'inconclusive');
  });

  it.each(choices)('%j of %j find the leak where it can be seen', (moments, kinds) => {
    const { verdict } = analysisOf('heap-leak', moments, kinds);
    const canBeSeen = kinds.includes('heap') ? moments.length > 1 : moments.length > 2;
    expect(verdict.kind).toBe(canBeSeen ? 'heap-leak' : 'inconclusive');
    if (canBeSeen && kinds.includes('heap')) expect(verdict.summary).toContain('main.main.func16');
  });

  it('is surer with every artefact more, and measures the slope', () => {
    const sure = (kinds: readonly Kind[]) =>
      analysisOf('heap-leak', ['t065', 't185', 't305'], kinds).verdict.confidence;
    expect(sure(['heap', 'vars'])).toBeGreaterThan(sure(['heap']));
    expect(sure(['heap', 'vars'])).toBeGreaterThan(sure(['vars']));
    const { memory } = analysisOf('heap-leak', ['t065', 't305'], ['heap', 'vars']);
    expect(Math.abs((memory.slopes.live ?? 0) / 1e6 - 1)).toBeLessThan(0.15);
  });
});
