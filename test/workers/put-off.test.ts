import { expect, it } from 'vitest';
import type { KeptVerdict } from '../../src/model/digest.ts';
import type { Rule } from '../../src/model/rule.ts';
import { putOffReader } from '../../workers/put-off.ts';

const NOW = Date.UTC(2026, 10, 26, 12);
const HOUR_MS = 3_600_000;
const KNOWN = 'a'.repeat(16);

const snooze: Rule = {
  id: '0123456789ab',
  kind: 'snooze',
  signature: KNOWN,
  label: 'chan send in ledger.(*Writer).flush',
  service: 'payments-svc',
  scope: 'service',
  by: 'U0ONCALL',
  reason: 'mended on Monday',
  atMs: NOW - 72 * HOUR_MS,
  untilMs: NOW + 72 * HOUR_MS,
  request: '20261126-abcdef',
  question: '20261126-123456',
};

const verdict = (hoursAgo: number, knownAs: readonly string[]): KeptVerdict => ({
  atMs: NOW - hoursAgo * HOUR_MS,
  reportId: `report-${hoursAgo}`,
  kind: 'goroutine-leak',
  tier: 'probable',
  summary: 'goroutines grow',
  signatures: knownAs.map((known) => ({
    stableId: known,
    knownAs: known,
    func: 'ledger.(*Writer).flush',
    waitReason: 'chan send',
    count: 200,
  })),
});

const isPutOff = (verdicts: readonly KeptVerdict[], rules: readonly Rule[] = [snooze]): Promise<boolean> =>
  putOffReader({ verdicts: { of: async () => verdicts }, rules: { all: async () => rules }, now: () => NOW })(
    'payments-svc',
  );

it('holds a capture back for a day after all that leaked was known and put off, and no longer', async () => {
  expect(await isPutOff([verdict(3, [KNOWN])])).toBe(true);
  expect(await isPutOff([verdict(3, [KNOWN]), verdict(1, [])])).toBe(true);
  expect(await isPutOff([verdict(25, [KNOWN])])).toBe(false);
  expect(await isPutOff([verdict(3, [KNOWN, 'b'.repeat(16)])])).toBe(false);
  expect(await isPutOff([verdict(3, [KNOWN])], [])).toBe(false);
  expect(await isPutOff([])).toBe(false);
});
