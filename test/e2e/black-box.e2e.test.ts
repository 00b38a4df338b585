// Through the doors: a watched service comes near its limit, is captured by itself, is killed as the kernel kills, and
// somebody asks for it then.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Stage } from '../../demo/stage.ts';
import { requires } from '../kit/require.ts';
import { CHANNEL, finishedThread, openTestStage, rootSaying, roots, types } from '../kit/stage.ts';

describe.skipIf(requires('redis') || requires('go'))('a watched pod that was killed for its memory', () => {
  let stage: Stage;
  beforeAll(async () => {
    // Too small for it from the beginning, so that nobody has to wait until it is full.
    const watched = { memory_limit: '20MiB', watch: { every: '30s' } };
    stage = await openTestStage({ leakRate: 30, about: { 'payments-svc': watched } });
  }, 180_000);
  afterAll(() => stage?.close());

  it('is answered for from the black box', async () => {
    // The pair of what nobody asked for is in nobody's channel: the worker's log tells of it.
    const verdicts = () =>
      stage.workers[0]?.log.filter((line) => /The verdict is ready/.test(line)).length ?? 0;
    await expect.poll(verdicts, { timeout: 240_000, interval: 1_000 }).toBeGreaterThanOrEqual(2);
    expect(roots(stage)).toEqual([]);

    await stage.killInstance('payments-svc-1');
    await types(stage, '/goleak capture payments-svc --instance payments-svc-1');
    const root = await rootSaying(stage, /could not be reached/, 60_000);
    const shown = JSON.stringify(root.blocks);
    expect(shown).toContain('from before, not from now');
    expect(shown).toMatch(
      /Last pair\* of `payments-svc-1`, taken at .* UTC, .* this was asked: \*goroutine leak/,
    );
    expect(shown).toMatch(/Memory until the last sample\* .* resident .* of 20 MiB/);
    expect(shown).toContain('nothing was asked of it but whether it is there');
    const files = await finishedThread(stage, root.ts);
    expect(files).toContain('memory-and-goroutines.png');
    expect(stage.workspace.thread(CHANNEL, root.ts)[1]?.text).toContain('Nothing of it is newer');
  }, 360_000);
});
