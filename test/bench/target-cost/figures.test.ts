import { describe, expect, it } from 'vitest';
import {
  type Asked,
  brokenPromises,
  type Cell,
  costOf,
  type Phase,
  phaseOf,
  questionCost,
  type Round,
} from './figures.ts';
import { tablesOf, withTables } from './table.ts';

const asked = (endpoint: Asked['endpoint'], otherStopMs: number, gcStopMs = 0): Asked => ({
  endpoint,
  ms: 10,
  bytes: 1024,
  otherStopMs,
  gcStopMs,
});
const phase = (p99: number, ...questions: Asked[]): Phase => ({
  p50: 1,
  p99,
  requests: 100,
  asked: questions,
});
const cell = (rounds: readonly Round[], goroutines = 10_000): Cell => ({
  go: '1.27.3',
  goroutines,
  leakDetector: true,
  windowMs: 10_000,
  perSecond: 300,
  measuredOn: '2026-11-26',
  machine: '2 cores',
  rounds,
});
const round = (without: number, withIt: number, ...questions: Asked[]): Round => ({
  baseline: phase(without),
  captures: { default: phase(withIt, ...questions) },
});

describe('a phase', () => {
  it('counts requests that were due within it, however late they were answered', () => {
    const samples = Array.from({ length: 200 }, (_, at) => ({ dueMs: at, latencyMs: at < 100 ? 500 : at }));
    const { p50, p99, requests } = phaseOf(samples, { fromMs: 100, toMs: 200 }, []);
    expect([p50, p99, requests]).toEqual([150, 199, 100]);
  });
});

describe('what a capture cost', () => {
  it('compares the two phases of each round before it takes the median', () => {
    const cost = costOf(cell([round(10, 11), round(100, 104), round(50, 48)]), 'default');
    expect(cost?.p99Raised).toEqual({ median: 1, min: -2, max: 4 });
  });

  it('keeps the stops of MemStats apart, and counts collections only for the detector, which makes them', () => {
    const questions = [asked('vars', 0.5), asked('goroutine', 0.25, 7), asked('goroutineleak', 0.125, 3)];
    const cost = costOf(cell([round(1, 1, ...questions)]), 'default');
    expect(cost?.stopMs).toEqual({ memStats: 0.5, beyond: 3.375 });
    expect(questionCost(cell([round(1, 1, ...questions)]), 'goroutineleak')?.stopMs).toBe(3.125);
  });

  it('is unknown, not zero, where a variant was not measured', () => {
    expect(costOf(cell([round(1, 1)]), 'full stacks')).toBeUndefined();
    expect(questionCost(cell([round(1, 1)]), 'goroutineleak')).toBeUndefined();
  });
});

describe('the promise', () => {
  it.each([
    ['holds at its limits', round(10, 15, asked('goroutine', 1)), []],
    ['breaks by latency', round(10, 15.1), ['p99 raised by 5.10 ms']],
    ['breaks by stops', round(10, 10, asked('goroutine', 1.1)), ['stopped for 1.10 ms']],
    ['leaves MemStats out', round(10, 10, asked('vars', 30)), []],
  ])('%s', (_, played, broken) => {
    const sentences = brokenPromises([cell([played])]);
    expect(sentences).toHaveLength(broken.length);
    for (const [at, words] of broken.entries()) expect(sentences[at]).toContain(words);
  });

  it('is about ten thousand goroutines', () => {
    expect(brokenPromises([cell([round(10, 900)], 1_000), cell([round(10, 900)], 100_000)])).toEqual([]);
  });
});

describe('the tables', () => {
  const tables = tablesOf(
    [cell([round(10, 11.5, asked('goroutine', 0.2), asked('vars', 0.4))])],
    'npm run bench',
  );

  it('say the command, the machine, and a row for each variant measured', () => {
    expect(tables).toContain('by `npm run bench` on 2 cores');
    expect(tables).toContain('| 10,000 | 1.27.3 | default | 1.00 → 1.00 | 10.0 → 11.5 | **1.50**');
    expect(tables).not.toContain('default + ');
  });

  it('go between the markers of a page, again and again, and nowhere else', () => {
    const page = 'before\n<!-- target-cost: begin -->\nold\n<!-- target-cost: end -->\nafter\n';
    const once = withTables(page, tables) ?? '';
    expect(once.startsWith('before\n')).toBe(true);
    expect(once.endsWith('\nafter\n')).toBe(true);
    expect(once).not.toContain('old');
    expect(withTables(once, tables)).toBe(once);
    expect(withTables('no markers', tables)).toBeUndefined();
  });
});
