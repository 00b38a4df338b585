import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../../demo/stage.ts';
import { requires } from '../kit/require.ts';
import { CHANNEL, openTestStage, rootSaying, roots } from '../kit/stage.ts';

describe.skipIf(requires('redis'))('who may, through the door', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openTestStage({ services: 'replay' });
    for (const [name, standing] of Object.entries({
      visitor: { guest: 'single-channel' },
      outsider: { teamId: 'T0OTHERCO' },
      robot: { bot: true },
    } as const)) {
      const { id } = stage.workspace.addUser(name, standing);
      stage.workspace.world.channel(CHANNEL)?.members.add(id);
    }
    const group = stage.workspace.addUserGroup('ledger-oncall', ['platform']).id;
    const file = join(stage.home, 'services.yml');
    const ruled = readFileSync(file, 'utf8').replace(
      '  ledger-svc:\n',
      `  ledger-svc:\n    who: { light: everyone, heavy: { groups: [${group}] } }\n`,
    );
    writeFileSync(file, ruled);
  }, 120_000);
  afterAll(() => stage?.close());

  const type = (user: string, text: string, channel = CHANNEL) =>
    stage.workspace.userTypes({ channel, user, text });
  const told = async (user: string, words: RegExp): Promise<string> => {
    const said = () => stage.workspace.ephemerals({ user }).findLast(({ text }) => words.test(text));
    return (await stage.workspace.waitFor(said, 10_000)).text;
  };

  it('serves a member, and refuses a guest, an outsider and a bot in a plain sentence', async () => {
    const before = roots(stage).length;
    await type('visitor', '/goleak capture payments-svc for 2s');
    await told('visitor', /Guests of a single channel may not capture payments-svc\. Ask a full member/);
    await type('outsider', '@goleak capture payments-svc for 2s');
    await told('outsider', /People of other workspaces may not capture payments-svc/);
    await type('robot', '/goleak services');
    expect(await told('robot', /Bots may not look/)).not.toContain('payments-svc');
    await type('visitor', '/goleak capture nothing-svc');
    expect(await told('visitor', /may not look/)).not.toContain('payments-svc');
    await type('visitor', '/goleak stop');
    await told('visitor', /may not stop captures/);
    await type('visitor', '/goleak help');
    await told('visitor', /Look at a service through a window/);
    expect(roots(stage)).toHaveLength(before);

    await type('newcomer', '/goleak capture payments-svc for 1s');
    await rootSaying(stage, /payments-svc: /, 60_000);
  }, 90_000);

  it('shows nothing in a channel that another company can read', async () => {
    const shared = stage.workspace.addChannel('with-partners', {
      members: ['on-call', 'goleak'],
      shared: 'external',
    });
    await type('on-call', '/goleak capture payments-svc for 1s', shared.id);
    await told('on-call', /not shown in a channel that is shared with another company/);
    expect(stage.workspace.messages(shared.id)).toEqual([]);
  });

  it('captures lightly for those who may no more, and says why in the thread', async () => {
    await type('newcomer', '/goleak capture ledger-svc for 1s');
    const root = await rootSaying(stage, /ledger-svc: /, 60_000);
    const why = /left out: services\.yml does not let whoever asked have them/;
    await stage.workspace.waitFor(
      () => stage.workspace.thread(CHANNEL, root.ts).some((each) => why.test(JSON.stringify(each.blocks))),
      30_000,
    );
  }, 90_000);

  it('does nothing for a button that was copied, swapped or made up', async () => {
    const root = await rootSaying(stage, /payments-svc: /, 60_000);
    const value = /"action_id":"capture_again","value":"([A-Za-z0-9_-]{22})"/.exec(
      JSON.stringify(root.blocks).replace(/"(style|text)":("[a-z]+"|\{[^}]*\}),?/g, ''),
    )?.[1];
    const captures = roots(stage).length;
    const press = async (action: string, id: string, words: RegExp) => {
      const button = {
        type: 'button',
        text: { type: 'plain_text', text: 'x' },
        action_id: action,
        value: id,
      };
      const { SLACK_API_URL, SLACK_BOT_TOKEN } = stage.workspace.env();
      const answer = await fetch(`${SLACK_API_URL}chat.postMessage`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${SLACK_BOT_TOKEN}` },
        body: JSON.stringify({
          channel: CHANNEL,
          text: 'x',
          blocks: [{ type: 'actions', elements: [button] }],
        }),
      });
      const { ts } = (await answer.json()) as { ts: string };
      await stage.workspace.click({ channel: CHANNEL, ts, actionId: action, user: 'newcomer' });
      await told('newcomer', words);
    };
    expect(value).toBeDefined();
    await press('capture_again', value ?? '', /belongs to another message/);
    await press('full_stacks', value ?? '', /belongs to another message/);
    await press('capture_again', 'A'.repeat(22), /none of mine/);
    await press('capture_again', '20261126-0123456789ab', /none of mine/);
    // In its own place it works for members, and not for guests.
    const click = (user: string) =>
      stage.workspace.click({ channel: CHANNEL, ts: root.ts, actionId: 'capture_again', user });
    await click('visitor');
    await told('visitor', /Guests of a single channel may not capture payments-svc/);
    expect(roots(stage)).toHaveLength(captures);
    await click('platform');
    await stage.workspace.waitFor(
      () =>
        stage.workspace
          .thread(CHANNEL, root.ts)
          .some(({ text, ts }) => /payments-svc: /.test(text) && ts !== root.ts),
      60_000,
    );
  }, 120_000);
});
