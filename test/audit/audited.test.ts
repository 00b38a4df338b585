// What is written down of requests, with the Redis and the stores that decide about them.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  aboutRequest,
  auditedAsks,
  auditedControl,
  auditedRefusals,
  auditedRequests,
} from '../../src/audit/audited.ts';
import type { Decision } from '../../src/audit/line.ts';
import { auditFolder, openTrail } from '../../src/audit/trail.ts';
import { verifyTrail } from '../../src/audit/verify.ts';
import { readDecisions } from '../../src/audit/words.ts';
import { Failure } from '../../src/failure.ts';
import { createLog } from '../../src/log.ts';
import { submit } from '../../src/queue/submit.ts';
import { openRequestStore, type RequestStore } from '../../src/store/requests.ts';
import { openTestRedis, type TestRedis } from '../kit/private-redis.ts';
import { sampleReport } from '../kit/report.ts';
import { requires } from '../kit/require.ts';
import { requestOf } from '../workers/room.ts';

describe.skipIf(requires('redis'))('the audit of requests', () => {
  let server: TestRedis;
  let written: Decision[];
  let count = 0;
  const fresh = () => `20261101-${String(++count).padStart(12, '0')}`;
  const trail = { write: (decision: Decision) => void written.push(decision) };
  const report = sampleReport('goroutine-leak', {});
  /** As another process would open it. */
  const open = (): RequestStore => auditedRequests(openRequestStore(server.redis), trail, async () => report);
  const told = () => written.map(({ what }) => what);
  beforeAll(async () => {
    server = await openTestRedis();
  }, 30_000);
  afterAll(() => server?.close());
  beforeEach(() => {
    written = [];
  });

  it('has one line for an acceptance and one for an outcome, however often and by whomever they are told', async () => {
    const id = fresh();
    const stores = [open(), open(), open()];
    await Promise.all(stores.map((requests) => requests.accept(requestOf(id))));
    for (const requests of stores) await requests.saveProgress(id, { stage: 'analysing' });
    await Promise.all(stores.map((requests) => requests.saveProgress(id, { stage: 'done', reportId: id })));
    expect(told()).toEqual(['accepted', 'captured']);
    expect(written[0]).toMatchObject({ who: 'U0ONCALL', door: 'slash', channel: 'C0PAYMENTS', request: id });
    expect(written[1]).toMatchObject({
      verdict: 'goroutine-leak',
      cost: { requests: report.cost.requests.length },
    });
  });

  it('says whose capture answers a request that wants the same', async () => {
    const [leader, follower] = [fresh(), fresh()];
    const requests = open();
    await requests.accept(requestOf(leader), 'the same');
    await requests.accept(requestOf(follower), 'the same');
    await requests.accept(requestOf(follower), 'the same');
    expect(written.map(({ what, request, with: by }) => [what, request, by])).toEqual([
      ['accepted', leader, undefined],
      ['coalesced', follower, leader],
    ]);
  });

  it('has the failure, who cancelled, and the verdict that came after a failure', async () => {
    const [failed, cancelled] = [fresh(), fresh()];
    const requests = open();
    for (const id of [failed, cancelled]) await requests.accept(requestOf(id));
    await requests.saveProgress(failed, { stage: 'failed', what: 'It broke.', hint: 'Mend it.' });
    await requests.saveProgress(failed, { stage: 'failed', what: 'It broke again.', hint: 'Mend it.' });
    await requests.saveProgress(cancelled, { stage: 'cancelled', by: 'U7' });
    await requests.saveProgress(failed, { stage: 'done', reportId: failed });
    expect(written.slice(2).map(({ what, why }) => [what, why])).toEqual([
      ['failed', 'It broke.'],
      ['cancelled', 'by U7'],
      ['captured', undefined],
    ]);
  });

  it('says why somebody was refused, and what was taken back', async () => {
    const request = requestOf(fresh());
    const refuse = () => Promise.reject(new Failure('do_not_touch', { service: request.service }));
    const queue = { capture: refuse, deliver: async () => {} };
    const submitted = auditedRefusals(aboutRequest(request), trail, () =>
      submit(request, { requests: open(), queue }),
    );
    await expect(submitted).rejects.toThrow('must not be touched');
    await expect.poll(told).toEqual(['accepted', 'refused', 'withdrawn']);
    expect(written[1]?.why).toBe('services.yml says that payments-svc must not be touched.');
  });

  it('has what the rules refused, and what they let somebody see', () => {
    const origin = { door: 'button', user: 'U1', channel: 'C1' } as const;
    const asks = auditedAsks(trail);
    const refusal = new Failure('do_not_touch', { service: 'web-svc' });
    asks({ origin, actions: ['capture-heavy'], service: { name: 'web-svc' } }, { may: 'no', refusal });
    asks({ origin, actions: ['full-stacks'], request: 'a' }, { may: 'yes' });
    asks({ origin, actions: ['audit'] }, { may: 'yes' });
    asks({ origin, actions: ['look'] }, { may: 'yes' });
    expect(written.map(({ what, why }) => [what, why])).toEqual([
      ['refused', refusal.message],
      ['pressed', 'full-stacks'],
      ['pressed', 'audit'],
    ]);
  });

  it('has each switch that was thrown, and none that was not', async () => {
    const asker = { door: 'slash', user: 'U1', channel: 'C1' } as const;
    await auditedControl({ kind: 'stop', service: 'web-svc' }, asker, trail, async () => '');
    await auditedControl({ kind: 'resume' }, asker, trail, async () => '');
    await auditedControl({ kind: 'cancel' }, asker, trail, async () => '');
    const refused = auditedControl({ kind: 'stop' }, asker, trail, () => Promise.reject(new Error('no')));
    await expect(refused).rejects.toThrow('no');
    expect(written).toEqual([
      { what: 'stopped', who: 'U1', door: 'slash', channel: 'C1', service: 'web-svc' },
      { what: 'resumed', who: 'U1', door: 'slash', channel: 'C1' },
    ]);
  });

  it('has what was changed about watching, and nothing of who only looked', async () => {
    const asker = { door: 'button', user: 'U1', channel: 'C1' } as const;
    const service = 'web-svc';
    for (const command of [
      { kind: 'watch', service },
      { kind: 'history', service },
      { kind: 'baseline', service, action: 'set' },
      { kind: 'baseline', service },
      { kind: 'baseline', service, action: 'clear' },
      { kind: 'unwatch', service },
    ] as const)
      await auditedControl(command, asker, trail, async () => '');
    const refused = auditedControl({ kind: 'watch', service }, asker, trail, () =>
      Promise.reject(new Error('no')),
    );
    await expect(refused).rejects.toThrow('no');
    const about = { who: 'U1', door: 'button', channel: 'C1', service };
    expect(written).toEqual([
      { what: 'watched', ...about },
      { what: 'baseline-set', ...about },
      { what: 'baseline-cleared', ...about },
      { what: 'unwatched', ...about },
    ]);
  });

  it('serves people while it cannot be kept', async () => {
    const home = mkdtempSync(join(tmpdir(), 'goleak-audited-'));
    const elsewhere = openTrail({
      home: join('/dev/null', 'no-folder'),
      process: 'app',
      now: Date.now,
      log: createLog('test', 'silent'),
      clean: (text) => text,
    });
    const requests = auditedRequests(openRequestStore(server.redis), elsewhere, async () => undefined);
    const request = requestOf(fresh());
    expect(await requests.accept(request)).toBe(request.id);
    expect(elsewhere.isKept()).toBe(false);
    const here = openTrail({
      home,
      process: 'app',
      now: Date.now,
      log: createLog('test', 'silent'),
      clean: (text) => text,
    });
    await auditedRequests(openRequestStore(server.redis), here, async () => undefined).accept(
      requestOf(fresh()),
    );
    expect(verifyTrail(auditFolder(home))).toMatchObject({ lines: 2, faults: [] });
    expect(readDecisions(auditFolder(home), { most: 5 })).toHaveLength(1);
    here.close();
    rmSync(home, { recursive: true });
  });
});
