import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { guardWebhooks, MAX_WEBHOOK_BYTES, type WebhookPorts } from '../../src/entry/webhook.ts';
import { Failure } from '../../src/failure.ts';
import { createLog } from '../../src/log.ts';
import { type Alert, DEFAULT_INCIDENT_RULES } from '../../src/model/incident.ts';

const TOKEN = 'a-token-of-the-webhooks';
const ALERT = {
  status: 'firing',
  labels: { alertname: 'A' },
  startsAt: '2026-11-26T12:00:00Z',
  fingerprint: 'f',
};
const BODY = JSON.stringify({ groupKey: 'g', alerts: [ALERT] });
const servers: Server[] = [];

async function open(about: Partial<WebhookPorts> = {}) {
  const heard: Alert[] = [];
  const ports: WebhookPorts = {
    rules: () => ({
      ...DEFAULT_INCIDENT_RULES,
      tokenEnv: 'WEBHOOK_TOKEN',
      mappings: { uptime: { name: 'title', status: 'state', resolved: ['up'] } },
    }),
    secret: (name) => (name === 'WEBHOOK_TOKEN' ? TOKEN : undefined),
    wasHeard: async () => false,
    hear: async ({ alerts }) => {
      heard.push(...alerts);
      return { heard: alerts.length, unknown: 0 };
    },
    now: Date.now,
    log: createLog('test', 'silent'),
    ...about,
  };
  const listener = guardWebhooks((_request, response) => response.writeHead(204).end(), ports);
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const post = async (path: string, body: string, headers: Record<string, string> = {}, method = 'POST') => {
    const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, ...headers },
      ...(method === 'POST' && { body }),
    });
    return { status: answer.status, headers: answer.headers, says: await answer.text() };
  };
  return { heard, post };
}

describe('the webhook door', () => {
  afterEach(async () => {
    for (const server of servers.splice(0)) {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  it('hands over the alerts of senders that know the token, and leaves other paths alone', async () => {
    const { heard, post } = await open();
    expect(await post('/alerts/alertmanager', BODY)).toMatchObject({
      status: 200,
      says: '{"heard":1,"unknown":0,"notRead":0}\n',
    });
    expect(await post('/alerts/grafana', BODY)).toMatchObject({ status: 200 });
    expect(await post('/alerts/uptime', '{"title":"Down","state":"DOWN"}')).toMatchObject({ status: 200 });
    expect(heard.map(({ name }) => name)).toEqual(['A', 'A', 'Down']);
    expect(await post('/healthz', '')).toMatchObject({ status: 204 });
  });

  it('refuses whoever has no token or a wrong one, and reads nothing of theirs', async () => {
    const { heard, post } = await open();
    const wrong = [
      '',
      'Bearer',
      'Bearer ',
      `Bearer ${TOKEN}x`,
      `Basic ${TOKEN}`,
      TOKEN,
      `Bearer ${TOKEN.slice(0, -1)}`,
    ];
    for (const authorization of wrong) {
      const answer = await post('/alerts/alertmanager', BODY, { authorization });
      expect(answer.status, authorization).toBe(401);
      expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      expect((await post('/alerts/nobody', BODY, { authorization })).status).toBe(401);
    }
    expect(heard).toEqual([]);
  });

  it('is no door at all without a token in services.yml, or in the environment', async () => {
    const closed = await open({ rules: () => DEFAULT_INCIDENT_RULES });
    expect((await closed.post('/alerts/alertmanager', BODY)).status).toBe(404);
    const unset = await open({ secret: () => undefined });
    expect((await unset.post('/alerts/alertmanager', BODY)).status).toBe(404);
    const empty = await open({ secret: () => '' });
    expect((await empty.post('/alerts/alertmanager', BODY, { authorization: 'Bearer ' })).status).toBe(401);
  });

  it('says what is wrong with a request by its status', async () => {
    const { post } = await open();
    expect((await post('/alerts/alertmanager', '', {}, 'GET')).status).toBe(405);
    expect((await post('/alerts/nobody', BODY)).status).toBe(404);
    expect((await post('/alerts/alertmanager/x', BODY)).status).toBe(404);
    for (const body of ['', '{', '[]', '{"alerts":3}', '"x"']) {
      expect((await post('/alerts/alertmanager', body)).status, body).toBe(400);
    }
    expect((await post('/alerts/alertmanager', '['.repeat(500_000))).status).toBe(400);
    expect((await post('/alerts/alertmanager', ' '.repeat(MAX_WEBHOOK_BYTES + 1))).status).toBe(413);
    expect((await post('/alerts/alertmanager', BODY.padEnd(MAX_WEBHOOK_BYTES))).status).toBe(200);
  });

  it('tells a sender to come again while the queue is away', async () => {
    const { post } = await open({ hear: () => Promise.reject(new Failure('queue_unavailable', {})) });
    const answer = await post('/alerts/alertmanager', BODY);
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).toBe('5');
  });

  it('answers a delivery it had before, and does nothing', async () => {
    const { heard, post } = await open({ wasHeard: async () => true });
    expect(await post('/alerts/alertmanager', BODY)).toMatchObject({
      status: 200,
      says: '{"duplicate":true}\n',
    });
    expect(heard).toEqual([]);
  });

  it('lets one sender deliver so often and no more, until time has passed', async () => {
    let nowMs = 1_000_000;
    const { post } = await open({ now: () => nowMs });
    const statuses = new Map<number, number>();
    for (let n = 0; n < 260; n++) {
      const { status } = await post('/alerts/alertmanager', BODY);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    }
    expect(Object.fromEntries(statuses)).toEqual({ 200: 240, 429: 20 });
    nowMs += 1_000;
    expect((await post('/alerts/alertmanager', BODY)).status).toBe(200);
  });
});
