// Counts tests in vitest's JSON results.

/** A file that could not be loaded holds no test, yet is a failure. */
export function countTests(results) {
  const broken = results.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  );
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + broken.length,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}
