import { describe, expect, it } from 'vitest';
import { mergeMarked } from '../../src/analyse/merge-marked.ts';

import type { LeakSignature } from '../../src/model/verdict.ts';
import { sampleReport } from '../kit/report.ts';

const [first] = sampleReport('goroutine-leak').signatures as readonly LeakSignature[];
if (!first) throw new Error('the sample report lists no signature');

describe('goroutines marked by an earlier proof', () => {
  it('are one signature with those that leaked since', () => {
    const marked: LeakSignature = {
      ...first,
      id: 'marked',
      count: 407,
      delta: 0,
      perMinute: 0,
      tier: 'proven',
      status: 'steady',
    };
    const since: LeakSignature = {
      ...first,
      count: 371,
      delta: 349,
      perMinute: 700,
      tier: 'probable',
      status: 'grown',
    };
    const [joined, ...others] = mergeMarked([since, marked]);
    expect(others).toEqual([]);
    expect(joined).toMatchObject({
      id: since.id,
      count: 778,
      delta: 349,
      perMinute: 700,
      tier: 'proven',
      status: 'grown',
    });
  });

  it('are not mixed with another line of the same function', () => {
    const [blocked, ...callers] = first.frames;
    if (!blocked) throw new Error('no frames');
    const elsewhere = { ...first, frames: [{ ...blocked, line: blocked.line + 1 }, ...callers] };
    expect(mergeMarked([first, elsewhere])).toHaveLength(2);
  });
});
