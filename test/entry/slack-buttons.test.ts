import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Workspace } from '../../demo/workspace/server.ts';
import { createAuthorise } from '../../src/authorise.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { createSlackClient } from '../../src/deliver/slack.ts';
import { openSlackDirectory } from '../../src/deliver/slack-people.ts';
import { registerSlackDoor } from '../../src/entry/slack.ts';
import { createLog } from '../../src/log.ts';
import {
  AGREE_ACTION,
  type ButtonAction,
  CAPTURE_AGAIN_ACTION,
  FULL_STACKS_ACTION,
} from '../../src/model/button.ts';
import type { CaptureRequest } from '../../src/model/request.ts';
import type { Service } from '../../src/model/target.ts';
import { DEFAULT_WHO } from '../../src/model/who.ts';
import { openButtonStore } from '../../src/store/buttons.ts';
import { boltInSocketMode } from '../demo/workspace/bolt.ts';
import { clientOf, openWorkspace } from '../demo/workspace/open.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';
import { CHANNEL, ON_CALL } from '../kit/stage.ts';
import { requestOf } from '../workers/room.ts';
import { NO_UPLOADS } from './no-uploads.ts';

const DAY_MS = 86_400_000;
const EARLIER = requestOf('20261101-0123456789ab', { consent: 'confirmed' });

