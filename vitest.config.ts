import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // a livelock in virtual time must fail, not hang
    testTimeout: 30_000,
    hookTimeout: 30_000,
    reporters: ['default', ['json', { outputFile: 'node_modules/.vitest-results.json' }]],
    projects: [
      {
        extends: true,
        test: {
          name: 'node',
          include: ['test/**/*.test.ts'],
          exclude: ['test/angular/**', 'test/browser/**', 'test/observed/**'],
          environment: 'node',
          typecheck: {
            enabled: true,
            include: ['test/types/**/*.test-d.ts'],
            tsconfig: './test/tsconfig.json',
          },
        },
      },
      {
        extends: true,
        test: {
          name: 'angular',
          include: ['test/angular/**/*.test.ts'],
          exclude: ['test/angular/server/**'],
          setupFiles: ['test/angular/setup.ts'],
          environment: 'jsdom',
        },
      },
      {
        extends: true,
        test: {
          name: 'angular-server',
          include: ['test/angular/server/**/*.test.ts'],
          environment: 'node',
        },
      },
    ],
  },
});
