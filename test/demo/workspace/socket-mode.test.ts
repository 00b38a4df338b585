import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Workspace } from '../../../demo/workspace/server.ts';
import { boltInSocketMode } from './bolt.ts';
import { clientOf, openWorkspace } from './open.ts';

const typed = { channel: 'payments-oncall', user: 'on-call' };

it('carries a typed command to a Bolt app in Socket Mode and its message back', async () => {
  const workspace = await openWorkspace();
  await boltInSocketMode(workspace, (app) => {
    app.command('/goleak', async ({ ack, command, client }) => {
      await ack();
      await client.chat.postMessage({ channel: command.channel_id, text: `heard: ${command.text}` });
    });
  });

  const answer = await workspace.userTypes({ ...typed, text: '/goleak capture payments-svc' });

  expect(answer).toMatchObject({ kind: 'command', outcome: { kind: 'acked' } });
  const message = await workspace.waitFor((seen) => seen.messages('payments-oncall')[0]);
  expect(message).toMatchObject({ text: 'heard: capture payments-svc', user: 'U0GOLEAK' });
});

it('shares deliveries among several connections', async () => {
  const workspace = await openWorkspace();
  const heard: string[] = [];
  for (const name of ['first', 'second']) {
    await boltInSocketMode(workspace, (app) => {
      app.command('/goleak', async ({ ack }) => {
        heard.push(name);
        await ack();
      });
    });
  }
  for (let round = 0; round < 4; round += 1) await workspace.userTypes({ ...typed, text: '/goleak status' });
  expect([...heard].sort()).toEqual(['first', 'first', 'second', 'second']);
});

it('tells the person when the app does not answer in time, or is not there', async () => {
  const workspace = await openWorkspace({ ackDeadlineMs: 60 });
  expect(await workspace.userTypes({ ...typed, text: '/goleak help' })).toMatchObject({
    outcome: { kind: 'unreachable' },
  });
  await boltInSocketMode(workspace, (app) => app.command('/goleak', async () => {}));
  expect(await workspace.userTypes({ ...typed, text: '/goleak help' })).toMatchObject({
    outcome: { kind: 'timeout' },
  });
  expect(workspace.ephemerals({ user: 'on-call' }).map((each) => each.text)).toEqual([
    '/goleak failed with the error "dispatch_failed"',
    '/goleak failed with the error "operation_timeout"',
  ]);
});

it('tries an event again, saying which time and why', async () => {
  const workspace = await openWorkspace({ ackDeadlineMs: 40, retryDelaysMs: [1, 1] });
  const link = await linkTo(workspace);
  link.onEnvelope((envelope) => envelope.retry_attempt === 2);
  const sent = await workspace.userTypes({ ...typed, text: '@goleak capture payments-svc' });
  expect(sent.kind === 'message' && (await sent.delivered)?.kind).toBe('acked');
  expect(link.envelopes.map((each) => [each.retry_attempt, each.retry_reason])).toEqual([
    [undefined, undefined],
    [1, 'timeout'],
    [2, 'timeout'],
  ]);
  const ids = link.envelopes.map((each) => (each.payload as { event_id: string }).event_id);
  expect(new Set(ids).size).toBe(1);
  expect(new Set(link.envelopes.map((each) => each.envelope_id)).size).toBe(3);
});

it('says it will recycle a connection, and can fall silent on one that stays open', async () => {
  const workspace = await openWorkspace({ ackDeadlineMs: 40 });
  const link = await linkTo(workspace);
  workspace.sockets.refresh();
  await expect.poll(() => link.disconnects).toEqual(['refresh_requested']);
  link.onEnvelope(() => true);
  expect(await workspace.userTypes({ ...typed, text: '/goleak help' })).toMatchObject({
    outcome: { kind: 'acked' },
  });
  workspace.sockets.blackHole();
  expect(await workspace.userTypes({ ...typed, text: '/goleak help' })).toMatchObject({
    outcome: { kind: 'timeout' },
  });
  expect(link.envelopes).toHaveLength(1);
  expect(workspace.sockets.connections).toBe(0);
});

it('delivers twice when told to, as Slack sometimes does', async () => {
  const workspace = await openWorkspace();
  const triggers: string[] = [];
  await boltInSocketMode(workspace, (app) => {
    app.command('/goleak', async ({ ack, command }) => {
      triggers.push(command.trigger_id);
      await ack();
    });
  });
  workspace.faults.add({ kind: 'duplicate-delivery' });
  await workspace.userTypes({ ...typed, text: '/goleak status' });
  expect(triggers).toHaveLength(2);
  expect(new Set(triggers).size).toBe(1);
});

it('loses its connections when told to', async () => {
  const workspace = await openWorkspace();
  await boltInSocketMode(workspace, () => {});
  expect(workspace.sockets.connections).toBe(1);
  workspace.sockets.drop();
  await workspace.waitFor((seen) => seen.sockets.connections === 0);
});

it('takes a connection only with a fresh ticket, once', async () => {
  const workspace = await openWorkspace();
  const url = await socketUrl(workspace);
  const outcome = () =>
    new Promise<string>((resolve) => {
      const socket = new WebSocket(url);
      socket.on('message', (bytes) => resolve(String((JSON.parse(String(bytes)) as { type: string }).type)));
      socket.on('error', (error) => resolve(error.message));
    });
  expect(await outcome()).toBe('hello');
  expect(await outcome()).toContain('401');
});

interface Envelope {
  readonly envelope_id: string;
  readonly payload: unknown;
  readonly retry_attempt?: number;
  readonly retry_reason?: string;
}

/** A connection without Bolt, which acknowledges only what the test says. */
async function linkTo(workspace: Workspace) {
  const socket = new WebSocket(await socketUrl(workspace));
  const envelopes: Envelope[] = [];
  const disconnects: string[] = [];
  let acks: (envelope: Envelope) => boolean = () => false;
  const hello = new Promise<void>((resolve) => {
    socket.on('message', (bytes) => {
      const message = JSON.parse(String(bytes)) as Envelope & { type: string; reason: string };
      if (message.type === 'hello') return resolve();
      if (message.type === 'disconnect') return void disconnects.push(message.reason);
      envelopes.push(message);
      if (acks(message)) socket.send(JSON.stringify({ envelope_id: message.envelope_id, payload: {} }));
    });
  });
  await hello;
  return {
    envelopes,
    disconnects,
    onEnvelope: (decide: (envelope: Envelope) => boolean) => {
      acks = decide;
    },
  };
}

async function socketUrl(workspace: Workspace): Promise<string> {
  const { url = '' } = await clientOf(workspace, workspace.env().SLACK_APP_TOKEN).apps.connections.open({});
  return url;
}
