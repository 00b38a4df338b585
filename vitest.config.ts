import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    environment: 'node',
    globalSetup: ['test/kit/warm-go.ts'],
    testTimeout: 20_000,
    hookTimeout: 30_000,
    // Two cores are what CI has; real Redis, Go and chromium run beside the tests.
    maxWorkers: 2,
  },
});
