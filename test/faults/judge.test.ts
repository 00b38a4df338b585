import { describe, expect, it } from 'vitest';
import { type Asked, type Hit, judge, type Shown } from './judge.ts';

const asked = (requestId: string, accepted = true): Asked => ({
  requestId,
  channel: 'C1',
  atMs: 0,
  accepted,
});
const shown = (requestId: string, text = 'payments-svc: healthy'): Shown => ({
  requestId,
  ts: `${requestId}.1`,
  text,
});
const hit = (target: string, capture: string, atMs: number): Hit => ({
  target,
  capture,
  path: '/debug/pprof/',
  atMs,
});

describe('the judge', () => {
  it('is content when every accepted request has one last word', () => {
    const judgement = judge([asked('a'), asked('b')], [shown('a'), shown('b')], []);
    expect(judgement).toMatchObject({ accepted: 2, finished: 2, kept: true });
  });

  it('finds what is missing, unfinished and there twice', () => {
    const judgement = judge(
      [asked('a'), asked('b'), asked('c')],
      [shown('b', 'Capturing `x` for 1 s: queued'), shown('c'), shown('c')],
      [],
    );
    expect(judgement).toMatchObject({ missing: ['a'], unfinished: ['b'], duplicate: ['c'], kept: false });
  });

  it('lets a refused request show nothing, and an outcome all the same', () => {
    expect(judge([asked('a', false)], [], []).kept).toBe(true);
    expect(judge([asked('a', false)], [shown('a')], []).kept).toBe(true);
    expect(judge([asked('a', false)], [shown('a'), shown('a')], []).kept).toBe(false);
  });

  it('finds captures of one target that lie across each other', () => {
    const inTurn = [hit('t1', 'a', 1), hit('t1', 'a', 3), hit('t1', 'b', 4), hit('t2', 'b', 2)];
    expect(judge([], [], inTurn).overlapping).toEqual([]);
    expect(judge([], [], [...inTurn, hit('t1', 'a', 5)]).overlapping).toEqual(['t1: b while a']);
  });
});
