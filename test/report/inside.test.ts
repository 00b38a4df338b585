import { describe, expect, it } from 'vitest';
import { reportPage } from '../../src/page/page.ts';
import { formatNs, insideClues, insideWords } from '../../src/report/inside.ts';
import type { Report } from '../../src/report/schema.ts';
import { reportText } from '../../src/report/text.ts';
import { sampleReport } from '../kit/report.ts';

const BEGAN = Date.UTC(2026, 10, 26, 12);

function clue(artefact: string, fromNs: number, toNs: number, atMs = BEGAN): Report['alignment'][number] {
  return {
    artefact,
    from: atMs + fromNs / 1e6,
    to: atMs + toNs / 1e6,
    uncertaintyNs: (toNs - fromNs) / 2,
    clock: 'target',
    inside: { fromNs, toNs, outsideNs: 9e6 },
  };
}

const probed: Report = {
  ...sampleReport(),
  alignment: [
    clue('heap.pb.gz', 7_300_000, 8_100_000),
    clue('goroutines.txt', 200, 7_100_200),
    clue('memory-0.json', 7_100_450, 7_290_000),
    clue('memory-runtime-0.txt', 7_290_100, 7_299_000),
    clue('goroutines.txt', 300, 6_000_300, BEGAN + 30_000),
    { artefact: 'process-0.prom', from: BEGAN, to: BEGAN + 4, uncertaintyNs: 2e6, clock: 'collector' },
  ],
};

describe('clues taken inside the process', () => {
  it('are listed as they were taken, snapshot by snapshot, with the gap before each and the handbook’s bound', () => {
    const listed = insideClues(probed).map(({ artefact, gapNs, handbookNs }) => [
      artefact,
      gapNs,
      handbookNs,
    ]);
    expect(listed).toEqual([
      ['goroutines.txt', undefined, 500],
      ['memory-0.json', 250, 100],
      ['memory-runtime-0.txt', 100, undefined],
      ['heap.pb.gz', 1_000, 200],
      ['goroutines.txt', undefined, 500],
    ]);
    expect(insideWords(probed)).toContain('at most 1.0 µs between');
  });

  it('are printed with their own spans on the page and in a terminal, and nowhere when there are none', () => {
    const style = { width: 100, color: false };
    expect(reportText(probed, style)).toMatch(
      /goroutines\.txt\s+200\s+7,100,200\s+± 3\.5 ms\s+± 500 ns\s+± 9\.0 ms/,
    );
    const page = String(reportPage({ report: probed, flames: {}, images: [] }));
    expect(page).toContain('Taken by the probe');
    expect(page).toContain('200–7,100,200');
    expect(insideWords(sampleReport())).toBeUndefined();
    expect(reportText(sampleReport(), style)).not.toContain('Taken by the probe');
  });

  it.each([
    [0, '0 ns'],
    [311, '311 ns'],
    [4_100, '4.1 µs'],
    [17_082, '17 µs'],
    [7_250_000, '7.3 ms'],
    [136_000_000, '136 ms'],
  ])('%d is %s', (ns, words) => {
    expect(formatNs(ns)).toBe(words);
  });
});
