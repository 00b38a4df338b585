import type { App } from '@slack/bolt';
import type { ModalView } from '@slack/types';
import { describe, expect, it } from 'vitest';
import type { Workspace } from '../../../demo/workspace/server.ts';
import { boltInSocketMode } from './bolt.ts';
import { clientOf, openWorkspace, refusal } from './open.ts';

const plain = (text: string) => ({ type: 'plain_text' as const, text });
const option = (value: string) => ({ text: plain(value), value });
const input = (block_id: string, element: object, rest = {}) => ({
  type: 'input' as const,
  block_id,
  label: plain(block_id),
  element: { action_id: 'it', ...element },
  ...rest,
});
const modalOf = (blocks: unknown[], rest = {}): ModalView => ({
  type: 'modal',
  callback_id: 'form',
  title: plain('Form'),
  submit: plain('Go'),
  blocks: blocks as ModalView['blocks'],
  ...rest,
});
const ON_CALL = { channel: 'payments-oncall', user: 'on-call' };

/** A modal opened by a command of a real Bolt app. */
async function opened(view: ModalView, listen: (app: App) => void = () => {}) {
  const workspace = await openWorkspace();
  await boltInSocketMode(workspace, (app) => {
    app.command('/goleak', async ({ ack, client, command }) => {
      await client.views.open({ trigger_id: command.trigger_id, view });
      await ack();
    });
    listen(app);
  });
  await workspace.userTypes({ ...ON_CALL, text: '/goleak' });
  const { id: viewId } = await workspace.waitFor((seen) => [...seen.world.views.values()][0]);
  return { workspace, viewId, who: { viewId, user: 'on-call' } };
}

async function refusedView(blocks: unknown[], rest = {}): Promise<string> {
  const workspace = await openWorkspace();
  const typed = await workspace.userTypes({ ...ON_CALL, text: '/goleak' });
  const trigger_id = typed.kind === 'command' ? typed.triggerId : '';
  const { messages } = await refusal(
    clientOf(workspace).views.open({ trigger_id, view: modalOf(blocks, rest) }),
  );
  return messages.join('\n');
}

describe('what Slack takes no view for', () => {
  const select = { type: 'static_select', options: [option('a')] };
  const cases: [string, unknown[], string][] = [
    ['a block of messages', [{ type: 'markdown', text: 'x' }], 'markdown is not supported in views'],
    [
      'an initial option that is not offered',
      [input('a', { ...select, initial_option: option('b') })],
      'not among its options',
    ],
    [
      'two ways of offering',
      [input('a', { ...select, option_groups: [{ label: plain('g'), options: [option('a')] }] })],
      'exactly one of options and option_groups',
    ],
    [
      'a select written in mrkdwn',
      [
        input('a', {
          type: 'static_select',
          options: [{ text: { type: 'mrkdwn', text: '*a*' }, value: 'a' }],
        }),
      ],
      '/text/type',
    ],
    [
      'two places for the focus',
      [input('a', { ...select, focus_on_load: true }), input('b', { ...select, focus_on_load: true })],
      'focus_on_load',
    ],
    [
      'a first text that is too long',
      [input('a', { type: 'plain_text_input', max_length: 2, initial_value: 'abc' })],
      'over its max_length',
    ],
    [
      'a hundred and one options',
      [
        input('a', {
          type: 'static_select',
          options: Array.from({ length: 101 }, (_, at) => option(`${at}`)),
        }),
      ],
      'no more than 100',
    ],
  ];
  it.each(cases)('%s', async (_name, blocks, said) => {
    expect(await refusedView(blocks)).toContain(said);
  });

  it('metadata over 3,000 characters', async () => {
    const blocks = [{ type: 'divider' }];
    expect(await refusedView(blocks, { private_metadata: 'x'.repeat(3001) })).toContain('private_metadata');
  });
});

