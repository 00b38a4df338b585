import { describe, expect, it } from 'vitest';
import { clearWinner, fits, rankServices, serviceOfAlert } from '../../src/incident/service.ts';
import type { Alert } from '../../src/model/incident.ts';

const SERVICES = ['payments', 'payments-svc', 'ledger-svc', 'cart'];
const RULES = { labels: ['service', 'job'], match: [{ text: 'pay-*', service: 'payments-svc' }] };
const NOTHING = { topic: '', name: '', pinned: [], messages: [] };

function about(labels: Readonly<Record<string, string>>, name = 'HeapGrowing', summary?: string): Alert {
  return { key: 'k', name, labels, startsAtMs: 1, ...(summary !== undefined && { summary }) };
}

describe('which service it is about', () => {
  it('takes the first label that names a registered service, exactly', () => {
    expect(serviceOfAlert(about({ service: 'ledger-svc', job: 'payments-svc' }), SERVICES, RULES)).toBe(
      'ledger-svc',
    );
    expect(serviceOfAlert(about({ service: 'prod', job: 'Payments-Svc' }), SERVICES, RULES)).toBe(
      'payments-svc',
    );
    expect(serviceOfAlert(about({ service: 'payments-svc-canary' }), SERVICES, RULES)).toBeUndefined();
    expect(serviceOfAlert(about({ job: 'pay-api' }), SERVICES, RULES)).toBe('payments-svc');
  });

  it('takes the words when no label says it, and only when they name one', () => {
    expect(serviceOfAlert(about({}, 'Memory of ledger-svc is high'), SERVICES, RULES)).toBe('ledger-svc');
    expect(
      serviceOfAlert(about({}, 'A', 'ledger-svc waits for payments-svc'), SERVICES, RULES),
    ).toBeUndefined();
    expect(serviceOfAlert(about({}, 'cartography'), SERVICES, RULES)).toBeUndefined();
  });

  it('ranks the topic above the name, the name above what is said', () => {
    const ranked = rankServices(
      { topic: 'ledger-svc is slow', name: 'inc-payments-svc-oom', pinned: [], messages: ['cart?', 'cart!'] },
      SERVICES,
      RULES,
    );
    expect(ranked.map(({ service }) => service)).toEqual(['ledger-svc', 'payments-svc', 'cart']);
    expect(clearWinner(ranked)).toBe('ledger-svc');
  });

  it('a longer name is not the shorter one in it', () => {
    expect(rankServices({ ...NOTHING, name: 'inc-payments-svc-oom' }, SERVICES, RULES)).toEqual([
      { service: 'payments-svc', score: 4 },
    ]);
    expect(rankServices({ ...NOTHING, name: 'inc-payments-oom' }, SERVICES, RULES)).toEqual([
      { service: 'payments', score: 4 },
    ]);
  });

  it('asks when two are as likely', () => {
    const ranked = rankServices({ ...NOTHING, messages: ['payments-svc or ledger-svc?'] }, SERVICES, RULES);
    expect(ranked).toHaveLength(2);
    expect(clearWinner(ranked)).toBeUndefined();
    expect(clearWinner([])).toBeUndefined();
  });

  it('fits patterns against whole names, in linear time', () => {
    expect(['inc-1', 'inc-', 'xinc-1'].map((name) => fits('inc-*', name))).toEqual([true, true, false]);
    expect(fits('a*b*c', 'aXbYc')).toBe(true);
    expect(fits('a*a', 'a')).toBe(false);
    expect(fits(`${'a*'.repeat(40)}b`, 'a'.repeat(20_000))).toBe(false);
  });
});
