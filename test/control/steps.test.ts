import { describe, expect, it } from 'vitest';
import { finishSteps, type StepPorts } from '../../src/control/steps.ts';
import { Failure } from '../../src/failure.ts';
import type { Step } from '../../src/store/steps.ts';

const STEP: Step = { execution: 'Fx01', request: '20261101-0123456789ab', service: 'payments-svc', atMs: 0 };
const SECOND_MS = 1_000;

describe('a workflow step that waits', () => {
  /** Looks once, and gives what Slack was told and which steps wait on. */
  async function look(nowMs: number, fails: () => Promise<void>, isKept = false) {
    const waiting = new Set([STEP]);
    const told: string[] = [];
    const troubles: unknown[] = [];
    const ports: StepPorts = {
      steps: {
        keep: async () => true,
        waiting: async () => [...waiting],
        done: async (step) => {
          waiting.delete(step);
        },
        takeTurn: async () => true,
      },
      progress: async () => ({ stage: 'queued' }),
      isKept: async () => isKept,
      verdictsOf: async () => [],
      linkOf: async () => undefined,
      complete: async () => {},
      fail: async (_, error) => {
        await fails();
        told.push(error);
      },
      now: () => nowMs,
    };
    await finishSteps(ports, (error) => troubles.push(error));
    return { told, waiting: waiting.size, troubles: troubles.length };
  }

  it('is not failed in the moment between being remembered and its capture being kept', async () => {
    expect(await look(SECOND_MS, async () => {})).toEqual({ told: [], waiting: 1, troubles: 0 });
  });

  it('is failed when its capture was never kept', async () => {
    const { told, waiting } = await look(120 * SECOND_MS, async () => {});
    expect(told).toEqual(['Nothing has come of the capture of payments-svc.']);
    expect(waiting).toBe(0);
  });

  it('is forgotten when Slack will not have its end, and tried again when Slack is not there', async () => {
    const refused = new Failure('slack_refused', {
      method: 'functions.completeError',
      error: 'function_execution_not_running',
    });
    const away = new Failure('slack_unreachable', { method: 'functions.completeError', reason: 'reset' });
    expect(await look(120 * SECOND_MS, () => Promise.reject(refused))).toMatchObject({
      waiting: 0,
      troubles: 1,
    });
    expect(await look(120 * SECOND_MS, () => Promise.reject(away))).toMatchObject({
      waiting: 1,
      troubles: 1,
    });
  });
});