it('hands over every kind of answer in the shape Slack gives it, first values where nobody touched', async () => {
  let state: unknown;
  const { workspace, who } = await opened(
    modalOf([
      input('text', { type: 'plain_text_input', initial_value: 'as it was' }),
      input('select', { type: 'static_select', options: [option('a'), option('b')] }),
      input('radio', { type: 'radio_buttons', options: [option('a'), option('b')] }),
      input('checks', { type: 'checkboxes', options: [option('a'), option('b')] }, { optional: true }),
      input('many', { type: 'multi_static_select', options: [option('a'), option('b')] }),
      input('date', { type: 'datepicker', initial_date: '2026-11-27' }),
      input('time', { type: 'timepicker' }),
      input('moment', { type: 'datetimepicker' }),
      input('channel', { type: 'conversations_select', response_url_enabled: true }),
    ]),
    (app) => {
      app.view('form', async ({ ack, view, body }) => {
        state = { values: view.state.values, urls: 'response_urls' in body ? body.response_urls : [] };
        await ack();
      });
    },
  );
  const given = (type: string, held: object) => ({ it: { type, ...held } });
  await workspace.submitView({
    ...who,
    values: {
      select: given('static_select', { selected_option: { value: 'b' } }),
      radio: given('radio_buttons', { selected_option: { value: 'a' } }),
      many: given('multi_static_select', { selected_options: [{ value: 'a' }, { value: 'b' }] }),
      time: given('timepicker', { selected_time: '09:30' }),
      moment: given('datetimepicker', { selected_date_time: 1_795_000_000 }),
      channel: given('conversations_select', { selected_conversation: 'C0PAYMENTS' }),
    },
  });
  expect(state).toMatchObject({
    values: {
      text: { it: { type: 'plain_text_input', value: 'as it was' } },
      select: { it: { selected_option: option('b') } },
      radio: { it: { selected_option: option('a') } },
      checks: { it: { selected_options: [] } },
      many: { it: { selected_options: [option('a'), option('b')] } },
      date: { it: { selected_date: '2026-11-27' } },
      time: { it: { selected_time: '09:30' } },
      moment: { it: { selected_date_time: 1_795_000_000 } },
      channel: { it: { selected_conversation: 'C0PAYMENTS' } },
    },
    urls: [{ block_id: 'channel', action_id: 'it', channel_id: 'C0PAYMENTS' }],
  });
  expect(workspace.world.views.size).toBe(0);
});

it('submits nothing that a client would have held back', async () => {
  let heard = 0;
  const { workspace, viewId, who } = await opened(
    modalOf([
      input('text', { type: 'plain_text_input', min_length: 3 }),
      input('select', { type: 'static_select', options: [option('a')] }, { optional: true }),
    ]),
    (app) => {
      app.view('form', async ({ ack }) => {
        heard += 1;
        await ack();
      });
    },
  );
  const submit = (values: object) => workspace.submitView({ ...who, values: values as never });
  await expect(submit({})).rejects.toThrow('required field');
  expect(workspace.world.views.get(viewId)?.errors).toEqual({
    text: 'Please complete this required field.',
  });
  await expect(submit({ text: { it: { value: 'ab' } } })).rejects.toThrow('At least 3');
  await expect(submit({ select: { it: { selected_option: { value: 'z' } } } })).rejects.toThrow(
    'no option z',
  );
  await expect(submit({ other: { it: { value: 'x' } } })).rejects.toThrow('nothing to enter at other/it');
  expect(heard).toBe(0);
  await submit({ text: { it: { value: 'abc' } } });
  expect(heard).toBe(1);
});

describe('what an app answers to a submission', () => {
  const text = input('text', { type: 'plain_text_input', initial_value: 'x' });
  const next = modalOf([{ type: 'divider' }], { title: plain('Next') });
  const answered = async (answer: object): Promise<{ workspace: Workspace; viewId: string }> => {
    const { workspace, viewId, who } = await opened(modalOf([text]), (app) => {
      app.view('form', async ({ ack }) => ack(answer as never));
    });
    await workspace.submitView({ ...who, values: {} });
    return { workspace, viewId };
  };
  const titles = ({ world }: Workspace) => [...world.views.values()].map(({ view }) => view.title);

  it('stands beside the field when it is an error', async () => {
    const { workspace, viewId } = await answered({ response_action: 'errors', errors: { text: 'Not so.' } });
    expect(workspace.world.views.get(viewId)?.errors).toEqual({ text: 'Not so.' });
  });
  it('replaces the view, is laid over it, or ends it all', async () => {
    expect(titles((await answered({ response_action: 'update', view: next })).workspace)).toEqual([
      plain('Next'),
    ]);
    expect(titles((await answered({ response_action: 'push', view: next })).workspace)).toEqual([
      plain('Form'),
      plain('Next'),
    ]);
    expect(titles((await answered({ response_action: 'clear' })).workspace)).toEqual([]);
  });
  it.each([
    ['an error of no input block', { response_action: 'errors', errors: { nowhere: 'x' } }],
    ['an action that is none', { response_action: 'dance' }],
    [
      'a view that Slack refuses',
      { response_action: 'push', view: { ...next, title: plain('x'.repeat(25)) } },
    ],
  ])('is trouble to the person when it is %s', async (_what, answer) => {
    const { workspace, viewId } = await answered(answer);
    expect(workspace.world.views.get(viewId)?.problem).toContain('trouble connecting');
  });
});

