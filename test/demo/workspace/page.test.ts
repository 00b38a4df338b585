import { createCanvas } from '@napi-rs/canvas';
import { expect, it } from 'vitest';
import type { Workspace } from '../../../demo/workspace/server.ts';
import { clientOf, openWorkspace } from './open.ts';

const ONCALL = 'C0PAYMENTS';

async function seen(workspace: Workspace, path: string): Promise<string> {
  return (await fetch(`${workspace.url}${path}`)).text();
}

const channel = `/page/channel?channel=${ONCALL}&user=U0ONCALL`;

it('draws what is posted and escapes everything in it', async () => {
  const workspace = await openWorkspace();
  const client = clientOf(workspace);
  const hostile = '"><img src=x onerror=alert(1)> *bold* `<b>` :mag: <javascript:alert(1)|x>';
  await client.chat.postMessage({ channel: ONCALL, text: hostile });
  await client.chat.postMessage({
    channel: ONCALL,
    text: 'x',
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: '<script>1</script>' } },
      { type: 'section', text: { type: 'mrkdwn', text: '<https://a.example/?q="|<i>> <@U0ONCALL>' } },
      {
        type: 'table',
        rows: [[{ type: 'raw_text', text: '<td onclick=1>' }], [{ type: 'raw_text', text: '</td>' }]],
      },
      { type: 'markdown', text: '**strong** <script>2</script> [bad](javascript:alert(1))' },
      {
        type: 'actions',
        elements: [{ type: 'button', action_id: '"><b>', text: { type: 'plain_text', text: '<u>' } }],
      },
    ],
  });
  const html = await seen(workspace, channel);
  expect(html).not.toMatch(/<script|<img src=x|<td onclick|<u>|href="javascript/);
  for (const drawn of [
    '<b>bold</b>',
    '<code>&lt;b&gt;</code>',
    '@on-call',
    'aria-label="mag"',
    'strong</strong>',
  ]) {
    expect(html).toContain(drawn);
  }
});

it('shows replies, edits and pictures, and to each person only what is theirs', async () => {
  const workspace = await openWorkspace();
  const client = clientOf(workspace);
  const { ts = '' } = await client.chat.postMessage({ channel: ONCALL, text: 'first words' });
  await client.chat.update({ channel: ONCALL, ts, text: 'second words' });
  await client.filesUploadV2({
    channel_id: ONCALL,
    thread_ts: ts,
    file: createCanvas(2, 2).toBuffer('image/png'),
    filename: 'heap.png',
  });
  await workspace.waitFor((now) => now.thread(ONCALL, ts).length === 2);
  await client.chat.postEphemeral({ channel: ONCALL, user: 'U0PLATFORM', text: 'for platform only' });

  const html = await seen(workspace, channel);
  expect(html).toContain('second words');
  expect(html).not.toContain('first words');
  expect(html).toContain('(edited)');
  expect(html).toContain('1 reply');
  expect(html).not.toContain('for platform only');
  expect(
    await seen(workspace, channel.replace('ONCALL', 'PLATFORM').replace('U0ONCALL', 'U0PLATFORM')),
  ).toContain('Only visible to you');
  const thread = await seen(workspace, `/page/thread?channel=${ONCALL}&ts=${ts}&user=U0ONCALL`);
  const picture = /<img src="(\/page\/file\/[^"]+)"/.exec(thread)?.[1] ?? '';
  expect((await fetch(workspace.url + picture)).headers.get('content-type')).toBe('image/png');
});

it('lets a page load nothing from elsewhere and be reached only as this machine', async () => {
  const workspace = await openWorkspace();
  const page = await fetch(workspace.url);
  expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
  const { request } = await import('node:http');
  const status = await new Promise((resolve) => {
    request({ port: workspace.port, headers: { host: 'evil.example' } }, (answer) =>
      resolve(answer.statusCode),
    ).end();
  });
  expect(status).toBe(421);
  const crossOrigin = await fetch(`${workspace.url}/_control/reset`, {
    method: 'POST',
    headers: { origin: 'http://evil.example', 'content-type': 'application/json' },
    body: '{}',
  });
  expect(crossOrigin.status).toBe(403);
});

it('is driven from another process through its control surface', async () => {
  const workspace = await openWorkspace();
  const act = async (name: string, body: object) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${workspace.url}/_control/${name}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    return (await answer.json()) as Record<string, unknown>;
  };
  const read = async (path: string) => (await fetch(`${workspace.url}/_control/${path}`)).json();
  await act('channels', { name: 'ledger-oncall' });
  expect(await act('user-types', { channel: 'ledger-oncall', user: 'on-call', text: 'hello' })).toMatchObject(
    { kind: 'message' },
  );
  expect(await read('messages?channel=ledger-oncall')).toMatchObject([
    { text: 'hello', revisions: [{ text: 'hello' }] },
  ]);
  expect(await act('faults', { kind: 'rate-limited' })).toEqual({ done: true });
  expect(workspace.faults.pending).toBe(1);
  expect(String((await act('faults', { kind: 'nonsense' })).error)).toContain('kind');
  expect(await act('user-types', { channel: 'nowhere', user: 'on-call', text: 'x' })).toEqual({
    error: 'no channel nowhere',
  });
  await act('reset', {});
  expect(workspace.faults.pending).toBe(0);
  expect(await read('messages?channel=payments-oncall')).toEqual([]);
});
