import { createServer, type ServerResponse } from 'node:http';
import { parse } from 'node:querystring';
import { afterEach, describe, expect, test } from 'vitest';
import { createSlackClient } from '../../src/deliver/slack.ts';
import { call, SlackBusy } from '../../src/deliver/slack-call.ts';
import { Failure } from '../../src/failure.ts';

interface Asked {
  readonly path: string;
  readonly authorization: string;
  readonly fields: ReturnType<typeof parse>;
}

const ends: (() => void)[] = [];
afterEach(() => {
  for (const end of ends.splice(0)) end();
});

async function slackThat(answers: (response: ServerResponse) => void) {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    asked.push({
      path: request.url ?? '',
      authorization: request.headers.authorization ?? '',
      fields: parse(Buffer.concat(chunks).toString()),
    });
    answers(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  const origin = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  const client = createSlackClient('xoxb-mine', `${origin}/api/`);
  const post = () =>
    call('chat.postMessage', () => client.chat.postMessage({ channel: 'C1', text: 'ü & =', blocks: [] }));
  return { asked, origin, post };
}

describe('the client of Slack', () => {
  test('sends what has parts as JSON in a form, with its token, and gives the answer back', async () => {
    const { asked, post } = await slackThat((response) => response.end('{"ok":true,"ts":"1.2"}'));
    expect((await post()).ts).toBe('1.2');
    expect(asked).toEqual([
      {
        path: '/api/chat.postMessage',
        authorization: 'Bearer xoxb-mine',
        fields: { channel: 'C1', text: 'ü & =', blocks: '[]' },
      },
    ]);
  });

  test('tells a rate limit with its delay, whether it is said by status or by word', async () => {
    const limited = await slackThat((response) => response.writeHead(429, { 'retry-after': '7' }).end());
    const busy = await limited.post().catch((error: unknown) => error);
    expect(busy).toBeInstanceOf(SlackBusy);
    expect(busy).toHaveProperty('retryAfterMs', 7_000);
    const said = await slackThat((response) => response.end('{"ok":false,"error":"ratelimited"}'));
    await expect(said.post()).rejects.toBeInstanceOf(SlackBusy);
  });

  test.for<[string, (response: ServerResponse) => void, Failure['code']]>([
    ['a refusal', (response) => response.end('{"ok":false,"error":"invalid_auth"}'), 'slack_refused'],
    [
      'a channel without us',
      (response) => response.end('{"ok":false,"error":"channel_not_found"}'),
      'not_in_channel',
    ],
    ['an answer of a gateway', (response) => response.writeHead(502).end('<html>'), 'slack_unreachable'],
    ['a rate limit without a delay', (response) => response.writeHead(429).end(), 'slack_unreachable'],
    ['a connection that is cut', (response) => response.destroy(), 'slack_unreachable'],
  ])('says of %s whether trying again can help', async ([, answers, code]) => {
    const { post } = await slackThat(answers);
    const error = await post().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Failure);
    expect(error).toHaveProperty('code', code);
  });

  test('follows no redirect: the token goes to Slack only', async () => {
    const elsewhere = await slackThat((response) => response.end('{"ok":true}'));
    const { post } = await slackThat((response) =>
      response.writeHead(307, { location: `${elsewhere.origin}/api/chat.postMessage` }).end(),
    );
    await expect(post()).rejects.toHaveProperty('code', 'slack_unreachable');
    expect(elsewhere.asked).toEqual([]);
  });
});
