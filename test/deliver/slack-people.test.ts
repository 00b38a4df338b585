import { expect, it } from 'vitest';
import type { Workspace } from '../../demo/workspace/server.ts';
import { createSlackClient } from '../../src/deliver/slack.ts';
import { openSlackDirectory } from '../../src/deliver/slack-people.ts';
import { openWorkspace } from '../demo/workspace/open.ts';

/** A clock that a test moves. */
function directoryOf(workspace: Workspace) {
  const { SLACK_BOT_TOKEN, SLACK_API_URL } = workspace.env();
  const clock = { ms: 0 };
  const directory = openSlackDirectory(createSlackClient(SLACK_BOT_TOKEN, SLACK_API_URL), () => clock.ms);
  return { directory, clock };
}

it('knows what Slack says of each kind of person', async () => {
  const workspace = await openWorkspace();
  const { directory } = directoryOf(workspace);
  const kinds = {
    member: {},
    guest: { guest: 'multi-channel' },
    'single-channel-guest': { guest: 'single-channel' },
    'other-team': { teamId: 'T0OTHERCO' },
    stranger: { teamId: 'T0OTHERCO', stranger: true },
    bot: { bot: true },
    deactivated: { guest: 'multi-channel', deactivated: true },
  } as const;
  for (const [standing, about] of Object.entries(kinds)) {
    const { id } = workspace.addUser(standing, about);
    expect(await directory.standingOf(id)).toBe(standing);
  }
  expect(await directory.standingOf('U0NOBODY')).toBe('stranger');
  expect(await directory.standingOf('')).toBe('stranger');
});

it('knows who is in a group, of those that are there', async () => {
  const workspace = await openWorkspace();
  const { directory } = directoryOf(workspace);
  const oncall = workspace.addUserGroup('oncall', ['on-call']).id;
  const others = workspace.addUserGroup('others', ['newcomer']).id;
  const gone = workspace.addUserGroup('gone', ['on-call'], { disabled: true }).id;
  expect(await directory.groupsOf('U0ONCALL', [others, oncall, gone, 'S0NONE'])).toEqual({
    groups: [oncall],
  });
});

it('knows what a channel is, by what reaches furthest', async () => {
  const workspace = await openWorkspace();
  const { directory } = directoryOf(workspace);
  const members = ['on-call', 'goleak'];
  const kindOf = async (about: Parameters<Workspace['addChannel']>[1]) =>
    (
      await directory.placeOf(
        workspace.addChannel(`c-${workspace.world.channels.size}`, { members, ...about }).id,
      )
    ).kind;
  expect(await kindOf({})).toBe('public');
  expect(await kindOf({ kind: 'private' })).toBe('private');
  expect(await kindOf({ kind: 'mpim' })).toBe('mpim');
  expect(await kindOf({ shared: 'org' })).toBe('org-shared');
  expect(await kindOf({ kind: 'private', shared: 'external' })).toBe('ext-shared');
  expect(await kindOf({ kind: 'mpim', shared: 'pending' })).toBe('pending-ext-shared');
  expect(await directory.placeOf('D0ONCALL')).toEqual({ id: 'D0ONCALL', kind: 'dm' });
  expect(await directory.placeOf('C0PAYMENTS')).toMatchObject({ name: 'payments-oncall', isMember: true });
});

it('asks anew about a channel it is not in', async () => {
  const workspace = await openWorkspace();
  const { directory } = directoryOf(workspace);
  expect(await directory.placeOf('C0GENERAL')).toMatchObject({ isMember: false });
  workspace.world.channel('general')?.members.add('U0GOLEAK');
  expect(await directory.placeOf('C0GENERAL')).toMatchObject({ isMember: true });
  const hidden = workspace.addChannel('hidden', { kind: 'private', members: ['on-call'] });
  expect(await directory.placeOf(hidden.id)).toMatchObject({ isMember: false });
});

it('asks Slack once for many who want to know at a time, and again after half a minute', async () => {
  const workspace = await openWorkspace();
  const { directory, clock } = directoryOf(workspace);
  await Promise.all(Array.from({ length: 20 }, () => directory.standingOf('U0ONCALL')));
  expect(workspace.calls('users.info')).toHaveLength(1);
  workspace.changeUser('on-call', { deactivated: true });
  expect(await directory.standingOf('U0ONCALL')).toBe('member');
  clock.ms = 30_001;
  expect(await directory.standingOf('U0ONCALL')).toBe('deactivated');
});

it('keeps to the last answer for five minutes while Slack gives none, and then knows nothing', async () => {
  const workspace = await openWorkspace();
  const { directory, clock } = directoryOf(workspace);
  const group = workspace.addUserGroup('oncall', ['on-call']).id;
  const facts = async () => [
    await directory.standingOf('U0ONCALL'),
    await directory.groupsOf('U0ONCALL', [group]),
    (await directory.placeOf('C0PAYMENTS')).kind,
  ];
  const known = ['member', { groups: [group] }, 'public'];
  expect(await facts()).toEqual(known);
  for (const method of ['users.info', 'usergroups.users.list', 'conversations.info']) {
    workspace.faults.add({ kind: 'unavailable', method, times: 2 });
  }
  clock.ms = 299_999;
  expect(await facts()).toEqual(known);
  clock.ms = 300_000;
  const doubt = { unknown: 'not-now' };
  expect(await facts()).toEqual([doubt, { groups: [], groupsUnknown: doubt }, doubt]);
  // Slack is back: it is asked, not the doubt kept.
  expect(await facts()).toEqual(known);
});

it('says which scope is missing', async () => {
  const workspace = await openWorkspace({ scopes: ['channels:read', 'groups:read'] });
  const { directory } = directoryOf(workspace);
  const crowd = workspace.addChannel('crowd', { kind: 'mpim', members: ['on-call', 'goleak'] });
  expect(await directory.standingOf('U0ONCALL')).toEqual({ unknown: 'no-scope', scope: 'users:read' });
  expect(await directory.groupsOf('U0ONCALL', ['S0ANY'])).toEqual({
    groups: [],
    groupsUnknown: { unknown: 'no-scope', scope: 'usergroups:read' },
  });
  expect((await directory.placeOf(crowd.id)).kind).toEqual({ unknown: 'no-scope', scope: 'mpim:read' });
});
