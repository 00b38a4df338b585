import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/analyse/analyse.ts';
import { drawDump } from '../kit/stacks.ts';
import { CONTEXT, dumpsOf, seriesOf } from './series.ts';

const FURNITURE = `
  main.main → net/http.(*Server).Serve ×1 #1                          [IO wait]
  net/http.(*Server).Serve go net/http.(*conn).serve ×20 #100         [IO wait, by 1]
  main.startPool go main.worker ×40 #200                              [chan receive, by 1, chan 7]
`;
const at = (flush: number, more = '') =>
  drawDump(`${FURNITURE}  main.handle go main.flush:31 ×${flush} #1000 [chan send, by 900]\n${more}`);
const snapshots = [at(10), at(60), at(110)];
const series = (instance?: string) => seriesOf(dumpsOf(...snapshots), 30, instance);

describe('a signature that somebody says is no leak', () => {
  const plain = analyse([series()], CONTEXT);
  const [leak] = plain.signatures;
  const hidden = [leak?.knownAs ?? ''];

  it('makes the verdict until somebody says so', () => {
    expect(plain.verdict.kind).toBe('goroutine-leak');
    expect(leak?.knownAs).toMatch(/^[0-9a-f]{16}$/);
    expect(plain.hidden).toBeUndefined();
  });

  it('makes it no more, and the analysis says how many goroutines that leaves out', () => {
    const { verdict, signatures, clues, hidden: left } = analyse([series()], { ...CONTEXT, hidden });
    expect(verdict.kind).toBe('healthy');
    expect(verdict.summary).toMatch(/goroutines 61 → 61 → 61\)\. Left out by rule: 110 goroutines\.$/);
    expect(signatures).toEqual([]);
    expect(left).toEqual([
      { signature: hidden[0], label: 'chan send in main.flush', count: 110, delta: 100 },
    ]);
    expect(clues.find(({ clue }) => clue === 'goroutine-growth')?.text).toContain('61 → 61 → 61');
  });

  it('is known whoever started it', () => {
    const by = (n: number) =>
      drawDump(`${FURNITURE}  main.other go main.flush:31 ×${n} #1000 [chan send, by 900]`);
    const { hidden: left } = analyse([seriesOf(dumpsOf(by(10), by(60), by(110)), 30)], {
      ...CONTEXT,
      hidden,
    });
    expect(left).toMatchObject([{ signature: hidden[0], count: 110 }]);
  });

  it('hides no other leak beside it', () => {
    const beside = (n: number) => at(10 + n, `  main.subscribe go main.watch ×${n} #5000 [select, by 901]\n`);
    const dumps = [beside(10), beside(60), beside(110)];
    const { verdict, signatures } = analyse([seriesOf(dumpsOf(...dumps), 30)], { ...CONTEXT, hidden });
    expect(verdict.kind).toBe('goroutine-leak');
    expect(verdict.summary).toMatch(/main\.watch.* Left out by rule: 120 goroutines\.$/);
    expect(signatures.map(({ frames }) => frames[0]?.func)).toEqual(['main.watch']);
  });

  it('is counted over all instances', () => {
    const { hidden: left } = analyse([series('a'), series('b')], { ...CONTEXT, hidden });
    expect(left).toMatchObject([{ count: 220, delta: 200 }]);
  });

  it('leaves everything as it is where it does not occur', () => {
    const other = { ...CONTEXT, hidden: ['f'.repeat(16)] };
    expect(analyse([series()], other)).toEqual(plain);
  });
});