describe.skipIf(requires('redis'))('a button that is pressed', () => {
  let server: TestRedis;
  let workspace: Workspace;
  let service: Service;
  let nowMs: number;
  let rootTs: string | undefined;
  let submitted: CaptureRequest[];
  let stacks: string[];
  let ids: Readonly<Record<ButtonAction, string>>;
  beforeAll(async () => {
    server = await openTestRedis();
  }, 30_000);
  afterAll(() => server?.close());

  beforeEach(async () => {
    workspace = await openWorkspace();
    service = { ...serviceFromUrl('http://127.0.0.1:1'), name: EARLIER.service };
    [nowMs, submitted, stacks] = [1_000, [], []];
    await server.redis.flushall();
    const buttons = openButtonStore(server.redis);
    ids = await buttons.idsOf({ request: EARLIER.id, channel: CHANNEL, owner: ON_CALL }, nowMs);
    const { SLACK_BOT_TOKEN, SLACK_API_URL } = workspace.env();
    const directory = openSlackDirectory(createSlackClient(SLACK_BOT_TOKEN, SLACK_API_URL));
    await boltInSocketMode(workspace, (app) =>
      registerSlackDoor(app, {
        services: () => [service],
        authorise: createAuthorise({ directory, admins: () => ({ users: [], groups: [] }) }),
        submit: async (request) => {
          submitted.push(request);
        },
        uploads: NO_UPLOADS,
        requestOf: async (id) => (id === EARLIER.id ? EARLIER : undefined),
        fullStacks: async (id) => {
          stacks.push(id);
        },
        buttonOf: async (id) => {
          const button = await buttons.find(id);
          return button && { button, ...(rootTs !== undefined && { messageTs: rootTs }) };
        },
        captureIn: async () => undefined,
        ask: async () => true,
        instancesOf: () => [],
        look: async () => '',
        watched: async () => '',
        control: async () => '',
        digest: async () => '',
        now: () => nowMs,
        log: createLog('test', 'silent'),
      }),
    );
    rootTs = await post(CHANNEL, ids[CAPTURE_AGAIN_ACTION], [CAPTURE_AGAIN_ACTION]);
  });

  /** A message with buttons, as anybody with a bot could post one. */
  async function post(channel: string, value: string, actions: readonly string[]): Promise<string> {
    const elements = actions.map((action) => ({
      type: 'button' as const,
      text: { type: 'plain_text' as const, text: action },
      action_id: action,
      value,
    }));
    const { ts } = await clientOf(workspace).chat.postMessage({
      channel,
      text: 'x',
      blocks: [{ type: 'actions', elements }],
    });
    return ts ?? '';
  }
  async function press(
    action: string,
    where: { channel?: string; ts?: string; user?: string } = {},
  ): Promise<string[]> {
    const { channel = CHANNEL, ts = rootTs ?? '', user = ON_CALL } = where;
    const outcome = await workspace.click({ channel, ts, actionId: action, user });
    expect(outcome.kind).toBe('acked');
    return workspace.ephemerals({ user }).map(({ text }) => text);
  }
  const saysOnly = (said: string[], words: RegExp): void => {
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(words);
    expect([submitted, stacks]).toEqual([[], []]);
  };

  it('captures again, without the consent of then, for whoever pressed it', async () => {
    expect(await press(CAPTURE_AGAIN_ACTION, { user: 'U0PLATFORM' })).toEqual([]);
    expect(submitted).toMatchObject([
      { service: EARLIER.service, compareWith: EARLIER.id, origin: { door: 'button', user: 'U0PLATFORM' } },
    ]);
    expect(submitted[0]).not.toHaveProperty('consent');
  });

  it('agrees to the price, and shows stacks, under their own ids', async () => {
    for (const action of [AGREE_ACTION, FULL_STACKS_ACTION] as const) {
      rootTs = await post(CHANNEL, ids[action], [action]);
      expect(await press(action)).toEqual([]);
    }
    expect(submitted).toMatchObject([{ consent: 'confirmed' }]);
    expect(stacks).toEqual([EARLIER.id]);
  });

  it('does nothing for somebody who may not, though the message is theirs to see', async () => {
    const { id, name } = workspace.addUser('visitor', { guest: 'multi-channel' });
    workspace.world.channel(CHANNEL)?.members.add(id);
    saysOnly(await press(CAPTURE_AGAIN_ACTION, { user: name }), /^Guests of this workspace may not capture/);
  });

  it('does nothing once the rules are others, for its owner neither', async () => {
    service = { ...service, who: { ...DEFAULT_WHO, light: 'admins', heavy: 'admins' } };
    saysOnly(await press(CAPTURE_AGAIN_ACTION), /services\.yml does not let whoever asked capture/);
  });

  it('agrees to nothing heavy for somebody who may only capture lightly', async () => {
    service = { ...service, who: { ...DEFAULT_WHO, heavy: 'admins' } };
    rootTs = await post(CHANNEL, ids[AGREE_ACTION], [AGREE_ACTION]);
    saysOnly(await press(AGREE_ACTION), /does not let whoever asked agree/);
  });

  it.each([
    ['made up', () => 'A'.repeat(22), /none of mine/],
    ['the id of a capture, as buttons had once', () => EARLIER.id, /none of mine/],
    ['cut short', () => ids[CAPTURE_AGAIN_ACTION].slice(0, 21), /none of mine/],
    ['longer than any', () => ids[CAPTURE_AGAIN_ACTION].repeat(80), /none of mine/],
    ['that of another button', () => ids[AGREE_ACTION], /belongs to another message/],
  ])('does nothing when its id is %s', async (_, value, words) => {
    rootTs = await post(CHANNEL, value(), [CAPTURE_AGAIN_ACTION]);
    saysOnly(await press(CAPTURE_AGAIN_ACTION), words);
  });

  it('does nothing under another message, nor in another channel', async () => {
    const copy = await post(CHANNEL, ids[CAPTURE_AGAIN_ACTION], [CAPTURE_AGAIN_ACTION]);
    saysOnly(await press(CAPTURE_AGAIN_ACTION, { ts: copy }), /belongs to another message/);
    const other = workspace.addChannel('other', { members: ['platform', 'goleak'] }).id;
    const there = await post(other, ids[CAPTURE_AGAIN_ACTION], [CAPTURE_AGAIN_ACTION]);
    saysOnly(
      await press(CAPTURE_AGAIN_ACTION, { channel: other, ts: there, user: 'U0PLATFORM' }),
      /belongs to another message/,
    );
  });

  it('does nothing after fourteen days', async () => {
    nowMs += 14 * DAY_MS;
    saysOnly(await press(CAPTURE_AGAIN_ACTION), /more than 14 days old/);
  });

  it('asks for a moment while its message is not certain', async () => {
    const ts = rootTs ?? '';
    rootTs = undefined;
    saysOnly(await press(CAPTURE_AGAIN_ACTION, { ts }), /still being written.*in a moment/);
  });
});
