import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    name: 'angular',
    include: ['test/angular/**/*.test.ts'],
    setupFiles: ['test/angular/setup.ts'],
    environment: 'jsdom',
  },
});
