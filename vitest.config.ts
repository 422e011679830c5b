import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // The machines that run this have few cores, and a test that measures time should not share one.
    maxWorkers: 2,
  },
});
