import { describe, expect, it } from 'vitest';
import { planSteps } from '../../src/capture/plan.ts';
import type { Progress } from '../../src/model/request.ts';
import { DEFAULT_KINDS } from '../../src/model/target.ts';
import { progressBoard } from '../../workers/progress.ts';

/** A board on a clock that is moved by hand. */
function board(windowMs: number) {
  const told: Progress[] = [];
  const state = {
    now: 0,
    pending: undefined as { readonly atMs: number; readonly run: () => void } | undefined,
  };
  const made = progressBoard({ windowMs }, 1, {
    tell: (progress) => told.push(progress),
    now: () => state.now,
    later: (delayMs, run) => {
      state.pending = { atMs: state.now + delayMs, run };
      return () => {
        state.pending = undefined;
      };
    },
  });
  const pass = (ms: number): void => {
    state.now += ms;
    if (!state.pending || state.pending.atMs > state.now) return;
    const { run } = state.pending;
    state.pending = undefined;
    run();
  };
  const steps = planSteps(DEFAULT_KINDS, windowMs);
  const reach = (id: string, waitMs = 0): void => {
    const step = steps.find((each) => each.id === id);
    if (!step) throw new Error(`no step ${id}`);
    made.step('one', { step, done: 0, total: steps.length, waitMs });
  };
  return { told, board: made, pass, reach, stages: () => told.map(({ stage }) => stage) };
}

describe('the progress of a capture', () => {
  it('is not told of stages that are over within a second', () => {
    const { board: made, pass, reach, stages } = board(0);
    reach('count-0');
    pass(400);
    made.analysing();
    pass(900);
    made.close();
    pass(10_000);
    expect(stages()).toEqual([]);
  });

  it('is told of a stage that lasts', () => {
    const { board: made, pass, reach, told } = board(0);
    reach('count-0');
    pass(1_000);
    made.analysing();
    pass(1_000);
    expect(told).toMatchObject([
      { stage: 'capturing', what: 'one snapshot', passed: 0 },
      { stage: 'analysing' },
    ]);
  });

  it('is told of a window at once, and then now and again', () => {
    const { pass, reach, told } = board(10_000);
    reach('count-0');
    reach('count-5000', 5_000);
    pass(1_000);
    reach('memory-5000', 4_000);
    pass(4_000);
    reach('count-1', 5_000);
    expect(told).toMatchObject([
      { stage: 'waiting', next: 'second', secondsLeft: 10, passed: 0 },
      { stage: 'waiting', next: 'second', secondsLeft: 5, passed: 0.5 },
    ]);
  });
});
