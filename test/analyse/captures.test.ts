// Over recorded captures of the labelled programs that may be looked at: losing an artefact never makes an
// accusation, and the same bytes give the same answer.
import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analyse/analyse.ts';
import { type Case, listCases, readSeries } from '../quality/captures.ts';
import { CONTEXT } from './series.ts';

const LOSSES: readonly [string, RegExp][] = [
  ['the dump', /debug2/],
  ['the counts', /goroutine\.pb/],
  ['the heap', /heap/],
  ['the vars', /vars/],
  ['the metrics', /metrics/],
  ['vars and metrics', /vars|metrics/],
];

const perProgram = [...new Map(listCases('develop').map((one) => [one.program, one])).values()];

const accuses = (kind: string) => kind === 'goroutine-leak' || kind === 'deadlock' || kind === 'heap-leak';

describe.skipIf(perProgram.length === 0)('recorded captures', () => {
  it.each(LOSSES)('without %s nothing healthy is accused', (_, lost) => {
    const accused = perProgram
      .filter((one) => one.label.healthy)
      .map((one) => ({ one, verdict: verdictWithout(one, lost) }))
      .filter(({ verdict }) => accuses(verdict.kind))
      .map(({ one, verdict }) => `${one.program}/${one.run}: ${verdict.summary}`);
    expect(accused).toEqual([]);
  });

  it('is less sure of an all-clear with less to see', () => {
    for (const one of perProgram.filter(({ label }) => label.healthy)) {
      const full = analyse([readSeries(one.folder)], CONTEXT).verdict;
      const less = verdictWithout(one, /heap|vars|debug2/);
      expect(less.kind === 'healthy' ? less.confidence : 0).toBeLessThan(full.confidence);
    }
  });

  it('are proven to leak by the runtime alone, however much else weighs', () => {
    const claimed = [...listCases('all'), ...listCases('later')].flatMap((one) =>
      analyse([readSeries(one.folder)], CONTEXT)
        .signatures.filter(({ tier, proof }) => tier === 'proven' && !proof?.confirmed)
        .map(({ frames }) => `${one.program}/${one.run}: ${frames[0]?.func}`),
    );
    expect(claimed).toEqual([]);
  });

  it('answers the same bit for bit', () => {
    for (const one of perProgram.slice(0, 10)) {
      const again = () => JSON.stringify(analyse([readSeries(one.folder)], CONTEXT));
      expect(again()).toBe(again());
    }
  });
});

function verdictWithout(one: Case, lost: RegExp) {
  return analyse([readSeries(one.folder, (file) => lost.test(file))], CONTEXT).verdict;
}
