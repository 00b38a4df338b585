import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOT } from '../../demo/workspace/nouns.ts';
import type { LastKnown } from '../../src/model/black-box.ts';
import type { Progress } from '../../src/model/request.ts';
import { DELIVER_QUEUE } from '../../src/queue/jobs.ts';
import { tellThreads } from '../../src/queue/tell.ts';
import type { Report } from '../../src/report/schema.ts';
import { runDeliver } from '../../workers/deliver.ts';
import { sampleReport } from '../kit/report.ts';
import { requires } from '../kit/require.ts';
import { openRoom, type Room, requestOf } from './room.ts';

const waiting = (secondsLeft: number): Progress => ({
  stage: 'waiting',
  next: 'second',
  secondsLeft,
  samples: 2,
  passed: 0.4,
});

describe.skipIf(requires('redis'))('delivering to a thread', () => {
  let room: Room;
  let day = 0;
  beforeAll(async () => {
    room = await openRoom();
    for (let worker = 0; worker < 2; worker++) {
      room.worker(DELIVER_QUEUE, (job, token) => runDeliver(job, token, room.work), { concurrency: 4 });
    }
  }, 60_000);
  afterAll(() => room?.close());

  /** A request somebody made, in a channel of its own so that tests do not see each other. */
  async function accepted(same?: string) {
    const id = `202611${String(10 + day++)}-abcdef123456`;
    const { id: channel } = room.workspace.addChannel(`room-${id}`, { members: ['U0ONCALL', BOT.id] });
    await room.requests.accept(requestOf(id, { origin: { door: 'slash', user: 'U0ONCALL', channel } }), same);
    const tell = async (progress: Progress): Promise<void> => {
      await tellThreads(id, progress, { requests: room.requests, queue: room.queue });
    };
    const finish = async (): Promise<void> => {
      await room.work.reports.save(sampleReport('goroutine-leak', { ...facts(), id }));
      await tell({ stage: 'done', reportId: id });
    };
    const roots = () => room.workspace.messages(channel).filter(({ metadata }) => metadata !== undefined);
    const closed = () =>
      expect
        .poll(async () => (await room.requests.open(Date.now() + 60_000)).includes(id), { timeout: 25_000 })
        .toBe(false);
    const files = () =>
      room.workspace
        .files()
        .filter(({ shares }) => shares.some((share) => share.channel === channel))
        .map(({ name }) => name);
    return { id, channel, tell, finish, roots, closed, files };
  }
  const facts = () => ({
    service: 'payments-svc',
    requestedBy: 'U0ONCALL',
    problems: [],
    cost: { requests: [], pauseMsEstimate: 0 },
    artefacts: [],
  });

  /** Posts in the thread of a channel's only root message. */
  const below = (channel: string): number => {
    const [root] = room.workspace.messages(channel).filter(({ metadata }) => metadata !== undefined);
    return room.workspace.thread(channel, root?.ts ?? '').length - 1;
  };
  const lastKnownOf = ({ id, window, verdict }: Report): LastKnown => ({
    instance: 'payments-svc-1',
    pair: { ...verdict, reportId: id, atMs: window.to ?? 0, bytes: 1_000 } as LastKnown['pair'] & object,
  });

  it('always ends in the verdict, however stages and rate limits fall together', async () => {
    const { tell, finish, roots, closed } = await accepted();
    room.workspace.faults.add({ kind: 'rate-limited', method: 'chat.postMessage', times: 1 });
    room.workspace.faults.add({ kind: 'rate-limited', method: 'chat.update', times: 2 });
    room.workspace.faults.add({ kind: 'latency', method: 'chat.update', times: 3, ms: 150 });
    await tell({ stage: 'queued' });
    for (let left = 10; left > 0; left--) {
      await tell(waiting(left));
      await sleep(60);
    }
    await tell({ stage: 'analysing' });
    await finish();
    await closed();
    expect(roots()).toHaveLength(1);
    expect(roots()[0]?.text).toMatch(/goroutine leak/);
    room.workspace.faults.clear();
  }, 40_000);

  it.each(['goroutine-leak', 'heap-leak', 'healthy', 'inconclusive'] as const)(
    'makes one root message and at most five posts below it of a verdict that says %s',
    async (health) => {
      const { id, tell, roots, closed, files, channel } = await accepted();
      await room.work.reports.save(sampleReport(health, { ...facts(), id }));
      for (const stage of ['queued', 'analysing'] as const) await tell({ stage });
      await tell({ stage: 'done', reportId: id });
      await closed();
      await expect.poll(() => files().filter((name) => name.startsWith('triage_')).length).toBe(1);
      expect(roots().filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
      expect(below(channel)).toBeGreaterThan(0);
      expect(below(channel)).toBeLessThanOrEqual(5);
    },
    40_000,
  );

  it('makes one root message and at most five posts of the last pair of an instance that is gone', async () => {
    const { id, tell, roots, closed, files, channel } = await accepted();
    const pair = sampleReport('goroutine-leak', { ...facts(), id: `${id}-pair` });
    await room.work.reports.save(pair);
    await tell({ stage: 'queued' });
    await tell({ stage: 'failed', what: 'Nobody answers.', hint: 'Look.', lastKnown: lastKnownOf(pair) });
    await closed();
    await expect.poll(() => files().filter((name) => name.startsWith('triage_')).length).toBe(1);
    expect(roots().filter(({ threadTs }) => threadTs === undefined)).toHaveLength(1);
    expect(below(channel)).toBe(5);
    const [first] = room.workspace.thread(channel, roots()[0]?.ts ?? '').slice(1);
    expect(first?.text).toMatch(/^The evidence below is of the pair of/);
  }, 40_000);

  it('brings the verdict of one capture to each thread that asked for the same', async () => {
    const { id: leader, finish, roots, closed, files } = await accepted('the same service');
    const later = await accepted('the same service');
    expect(await room.requests.followersOf(leader)).toEqual([later.id]);
    await room.queue.deliver(later.id);
    await expect.poll(() => later.roots().length).toBe(1);
    await finish();
    await closed();
    await later.closed();
    for (const thread of [roots(), later.roots()]) {
      expect(thread).toHaveLength(1);
      expect(thread[0]?.text).toMatch(/goroutine leak/);
    }
    for (const names of [files, later.files]) {
      await expect.poll(() => names().filter((name) => name.startsWith('triage_')).length).toBe(1);
      const [triage = ''] = names().filter((name) => name.startsWith('triage_'));
      expect(names()).toContain(triage.replace('triage_', 'report_').replace('.json', '.html'));
    }
  }, 40_000);

  it('delivers what became known while an older stage was on its way to Slack', async () => {
    const { tell, finish, roots, closed } = await accepted();
    await tell({ stage: 'queued' });
    await expect.poll(() => roots().length).toBe(1);
    const edits = () => room.workspace.calls('chat.update').length;
    const before = edits();
    room.workspace.faults.add({ kind: 'latency', method: 'chat.update', times: 1, ms: 1_500 });
    await tell(waiting(5));
    await expect.poll(() => room.workspace.faults.pending).toBe(0);
    await finish();
    expect(edits()).toBeLessThanOrEqual(before + 1);
    await closed();
    expect(roots()[0]?.text).toMatch(/goroutine leak/);
  }, 40_000);

  it('shows the verdict in a message whose confirmation was lost while it still said "queued"', async () => {
    const { tell, finish, roots, closed } = await accepted();
    room.workspace.faults.add({ kind: 'reset', method: 'chat.postMessage', times: 1, accepted: true });
    await tell({ stage: 'queued' });
    await expect.poll(() => roots().length).toBe(1);
    await finish();
    await closed();
    expect(roots()).toHaveLength(1);
    expect(roots()[0]?.text).toMatch(/goroutine leak/);
  }, 40_000);

  it('finds its message again in a channel that has said hundreds of things since', async () => {
    const { channel, tell, finish, roots, closed } = await accepted();
    room.workspace.faults.add({ kind: 'reset', method: 'chat.postMessage', times: 1, accepted: true });
    await tell({ stage: 'queued' });
    await expect.poll(() => roots().length).toBe(1);
    for (let said = 0; said < 250; said++) {
      await room.workspace.userTypes({ channel, user: 'U0ONCALL', text: `line ${said}` });
    }
    await finish();
    await closed();
    expect(roots()).toHaveLength(1);
  }, 40_000);

  it('says it in plain text when Slack refuses the blocks', async () => {
    const { finish, roots, closed } = await accepted();
    room.workspace.faults.add({
      kind: 'error',
      method: 'chat.postMessage',
      error: 'invalid_blocks',
      times: 1,
    });
    await finish();
    await closed();
    expect(roots()).toHaveLength(1);
    expect(roots()[0]?.text).toMatch(/goroutine leak/);
    // The text alone, in a block where Slack makes no links of it.
    expect(roots()[0]?.blocks).toMatchObject([{ type: 'section' }]);
  }, 40_000);

  it('tells the rest of the thread when files may not be uploaded', async () => {
    const { channel, finish, roots, closed } = await accepted();
    room.workspace.faults.add({
      kind: 'error',
      method: 'files.getUploadURLExternal',
      error: 'missing_scope',
      times: 2,
    });
    await finish();
    await closed();
    const thread = room.workspace.thread(channel, roots()[0]?.ts ?? '');
    expect(thread.length).toBeGreaterThan(1);
    room.workspace.faults.clear();
  }, 40_000);

  it('uploads once when the answer to sharing is lost', async () => {
    const { finish, closed, files } = await accepted();
    room.workspace.faults.add({
      kind: 'reset',
      method: 'files.completeUploadExternal',
      times: 1,
      accepted: true,
    });
    await finish();
    await closed();
    await expect.poll(() => files().filter((name) => name.startsWith('triage_'))).toHaveLength(1);
    expect(new Set(files()).size).toBe(files().length);
  }, 40_000);

  it('waits for Slack without using up its attempts', async () => {
    const { finish, roots, closed } = await accepted();
    room.workspace.faults.add({
      kind: 'rate-limited',
      method: 'chat.postMessage',
      times: 4,
      retryAfterSeconds: 1,
    });
    await finish();
    await closed();
    expect(roots()).toHaveLength(1);
    const looks = room.workspace
      .calls('conversations.history')
      .filter(({ args }) => JSON.stringify(args).includes(roots()[0]?.channel ?? 'nowhere'));
    expect(looks).toHaveLength(0);
  }, 40_000);

  it('tells a failure although the instance asked for is no longer registered', async () => {
    const { id, tell, roots, closed } = await accepted();
    const request = await room.requests.load(id);
    if (!request) throw new Error('it was accepted');
    await room.requests.withdraw(request);
    await room.requests.accept({ ...request, service: 'moved-svc', instances: ['moved-svc-9'] });
    await tell({ stage: 'failed', what: 'moved-svc has no such instance.', hint: 'Ask for another.' });
    await closed();
    expect(roots()[0]?.text).toContain('moved-svc has no such instance.');
  }, 40_000);

  it('closes a request whose channel is gone instead of trying for ever', async () => {
    const { finish, closed } = await accepted();
    room.workspace.faults.add({ kind: 'error', method: 'chat.postMessage', error: 'is_archived', times: 1 });
    await finish();
    await closed();
  }, 40_000);

  it('gives a second triage file of the same minute and thread a name of its own', async () => {
    expect(await room.requests.claimName('a', 'C1:1.0', 'triage_20261123_0312.json')).toBe(true);
    expect(await room.requests.claimName('a', 'C1:1.0', 'triage_20261123_0312.json')).toBe(true);
    expect(await room.requests.claimName('b', 'C1:1.0', 'triage_20261123_0312.json')).toBe(false);
    expect(await room.requests.claimName('b', 'C1:2.0', 'triage_20261123_0312.json')).toBe(true);
  });
});
