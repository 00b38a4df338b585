import { describe, expect, it } from 'vitest';
import { parseRegistry } from '../../src/config/registry.ts';
import { DEFAULT_INCIDENT_RULES } from '../../src/model/incident.ts';

const SERVICES = 'services: { payments-svc: { instances: ["http://10.0.0.7:6060"] } }';
const rulesOf = (incidents: string) =>
  parseRegistry(`incidents: ${incidents}\n${SERVICES}`, 'services.yml').incidents;

describe('the incidents section of services.yml', () => {
  it('may be left out: then there are no webhooks, and nothing is joined', () => {
    const { incidents } = parseRegistry(SERVICES, 'services.yml');
    expect(incidents).toEqual(DEFAULT_INCIDENT_RULES);
    expect(incidents.tokenEnv).toBeUndefined();
    expect(incidents.join).toBe(false);
  });

  it('reads times, words and senders', () => {
    const rules = rulesOf(
      '{ token_env: HOOK, settle: 90s, match: [{ text: "pay-*", service: payments-svc }], senders: { up: { name: a.b, status: c, ends_at: d } } }',
    );
    expect(rules).toMatchObject({
      tokenEnv: 'HOOK',
      settleMs: 90_000,
      mappings: { up: { name: 'a.b', status: 'c', endsAt: 'd', resolved: ['resolved', 'ok', 'closed'] } },
    });
  });

  it.each([
    ['{ tokn_env: HOOK }', /tokn_env/],
    ['{ token_env: "a secret itself" }', /token_env/],
    ['{ settle: 3d }', /from 1s to 1h/],
    ['{ senders: { alertmanager: { name: a, status: b } } }', /without a mapping/],
    ['{ senders: { up: { name: "$.a[0]", status: b } } }', /dotted path/],
    ['{ match: [{ text: pay, service: nobody }] }', /no service is called "nobody"/],
  ])('refuses %s', (incidents, why) => {
    expect(() => rulesOf(incidents)).toThrow(why);
  });
});
