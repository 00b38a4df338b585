import { describe, expect, it } from 'vitest';
import type { Fetch } from '../../src/capture/fetch.ts';
import { planSteps } from '../../src/capture/plan.ts';
import { captureInstance } from '../../src/capture/run.ts';
import { Failure } from '../../src/failure.ts';
import type { StepRecord } from '../../src/model/capture.ts';
import { DEFAULT_PERMISSIONS, type Instance } from '../../src/model/target.ts';

const INSTANCE: Instance = { name: 'payments-svc-1', pprofUrl: 'http://h:1/debug/pprof' };
const INDEX = `<tr><td>20</td><td><a href='goroutine?debug=1'>goroutine</a></td></tr>`;
const INDEX_WITH_DETECTOR = `${INDEX}<tr><td>0</td><td><a href='goroutineleak?debug=1'>goroutineleak</a></td></tr>`;
const WINDOW_MS = 10_000;

/** A service that answers at once, a clock that moves only by sleeping, and a kill after so many answers. */
function world(answerMs = 5, { index = INDEX, lost = '' } = {}) {
  let now = 1_000_000;
  let left = Number.POSITIVE_INFINITY;
  const kept: StepRecord[] = [];
  const asked: { endpoint: string; atMs: number }[] = [];
  const fetch: Fetch = async (_instance, endpoint) => {
    if (left-- <= 0) throw new Error('killed');
    asked.push({ endpoint, atMs: now - 1_000_000 });
    const fromMs = now;
    now += answerMs;
    if (endpoint === lost)
      throw new Failure('target_timeout', { instance: INSTANCE.name, url: `/${endpoint}`, seconds: 5 });
    const text = endpoint === 'index' ? index : endpoint === 'vars' ? '{"memstats":{}}' : 'bytes';
    return {
      bytes: new TextEncoder().encode(text),
      contentType: 'text/plain',
      span: { fromMs, toMs: now },
      path: `/${endpoint}`,
    };
  };
  const attempt = (signal = new AbortController().signal) =>
    captureInstance(
      INSTANCE,
      { steps: planSteps(['goroutine', 'heap', 'memstats'], WINDOW_MS), allow: DEFAULT_PERMISSIONS },
      {
        fetch,
        now: () => now,
        sleep: async (durationMs) => {
          now += durationMs;
        },
        earlier: [...kept],
        keep: async (record) => {
          kept.push(record);
          return record;
        },
        progress: () => {},
        signal,
      },
    );
  return {
    asked,
    attempt,
    passedMs: () => now - 1_000_000,
    killAfter: (answers: number) => {
      left = answers;
    },
    resumeAfter: (ms: number) => {
      left = Number.POSITIVE_INFINITY;
      now += ms;
    },
  };
}

const times = (asked: readonly { endpoint: string; atMs: number }[], endpoint: string): number[] =>
  asked.filter((each) => each.endpoint === endpoint).map(({ atMs }) => atMs);

describe('walking a plan', () => {
  it('asks everything once, the second snapshot a window after the first', async () => {
    const { asked, attempt } = world();
    await attempt();
    const [first = 0, second = 0] = times(asked, 'heap');
    expect(second - first).toBeGreaterThanOrEqual(WINDOW_MS - 100);
    expect(times(asked, 'goroutine-text')).toHaveLength(2);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 9, 12])(
    'asks nothing twice after a kill at answer %i, and keeps the window between the snapshots',
    async (answers) => {
      const { asked, attempt, killAfter, resumeAfter } = world();
      killAfter(answers);
      await expect(attempt()).rejects.toThrow('killed');
      resumeAfter(15_000);
      await attempt();
      for (const endpoint of ['heap', 'goroutine', 'goroutine-text']) {
        const [first = 0, second = 0, ...more] = times(asked, endpoint);
        expect(second - first, endpoint).toBeGreaterThanOrEqual(WINDOW_MS - 100);
        expect(more).toEqual([]);
      }
    },
  );

  it('keeps the window through two kills', async () => {
    const { asked, attempt, killAfter, resumeAfter } = world();
    killAfter(3);
    await expect(attempt()).rejects.toThrow('killed');
    resumeAfter(15_000);
    killAfter(4);
    await expect(attempt()).rejects.toThrow('killed');
    resumeAfter(1_000);
    await attempt();
    const [first = 0, second = 0] = times(asked, 'heap');
    expect(second - first).toBeGreaterThanOrEqual(WINDOW_MS - 100);
  });

  it('takes two leak profiles, the second a whole second after the first, where the runtime offers them', async () => {
    const { asked, attempt } = world(5, { index: INDEX_WITH_DETECTOR });
    await attempt();
    const [first = 0, second = 0, ...more] = times(asked, 'goroutineleak');
    expect(second - first).toBeGreaterThanOrEqual(1_000);
    expect(more).toEqual([]);
  });

  it('does not wait for a second leak profile where there is no first one', async () => {
    const none = world();
    await none.attempt();
    expect(times(none.asked, 'goroutineleak')).toEqual([]);
    expect(none.passedMs()).toBeLessThan(WINDOW_MS + 500);

    const failed = world(5, { index: INDEX_WITH_DETECTOR, lost: 'goroutineleak' });
    await failed.attempt();
    expect(times(failed.asked, 'goroutineleak')).toHaveLength(1);
    expect(failed.passedMs()).toBeLessThan(WINDOW_MS + 500);
  });

  it('ends with the reason when it is interrupted', async () => {
    const abort = new AbortController();
    abort.abort(new Failure('interrupted', {}));
    await expect(world().attempt(abort.signal)).rejects.toThrow('Interrupted before there was a verdict.');
  });
});
