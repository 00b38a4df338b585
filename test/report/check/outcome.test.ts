import { describe, expect, it } from 'vitest';
import { judgeCheck } from '../../../src/report/check/outcome.ts';
import type { Report } from '../../../src/report/schema.ts';
import { sampleReport } from '../../kit/report.ts';

const withVerdict = (verdict: Partial<Report['verdict']>, also: Report['also'] = []): Report => {
  const report = sampleReport('healthy');
  return { ...report, verdict: { ...report.verdict, ...verdict }, also };
};
const heapLeak = { kind: 'heap-leak', tier: 'probable', confidence: 0.9, summary: 'it grows' } as const;

describe('what a report means to a build', () => {
  it('fails on a leak, and says which', () => {
    const report = sampleReport('goroutine-leak');
    const { outcome, exit, says, cases } = judgeCheck(report, false);
    expect({ outcome, exit, says }).toEqual({ outcome: 'leak', exit: 10, says: report.verdict.summary });
    expect(cases.find(({ kind }) => kind === 'goroutine-leak')).toMatchObject({ outcome: 'leak' });
  });

  it('fails on a leak beside another illness', () => {
    const report = withVerdict({ kind: 'gc-pressure', tier: 'probable' }, [heapLeak]);
    expect(judgeCheck(report, false)).toMatchObject({ outcome: 'leak', exit: 10, says: 'it grows' });
  });

  it('passes what is healthy, and what is ill without leaking', () => {
    expect(judgeCheck(sampleReport('healthy'), true)).toMatchObject({ outcome: 'clean', exit: 0 });
    const churning = withVerdict({ kind: 'churn', tier: 'probable', summary: 'allocation churn' });
    expect(judgeCheck(churning, true)).toMatchObject({
      outcome: 'clean',
      exit: 0,
      says: 'no leak; allocation churn',
    });
  });

  it.each([
    ['an inconclusive verdict', sampleReport('inconclusive')],
    ['a suspicion', withVerdict({ kind: 'goroutine-leak', tier: 'suspect' })],
    [
      'growth that is said to follow load after the load has ended',
      withVerdict({ kind: 'scales-with-load' }),
    ],
    ['a single look', { ...sampleReport('healthy'), window: { seconds: 0, snapshots: 1 } }],
  ])('does not fail on %s, unless that is asked for', (_, report) => {
    expect(judgeCheck(report, false)).toMatchObject({ outcome: 'cannot-tell', exit: 0 });
    expect(judgeCheck(report, true)).toMatchObject({ outcome: 'cannot-tell', exit: 11 });
  });
});
