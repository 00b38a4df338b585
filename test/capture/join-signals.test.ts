import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { joinSignals } from '../../src/capture/join-signals.ts';

it('ends with the first of them, and for its reason', () => {
  const [first, second] = [new AbortController(), new AbortController()];
  const { signal } = joinSignals([first.signal, second.signal]);
  expect(signal.aborted).toBe(false);
  second.abort(new Error('enough'));
  first.abort(new Error('too late'));
  expect(signal.reason).toEqual(new Error('enough'));
});

it('has ended from the beginning when one of them has', () => {
  expect(joinSignals([new AbortController().signal, AbortSignal.abort('gone')]).signal.reason).toBe('gone');
});

it('leaves nothing behind at a signal that outlives it', () => {
  const lasting = new AbortController();
  const joined = Array.from({ length: 50 }, () => joinSignals([lasting.signal]));
  expect(getEventListeners(lasting.signal, 'abort')).toHaveLength(50);
  for (const { release } of joined) release();
  expect(getEventListeners(lasting.signal, 'abort')).toHaveLength(0);
});
