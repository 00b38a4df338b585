import { expect, it } from 'vitest';
import { clientOf, openWorkspace, refusal } from './open.ts';

const ONCALL = 'C0PAYMENTS';
const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } });

it('says who the bot is, and answers other tokens as Slack does', async () => {
  const workspace = await openWorkspace();
  expect(await clientOf(workspace).auth.test()).toMatchObject({
    ok: true,
    user: 'goleak',
    bot_id: 'B0GOLEAK',
  });
  expect(await refusal(clientOf(workspace, 'xoxb-other').auth.test())).toMatchObject({
    error: 'invalid_auth',
  });
  const app = clientOf(workspace, workspace.env().SLACK_APP_TOKEN);
  expect(await refusal(app.auth.test())).toMatchObject({ error: 'not_allowed_token_type' });
  const bare = await fetch(`${workspace.env().SLACK_API_URL}auth.test`, { method: 'POST' });
  expect(await bare.json()).toMatchObject({ ok: false, error: 'not_authed' });
  expect(await refusal(clientOf(workspace).apiCall('chat.nothing'))).toMatchObject({
    error: 'unknown_method',
  });
});

it('takes JSON bodies as well as forms', async () => {
  const workspace = await openWorkspace();
  const answer = await fetch(`${workspace.env().SLACK_API_URL}chat.postMessage`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${workspace.env().SLACK_BOT_TOKEN}`,
    },
    body: JSON.stringify({ channel: ONCALL, text: 'as JSON', unfurl_links: false }),
  });
  expect(await answer.json()).toMatchObject({ ok: true, message: { text: 'as JSON' } });
});

it('refuses a call whose scope was not granted, naming it', async () => {
  const workspace = await openWorkspace({ scopes: ['commands', 'channels:read'] });
  const client = clientOf(workspace);
  expect(await refusal(client.chat.postMessage({ channel: ONCALL, text: 'x' }))).toMatchObject({
    error: 'missing_scope',
    needed: 'chat:write',
  });
  expect(await refusal(client.conversations.history({ channel: ONCALL }))).toMatchObject({
    needed: 'channels:history',
  });
});

it('takes its scopes, commands and events from the manifest', async () => {
  const workspace = await openWorkspace({
    manifest: new URL('../../../manifest.yml', import.meta.url).pathname,
  });
  expect(workspace.permissions.commands.map((each) => each.command)).toEqual(['/goleak']);
  expect([...workspace.permissions.scopes]).toEqual(
    expect.arrayContaining(['commands', 'chat:write', 'files:write']),
  );
  expect([...workspace.permissions.events]).toContain('app_mention');
});

it('refuses arguments it does not know and values it cannot read', async () => {
  const client = clientOf(await openWorkspace());
  const unknown = await refusal(
    client.apiCall('chat.postMessage', { channel: ONCALL, text: 'x', colour: 'red' }),
  );
  expect(unknown).toMatchObject({ error: 'invalid_arguments' });
  expect(unknown.messages.join()).toContain('takes no argument colour');
  expect(await refusal(client.apiCall('chat.update', { channel: ONCALL, text: 'x' }))).toMatchObject({
    error: 'invalid_arguments',
  });
});

it('posts only where the bot is, to channels it can see', async () => {
  const workspace = await openWorkspace();
  const hidden = workspace.addChannel('secret', { kind: 'private' });
  const old = workspace.addChannel('old', { archived: true });
  const client = clientOf(workspace);
  const to = (channel: string) => refusal(client.chat.postMessage({ channel, text: 'x' }));
  expect(await to('C0GENERAL')).toMatchObject({ error: 'not_in_channel' });
  expect(await to('C0NOWHERE')).toMatchObject({ error: 'channel_not_found' });
  expect(await to(hidden.id)).toMatchObject({ error: 'channel_not_found' });
  expect(await to(old.id)).toMatchObject({ error: 'is_archived' });
  expect(await refusal(client.conversations.history({ channel: 'C0GENERAL' }))).toMatchObject({
    error: 'not_in_channel',
  });
});

it('refuses a message that says nothing, too much, or badly', async () => {
  const client = clientOf(await openWorkspace());
  const post = (rest: object) => refusal(client.chat.postMessage({ channel: ONCALL, ...rest } as never));
  expect(await post({ text: ' ' })).toMatchObject({ error: 'no_text' });
  expect(await post({ text: 'x'.repeat(40_001) })).toMatchObject({ error: 'msg_too_long' });
  expect(await post({ text: 'x', blocks: 'not json' })).toMatchObject({ error: 'invalid_blocks_format' });
  const bogus = await post({ text: 'x', blocks: [{ type: 'bogus' }] });
  expect(bogus).toMatchObject({
    error: 'invalid_blocks',
    messages: [expect.stringContaining('/blocks/0/type')],
  });
  const long = ['a', 'b', 'c', 'd', 'e'].map((letter) => section(letter.repeat(2700)));
  expect(await post({ text: 'x', blocks: long })).toMatchObject({ error: 'msg_blocks_too_long' });
  expect(await post({ text: 'x', metadata: { event_type: 'x' } })).toMatchObject({
    error: 'invalid_metadata_schema',
  });
  expect(
    await post({ text: 'x', blocks: [{ type: 'image', alt_text: 'a', slack_file: { id: 'F0' } }] }),
  ).toMatchObject({
    error: 'invalid_blocks',
  });
  expect(
    await post({
      text: 'x',
      blocks: [{ type: 'image', alt_text: 'a', image_url: 'https://example.com/a.png' }],
    }),
  ).toMatchObject({
    error: 'invalid_blocks',
    messages: [expect.stringContaining('downloading image failed')],
  });
});

it('warns about text over the advised length and takes it', async () => {
  const answer = await clientOf(await openWorkspace()).chat.postMessage({
    channel: ONCALL,
    text: 'x'.repeat(4001),
  });
  expect(answer.response_metadata?.messages?.join()).toContain('[WARN]');
});

it('edits its own messages, keeps what they said before, and drops blocks when only text is given', async () => {
  const workspace = await openWorkspace();
  const client = clientOf(workspace);
  const { ts = '' } = await client.chat.postMessage({
    channel: ONCALL,
    text: 'one',
    blocks: [section('one')],
  });
  await client.chat.update({ channel: ONCALL, ts, text: 'two', blocks: [section('two')] });
  expect(workspace.messages(ONCALL)[0]).toMatchObject({ text: 'two', editedMark: false });
  await client.chat.update({ channel: ONCALL, ts, text: 'three' });
  const message = workspace.messages(ONCALL)[0];
  expect(message).toMatchObject({ text: 'three', blocks: [], editedMark: true });
  expect(message?.revisions.map((each) => each.text)).toEqual(['one', 'two', 'three']);
  expect(await refusal(client.chat.update({ channel: ONCALL, ts, text: 'x'.repeat(4001) }))).toMatchObject({
    error: 'msg_too_long',
  });
  const typed = await workspace.userTypes({ channel: ONCALL, user: 'on-call', text: 'mine' });
  const theirs = typed.kind === 'message' ? typed.ts : '';
  expect(await refusal(client.chat.update({ channel: ONCALL, ts: theirs, text: 'x' }))).toMatchObject({
    error: 'cant_update_message',
  });
  expect(await refusal(client.chat.update({ channel: ONCALL, ts: '1.000001', text: 'x' }))).toMatchObject({
    error: 'message_not_found',
  });
});

it('reads threads and history in pages, with metadata only when asked', async () => {
  const workspace = await openWorkspace();
  const client = clientOf(workspace);
  const metadata = { event_type: 'goleak_step', event_payload: { key: 'r1:root' } };
  const { ts = '' } = await client.chat.postMessage({ channel: ONCALL, text: 'root', metadata });
  for (const text of ['a', 'b', 'c']) await client.chat.postMessage({ channel: ONCALL, text, thread_ts: ts });
  await client.chat.postMessage({
    channel: ONCALL,
    text: 'said to all',
    thread_ts: ts,
    reply_broadcast: true,
  });

  const first = await client.conversations.replies({ channel: ONCALL, ts, limit: 3 });
  expect(first.messages?.map((each) => each.text)).toEqual(['root', 'a', 'b']);
  const cursor = first.response_metadata?.next_cursor ?? '';
  const second = await client.conversations.replies({ channel: ONCALL, ts, limit: 3, cursor });
  expect(second).toMatchObject({ has_more: false, messages: [{ text: 'c' }, { text: 'said to all' }] });
  expect(first.messages?.[0]).not.toHaveProperty('metadata');

  const history = await client.conversations.history({ channel: ONCALL, include_all_metadata: true });
  expect(history.messages?.map((each) => each.text)).toEqual(['said to all', 'root']);
  expect(history.messages?.[1]).toMatchObject({ metadata, reply_count: 4 });
  expect((await client.conversations.history({ channel: ONCALL, oldest: ts })).messages).toHaveLength(1);
  expect(
    (await client.conversations.history({ channel: ONCALL, oldest: ts, inclusive: true })).messages,
  ).toHaveLength(2);
  expect(await refusal(client.conversations.replies({ channel: ONCALL, ts: '1.000001' }))).toMatchObject({
    error: 'thread_not_found',
  });
});

it('whispers only to members, in the right place', async () => {
  const workspace = await openWorkspace();
  const client = clientOf(workspace);
  await client.chat.postEphemeral({ channel: ONCALL, user: 'U0ONCALL', text: 'psst' });
  expect(workspace.ephemerals({ user: 'on-call' })).toMatchObject([{ text: 'psst', from: 'app' }]);
  expect(workspace.messages(ONCALL)).toEqual([]);
  const stranger = workspace.addUser('stranger');
  expect(
    await refusal(client.chat.postEphemeral({ channel: ONCALL, user: stranger.id, text: 'x' })),
  ).toMatchObject({
    error: 'user_not_in_channel',
  });
});

it('answers 429 with Retry-After when told to, for the calls named, and then no more', async () => {
  const workspace = await openWorkspace();
  const client = clientOf(workspace);
  workspace.faults.add({
    kind: 'rate-limited',
    method: 'chat.postMessage',
    where: { channel: ONCALL },
    retryAfterSeconds: 7,
  });
  await expect(client.chat.postMessage({ channel: ONCALL, text: 'x' })).rejects.toMatchObject({
    retryAfter: 7,
  });
  expect(await client.chat.postMessage({ channel: ONCALL, text: 'x' })).toMatchObject({ ok: true });
  expect(workspace.calls('chat.postMessage').map((call) => call.status)).toEqual([429, 200]);
});

it('loses the answer of a call it accepted, by reset, by 503 and by hanging', async () => {
  const workspace = await openWorkspace();
  const client = clientOf(workspace);
  for (const kind of ['reset', 'unavailable'] as const) {
    workspace.faults.add({ kind, method: 'chat.postMessage', accepted: true });
    await expect(client.chat.postMessage({ channel: ONCALL, text: kind })).rejects.toThrow();
  }
  workspace.faults.add({ kind: 'hang', method: 'chat.postMessage', accepted: true });
  const never = client.chat.postMessage({ channel: ONCALL, text: 'hang' }).catch((error: unknown) => error);
  await workspace.waitFor((seen) => seen.messages(ONCALL).length === 3);
  expect(workspace.messages(ONCALL).map((each) => each.text)).toEqual(['reset', 'unavailable', 'hang']);
  await workspace.close();
  expect(await never).toBeInstanceOf(Error);
});

it('loses a call before it was accepted too', async () => {
  const workspace = await openWorkspace();
  const client = clientOf(workspace);
  for (const kind of ['reset', 'unavailable'] as const) {
    workspace.faults.add({ kind, method: 'chat.postMessage' });
    await expect(client.chat.postMessage({ channel: ONCALL, text: kind })).rejects.toThrow();
  }
  workspace.faults.add({ kind: 'error', method: '*', error: 'fatal_error' });
  expect(await refusal(client.auth.test())).toMatchObject({ error: 'fatal_error' });
  expect(workspace.messages(ONCALL)).toEqual([]);
});

it('keeps to the tiers of Slack when rate limits are on', async () => {
  const workspace = await openWorkspace({ rateLimits: true });
  const client = clientOf(workspace);
  const { ts = '' } = await client.chat.postMessage({ channel: ONCALL, text: 'x' });
  for (let edit = 0; edit < 50; edit += 1)
    await client.chat.update({ channel: ONCALL, ts, text: `edit ${edit}` });
  await expect(client.chat.update({ channel: ONCALL, ts, text: 'one more' })).rejects.toMatchObject({
    retryAfter: expect.any(Number),
  });
});

it('never keeps a token in its log of calls', async () => {
  const workspace = await openWorkspace();
  await clientOf(workspace).apiCall('auth.test', { token: workspace.env().SLACK_BOT_TOKEN });
  expect(JSON.stringify(workspace.calls())).not.toContain(workspace.env().SLACK_BOT_TOKEN);
});
