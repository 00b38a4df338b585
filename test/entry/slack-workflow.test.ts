import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Json } from '../../demo/workspace/json.ts';
import type { Workspace } from '../../demo/workspace/server.ts';
import { createAuthorise } from '../../src/authorise.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { createSlackClient } from '../../src/deliver/slack.ts';
import { openSlackDirectory } from '../../src/deliver/slack-people.ts';
import { workflowDoors } from '../../src/doors/workflow.ts';
import { registerWorkflowStep } from '../../src/entry/slack-workflow.ts';
import { createLog } from '../../src/log.ts';
import type { CaptureRequest } from '../../src/model/request.ts';
import { DEFAULT_WHO, NO_ADMINS } from '../../src/model/who.ts';
import { openRequestStore } from '../../src/store/requests.ts';
import { openVerdictStore } from '../../src/store/verdicts.ts';
import { boltInSocketMode } from '../demo/workspace/bolt.ts';
import { openWorkspace } from '../demo/workspace/open.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { requires } from '../kit/require.ts';
import { CHANNEL } from '../kit/stage.ts';

describe.skipIf(requires('redis'))('the workflow step', () => {
  let server: TestRedis;
  let workspace: Workspace;
  let submitted: CaptureRequest[];
  let closers: (() => Promise<void> | void)[];
  beforeAll(async () => {
    server = await openTestRedis();
  }, 30_000);
  afterAll(() => server?.close());

  beforeEach(async () => {
    [submitted, closers] = [[], []];
    workspace = await openWorkspace({ manifest: 'manifest.yml' });
    const { redis } = server;
    await redis.flushall();
    const { SLACK_BOT_TOKEN, SLACK_API_URL } = workspace.env();
    const slack = createSlackClient(SLACK_BOT_TOKEN, SLACK_API_URL);
    const requests = openRequestStore(redis);
    const log = createLog('test', 'silent');
    const service = { ...serviceFromUrl('http://127.0.0.1:1'), name: 'payments-svc' };
    const closed = { ...service, name: 'closed-svc', who: { ...DEFAULT_WHO, automatic: 'none' as const } };
    const linkOf = async (id: string) => `https://acme.slack.com/archives/${id}`;
    const step = workflowDoors(
      redis,
      { slack, requests, linkOf, log },
      { onEnd: (_, close) => closers.push(close) },
    );
    await boltInSocketMode(workspace, (app) =>
      registerWorkflowStep(app, {
        ...step,
        services: () => [service, closed],
        authorise: createAuthorise({ directory: openSlackDirectory(slack), admins: () => NO_ADMINS }),
        submit: async (request) => {
          await requests.accept(request);
          submitted.push(request);
        },
        now: Date.now,
        log,
      }),
    );
    return async () => {
      for (const close of closers) await close();
    };
  });

  const run = (inputs: Json) =>
    workspace.runStep({ callbackId: 'capture_service', inputs: { channel: CHANNEL, ...inputs } });
  const endOf = (execution: string) =>
    workspace.waitFor(({ world }) => world.executions.get(execution)?.end, 15_000);

  it('captures as nobody in particular, and hands on the verdict and where it is', async () => {
    const execution = run({ service: 'payments-svc', for: '10s' });
    await expect.poll(() => submitted.length, { timeout: 10_000 }).toBe(1);
    const [request] = submitted;
    expect(request).toMatchObject({
      service: 'payments-svc',
      windowMs: 10_000,
      origin: { door: 'workflow', user: 'workflow', channel: CHANNEL },
    });
    const id = request?.id ?? '';
    await openVerdictStore(server.redis).keep('payments-svc', {
      atMs: 1,
      reportId: id,
      kind: 'goroutine-leak',
      summary: 'goroutine leak: many wait in ledger.flush',
      signatures: [],
    });
    await openRequestStore(server.redis).saveProgress(id, { stage: 'done', reportId: id });
    expect(await endOf(execution)).toEqual({
      kind: 'completed',
      outputs: {
        verdict: 'goroutine leak: many wait in ledger.flush',
        link: `https://acme.slack.com/archives/${id}`,
      },
    });
  });

  it('fails with the sentence a person would be told when the capture fails', async () => {
    const execution = run({ service: 'payments-svc' });
    await expect.poll(() => submitted.length, { timeout: 10_000 }).toBe(1);
    const failed = { stage: 'failed', what: 'Nobody answered.', hint: 'Look at the service.' } as const;
    await openRequestStore(server.redis).saveProgress(submitted[0]?.id ?? '', failed);
    expect(await endOf(execution)).toEqual({
      kind: 'failed',
      error: 'Nobody answered. Look at the service.',
    });
  });

  it.each([
    ['a service that is none', { service: 'paymants-svc' }, 'Did you mean `payments-svc`?'],
    ['a window that is none', { service: 'payments-svc', for: 'a while' }, 'no window'],
    ['a service whose rules have no automatic captures', { service: 'closed-svc' }, 'closed-svc'],
    [
      'a channel it is not in',
      { service: 'payments-svc', channel: 'C0RANDOM' },
      'not a member of this channel',
    ],
  ])('fails at once for %s, and captures nothing', async (_what, inputs, said) => {
    const end = await endOf(run(inputs));
    expect(end).toMatchObject({ kind: 'failed' });
    expect(JSON.stringify(end)).toContain(said);
    expect(submitted).toEqual([]);
  });
});