it('tells of what is pressed with all that is entered by then, and a push opens by its trigger', async () => {
  const heard: unknown[] = [];
  const { workspace, who } = await opened(
    modalOf([
      input('text', { type: 'plain_text_input' }),
      {
        type: 'actions',
        block_id: 'row',
        elements: [{ type: 'button', action_id: 'more', text: plain('More') }],
      },
    ]),
    (app) => {
      app.action('more', async ({ ack, body, client }) => {
        if (body.type !== 'block_actions') return;
        heard.push(body.container, body.view?.state.values);
        await client.views.push({ trigger_id: body.trigger_id, view: modalOf([{ type: 'divider' }]) });
        await ack();
      });
    },
  );
  const values = { text: { it: { type: 'plain_text_input', value: 'half a w' } } };
  await workspace.actInView({ ...who, actionId: 'more', blockId: 'row', values });
  expect(heard).toEqual([{ type: 'view', view_id: who.viewId }, values]);
  expect(workspace.world.views.size).toBe(2);
  await expect(workspace.actInView({ ...who, actionId: 'it', entered: { value: 'x' } })).rejects.toThrow(
    'tells the app nothing',
  );
});

it('closes one view by its button and the whole stack by the cross, and says which', async () => {
  const closed: unknown[] = [];
  const view = modalOf([{ type: 'divider' }], { notify_on_close: true });
  const { workspace, who } = await opened(view, (app) => {
    app.view('form', async ({ ack }) => ack({ response_action: 'push', view }));
    app.view({ callback_id: 'form', type: 'view_closed' }, async ({ ack, body }) => {
      closed.push('is_cleared' in body && body.is_cleared);
      await ack();
    });
  });
  await workspace.submitView({ ...who, values: {} });
  const top = [...workspace.world.views.keys()].at(-1) ?? '';
  await workspace.closeView(top, 'on-call');
  expect([...workspace.world.views.keys()]).toEqual([who.viewId]);
  await workspace.submitView({ ...who, values: {} });
  await workspace.closeView([...workspace.world.views.keys()].at(-1) ?? '', 'on-call', true);
  expect(workspace.world.views.size).toBe(0);
  expect(closed).toEqual([false, true, true]);
});

it('asks the app for the options of a list only the app knows', async () => {
  const { workspace, who } = await opened(
    modalOf([input('service', { type: 'external_select', min_query_length: 0 })]),
    (app) => {
      app.options('it', async ({ ack, options }) => ack({ options: [option(`${options.value}-svc`)] }));
    },
  );
  const offered = await workspace.searchOptions({ ...who, actionId: 'it', blockId: 'service', value: 'pay' });
  expect(offered).toEqual({ options: [option('pay-svc')] });
});

it('hands over shortcuts: of the app, and of a message with what it says', async () => {
  const heard: unknown[] = [];
  const workspace = await openWorkspace();
  await boltInSocketMode(workspace, (app) => {
    app.shortcut('capture_global', async ({ ack, shortcut, client }) => {
      await client.views.open({ trigger_id: shortcut.trigger_id, view: modalOf([{ type: 'divider' }]) });
      heard.push(shortcut.type);
      await ack();
    });
    app.shortcut('capture_message', async ({ ack, shortcut, respond }) => {
      if (shortcut.type === 'message_action') heard.push(shortcut.message.text, shortcut.channel.id);
      await ack();
      await respond({ text: 'seen', response_type: 'ephemeral' });
    });
  });
  const ts = workspace.toolPosts({ channel: 'payments-oncall', tool: 'pager', text: 'payments-svc is ill' });
  await workspace.takeShortcut({ user: 'on-call', callbackId: 'capture_global' });
  await workspace.takeShortcut({ ...ON_CALL, callbackId: 'capture_message', ts });
  await workspace.waitFor((seen) => seen.ephemerals()[0]?.text === 'seen');
  expect(heard).toEqual(['shortcut', 'payments-svc is ill', 'C0PAYMENTS']);
  expect(workspace.world.views.size).toBe(1);
  await expect(workspace.takeShortcut({ user: 'on-call', callbackId: 'none' })).rejects.toThrow('no global');
});
