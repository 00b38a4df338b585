// Ends workflow steps: https://docs.slack.dev/reference/methods/functions.completeSuccess
import type { WebClient } from '@slack/web-api';
import { call } from './slack-call.ts';

/** Slack shows it to whoever built the workflow. */
const MAX_ERROR = 500;

export interface StepEnds {
  readonly complete: (
    execution: string,
    outputs: { readonly verdict: string; readonly link: string },
  ) => Promise<void>;
  readonly fail: (execution: string, error: string) => Promise<void>;
}

export function openStepEnds(slack: WebClient): StepEnds {
  return {
    complete: async (execution, outputs) => {
      const args = { function_execution_id: execution, outputs: { ...outputs } };
      await call('functions.completeSuccess', () => slack.functions.completeSuccess(args));
    },
    fail: async (execution, error) => {
      const args = { function_execution_id: execution, error: error.slice(0, MAX_ERROR) };
      await call('functions.completeError', () => slack.functions.completeError(args));
    },
  };
}
