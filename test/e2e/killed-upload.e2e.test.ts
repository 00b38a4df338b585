import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../../demo/stage.ts';
import { requires } from '../kit/require.ts';
import { ON_CALL, openTestStage } from '../kit/stage.ts';

const DM = 'D0ONCALL';
const VERDICT_MS = 60_000;

describe.skipIf(requires('redis'))('a worker killed while it reads an upload', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openTestStage({ services: 'replay' });
    await stage.addWorker();
  }, 240_000);
  afterAll(() => stage?.close());

  it('leaves it to another one, and the verdict arrives once', async () => {
    const { workspace } = stage;
    workspace.faults.add({ kind: 'download', how: 'stalls' });
    const bytes = new Uint8Array(readFileSync('test/captures/profiles/heap-leak.t305.heap.pb.gz'));
    const dropped = await workspace.userDrops({
      channel: DM,
      user: ON_CALL,
      files: [{ name: 'heap.pb.gz', bytes }],
    });
    if (dropped.kind !== 'message') throw new Error(dropped.kind);
    await workspace.waitFor(() => workspace.calls('download').length === 1, VERDICT_MS);
    const busy = stage.workers.find(({ log }) => log.some((line) => line.includes('A capture begins.')));
    if (!busy) throw new Error('no worker took the upload');
    busy.kill('SIGKILL');
    const answers = () => workspace.thread(DM, dropped.ts).slice(1);
    await workspace.waitFor(
      () => answers().some(({ text }) => text.includes('uploaded heap.pb.gz')),
      VERDICT_MS,
    );
    const triage = () => workspace.files().filter(({ name }) => name.startsWith('triage_'));
    await workspace.waitFor(() => triage().length > 0, VERDICT_MS);
    expect(answers().filter(({ text }) => text.startsWith('uploaded heap.pb.gz'))).toHaveLength(1);
    expect(triage()).toHaveLength(1);
    expect(workspace.calls('download')).toHaveLength(2);
  }, 180_000);
});
