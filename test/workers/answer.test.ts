import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOT } from '../../demo/workspace/nouns.ts';
import type { Message } from '../../demo/workspace/world.ts';
import { serviceFromUrl } from '../../src/capture/resolve.ts';
import { ask, captureIn } from '../../src/control/questions.ts';
import { controlRules, sayRule, signaturesOf } from '../../src/control/rules.ts';
import type { Answerable, Asked } from '../../src/model/question.ts';
import type { Rule } from '../../src/model/rule.ts';
import { DELIVER_QUEUE } from '../../src/queue/jobs.ts';
import type { Report } from '../../src/report/schema.ts';
import { openQuestionStore } from '../../src/store/questions.ts';
import { openRuleStore } from '../../src/store/rules.ts';
import { questionSeal, ruleSeal } from '../../src/store/seal.ts';
import { keptVerdict, openVerdictStore } from '../../src/store/verdicts.ts';
import { runDeliver } from '../../workers/deliver.ts';
import { sampleReport } from '../kit/report.ts';
import { requires } from '../kit/require.ts';
import { openRoom, type Room, requestOf } from './room.ts';

const DAY_MS = 86_400_000;

/** As the analysis of a capture has it. */
function withKnownAs(report: Report): Report {
  const signatures = report.signatures.map((each) => ({ ...each, knownAs: each.stableId }));
  return { ...report, signatures };
}

