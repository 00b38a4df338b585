import { z } from 'zod';
import { method, structured } from '../method.ts';
import { refuse } from '../refusal.ts';
import type { World } from '../world.ts';

/** functions.*: how an app ends a step of a workflow. */

const completeSuccess = method({
  name: 'functions.completeSuccess',
  tier: 3,
  args: z.strictObject({ function_execution_id: z.string().min(1), outputs: structured }),
  run: (args, api) => {
    const outputs = z.record(z.string(), z.unknown()).safeParse(args.outputs);
    if (!outputs.success) throw refuse('invalid_arguments', ['[ERROR] outputs must be an object']);
    const execution = running(args.function_execution_id, api.world);
    const missing = execution.outputs.filter((name) => outputs.data[name] === undefined);
    if (missing.length > 0)
      throw refuse(
        'parameter_validation_failed',
        missing.map((name) => `[ERROR] ${name}`),
      );
    api.world.endExecution(args.function_execution_id, { kind: 'completed', outputs: outputs.data });
    return {};
  },
});

const completeError = method({
  name: 'functions.completeError',
  tier: 3,
  args: z.strictObject({ function_execution_id: z.string().min(1), error: z.string().min(1) }),
  run: (args, api) => {
    running(args.function_execution_id, api.world);
    api.world.endExecution(args.function_execution_id, { kind: 'failed', error: args.error });
    return {};
  },
});

export const functionMethods = [completeSuccess, completeError];

function running(id: string, world: World) {
  const execution = world.executions.get(id);
  if (!execution) throw refuse('function_execution_not_found');
  if (execution.end) throw refuse('function_execution_not_running');
  return execution;
}
