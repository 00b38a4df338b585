/** The part of vitest's JSON results that is counted. */
export interface VitestResults {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly { readonly status: string; readonly assertionResults: readonly unknown[] }[];
}
export function countTests(results: VitestResults): { passed: number; failed: number; skipped: number };
