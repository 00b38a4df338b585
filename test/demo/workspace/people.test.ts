import { expect, it } from 'vitest';
import { boltInSocketMode } from './bolt.ts';
import { clientOf, openWorkspace, refusal } from './open.ts';

const typed = { channel: 'payments-oncall', user: 'on-call' };
const plain = (text: string) => ({ type: 'plain_text' as const, text });

it('refuses a slash command in a thread, as Slack does', async () => {
  const workspace = await openWorkspace();
  const root = await workspace.userTypes({ ...typed, text: 'look at this' });
  const threadTs = root.kind === 'message' ? root.ts : '';
  expect(await workspace.userTypes({ ...typed, text: '/goleak status', threadTs })).toMatchObject({
    kind: 'refused',
  });
  expect(workspace.ephemerals()).toMatchObject([
    { text: '/goleak is not supported in threads. Sorry!', from: 'slackbot', threadTs },
  ]);
  expect(workspace.deliveries()).toEqual([]);
});

it('escapes people, channels and links in a command, and leaves no markup of the typist', async () => {
  const workspace = await openWorkspace();
  let text = '';
  await boltInSocketMode(workspace, (app) => {
    app.command('/goleak', async ({ ack, command }) => {
      text = command.text;
      await ack();
    });
  });
  await workspace.userTypes({
    ...typed,
    text: '/goleak capture @platform #general http://x:6060/a <b> & @nobody',
  });
  expect(text).toBe(
    'capture <@U0PLATFORM|platform> <#C0GENERAL|general> <http://x:6060/a> &lt;b&gt; &amp; @nobody',
  );
});

it('delivers a command from a channel without the bot, where posting fails until it is invited', async () => {
  const workspace = await openWorkspace();
  const outcomes: string[] = [];
  await boltInSocketMode(workspace, (app) => {
    app.command('/goleak', async ({ ack, command, client, respond }) => {
      await ack();
      const posted = await client.chat
        .postMessage({ channel: command.channel_id, text: 'here' })
        .catch(() => undefined);
      outcomes.push(posted ? 'posted' : 'refused');
      if (!posted) await respond({ text: 'Invite me first.' });
    });
  });
  const say = (text: string) => workspace.userTypes({ channel: 'general', user: 'newcomer', text });
  await say('/goleak capture payments-svc');
  await workspace.waitFor((seen) => seen.ephemerals({ user: 'newcomer' })[0]?.text === 'Invite me first.');
  await say('/invite @goleak');
  await say('/goleak capture payments-svc');
  await workspace.waitFor((seen) => seen.messages('general').some((each) => each.text === 'here'));
  await expect.poll(() => outcomes).toEqual(['refused', 'posted']);
});

it('tells who mentions an absent bot how to invite it', async () => {
  const workspace = await openWorkspace();
  await workspace.userTypes({ channel: 'general', user: 'on-call', text: '@goleak help' });
  expect(workspace.ephemerals()[0]?.text).toContain('/invite @goleak');
  expect(workspace.deliveries()).toEqual([]);
});

it('delivers a direct message as message.im, and only to an app that subscribed', async () => {
  const events: string[] = [];
  for (const subscribed of [['message.im'], []]) {
    const workspace = await openWorkspace({ events: subscribed });
    await boltInSocketMode(workspace, (app) =>
      app.message(async ({ event }) => void events.push(event.channel_type)),
    );
    const im = workspace.world.im({ id: 'U0ONCALL', name: 'on-call' })?.id ?? '';
    const sent = await workspace.userTypes({ channel: im, user: 'on-call', text: 'services' });
    if (sent.kind === 'message') await sent.delivered;
  }
  expect(events).toEqual(['im']);
});

it('lets a response_url be used five times, within thirty minutes', async () => {
  let nowMs = Date.now();
  const workspace = await openWorkspace({ now: () => nowMs });
  let url = '';
  await boltInSocketMode(workspace, (app) => {
    app.command('/goleak', async ({ ack, command }) => {
      url = command.response_url;
      await ack();
    });
  });
  const respond = async (body: object) => {
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
    return `${answer.status} ${answer.status === 200 ? '' : ((await answer.json()) as { error: string }).error}`.trim();
  };
  await workspace.userTypes({ ...typed, text: '/goleak status' });
  expect(await respond({ text: 'x', colour: 'red' })).toBe('400 invalid_payload');
  expect(await respond({})).toBe('400 no_text');
  expect(await respond({ text: 'for all', response_type: 'in_channel' })).toBe('200');
  for (let use = 2; use <= 5; use += 1) expect(await respond({ text: `use ${use}` })).toBe('200');
  expect(await respond({ text: 'six' })).toBe('404 used_url');
  // The command is shown once it is answered for all to see.
  expect(workspace.messages('payments-oncall').map((each) => each.text)).toEqual([
    '/goleak status',
    'for all',
  ]);
  expect(workspace.ephemerals()).toHaveLength(4);

  await workspace.userTypes({ ...typed, text: '/goleak status' });
  nowMs += 30 * 60 * 1000 + 1;
  expect(await respond({ text: 'late' })).toBe('404 expired_url');
});

