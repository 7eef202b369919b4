import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (entry: string): string =>
  fileURLToPath(new URL(`../src/${entry}index.ts`, import.meta.url));

export default defineConfig({
  root: import.meta.dirname,
  resolve: {
    alias: [
      { find: /^rxjs-circuit-breaker\/(.+)$/, replacement: source('$1/') },
      { find: /^rxjs-circuit-breaker$/, replacement: source('') },
    ],
  },
  test: { include: ['test/**/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
});
