import { defineConfig } from 'tsup';

export default defineConfig({
  // one build for all entries, so that they share one copy of the machine
  entry: {
    index: 'src/index.ts',
    testing: 'src/testing/index.ts',
    angular: 'src/angular/index.ts',
    prometheus: 'src/prometheus/index.ts',
    opentelemetry: 'src/opentelemetry/index.ts',
    dashboard: 'src/dashboard/index.ts',
  },
  format: ['esm', 'cjs'],
  // Permit is a Disposable, which TypeScript's default libraries do not have yet
  dts: { banner: '/// <reference lib="esnext.disposable" />' },
  splitting: true,
  sourcemap: true,
  treeshake: true,
  clean: true,
  target: 'es2022',
});
