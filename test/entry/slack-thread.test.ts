import { beforeEach, describe, expect, it } from 'vitest';
import type { Workspace } from '../../demo/workspace/server.ts';
import { createAuthorise } from '../../src/authorise.ts';
import { resolveInstances, serviceFromUrl } from '../../src/capture/resolve.ts';
import { createSlackClient } from '../../src/deliver/slack.ts';
import { openSlackDirectory } from '../../src/deliver/slack-people.ts';
import { registerSlackDoor } from '../../src/entry/slack.ts';
import { Failure } from '../../src/failure.ts';
import { createLog } from '../../src/log.ts';
import type { Asked } from '../../src/model/question.ts';
import type { CaptureRequest } from '../../src/model/request.ts';
import type { Service } from '../../src/model/target.ts';
import { DEFAULT_WHO } from '../../src/model/who.ts';
import { boltInSocketMode } from '../demo/workspace/bolt.ts';
import { clientOf, openWorkspace } from '../demo/workspace/open.ts';
import { CHANNEL, ON_CALL } from '../kit/stage.ts';
import { requestOf } from '../workers/room.ts';
import { NO_UPLOADS } from './no-uploads.ts';

const CAPTURE = requestOf('20261101-0123456789ab', { instances: ['payments-svc-1'], consent: 'confirmed' });
const instance = (name: string) => ({ name, pprofUrl: `http://127.0.0.1:1/${name}` });

