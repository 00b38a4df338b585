// Slack's HTTP door as the app opens it: Bolt, the guard before it, and a real Redis that remembers signatures.
import { createHmac } from 'node:crypto';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startWorkspace, type Workspace } from '../../demo/workspace/server.ts';
import { SIGNATURE_LIVES_MS } from '../../src/entry/signed-http.ts';
import { openSlackApp, type SlackApp } from '../../src/entry/slack-app.ts';
import { connectRedis } from '../../src/queue/connection.ts';
import { openSignatureMemory } from '../../src/store/signatures.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';

const SECRET = '8f742231b10e8888abcd99yyyzzz85a5';
const COMMAND = 'command=%2Fgoleak&text=services&trigger_id=1.2&user_id=U1&channel_id=C1&team_id=T1';
const nowS = () => Math.floor(Date.now() / 1_000);

interface Door {
  readonly port: number;
  readonly heard: string[];
  readonly slack: SlackApp;
}

describe.skipIf(requires('redis'))("Slack's HTTP door", () => {
  let workspace: Workspace;
  let server: TestRedis;
  let door: Door;
  const doors: Door[] = [];
  const said: string[] = [];
  const log = pino(
    new Writable({
      write: (chunk, _encoding, done) => {
        said.push(String(chunk));
        done();
      },
    }),
  );

  async function openDoor(redis = server.redis): Promise<Door> {
    const port = await freePort();
    const heard: string[] = [];
    const { SLACK_BOT_TOKEN, SLACK_API_URL } = workspace.env();
    const slack = openSlackApp({
      slack: { botToken: SLACK_BOT_TOKEN, signingSecret: SECRET, apiUrl: SLACK_API_URL },
      port,
      health: { checks: {}, metrics: async () => ({ type: 'text/plain', body: '' }) },
      slackAnswers: async () => true,
      firstTime: openSignatureMemory(redis, SIGNATURE_LIVES_MS, { now: Date.now, log }),
      log,
    });
    slack.app.command('/goleak', async ({ ack, command }) => {
      heard.push(command.text);
      await ack();
    });
    await slack.start();
    const opened = { port, heard, slack };
    doors.push(opened);
    return opened;
  }

  beforeAll(async () => {
    server = await openTestRedis();
    workspace = await startWorkspace({});
    door = await openDoor();
    said.length = 0;
  }, 30_000);
  afterEach(() => {
    said.length = 0;
    door.heard.length = 0;
  });
  afterAll(async () => {
    for (const { slack } of doors) await slack.stop();
    await workspace?.close();
    await server?.close();
  });

  it('lets in what Slack signed just now', async () => {
    expect(await post(door.port, COMMAND, signed(COMMAND))).toBe(200);
    expect(door.heard).toEqual(['services']);
    expect(said).toEqual([]);
  });

  it.each([-299, 299])('lets in a clock that is off by %i s', async (off) => {
    expect(await post(door.port, COMMAND, signed(COMMAND, String(nowS() + off)))).toBe(200);
  });

  const fresh = () => String(nowS());
  it.each<[string, () => Record<string, string>, RegExp]>([
    ['no signature at all', () => ({}), /it is not signed/],
    ['no time', () => without(signed(COMMAND), 'x-slack-request-timestamp'), /it is not signed/],
    ['no signature', () => without(signed(COMMAND), 'x-slack-signature'), /it is not signed/],
    ['a time in the past', () => signed(COMMAND, String(nowS() - 302)), /minutes ago/],
    ['a time in the future', () => signed(COMMAND, String(nowS() + 302)), /minutes ahead/],
    ['a far future', () => signed(COMMAND, '99999999999'), /minutes ahead/],
    ['a word for a time', () => signed(COMMAND, 'abc'), /whole number/],
    ['a time that is not a number', () => signed(COMMAND, 'NaN'), /whole number/],
    ['a fraction of a second', () => signed(COMMAND, `${fresh()}.5`), /whole number/],
    ['a time with an exponent', () => signed(COMMAND, `${nowS() / 10}e1`), /whole number/],
    ['a time in hexadecimal', () => signed(COMMAND, `0x${nowS().toString(16)}`), /whole number/],
    ['a time that begins with a zero', () => signed(COMMAND, `0${fresh()}`), /whole number/],
    ['a negative time', () => signed(COMMAND, `-${fresh()}`), /whole number/],
    ['an empty time', () => signed(COMMAND, ''), /whole number/],
    ['another body', () => signed(COMMAND.replace('services', 'stop')), /signature is wrong/],
    [
      'another time than was signed',
      () => ({ ...signed(COMMAND), 'x-slack-request-timestamp': String(nowS() - 7) }),
      /signature is wrong/,
    ],
    ['another secret', () => signed(COMMAND, fresh(), `${SECRET}!`), /signature is wrong/],
    ['an empty secret', () => signed(COMMAND, fresh(), ' '), /signature is wrong/],
    ['another version', () => altered(signed(COMMAND), (text) => text.replace('v0=', 'v1=')), /version v0/],
    ['a signature cut short', () => altered(signed(COMMAND), (text) => text.slice(0, -2)), /version v0/],
    ['a signature made longer', () => altered(signed(COMMAND), (text) => `${text}00`), /version v0/],
    [
      'capital letters',
      () => altered(signed(COMMAND), (text) => `v0=${text.slice(3).toUpperCase()}`),
      /version v0/,
    ],
    [
      'one bit turned',
      () => altered(signed(COMMAND), (text) => text.replace(/.$/, (last) => (last === '0' ? '1' : '0'))),
      /signature is wrong/,
    ],
  ])('refuses %s', async (_what, headers, why) => {
    expect(await post(door.port, COMMAND, headers())).toBe(401);
    expect(door.heard).toEqual([]);
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(why);
    expect(said[0]).not.toMatch(/services|v0=|trigger/);
  });

  it('refuses two signatures, of which one is right', async () => {
    const right = signed(COMMAND);
    const signature = [right['x-slack-signature'] ?? '', `v0=${'0'.repeat(64)}`];
    expect(await post(door.port, COMMAND, { ...right, 'x-slack-signature': signature })).toBe(401);
  });

  it('refuses the same request sent again, by the same app or another', async () => {
    const other = await openDoor();
    const body = `${COMMAND}&once=1`;
    const headers = signed(body);
    const answers = await Promise.all(
      [door, door, door, other, other].map(({ port }) => post(port, body, headers)),
    );
    expect(answers.toSorted()).toEqual([200, 401, 401, 401, 401]);
    expect([...door.heard, ...other.heard]).toEqual(['services']);
    expect(said.join('')).toContain('used before');
  });

  it("lets in Slack's retry, which is signed anew", async () => {
    const body = `${COMMAND}&retried=1`;
    expect(await post(door.port, body, signed(body, String(nowS() - 60)))).toBe(200);
    expect(await post(door.port, body, { ...signed(body), 'x-slack-retry-num': '1' })).toBe(200);
  });

  it('knows a request again by itself while Redis is away, and serves', async () => {
    const nowhere = connectRedis('redis://127.0.0.1:1', 'producer');
    const alone = await openDoor(nowhere);
    const headers = signed(`${COMMAND}&alone=1`);
    expect(await post(alone.port, `${COMMAND}&alone=1`, headers)).toBe(200);
    expect(await post(alone.port, `${COMMAND}&alone=1`, headers)).toBe(401);
    expect(said.join('')).toContain('Redis is away');
    nowhere.disconnect();
  });

  it('takes a body of 256 KiB and none that is larger, announced or not', async () => {
    const largest = `${COMMAND}&pad=`.padEnd(256 * 1024, 'a');
    expect(await post(door.port, largest, signed(largest))).toBe(200);
    const larger = `${largest}a`;
    expect(await post(door.port, larger, signed(larger))).toBe(413);
    expect(await post(door.port, larger, { ...signed(larger), 'transfer-encoding': 'chunked' })).toBe(413);
    expect(door.heard).toHaveLength(1);
    expect(said.join('')).toContain('larger than 256 KiB');
  });

  it('guards every path and answers health on it', async () => {
    for (const path of ['/', '/slack/../slack/events', '/SLACK/events', '/healthz', '/slack/events?x=1'])
      expect(await post(door.port, COMMAND, {}, path)).toBe(401);
    expect((await fetch(`http://127.0.0.1:${door.port}/healthz`)).status).toBe(200);
    expect((await fetch(`http://127.0.0.1:${door.port}/slack/events`)).status).toBe(404);
  });

  it("answers Slack's look at the certificate and does nothing else for it", async () => {
    expect(await post(door.port, `ssl_check=1&${COMMAND}`, {})).toBe(200);
    expect(door.heard).toEqual([]);
  });
});

function signed(body: string, sentAt = String(nowS()), secret = SECRET): Record<string, string> {
  const digest = createHmac('sha256', secret).update(`v0:${sentAt}:${body}`).digest('hex');
  return { 'x-slack-request-timestamp': sentAt, 'x-slack-signature': `v0=${digest}` };
}

function without(headers: Record<string, string>, name: string): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([each]) => each !== name));
}

function altered(headers: Record<string, string>, alter: (signature: string) => string) {
  return { ...headers, 'x-slack-signature': alter(headers['x-slack-signature'] ?? '') };
}

/** Status of the answer. fetch would refuse to send some of these headers. */
function post(
  port: number,
  body: string,
  headers: Record<string, string | string[]>,
  path = '/slack/events',
): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      {
        host: '127.0.0.1',
        port,
        path,
        method: 'POST',
        agent: false,
        headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
      },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode ?? 0);
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
