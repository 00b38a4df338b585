import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Workspace } from '../../demo/workspace/server.ts';
import { createAuthorise } from '../../src/authorise.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { captureCommand } from '../../src/command/echo.ts';
import { createSlackClient } from '../../src/deliver/slack.ts';
import { openSlackDirectory } from '../../src/deliver/slack-people.ts';
import { registerSlackDoor } from '../../src/entry/slack.ts';
import { Failure } from '../../src/failure.ts';
import type { NamedSignature } from '../../src/forms/rule.ts';
import { createLog } from '../../src/log.ts';
import {
  AGREE_ACTION,
  BUTTON_ACTIONS,
  type ButtonAction,
  CANCEL_ACTION,
  CAPTURE_AGAIN_ACTION,
  FULL_STACKS_ACTION,
  LINK_VALUE,
  MORE_ACTION,
  NOT_A_LEAK_ACTION,
  RAW_ACTION,
  REMOVE_RULE_ACTION,
  SET_BASELINE_ACTION,
  SNOOZE_ACTION,
  WHY_ACTION,
  YESTERDAY_ACTION,
} from '../../src/model/button.ts';
import type { Asked } from '../../src/model/question.ts';
import type { CaptureRequest } from '../../src/model/request.ts';
import type { Rule } from '../../src/model/rule.ts';
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
const SIGNATURE = { signature: 'a'.repeat(16), label: 'chan send in ledger.(*Writer).flush', count: 1_216 };
const RULE: Rule = {
  id: '0123456789ab',
  kind: 'not-a-leak',
  signature: SIGNATURE.signature,
  label: SIGNATURE.label,
  service: 'payments-svc',
  scope: 'service',
  by: ON_CALL,
  reason: 'by design',
  atMs: 0,
  untilMs: DAY_MS,
  request: 'x',
  question: 'y',
};
const EARLIER = requestOf('20261101-0123456789ab', { consent: 'confirmed', pushed: true });

