import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import type { WorkspaceOptions } from '../../../demo/workspace/server.ts';
import { boltOverHttp } from './bolt.ts';
import { openWorkspace } from './open.ts';

const typed = { channel: 'payments-oncall', user: 'on-call' };

async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function overHttp(rest: WorkspaceOptions = {}) {
  const port = await freePort();
  const workspace = await openWorkspace({
    ...rest,
    delivery: { http: `http://127.0.0.1:${port}/slack/events` },
  });
  return { port, workspace };
}

it('reaches a Bolt app by signed HTTP: command, mention and click', async () => {
  const { port, workspace } = await overHttp();
  await boltOverHttp(port, workspace, (app) => {
    app.command('/goleak', async ({ ack, command, client }) => {
      await ack();
      const elements = [
        {
          type: 'button' as const,
          action_id: 'again',
          value: '7',
          text: { type: 'plain_text' as const, text: 'Again' },
        },
      ];
      await client.chat.postMessage({
        channel: command.channel_id,
        text: 'root',
        blocks: [{ type: 'actions', elements }],
      });
    });
    app.action('again', async ({ ack, action, respond }) => {
      await ack();
      await respond({ text: `again ${action.type === 'button' ? action.value : ''}` });
    });
    app.event('app_mention', async ({ event, say }) => {
      await say({ text: `mentioned: ${event.text}`, thread_ts: event.ts });
    });
  });

  expect(await workspace.userTypes({ ...typed, text: '/goleak capture payments-svc' })).toMatchObject({
    outcome: { kind: 'acked' },
  });
  const root = await workspace.waitFor((seen) => seen.messages('payments-oncall')[0]);
  await workspace.click({ channel: 'payments-oncall', ts: root.ts, actionId: 'again', user: 'on-call' });
  await workspace.waitFor((seen) => seen.ephemerals().some((each) => each.text === 'again 7'));
  const mention = await workspace.userTypes({ ...typed, text: '@goleak help' });
  expect(mention.kind === 'message' && (await mention.delivered)?.kind).toBe('acked');
  await workspace.waitFor(
    (seen) => mention.kind === 'message' && seen.thread('payments-oncall', mention.ts).length === 2,
  );
});

it.each(['bad-signature', 'stale-signature'] as const)('is refused by the app with a %s', async (kind) => {
  const { port, workspace } = await overHttp();
  let heard = 0;
  await boltOverHttp(port, workspace, (app) => {
    app.command('/goleak', async ({ ack }) => {
      heard += 1;
      await ack();
    });
  });
  workspace.faults.add({ kind });
  expect(await workspace.userTypes({ ...typed, text: '/goleak help' })).toMatchObject({
    outcome: { kind: 'unreachable', why: 'the app answered 401' },
  });
  expect(heard).toBe(0);
  expect(await workspace.userTypes({ ...typed, text: '/goleak help' })).toMatchObject({
    outcome: { kind: 'acked' },
  });
});

it('tells how often it tried an event, in the headers Slack uses', async () => {
  const tries: unknown[] = [];
  const server = createServer((request, response) => {
    tries.push([request.headers['x-slack-retry-num'], request.headers['x-slack-retry-reason']]);
    response.writeHead(tries.length < 3 ? 500 : 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const workspace = await openWorkspace({
    delivery: { http: `http://127.0.0.1:${port}/` },
    retryDelaysMs: [1, 1, 1],
  });
  const sent = await workspace.userTypes({ ...typed, text: '@goleak help' });
  expect(sent.kind === 'message' && (await sent.delivered)?.kind).toBe('acked');
  expect(tries).toEqual([
    [undefined, undefined],
    ['1', 'http_connection_failed'],
    ['2', 'http_connection_failed'],
  ]);
  server.closeAllConnections();
  server.close();
});