describe('a reply in a thread', () => {
  let workspace: Workspace;
  let service: Service;
  let root: string;
  let isUnderWay: boolean;
  let asked: Asked[];
  let submitted: CaptureRequest[];
  let stacks: string[];
  let incident: string | undefined;

  beforeEach(async () => {
    workspace = await openWorkspace({ manifest: 'manifest.yml' });
    service = {
      ...serviceFromUrl('http://127.0.0.1:1'),
      name: CAPTURE.service,
      instances: ['payments-svc-1', 'payments-svc-2'].map(instance),
    };
    [isUnderWay, asked, submitted, stacks, incident] = [false, [], [], [], undefined];
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
        requestOf: async () => CAPTURE,
        fullStacks: async (id) => {
          stacks.push(id);
        },
        buttonOf: async () => undefined,
        captureIn: async ({ threadTs }) => {
          if (isUnderWay) throw new Failure('verdict_missing', { isUnderWay });
          if (threadTs !== root) return undefined;
          return incident === undefined ? CAPTURE : { ...CAPTURE, incident };
        },
        ask: async (question) => {
          const isNew = !asked.some(({ id }) => id === question.id);
          asked.push(question);
          return isNew;
        },
        instancesOf: (request, about) => resolveInstances(about, request).map(({ name }) => name),
        signaturesOf: async () => [],
        makeRule: async () => {},
        removeRule: async (id) => {
          throw new Failure('rule_unknown', { id });
        },
        cancel: async () => '',
        setBaseline: async () => '',
        ruled: async () => '',
        look: async () => '',
        watched: async () => ({ text: '' }),
        control: async () => '',
        digest: async () => '',
        register: async () => {},
        now: () => 1_000,
        log: createLog('test', 'silent'),
      }),
    );
    const { ts } = await clientOf(workspace).chat.postMessage({ channel: CHANNEL, text: 'a verdict' });
    root = ts ?? '';
  });

  const heard = (): number =>
    asked.length + submitted.length + stacks.length + workspace.ephemerals({}).length;

  /** Says it, waits until something comes of it, and gives what only the person who said it is shown. */
  async function says(text: string, where: { threadTs?: string; user?: string } = {}): Promise<string[]> {
    const before = heard();
    await saysUnheard(text, where);
    await expect.poll(heard).toBeGreaterThan(before);
    return workspace.ephemerals({ user: where.user ?? ON_CALL }).map((each) => each.text);
  }
  async function saysUnheard(text: string, where: { threadTs?: string; user?: string } = {}): Promise<void> {
    const { threadTs = root, user = ON_CALL } = where;
    const typed = await workspace.userTypes({ channel: CHANNEL, user, text, threadTs });
    if (typed.kind === 'message') await typed.delivered;
  }

  it('that asks about the capture is handed on, with who asked and where', async () => {
    expect(await says('why?')).toEqual([]);
    expect(asked).toMatchObject([
      {
        request: CAPTURE.id,
        question: { kind: 'why' },
        origin: { door: 'mention', user: ON_CALL, channel: CHANNEL, threadTs: root },
      },
    ]);
  });

  it('may address the app, and is heard once all the same', async () => {
    expect(await says('@goleak stack 2')).toEqual([]);
    expect(await says('@goleak who owns 1?')).toEqual([]);
    expect(asked.map(({ question }) => question)).toEqual([
      { kind: 'stack', rank: 2 },
      { kind: 'owner', rank: 1 },
    ]);
  });

  it('is another question each time it is said', async () => {
    await says('why?');
    await says('why?');
    expect(new Set(asked.map(({ id }) => id)).size).toBe(2);
  });

  it('that is talk among people is left alone, and so is one in another thread', async () => {
    await saysUnheard('I know why, it is the ledger again');
    const { ts = '' } = await clientOf(workspace).chat.postMessage({ channel: CHANNEL, text: 'lunch?' });
    await saysUnheard('why?', { threadTs: ts });
    // What was left alone would have been there before this one.
    expect(await says('raw')).toEqual([]);
    expect(asked.map(({ question }) => question.kind)).toEqual(['raw']);
  });

  it('that addresses the app in unknown words gets the question it comes nearest to', async () => {
    expect(await says('@goleak wyh')).toEqual([
      expect.stringMatching(/"wyh" is neither a command nor a question.*Did you mean `why\?`\?/),
    ]);
    expect((await says('@goleak sing a song')).at(-1)).toMatch(/I answer `why\?`, `stack 2`.*`help` lists/);
  });

  it('is told that there is no verdict yet', async () => {
    isUnderWay = true;
    expect(await says('why?')).toEqual([expect.stringMatching(/has no verdict yet.*Ask again/)]);
    expect(asked).toEqual([]);
  });

  it('captures the instances that were not looked at, without the consent of then', async () => {
    expect(await says('all instances')).toEqual([]);
    expect(submitted).toMatchObject([
      {
        instances: ['payments-svc-2'],
        origin: { user: ON_CALL, threadTs: root },
        windowMs: CAPTURE.windowMs,
      },
    ]);
    expect(submitted[0]).not.toHaveProperty('consent');
  });

  it('captures nobody when all were looked at, or when they may not have all captured', async () => {
    service = { ...service, who: { ...DEFAULT_WHO, heavy: 'admins' } };
    expect((await says('all instances')).at(-1)).toMatch(/does not let whoever asked capture all instances/);
    service = { ...service, who: DEFAULT_WHO, instances: [instance('payments-svc-1')] };
    expect((await says('all instances')).at(-1)).toMatch(/looked at every instance of payments-svc/);
    expect(submitted).toEqual([]);
  });

  it('is answered to guests of the channel too, who may not have files or stacks posted', async () => {
    const { id, name } = workspace.addUser('visitor', { guest: 'multi-channel' });
    workspace.world.channel(CHANNEL)?.members.add(id);
    expect(await says('why?', { user: name })).toEqual([]);
    expect(asked).toHaveLength(1);
    expect((await says('raw', { user: name })).at(-1)).toMatch(/^Guests of this workspace may not/);
    expect((await says('stacks', { user: name })).at(-1)).toMatch(/^Guests of this workspace may not/);
    // Nor what an earlier capture showed, which this thread does not.
    expect((await says('vs yesterday', { user: name })).at(-1)).toMatch(/^Guests of this workspace may not/);
    expect([asked.length, stacks]).toEqual([1, []]);
  });

  it('has all stacks posted', async () => {
    await says('full stacks');
    expect(stacks).toEqual([CAPTURE.id]);
  });

  it('has all stacks answered in the thread of an incident, which is not the own one of a capture', async () => {
    incident = 'payments-svc-1';
    await says('full stacks');
    expect(stacks).toEqual([]);
    expect(asked).toMatchObject([{ question: { kind: 'stacks' }, origin: { threadTs: root } }]);
  });
});
