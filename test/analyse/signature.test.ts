import { describe, expect, it } from 'vitest';
import { signatureOf, stableName } from '../../src/analyse/signature.ts';
import { drawDump } from '../kit/stacks.ts';

function signature(line: string) {
  const group = drawDump(line).groups[0];
  if (!group) throw new Error('nothing was drawn');
  return signatureOf(group);
}

describe('a stable name survives what is not the code', () => {
  it.each([
    ['main.genericWait[...]', 'main.genericWait'],
    ['main.(*Box[...]).Recv', 'main.(*Box).Recv'],
    ['main.main.handle.func2', 'main.handle.func'],
    ['main.(*S).Run.(*T).flush.func1', 'main.(*T).flush.func'],
    ['main.main.func14.1', 'main.main.func'],
    ['main.main.gowrap1', 'main.main.func'],
    ['example.com/pay/v2/ledger.(*Writer).flush', 'example.com/pay/ledger.(*Writer).flush'],
    [
      'gopkg.in/natefinch/lumberjack%2ev2.(*Logger).millRun',
      'gopkg.in/natefinch/lumberjack.(*Logger).millRun',
    ],
    [
      'example.com/m/vendor/golang.org/x/sync/errgroup.(*Group).Go.func1',
      'golang.org/x/sync/errgroup.(*Group).Go.func',
    ],
    ['main.(*store).put', 'main.(*store).put'],
  ])('%s -> %s', (printed, stable) => {
    expect(stableName(printed)).toBe(stable);
  });
});

describe('signatures', () => {
  it('begins with the function to change, not with the machinery it waits in', () => {
    const { frames } = signature(
      'main.run go main.serve → main.(*store).get → sync.(*Mutex).Lock → internal/sync.runtime_SemacquireMutex [sync.Mutex.Lock]',
    );
    expect(frames.map((frame) => frame.func)).toEqual(['main.(*store).get', 'main.serve']);
  });

  it('keeps its stable id when lines move, and changes its exact one', () => {
    const before = signature('main.a go main.b:10 [chan send]');
    const after = signature('main.a go main.b:99 [chan send]');
    expect(after.stableId).toBe(before.stableId);
    expect(after.id).not.toBe(before.id);
  });

  it('tells waits and creators apart', () => {
    const ids = [
      'main.a go main.b [chan send]',
      'main.a go main.b [chan receive]',
      'main.c go main.b [chan send]',
    ].map((line) => signature(line).stableId);
    expect(new Set(ids).size).toBe(3);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{16}$/);
  });
});