it('replaces and removes what was clicked in', async () => {
  const workspace = await openWorkspace();
  const button = (id: string) => ({ type: 'button' as const, action_id: id, text: plain(id) });
  await boltInSocketMode(workspace, (app) => {
    app.command('/goleak', async ({ ack }) => {
      await ack({ text: 'ask', blocks: [{ type: 'actions', elements: [button('change'), button('drop')] }] });
    });
    app.action('change', async ({ ack, respond }) => {
      await ack();
      const blocks = [{ type: 'actions' as const, elements: [button('drop')] }];
      await respond({ replace_original: true, text: 'changed', blocks });
    });
    app.action('drop', async ({ ack, respond }) => {
      await ack();
      await respond({ delete_original: true });
    });
  });
  await workspace.userTypes({ ...typed, text: '/goleak' });
  const { ts } = await workspace.waitFor((seen) => seen.ephemerals()[0]);
  await workspace.click({ channel: 'payments-oncall', ts, actionId: 'change', user: 'on-call' });
  await workspace.waitFor((seen) => seen.ephemerals()[0]?.text === 'changed');
  await workspace.click({ channel: 'payments-oncall', ts, actionId: 'drop', user: 'on-call' });
  await workspace.waitFor((seen) => seen.ephemerals().length === 0);
});

it('opens a modal with a fresh trigger, once, and takes its answers', async () => {
  let nowMs = Date.now();
  const workspace = await openWorkspace({ now: () => nowMs });
  const client = clientOf(workspace);
  const submitted: unknown[] = [];
  await boltInSocketMode(workspace, (app) => {
    app.command('/goleak', async ({ ack }) => ack());
    app.view('capture', async ({ ack, view }) => {
      submitted.push(view.state.values);
      await (submitted.length === 1
        ? ack({ response_action: 'errors', errors: { service: 'Not known.' } })
        : ack());
    });
  });
  const element = { type: 'plain_text_input' as const, action_id: 'name' };
  const view = {
    type: 'modal' as const,
    callback_id: 'capture',
    title: plain('Capture'),
    submit: plain('Go'),
    blocks: [{ type: 'input' as const, block_id: 'service', label: plain('Service'), element }],
  };
  const trigger = async () => {
    const answer = await workspace.userTypes({ ...typed, text: '/goleak' });
    return answer.kind === 'command' ? answer.triggerId : '';
  };
  const open = (trigger_id: string, change = {}) =>
    client.views.open({ trigger_id, view: { ...view, ...change } });

  const late = await trigger();
  nowMs += 3001;
  expect(await refusal(open(late))).toMatchObject({ error: 'expired_trigger_id' });
  expect(await refusal(open('1.NOTHING'))).toMatchObject({ error: 'invalid_trigger_id' });
  expect(await refusal(open(await trigger(), { title: plain('x'.repeat(25)) }))).toMatchObject({
    error: 'invalid_arguments',
  });
  const fresh = await trigger();
  const viewId = (await open(fresh)).view?.id ?? '';
  expect(await refusal(open(fresh))).toMatchObject({ error: 'exchanged_trigger_id' });

  const values = { service: { name: { type: 'plain_text_input', value: 'payments-svc' } } };
  await workspace.submitView({ viewId, user: 'on-call', values });
  expect(workspace.world.views.get(viewId)).toMatchObject({ errors: { service: 'Not known.' } });
  await workspace.submitView({ viewId, user: 'on-call', values });
  expect(workspace.world.views.size).toBe(0);
  expect(submitted).toEqual([values, values]);
});

it('tells the app when its home tab is opened, and shows what it publishes', async () => {
  const workspace = await openWorkspace();
  await boltInSocketMode(workspace, (app) => {
    app.event('app_home_opened', async ({ event, client }) => {
      const blocks = [{ type: 'header' as const, text: plain('Services') }];
      await client.views.publish({ user_id: event.user, view: { type: 'home', blocks } });
    });
  });
  await workspace.opensHome('on-call');
  const home = await workspace.waitFor((seen) => seen.world.homes.get('U0ONCALL'));
  expect(home.view).toMatchObject({ type: 'home' });
});

it('says what it holds when nothing came', async () => {
  const workspace = await openWorkspace();
  await workspace.userTypes({ ...typed, text: 'hello there' });
  await expect(workspace.waitFor(() => false, 20)).rejects.toThrow(
    /nothing matched within 20 ms[\s\S]*hello there/,
  );
});