describe.skipIf(requires('redis'))('a button that is pressed', () => {
  let server: TestRedis;
  let workspace: Workspace;
  let service: Service;
  let nowMs: number;
  let rootTs: string | undefined;
  let submitted: CaptureRequest[];
  let stacks: string[];
  let asked: Asked[];
  let made: object[];
  let isFull: boolean;
  let earlier: CaptureRequest;
  let signatures: readonly NamedSignature[];
  let ids: Readonly<Record<ButtonAction, string>>;
  beforeAll(async () => {
    server = await openTestRedis();
  }, 30_000);
  afterAll(() => server?.close());

  beforeEach(async () => {
    workspace = await openWorkspace();
    service = { ...serviceFromUrl('http://127.0.0.1:1'), name: EARLIER.service };
    [nowMs, submitted, stacks] = [Date.UTC(2026, 10, 26), [], []];
    [asked, made, isFull, signatures] = [[], [], false, [SIGNATURE]];
    earlier = EARLIER;
    await server.redis.flushall();
    const buttons = openButtonStore(server.redis);
    ids = await buttons.idsOf(
      { request: EARLIER.id, channel: CHANNEL, owner: ON_CALL, actions: BUTTON_ACTIONS },
      nowMs,
    );
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
        requestOf: async (id) => (id === EARLIER.id ? earlier : undefined),
        fullStacks: async (id) => {
          stacks.push(id);
        },
        buttonOf: async (id) => {
          const button = await buttons.find(id);
          return button && { button, ...(rootTs !== undefined && { messageTs: rootTs }) };
        },
        captureIn: async () => undefined,
        ask: async (question) => {
          const isNew = !asked.some(({ id }) => id === question.id);
          asked.push(question);
          return isNew;
        },
        instancesOf: () => [],
        signaturesOf: async () => signatures,
        makeRule: async (said, { user }) => {
          if (isFull) throw new Failure('too_many_rules', { most: 500 });
          made.push({ ...said, by: user });
        },
        removeRule: async (id) => ({ ...RULE, id }),
        cancel: async (id, { user }) => `The capture ${id} is cancelled by ${user}.`,
        setBaseline: async (name) => `The baseline of ${name} is set:\n  rss  40 MiB`,
        ruled: async () => '',
        look: async () => '',
        watched: async () => ({ text: '' }),
        control: async () => '',
        digest: async () => '',
        register: async () => {},
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
    expect(await press(CAPTURE_AGAIN_ACTION, { user: 'U0PLATFORM' })).toEqual([
      `Next time you can type \`/goleak ${captureCommand(EARLIER)}\`.`,
    ]);
    expect(submitted).toMatchObject([
      { service: EARLIER.service, compareWith: EARLIER.id, origin: { door: 'button', user: 'U0PLATFORM' } },
    ]);
    expect(submitted[0]).not.toHaveProperty('consent');
    // What its probe pushed once is not what is asked for now.
    expect(submitted[0]).not.toHaveProperty('pushed');
  });

  it('agrees to the price, and shows stacks, under their own ids', async () => {
    rootTs = await post(CHANNEL, ids[AGREE_ACTION], [AGREE_ACTION]);
    expect(await press(AGREE_ACTION)).toEqual([]);
    rootTs = await post(CHANNEL, ids[FULL_STACKS_ACTION], [FULL_STACKS_ACTION]);
    expect(await press(FULL_STACKS_ACTION)).toEqual(['Next time you can reply `stacks` in its thread.']);
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

  /** The menu of the rarer ones, as it stands under a verdict. */
  async function menu(...values: readonly string[]): Promise<void> {
    const options = values.map((value) => ({
      text: { type: 'plain_text' as const, text: value.slice(0, 8) },
      value,
    }));
    const { ts } = await clientOf(workspace).chat.postMessage({
      channel: CHANNEL,
      text: 'x',
      blocks: [{ type: 'actions', elements: [{ type: 'overflow', action_id: MORE_ACTION, options }] }],
    });
    rootTs = ts;
  }
  async function choose(value: string, user = ON_CALL): Promise<string[]> {
    await workspace.click({ channel: CHANNEL, ts: rootTs ?? '', actionId: MORE_ACTION, user, value });
    return workspace.ephemerals({ user }).map(({ text }) => text);
  }

  it('has why explained once, and shows where to whoever presses it after that', async () => {
    rootTs = await post(CHANNEL, ids[WHY_ACTION], [WHY_ACTION]);
    expect(await press(WHY_ACTION)).toEqual([]);
    expect(asked).toMatchObject([
      { request: EARLIER.id, question: { kind: 'why' }, origin: { door: 'button' } },
    ]);
    expect(await press(WHY_ACTION, { user: 'U0PLATFORM' })).toEqual([
      expect.stringMatching(/answered in this thread already.*Reply `why\?`/),
    ]);
  });

  it('of the menu does what was chosen there', async () => {
    await menu(ids[YESTERDAY_ACTION], ids[SET_BASELINE_ACTION], LINK_VALUE);
    expect(await choose(ids[YESTERDAY_ACTION])).toEqual([]);
    expect(asked).toMatchObject([{ question: { kind: 'yesterday' } }]);
    expect(await choose(ids[SET_BASELINE_ACTION])).toEqual([
      expect.stringMatching(
        /baseline of \S+ is set[\s\S]*Next time you can type `\/goleak baseline \S+ set`/,
      ),
    ]);
    expect(await choose(LINK_VALUE)).toHaveLength(1);
  });

  it('of the menu is no other button', async () => {
    await menu(ids[CANCEL_ACTION]);
    saysOnly(await choose(ids[CANCEL_ACTION]), /belongs to another message/);
  });

  it('of the menu beside a healthy verdict captures again, explains, and brings files and page', async () => {
    await menu(ids[CAPTURE_AGAIN_ACTION], ids[WHY_ACTION], ids[RAW_ACTION]);
    await choose(ids[CAPTURE_AGAIN_ACTION]);
    expect(submitted).toMatchObject([{ compareWith: EARLIER.id }]);
    await choose(ids[WHY_ACTION]);
    await choose(ids[RAW_ACTION]);
    expect(asked).toMatchObject([{ question: { kind: 'why' } }, { question: { kind: 'raw' } }]);
  });

  it('under a verdict on uploaded files explains it and shows its stacks, and does nothing else', async () => {
    earlier = { ...EARLIER, files: ['F1'] };
    rootTs = await post(CHANNEL, ids[WHY_ACTION], [WHY_ACTION]);
    expect(await press(WHY_ACTION)).toEqual([]);
    expect(asked).toMatchObject([{ request: EARLIER.id, question: { kind: 'why' } }]);
    rootTs = await post(CHANNEL, ids[FULL_STACKS_ACTION], [FULL_STACKS_ACTION]);
    await press(FULL_STACKS_ACTION);
    expect(stacks).toEqual([EARLIER.id]);
    rootTs = await post(CHANNEL, ids[CAPTURE_AGAIN_ACTION], [CAPTURE_AGAIN_ACTION]);
    expect((await press(CAPTURE_AGAIN_ACTION)).at(-1)).toMatch(/belongs to another message/);
    expect(submitted).toEqual([]);
  });

  it('under the message of an incident has the stacks answered there, once', async () => {
    earlier = { ...EARLIER, incident: 'payments-svc-1' };
    rootTs = await post(CHANNEL, ids[FULL_STACKS_ACTION], [FULL_STACKS_ACTION]);
    await press(FULL_STACKS_ACTION);
    expect(stacks).toEqual([]);
    expect(asked).toMatchObject([
      { question: { kind: 'stacks' }, origin: { channel: CHANNEL, threadTs: rootTs } },
    ]);
    expect((await press(FULL_STACKS_ACTION)).at(-1)).toMatch(/answered in this thread already/);
  });

  it('cancels, and says what to type', async () => {
    rootTs = await post(CHANNEL, ids[CANCEL_ACTION], [CANCEL_ACTION]);
    expect(await press(CANCEL_ACTION)).toEqual([
      expect.stringMatching(/is cancelled by U0ONCALL\. Next time you can type `\/goleak cancel 20261101-/),
    ]);
  });

  it('takes a rule back, and says what to type', async () => {
    const about = { request: EARLIER.id, channel: CHANNEL, owner: ON_CALL, rule: RULE.id, question: 'q' };
    const id = await openButtonStore(server.redis).removeRuleId(about, nowMs);
    rootTs = await post(CHANNEL, id, [REMOVE_RULE_ACTION]);
    expect(await press(REMOVE_RULE_ACTION)).toEqual([
      expect.stringMatching(/^Removed: `chan send.*`\/goleak rules remove 0123456789ab`/),
    ]);
  });

  describe('for a signature', () => {
    /** Opens the modal, and gives its id. */
    async function opened(action: ButtonAction, user = ON_CALL): Promise<string> {
      await menu(ids[action]);
      await choose(ids[action], user);
      const view = [...workspace.world.views.values()].find((each) => each.user === user);
      return view?.id ?? '';
    }
    const answers = (about: { until?: string; reason?: string; scope?: string } = {}) => {
      const { until = '2026-12-01', reason = 'a pool', scope } = about;
      const chosen = (type: string, value: string) => ({ type, selected_option: { value } });
      return {
        signature: { answer: chosen('static_select', SIGNATURE.signature) },
        ...(scope !== undefined && { scope: { answer: chosen('radio_buttons', scope) } }),
        until: { answer: { type: 'datepicker', selected_date: until } },
        reason: { answer: { type: 'plain_text_input', value: reason } },
      };
    };
    const errorsIn = (viewId: string) => workspace.world.views.get(viewId)?.errors;

    it('asks which, until when and why, and hands it on with whoever said it', async () => {
      const viewId = await opened(NOT_A_LEAK_ACTION);
      await workspace.submitView({ viewId, user: ON_CALL, values: answers({ scope: 'everywhere' }) });
      expect(made).toMatchObject([
        {
          kind: 'not-a-leak',
          signature: SIGNATURE.signature,
          label: SIGNATURE.label,
          scope: 'everywhere',
          reason: 'a pool',
          by: ON_CALL,
          request: EARLIER.id,
          untilMs: Date.UTC(2026, 11, 1, 23, 59, 59),
        },
      ]);
      expect(workspace.world.views.has(viewId)).toBe(false);
    });

    it('snoozes at its service', async () => {
      const viewId = await opened(SNOOZE_ACTION);
      await workspace.submitView({ viewId, user: ON_CALL, values: answers() });
      expect(made).toMatchObject([{ kind: 'snooze', scope: 'service', service: EARLIER.service }]);
    });

    it.each([
      ['a day that is over', { until: '2026-11-25' }, 'until', /not over/],
      ['a day in a year', { until: '2027-11-26' }, 'until', /within 180 days/],
      ['no reason', { reason: '   ' }, 'reason', /Say why/],
    ])('complains of %s in place', async (_, wrong, field, words) => {
      const viewId = await opened(SNOOZE_ACTION);
      await workspace.submitView({ viewId, user: ON_CALL, values: answers(wrong) });
      expect(made).toEqual([]);
      expect(errorsIn(viewId)?.[field]).toMatch(words);
    });

    it('complains of a signature that its verdict lists no more', async () => {
      const viewId = await opened(SNOOZE_ACTION);
      signatures = [{ ...SIGNATURE, signature: 'b'.repeat(16) }];
      await workspace.submitView({ viewId, user: ON_CALL, values: answers() });
      expect([made, errorsIn(viewId)?.signature]).toEqual([[], 'Choose one of the signatures.']);
    });

    it('says in the modal why it could not be kept', async () => {
      isFull = true;
      const viewId = await opened(SNOOZE_ACTION);
      await workspace.submitView({ viewId, user: ON_CALL, values: answers() });
      expect(errorsIn(viewId)?.reason).toMatch(/500 rules already.*Remove some/);
    });

    it('opens nothing where there is none, or for somebody who may not', async () => {
      const { id, name } = workspace.addUser('visitor', { guest: 'multi-channel' });
      workspace.world.channel(CHANNEL)?.members.add(id);
      expect(await opened(SNOOZE_ACTION, name)).toBe('');
      expect(workspace.ephemerals({ user: name }).at(-1)?.text).toMatch(
        /^Guests of this workspace may not say what/,
      );
      signatures = [];
      expect(await opened(SNOOZE_ACTION)).toBe('');
      expect(workspace.ephemerals({ user: ON_CALL }).at(-1)?.text).toMatch(/lists no signature/);
    });
  });
});
