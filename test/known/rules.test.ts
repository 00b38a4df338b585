import { describe, expect, it } from 'vitest';
import { areAllPutOff, hiddenSignatures, inForce, ruleLine } from '../../src/known/rules.ts';
import type { Rule } from '../../src/model/rule.ts';

const NOW = Date.UTC(2026, 10, 26, 12);
const DAY_MS = 86_400_000;
const rule = (about: Partial<Rule> = {}): Rule => ({
  id: '0123456789ab',
  kind: 'not-a-leak',
  signature: 'a'.repeat(16),
  label: 'chan send in ledger.(*Writer).flush',
  service: 'payments-svc',
  scope: 'service',
  by: 'U0ONCALL',
  reason: 'a pool that fills by design',
  atMs: NOW - DAY_MS,
  untilMs: NOW + DAY_MS,
  request: '20261126-abcdef',
  question: '20261126-123456',
  ...about,
});

describe('rules about signatures', () => {
  it('hold at their service, or everywhere, until they end or are taken back', () => {
    const own = rule();
    const everywhere = rule({ service: 'ledger-svc', scope: 'everywhere', untilMs: NOW + 9 * DAY_MS });
    const others = [
      rule({ service: 'ledger-svc' }),
      rule({ untilMs: NOW }),
      rule({ removed: { by: 'U0ONCALL', atMs: NOW } }),
    ];
    expect(inForce([own, ...others, everywhere], 'payments-svc', NOW)).toEqual([everywhere, own]);
  });

  it('hide what is no leak, and not what is snoozed', () => {
    const rules = [rule(), rule(), rule({ kind: 'snooze', signature: 'b'.repeat(16) })];
    expect(hiddenSignatures(rules)).toEqual(['a'.repeat(16)]);
  });

  it('put a verdict off when they name all of its signatures', () => {
    const snooze = rule({ kind: 'snooze' });
    expect(areAllPutOff(['a'.repeat(16)], [snooze])).toBe(true);
    expect(areAllPutOff(['a'.repeat(16), 'b'.repeat(16)], [snooze])).toBe(false);
    expect(areAllPutOff([undefined], [snooze])).toBe(false);
    expect(areAllPutOff([], [snooze])).toBe(false);
  });

  it('are told with whose word they are, until when, and how much they hid', () => {
    expect(ruleLine(rule(), { captures: 3, last: 1_216, most: 2_000 })).toBe(
      '0123456789ab  not a leak: chan send in ledger.(*Writer).flush (payments-svc), by U0ONCALL until 2026-11-27: a pool that fills by design; has hidden 1,216 goroutines last, 2,000 at most, in 3 captures',
    );
    expect(ruleLine(rule({ scope: 'everywhere' }), undefined)).toMatch(/\(everywhere\).*hidden nothing yet$/);
    expect(ruleLine(rule({ kind: 'snooze' }), undefined)).toMatch(/^0123456789ab {2}snoozed: .*by design$/);
  });
});
