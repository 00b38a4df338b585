import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_ALERTS, readAlertmanager, readMapped } from '../../src/incident/webhooks.ts';

const NOW = Date.UTC(2026, 10, 26, 12, 30);
/** As Alertmanager 0.28 sends it. */
const BODY = {
  receiver: 'goleak',
  status: 'firing',
  alerts: [
    {
      status: 'firing',
      labels: {
        alertname: 'GoHeapGrowing',
        service: 'payments-svc',
        severity: 'critical',
        instance: '10.0.0.7:6060',
      },
      annotations: { summary: 'Heap of payments-svc grows by 40 MiB an hour' },
      startsAt: '2026-11-26T12:00:05.123456789Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: 'http://prometheus/graph?g0.expr=x',
      fingerprint: 'c0ffee0123456789',
    },
    {
      status: 'resolved',
      labels: { alertname: 'Goroutines', service: 'payments-svc' },
      annotations: {},
      startsAt: '2026-11-26T11:50:00Z',
      endsAt: '2026-11-26T12:10:00Z',
      generatorURL: '',
      fingerprint: 'feedface01234567',
    },
  ],
  groupLabels: { service: 'payments-svc' },
  commonLabels: { service: 'payments-svc' },
  commonAnnotations: {},
  externalURL: 'http://alertmanager',
  version: '4',
  groupKey: '{}:{service="payments-svc"}',
  truncatedAlerts: 0,
};
/** What Grafana adds to it. */
const GRAFANA = {
  ...BODY,
  orgId: 1,
  title: '[FIRING:1] payments-svc',
  state: 'alerting',
  message: '**Firing**',
  alerts: BODY.alerts.map((alert) => ({
    ...alert,
    values: { B: 44.2 },
    valueString: '[ var=B ]',
    dashboardURL: '',
  })),
};

describe('webhooks', () => {
  it('reads what Alertmanager sends, and Grafana', () => {
    const read = readAlertmanager(BODY, NOW);
    expect(
      read?.alerts.map(({ name, severity, startsAtMs, endsAtMs }) => ({
        name,
        severity,
        startsAtMs,
        endsAtMs,
      })),
    ).toEqual([
      {
        name: 'GoHeapGrowing',
        severity: 'critical',
        startsAtMs: Date.UTC(2026, 10, 26, 12, 0, 5, 123),
        endsAtMs: undefined,
      },
      {
        name: 'Goroutines',
        severity: undefined,
        startsAtMs: Date.UTC(2026, 10, 26, 11, 50),
        endsAtMs: Date.UTC(2026, 10, 26, 12, 10),
      },
    ]);
    expect(readAlertmanager(GRAFANA, NOW)).toEqual(read);
  });

  it('is one delivery whatever the order of its alerts, and another when one of them ends', () => {
    const again = { ...BODY, alerts: [...BODY.alerts].reverse() };
    expect(readAlertmanager(again, NOW)?.delivery).toBe(readAlertmanager(BODY, NOW)?.delivery);
    const ended = {
      ...BODY,
      alerts: BODY.alerts.map((alert) => ({ ...alert, status: 'resolved', endsAt: '2026-11-26T12:20:00Z' })),
    };
    expect(readAlertmanager(ended, NOW)?.delivery).not.toBe(readAlertmanager(BODY, NOW)?.delivery);
  });

  it('takes no more alerts than a bound, and says how many it left', () => {
    const many = {
      ...BODY,
      alerts: Array.from({ length: 10_000 }, (_, n) => ({ ...BODY.alerts[0], fingerprint: `f${n}` })),
    };
    const read = readAlertmanager(many, NOW);
    expect(read?.alerts).toHaveLength(MAX_ALERTS);
    expect(read?.left).toBe(10_000 - MAX_ALERTS);
  });

  it('leaves out alerts it does not understand, and keeps the others', () => {
    const odd = [
      {},
      null,
      7,
      'x',
      { labels: { alertname: 'A' } },
      { labels: [], startsAt: '2026-11-26T12:00:00Z' },
    ];
    const read = readAlertmanager({ alerts: [...odd, BODY.alerts[0]] }, NOW);
    expect(read).toMatchObject({ left: odd.length, alerts: [{ name: 'GoHeapGrowing' }] });
    for (const body of [null, [], 'x', 7, {}, { alerts: 'many' }])
      expect(readAlertmanager(body, NOW)).toBeUndefined();
  });

  it('bounds names, labels and texts', () => {
    const long = 'x'.repeat(100_000);
    const labels = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`label${n}`, long]));
    const alert = {
      ...BODY.alerts[0],
      labels: { alertname: long, ...labels, __proto__: 'x' },
      annotations: { summary: long },
    };
    const [read] = readAlertmanager({ alerts: [alert] }, NOW)?.alerts ?? [];
    expect(JSON.stringify(read).length).toBeLessThan(10_000);
  });

  it('takes a moment that is an object for none', () => {
    const odd = {
      alerts: [{ status: 'firing', labels: { alertname: 'A' }, startsAt: { toString: 1, valueOf: 1 } }],
    };
    expect(() => readAlertmanager(odd, NOW)).not.toThrow();
  });

  it('never throws, whatever JSON comes', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        readAlertmanager(value, NOW);
        readAlertmanager({ alerts: [{ startsAt: { toString: value } }] }, NOW);
        readAlertmanager({ alerts: [value, { labels: value, annotations: value, startsAt: value }] }, NOW);
        readMapped('x', value, { alerts: 'a.b', name: 'c.d', status: 'e', resolved: ['ok'] }, NOW);
      }),
      { numRuns: 2_000 },
    );
  });

  it('reads another sender by its mapping', () => {
    const mapping = {
      alerts: 'events',
      name: 'check.title',
      status: 'state',
      resolved: ['OK'],
      key: 'id',
      service: 'tags.app',
      startsAt: 'since',
      severity: 'check.level',
    };
    const event = {
      id: 9,
      check: { title: 'Memory', level: 'high' },
      state: 'ALARM',
      tags: { app: 'payments-svc' },
      since: 1_795_694_400,
    };
    const firing = readMapped('uptime', { events: [event] }, mapping, NOW)?.alerts[0];
    expect(firing).toMatchObject({
      name: 'Memory',
      severity: 'high',
      labels: { service: 'payments-svc' },
      startsAtMs: 1_795_694_400_000,
    });
    expect(firing?.endsAtMs).toBeUndefined();
    const over = readMapped('uptime', { events: [{ ...event, state: 'ok' }] }, mapping, NOW)?.alerts[0];
    expect(over?.key).toBe(firing?.key);
    expect(over?.endsAtMs).toBe(Math.max(NOW, 1_795_694_400_000));
  });
});
