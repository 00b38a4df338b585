import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../../demo/stage.ts';
import { requires } from '../kit/require.ts';
import { finishedThread, openTestStage, rootSaying, roots, types } from '../kit/stage.ts';

const WINDOW_MS = 8_000;
/** A killed worker's job is taken over within this, whatever was left of the window. */
const TAKE_OVER_MS = 20_000;

describe.skipIf(requires('redis'))('a worker killed in mid capture', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openTestStage({ services: 'replay', workers: 2 });
  }, 180_000);
  afterAll(() => stage?.close());

  it('leaves its capture to another one, and the verdict arrives once', async () => {
    await types(stage, `/goleak capture payments-svc for ${WINDOW_MS / 1000}s`);
    await rootSaying(stage, /second snapshot in|first snapshot/, 20_000);
    const busy = stage.workers.find(({ log }) => log.some((line) => line.includes('A capture begins.')));
    if (!busy) throw new Error('no worker took the capture');
    busy.kill('SIGKILL');
    const killedAt = Date.now();
    const root = await rootSaying(
      stage,
      /goroutine leak|healthy|cannot tell|inconclusive/,
      WINDOW_MS + TAKE_OVER_MS,
    );
    expect(Date.now() - killedAt).toBeLessThan(WINDOW_MS + TAKE_OVER_MS);
    await finishedThread(stage, root.ts);
    expect(roots(stage)).toHaveLength(1);
    expect(stage.workspace.files().filter(({ name }) => name.startsWith('triage_'))).toHaveLength(1);
  }, 90_000);
});
