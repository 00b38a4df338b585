import { describe, expect, it } from 'vitest';
import { readAlertMessage, wordsOfMessage } from '../../src/incident/messages.ts';

const TS = '1795694400.000100';

/** Messages as the tools post them, shortened. */
const MESSAGES = {
  alertmanager: {
    ts: TS,
    subtype: 'bot_message',
    attachments: [
      {
        fallback: '[FIRING:2] GoHeapGrowing payments-svc (critical)',
        title: '[FIRING:2] GoHeapGrowing payments-svc (critical)',
        title_link: 'http://alertmanager/#/alerts',
        text: '*Summary:* heap grows',
        color: 'danger',
      },
    ],
  },
  alertmanagerOver: {
    ts: TS,
    attachments: [{ title: '[RESOLVED] GoHeapGrowing payments-svc (critical)', color: 'good' }],
  },
  grafana: {
    ts: TS,
    text: '',
    attachments: [
      {
        color: '#D63232',
        title: '[Alerting] Goroutines of payments-svc',
        fields: [{ title: 'payments-svc', value: '12000' }],
      },
    ],
  },
  grafanaOver: { ts: TS, attachments: [{ title: '[OK] Goroutines of payments-svc' }] },
  datadog: {
    ts: TS,
    attachments: [
      {
        title: 'Triggered: [P2] Memory high on payments-svc',
        text: 'avg(last_5m):avg:go.heap > 4e8\n\n@slack-alerts',
      },
    ],
  },
  datadogOver: { ts: TS, attachments: [{ title: 'Recovered: [P2] Memory high on payments-svc' }] },
  pagerduty: {
    ts: TS,
    blocks: [
      {
        type: 'section',
        text: {
          type: 'mrkdwn',
          text: ':red_circle: *Triggered* <https://pd/i/42|#42: payments-svc is out of memory>',
        },
      },
      { type: 'context', elements: [{ type: 'mrkdwn', text: 'Service: payments' }] },
    ],
  },
  pagerdutyOver: {
    ts: TS,
    blocks: [
      {
        type: 'section',
        text: { type: 'mrkdwn', text: '*Resolved* <https://pd/i/42|#42: payments-svc is out of memory>' },
      },
    ],
  },
};

describe('messages of alerting tools', () => {
  it.each(['alertmanager', 'grafana', 'datadog', 'pagerduty'] as const)(
    '%s: an alert, and its end, are one',
    (tool) => {
      const firing = readAlertMessage(MESSAGES[tool], 'C1');
      const shapes = MESSAGES as Readonly<Record<string, unknown>>;
      const over = readAlertMessage(shapes[`${tool}Over`], 'C1');
      expect(firing?.endsAtMs).toBeUndefined();
      expect(firing?.startsAtMs).toBe(1_795_694_400_000);
      expect(over?.endsAtMs).toBe(1_795_694_400_000);
      expect(over?.key).toBe(firing?.key);
      expect(firing?.labels.text).toContain('payments-svc');
      expect({ firing: firing?.name, over: over?.name }).toMatchSnapshot();
    },
  );

  it('passes over what people say', () => {
    const said = [
      'is payments-svc firing again?',
      'OK, looking',
      'resolved it myself',
      'Warning signs everywhere',
      '[WIP] dashboards',
      '',
    ];
    for (const text of said) expect(readAlertMessage({ ts: TS, text }, 'C1')).toBeUndefined();
    for (const odd of [null, 7, 'x', {}, { ts: 'x', text: '[FIRING:1] A' }, { text: '[FIRING:1] A' }]) {
      expect(readAlertMessage(odd, 'C1')).toBeUndefined();
    }
  });

  it('reads no more than a bound of a huge or deep message, in a moment', () => {
    const wide = {
      ts: TS,
      text: `[FIRING:1] ${'x'.repeat(1_000_000)}`,
      blocks: Array.from({ length: 10_000 }, () => ({ text: 'y' })),
    };
    expect(JSON.stringify(readAlertMessage(wide, 'C1')).length).toBeLessThan(12_000);
    let deep: unknown = { text: 'the bottom' };
    for (let level = 0; level < 50_000; level++) deep = { elements: [deep] };
    expect(wordsOfMessage(deep)).toEqual([]);
  });
});