describe.skipIf(requires('redis'))('a question in the thread of a capture', () => {
  let room: Room;
  let day = 0;
  beforeAll(async () => {
    room = await openRoom();
    for (let worker = 0; worker < 2; worker++) {
      room.worker(DELIVER_QUEUE, (job, token) => runDeliver(job, token, room.work), { concurrency: 4 });
    }
  }, 60_000);
  afterAll(() => room?.close());

  /** A capture with a verdict, told in a channel of its own. */
  async function told(health: Parameters<typeof sampleReport>[0] = 'goroutine-leak') {
    const id = `202611${String(10 + day++)}-fedcba654321`;
    const { id: channel } = room.workspace.addChannel(`asked-${id}`, { members: ['U0ONCALL', BOT.id] });
    await room.requests.accept(requestOf(id, { origin: { door: 'slash', user: 'U0ONCALL', channel } }));
    const report = sampleReport(health, { id });
    await room.work.reports.save(report);
    await room.requests.saveProgress(id, { stage: 'done', reportId: id });
    await room.queue.deliver(id);
    await expect
      .poll(() => filesIn(channel).some((name) => name.startsWith('triage_')), { timeout: 20_000 })
      .toBe(true);
    const root = room.workspace.messages(channel).find(({ metadata }) => metadata !== undefined);
    if (!root) throw new Error('no root message');
    const thread = { channel, threadTs: root.ts };
    const question = (kind: Answerable, delivery = JSON.stringify(kind)): Asked => ({
      id: `20261101-${delivery.replace(/\W/g, '').slice(0, 30)}-${day}`,
      request: id,
      question: kind,
      origin: { door: 'mention', user: 'U0ONCALL', ...thread },
      atMs: 1_000,
    });
    const replies = (): readonly Message[] => room.workspace.thread(channel, root.ts).slice(1);
    return { id, channel, thread, report, question, replies };
  }
  const ports = () => ({ ...room.work, requests: room.requests, queue: room.queue });
  const filesIn = (channel: string): string[] =>
    room.workspace
      .files()
      .filter(({ shares }) => shares.some((share) => share.channel === channel))
      .map(({ name }) => name);
  const saying = (replies: () => readonly Message[], words: RegExp) => async (): Promise<number> =>
    replies().filter(({ text }) => words.test(text)).length;

  it('finds the capture its thread tells of, and is answered there', async () => {
    const { id, thread, question, replies } = await told();
    expect((await captureIn(thread, ports()))?.id).toBe(id);
    expect(await captureIn({ ...thread, threadTs: '1.000001' }, ports())).toBeUndefined();
    expect(await ask(question({ kind: 'stack', rank: 2 }), ports())).toBe(true);
    await expect.poll(saying(replies, /^Stack 2 of `payments-svc`/), { timeout: 10_000 }).toBe(1);
  }, 40_000);

  it('is answered once, though it is delivered twice and Slack loses the confirmation', async () => {
    const { question, replies } = await told();
    const why = question({ kind: 'why' });
    room.workspace.faults.add({ kind: 'reset', method: 'chat.postMessage', times: 1, accepted: true });
    expect(await ask(why, ports())).toBe(true);
    expect(await ask(why, ports())).toBe(false);
    await expect.poll(saying(replies, /^Why goroutine leak/), { timeout: 30_000 }).toBe(1);
    await expect
      .poll(async () => (await room.work.questions.ledger(why.id).posting('answer')).state, {
        timeout: 30_000,
      })
      .toBe('sent');
    await ask(why, ports());
    await expect
      .poll(async () => (await room.queue.counts()).deliver, { timeout: 10_000 })
      .toMatchObject({ active: 0, waiting: 0 });
    expect(await saying(replies, /^Why goroutine leak/)()).toBe(1);
  }, 60_000);

  it('is compared with the capture nearest to a day before', async () => {
    const { report, question, replies } = await told();
    const nowMs = report.window.to ?? 0;
    for (const [reportId, agoMs] of [
      ['two-days', 2 * DAY_MS],
      ['a-day', 1.05 * DAY_MS],
    ] as const) {
      const earlier = { ...report, id: reportId, window: { ...report.window, to: nowMs - agoMs } };
      await openVerdictStore(room.redis).keep(report.service, keptVerdict(earlier, nowMs));
    }
    await ask(question({ kind: 'yesterday' }), ports());
    await expect.poll(saying(replies, /against the capture of 2026-11-22/), { timeout: 10_000 }).toBe(1);
    expect(JSON.stringify(replies().at(-1)?.blocks)).toContain('a-day');
  }, 40_000);

  it('lists files that are in the thread, and posts none of them again', async () => {
    const { channel, question, replies } = await told();
    const before = filesIn(channel).length;
    await ask(question({ kind: 'raw' }), ports());
    await expect
      .poll(saying(replies, /^3 files of this capture; they are in this thread/), { timeout: 10_000 })
      .toBe(1);
    expect(filesIn(channel)).toHaveLength(before);
  }, 40_000);

  it('brings the page of what is healthy, which its thread does not get unasked', async () => {
    const { channel, question, replies } = await told('healthy');
    const pages = () => filesIn(channel).filter((name) => /^report_\d{8}_\d{4}\.html$/.test(name));
    expect(pages()).toEqual([]);
    await ask(question({ kind: 'raw' }), ports());
    await expect
      .poll(saying(replies, /files of this capture; they are in this thread/), { timeout: 10_000 })
      .toBe(1);
    await expect.poll(pages, { timeout: 10_000 }).toHaveLength(1);
    expect(JSON.stringify(replies().at(-2)?.blocks)).toContain('The report as a page follows');
  }, 40_000);

  it('is answered with a file where all stacks are wanted in a thread that has none', async () => {
    const { channel, question, replies } = await told();
    await ask(question({ kind: 'stacks' }), ports());
    await expect.poll(saying(replies, /^The full stacks of \d+ signature/), { timeout: 10_000 }).toBe(1);
    await expect.poll(() => filesIn(channel), { timeout: 10_000 }).toContain('stacks.txt');
  }, 40_000);

  it('announces a rule once, and edits that when it is taken back', async () => {
    const { id, channel, thread, report, replies } = await told();
    const request = await room.requests.load(id);
    if (!request) throw new Error('no request');
    await openVerdictStore(room.redis).keep(report.service, keptVerdict(withKnownAs(report), 0));
    const verdicts = openVerdictStore(room.redis);
    const [signature] = await signaturesOf(request, { requests: room.requests, verdicts });
    if (!signature) throw new Error('no signature');
    expect(signature.label).toBe('chan send in github.com/acme/payments/ledger.(*Writer).flush');
    const decided: Rule[] = [];
    const ruling = {
      services: [{ ...serviceFromUrl('http://127.0.0.1:1'), name: request.service }],
      rules: openRuleStore(room.redis, ruleSeal(['the key of this room'])),
      authorise: room.authorise,
      queue: room.queue,
      decided: (rule: Rule) => decided.push(rule),
      now: Date.now,
      asking: ports(),
    };
    const said = {
      ...signature,
      kind: 'not-a-leak' as const,
      service: request.service,
      scope: 'service' as const,
      reason: 'by design',
      untilMs: Date.now() + DAY_MS,
      request: id,
      question: '20261126-rule',
    };
    const asker = { door: 'button' as const, user: 'U0ONCALL', ...thread };
    await sayRule(said, asker, ruling);
    await sayRule(said, asker, ruling);
    await expect.poll(saying(replies, /says that this is no leak/), { timeout: 10_000 }).toBe(1);
    const [rule] = await ruling.rules.all();
    expect(await controlRules({ kind: 'rules', service: request.service }, asker, ruling)).toMatch(
      /not a leak: chan send.*hidden nothing yet/,
    );
    expect(await controlRules({ kind: 'rules', remove: rule?.id ?? '' }, asker, ruling)).toMatch(
      /^Removed: chan send/,
    );
    await expect.poll(saying(replies, /Taken back by <@U0ONCALL>/), { timeout: 10_000 }).toBe(1);
    expect(await saying(replies, /this is no leak/)()).toBe(1);
    expect(decided.map(({ removed }) => removed !== undefined)).toEqual([false, false, true]);
    await expect(controlRules({ kind: 'rules', remove: rule?.id ?? '' }, asker, ruling)).rejects.toThrow(
      /No rule called/,
    );
    expect(await controlRules({ kind: 'rules' }, asker, ruling)).toMatch(/^Nothing is snoozed/);
    expect(channel).toBe(thread.channel);
  }, 60_000);

  it('is not answered when its record was edited in Redis', async () => {
    const { question } = await told();
    const why = question({ kind: 'why' }, 'edited');
    await room.work.questions.keep(why);
    const key = `{goleak}:question:${why.id}`;
    const text = (await room.redis.hget(key, 'asked')) ?? '';
    const edited = text.replace('\\"kind\\":\\"why\\"', '\\"kind\\":\\"raw\\"');
    expect(edited).not.toBe(text);
    await room.redis.hset(key, 'asked', edited);
    expect(await room.work.questions.load(why.id)).toBeUndefined();
    const another = openQuestionStore(room.redis, questionSeal(['another key']));
    await another.keep({ ...why, id: 'sealed-by-another' });
    expect(await room.work.questions.load('sealed-by-another')).toBeUndefined();
  }, 40_000);
});
