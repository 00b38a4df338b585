// Workflow steps that wait for the verdict of a capture: in Redis, so that a step ends though the app that began it has gone.
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { parsedJson } from './json.ts';

const STEPS = '{goleak}:steps';
const TURN = '{goleak}:steps:turn';
/** Far more than run at once. */
const MAX_STEPS = 500;

const stepSchema = z.object({
  execution: z.string().max(80),
  request: z.string().max(80),
  service: z.string().max(80),
  atMs: z.number(),
});

export interface Step {
  /** Slack's id of what is to be completed. */
  readonly execution: string;
  readonly request: string;
  readonly service: string;
  readonly atMs: number;
}

export interface StepStore {
  /** False when too many wait already. */
  readonly keep: (step: Step) => Promise<boolean>;
  readonly waiting: () => Promise<readonly Step[]>;
  readonly done: (step: Step) => Promise<void>;
  /** True for one process within so long. */
  readonly takeTurn: (forMs: number) => Promise<boolean>;
}

export function openStepStore(redis: Redis): StepStore {
  return {
    keep: async (step) => {
      if ((await redis.hlen(STEPS)) >= MAX_STEPS) return false;
      await redis.hset(STEPS, step.execution, JSON.stringify(step));
      return true;
    },
    waiting: async () => Object.values(await redis.hgetall(STEPS)).flatMap(stepIn),
    done: async ({ execution }) => {
      await redis.hdel(STEPS, execution);
    },
    takeTurn: async (forMs) => (await redis.set(TURN, '1', 'PX', forMs, 'NX')) === 'OK',
  };
}

function stepIn(text: string): readonly Step[] {
  const { data } = stepSchema.safeParse(parsedJson(text));
  return data ? [data] : [];
}
