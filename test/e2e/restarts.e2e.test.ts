import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../../demo/stage.ts';
import { requires } from '../kit/require.ts';
import { CHANNEL, finishedThread, ON_CALL, openTestStage, rootSaying, roots, types } from '../kit/stage.ts';

const VERDICT = /goroutine leak|healthy|cannot tell|inconclusive/i;

describe.skipIf(requires('redis'))('restarts and lost connections', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openTestStage({ services: 'replay', workers: 2 });
  }, 180_000);
  afterAll(() => stage?.close());

  it('gives a capture to another worker when the one that has it is told to end', async () => {
    await types(stage, '/goleak capture payments-svc for 12s');
    await rootSaying(stage, /second snapshot in/, 20_000);
    const busy = stage.workers.find(({ log }) => log.some((line) => line.includes('A capture begins.')));
    const other = stage.workers.find((worker) => worker !== busy);
    if (!busy || !other) throw new Error('no worker took the capture');
    const toldAt = Date.now();
    await busy.stop();
    expect(Date.now() - toldAt).toBeLessThan(10_000);
    const root = await rootSaying(stage, VERDICT, 40_000);
    await finishedThread(stage, root.ts);
    expect(roots(stage)).toHaveLength(1);
    expect(other.log.some((line) => line.includes('The verdict is ready.'))).toBe(true);
    await stage.addWorker();
  }, 90_000);

  it('ends in a verdict for each of two people who ask for one service at once', async () => {
    const before = roots(stage).length;
    const ask = (user: string) =>
      stage.workspace.userTypes({ channel: CHANNEL, user, text: '/goleak capture ledger-svc for 4s' });
    await Promise.all([ask(ON_CALL), ask(ON_CALL)]);
    await stage.workspace.waitFor(() => {
      const mine = roots(stage).slice(before);
      return mine.length === 2 && mine.every(({ text }) => VERDICT.test(text));
    }, 60_000);
    // Both asked for the same, so the service was asked once.
    const captures = stage.workers.flatMap(({ log }) =>
      log.filter((line) => line.includes('The verdict is ready.') && line.includes('ledger-svc')),
    );
    expect(captures).toHaveLength(1);
  }, 90_000);

  it('hears people again after Slack cut the connection and would not open another', async () => {
    stage.workspace.faults.add({ kind: 'unavailable', method: 'apps.connections.open', times: 4 });
    stage.workspace.sockets.drop();
    await stage.workspace.waitFor(() => stage.workspace.sockets.connections === 0, 5_000);
    await stage.workspace.waitFor(
      () => stage.workspace.sockets.connections > 0 && stage.workspace.faults.pending === 0,
      40_000,
    );
    await types(stage, '/goleak services');
    await stage.workspace.waitFor(
      () => stage.workspace.ephemerals({ user: ON_CALL }).some(({ text }) => text.includes('ledger-svc')),
      10_000,
    );
  }, 60_000);

  it('delivers late what became ready while Slack was away', async () => {
    const before = roots(stage).length;
    await types(stage, '/goleak capture ledger-svc for 2s');
    await stage.workspace.waitFor(() => roots(stage).length > before, 10_000);
    stage.workspace.faults.add({ kind: 'unavailable', method: 'chat.update', times: 5 });
    await stage.workspace.waitFor(() => VERDICT.test(roots(stage).at(-1)?.text ?? ''), 60_000);
    expect(stage.workspace.faults.pending).toBe(0);
    await finishedThread(stage, roots(stage).at(-1)?.ts ?? '');
    expect(roots(stage)).toHaveLength(before + 1);
  }, 90_000);
});
