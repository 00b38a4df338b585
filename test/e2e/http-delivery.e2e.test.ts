import { createHmac } from 'node:crypto';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { logFileIn, type ProductProcess, startProcess } from '../../demo/process.ts';
import { startWorkspace, type Workspace } from '../../demo/workspace/server.ts';
import { connectRedis } from '../../src/queue/connection.ts';
import { privateRedisUrl } from '../../src/queue/private-redis.ts';
import { openQueue } from '../../src/queue/queue.ts';
import { removeFolder } from '../kit/remove-folder.ts';
import { pathOf, requires } from '../kit/require.ts';
import { CHANNEL, ON_CALL } from '../kit/stage.ts';

const MANIFEST = fileURLToPath(new URL('../../manifest.yml', import.meta.url));

describe.skipIf(requires('redis'))('the app without an app token: signed HTTP', () => {
  const home = mkdtempSync(join(tmpdir(), 'goleak-http-'));
  let workspace: Workspace;
  let app: ProductProcess;
  let origin: string;
  beforeAll(async () => {
    const port = await freePort();
    origin = `http://127.0.0.1:${port}`;
    workspace = await startWorkspace({ manifest: MANIFEST, delivery: { http: `${origin}/slack/events` } });
    const { SLACK_APP_TOKEN: _, ...slack } = workspace.env();
    writeFileSync(
      join(home, 'services.yml'),
      'services:\n  web-svc: { instances: ["http://127.0.0.1:1"] }\n',
    );
    const env = {
      ...slack,
      GOLEAK_HOME: home,
      GOLEAK_SERVICES: join(home, 'services.yml'),
      GOLEAK_REDIS_SERVER: pathOf('redis'),
      PORT: String(port),
    };
    app = await startProcess('src/app.ts', env, logFileIn(home, 'app'));
  }, 60_000);
  afterAll(async () => {
    await app?.stop();
    await workspace?.close();
    removeFolder(home);
  });

  const type = (text: string) => workspace.userTypes({ channel: CHANNEL, user: ON_CALL, text });
  const answers = () => workspace.ephemerals({ user: ON_CALL }).map(({ text }) => text);

  it('answers a signed slash command', async () => {
    await type('/goleak services');
    await workspace.waitFor(() => answers().some((text) => text.includes('web-svc')), 10_000);
  });

  it('answers its health on the same port', async () => {
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
    const ready = await fetch(`${origin}/readyz`);
    expect([ready.status, await ready.text()]).toEqual([200, 'redis: ok\nslack: ok\naudit: ok\n']);
  });

  it.each(['bad-signature', 'stale-signature'] as const)('refuses a request with a %s', async (kind) => {
    const listed = () => answers().filter((text) => text.includes('web-svc')).length;
    const before = listed();
    workspace.faults.add({ kind, times: 1 });
    await type('/goleak services');
    const refused = workspace.deliveries().at(-1);
    expect(refused).toMatchObject({ type: 'slash_commands', outcome: 'unreachable' });
    await type('/goleak help');
    await workspace.waitFor(() => answers().some((text) => text.includes('tells more')), 10_000);
    expect(listed()).toBe(before);
  });

  it('makes one request of the same signed command sent twice', async () => {
    const { SLACK_SIGNING_SECRET: secret } = workspace.env();
    const fields = { command: '/goleak', text: 'capture web-svc', user_id: ON_CALL, channel_id: CHANNEL };
    const body = new URLSearchParams({ ...fields, trigger_id: 'once.1', team_id: 'T1' }).toString();
    const sentAt = String(Math.floor(Date.now() / 1_000));
    const digest = createHmac('sha256', secret).update(`v0:${sentAt}:${body}`).digest('hex');
    const send = () =>
      fetch(`${origin}/slack/events`, {
        method: 'POST',
        body,
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          'x-slack-request-timestamp': sentAt,
          'x-slack-signature': `v0=${digest}`,
        },
      });
    const redis = connectRedis(privateRedisUrl(home), 'worker');
    const queue = openQueue(redis);
    try {
      const statuses = (await Promise.all([send(), send()])).map(({ status }) => status);
      expect(statuses.toSorted()).toEqual([200, 401]);
      await expect.poll(async () => (await queue.counts()).capture?.waiting, { timeout: 10_000 }).toBe(1);
      expect((await send()).status).toBe(401);
      expect((await queue.counts()).capture?.waiting).toBe(1);
    } finally {
      await queue.close();
      redis.disconnect();
    }
  });

  it('refuses a body far larger than Slack sends', async () => {
    const body = `text=${'a'.repeat(600 * 1024)}`;
    const answer = await fetch(`${origin}/slack/events`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    }).then(
      ({ status }) => status,
      () => 'cut off',
    );
    expect([400, 401, 413, 'cut off']).toContain(answer);
    expect((await fetch(`${origin}/healthz`)).status).toBe(200);
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
