import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    globalSetup: ['test/kit/warm-go.ts'],
    // What hangs is ended; what is only slow, on a machine that others use too, has not failed.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two cores are what CI has; real Redis, Go and chromium run beside the tests.
    maxWorkers: 2,
  },
});
