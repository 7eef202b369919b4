import { defineConfig } from 'vitest/config';

// The tests that a mutation run needs: all that look at the behaviour of the core and the operator.
const claims = 'test/marbles.test.ts';
const all = [
  claims,
  'test/core/**/*.test.ts',
  'test/behaviour/**/*.test.ts',
  'test/conformance/**/*.test.ts',
];

export default defineConfig({
  test: {
    include: process.env['MARBLES_ONLY'] ? [claims] : all,
    exclude: ['test/behaviour/idleProcess.test.ts', 'test/core/errorCopies.test.ts'],
    testTimeout: 20_000,
  },
});
