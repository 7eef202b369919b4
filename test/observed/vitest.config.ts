import { defineConfig } from 'vitest/config';

// What needs a program beside Node: Prometheus, promtool, Chromium. `.ci/run` installs them.
export default defineConfig({
  test: {
    root: new URL('../..', import.meta.url).pathname,
    include: ['test/observed/**/*.test.ts'],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
