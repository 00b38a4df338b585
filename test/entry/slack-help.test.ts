import { beforeEach, describe, expect, it } from 'vitest';
import { validateBlocks } from '../../demo/workspace/blocks.ts';
import type { Workspace } from '../../demo/workspace/server.ts';
import { verbsFor } from '../../src/command/usage.ts';
import { helpMessage, registerHelp } from '../../src/entry/slack-help.ts';
import { createLog } from '../../src/log.ts';
import { contentOf } from '../../src/report/blocks.ts';
import { mrkdwn } from '../../src/report/foreign.ts';
import { boltInSocketMode } from '../demo/workspace/bolt.ts';
import { openWorkspace } from '../demo/workspace/open.ts';
import { CHANNEL, ON_CALL } from '../kit/stage.ts';

describe('help', () => {
  let workspace: Workspace;
  let served: { words: string; door: string; channel: string | undefined }[];
  let ts: string;
  beforeEach(async () => {
    workspace = await openWorkspace();
    served = [];
    await boltInSocketMode(workspace, (app) => {
      registerHelp(app, createLog('test', 'silent'), async (words, { origin, answer }) => {
        served.push({ words, door: origin.door, channel: origin.channel });
        await answer(words === 'help' ? helpMessage(undefined) : mrkdwn`three services`);
      });
    });
    const { text, blocks } = contentOf(helpMessage('capture'));
    const whispered = { channel: CHANNEL, user: ON_CALL, from: 'app' as const, text };
    ts = workspace.world.whisper({ ...whispered, blocks: JSON.parse(JSON.stringify(blocks)) }).ts;
  });

  const press = (actionId: string, at = ts) =>
    workspace.click({ channel: CHANNEL, ts: at, actionId, user: ON_CALL });

  it('of every command is a message that Slack takes', () => {
    for (const verb of [undefined, ...verbsFor('chat').map(({ verb: name }) => name)]) {
      expect(validateBlocks(JSON.parse(JSON.stringify(helpMessage(verb).blocks)))).toEqual([]);
    }
    expect(() => helpMessage('captrue')).toThrow('"captrue" is not a command');
  });

  it('runs what is pressed as if it had been typed, and says what that was', async () => {
    await press('help_all');
    const list = await workspace.waitFor((seen) => seen.ephemerals()[1]);
    expect(list.text).toContain('/goleak help');
    await press('help_services', list.ts);
    const answer = await workspace.waitFor((seen) => seen.ephemerals()[2]);
    expect(answer.text).toBe('`/goleak services`\nthree services');
    expect(served).toEqual([
      { words: 'help', door: 'button', channel: CHANNEL },
      { words: 'services', door: 'button', channel: CHANNEL },
    ]);
  });

  it('opens the form, for the channel it was pressed in', async () => {
    await press('help_form');
    const form = await workspace.waitFor((seen) => [...seen.world.views.values()][0]);
    expect(JSON.stringify(form.view)).toContain(`"initial_conversation":"${CHANNEL}"`);
  });
});
