import { expect, it } from 'vitest';
import { suspectGate } from '../../workers/suspects.ts';

it('lets one job in whose worker died, and the next when it has left', () => {
  const gate = suspectGate(() => 0);
  expect(gate.enter('a')).toBe(true);
  expect(gate.enter('b')).toBe(false);
  gate.leave('b');
  expect(gate.enter('b')).toBe(false);
  gate.leave('a');
  expect(gate.enter('b')).toBe(true);
});

it('lets the next one in when the first has been alone for two seconds, and is not confused by its end', () => {
  let nowMs = 0;
  const gate = suspectGate(() => nowMs);
  expect(gate.enter('a')).toBe(true);
  nowMs = 1_999;
  expect(gate.enter('b')).toBe(false);
  nowMs = 2_000;
  expect(gate.enter('b')).toBe(true);
  gate.leave('a');
  expect(gate.enter('c')).toBe(false);
});
