import { describe, expect, it } from 'vitest';
import { captureCommand } from '../../src/command/echo.ts';
import { readCommand } from '../../src/command/read.ts';
import { wordsOf } from '../../src/command/words.ts';
import { DEFAULT_KINDS } from '../../src/model/target.ts';

const usual = { service: 'payments-svc', instances: 'one', windowMs: 30_000, kinds: DEFAULT_KINDS } as const;

describe('the command that does what a button did', () => {
  it.each([
    [usual, 'capture payments-svc'],
    [{ ...usual, instances: 'all' as const, windowMs: 90_000 }, 'capture payments-svc --all --for 1m30s'],
    [
      { ...usual, instances: ['a-1', 'a-2'], kinds: ['heap'] as const, windowMs: 0 },
      'capture payments-svc --instance a-1,a-2 --for 0s --kinds heap',
    ],
  ])('of %j is what is understood as the same', (request, typed) => {
    const command = captureCommand(request);
    const { service: target, ...asked } = request;
    expect(readCommand(wordsOf(command), 'chat')).toEqual({ kind: 'capture', target, ...asked });
    expect(command).toBe(typed);
  });
});
