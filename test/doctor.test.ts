import { expect, it } from 'vitest';
import { createSlackClient } from '../src/deliver/slack.ts';
import { examineInstallation } from '../src/doctor.ts';
import { openWorkspace } from './demo/workspace/open.ts';

const ENOUGH = ['channels:read', 'chat:write', 'mpim:read', 'usergroups:read', 'users:read'];

it.each<[string, readonly string[], readonly string[], string, RegExp]>([
  ['all are there', ENOUGH, ['S0ONCALL'], 'ok', /^all that are used$/],
  ['none tells who people are', without('users:read'), [], 'bad', /users:read is missing: nobody but admins/],
  ['groups are named', without('usergroups:read'), ['S0ONCALL'], 'bad', /usergroups:read is missing/],
  ['groups are not named', without('usergroups:read'), [], 'ok', /^all that are used$/],
  [
    'group messages are closed',
    without('mpim:read'),
    [],
    'skipped',
    /mpim:read .* no captures in group messages/,
  ],
])('says of the scopes what degrades when %s', async (_, scopes, ruledGroups, state, says) => {
  const workspace = await openWorkspace({ scopes });
  const { SLACK_BOT_TOKEN, SLACK_API_URL } = workspace.env();
  const findings = await examineInstallation({
    slack: createSlackClient(SLACK_BOT_TOKEN, SLACK_API_URL),
    services: [],
    ruledGroups,
    fetch: () => Promise.reject(new Error('nothing is fetched')),
  });
  expect(findings.find(({ part }) => part === 'Slack scopes')).toEqual({
    part: 'Slack scopes',
    state,
    says: expect.stringMatching(says),
  });
});

function without(scope: string): readonly string[] {
  return ENOUGH.filter((each) => each !== scope);
}
