import { rmSync } from 'node:fs';
import { defineConfig, type Options } from 'tsup';
import { type Bin, bins, type Entry, entries } from './entries.ts';

const modulesOf = (parts: readonly (Entry | Bin)[]): Record<string, string> =>
  Object.fromEntries(parts.map(({ name, source }) => [name, source]));

/** One build for all entries of a format, so that they share one copy of the machine. */
function build(format: 'esm' | 'cjs', from: readonly Entry[], programs: readonly Bin[]): Options {
  return {
    entry: modulesOf([...from, ...programs]),
    format,
    dts: {
      entry: modulesOf(from),
      // Permit is a Disposable, which TypeScript's default libraries do not have yet
      banner: '/// <reference lib="esnext.disposable" />',
    },
    splitting: true,
    sourcemap: true,
    treeshake: true,
    target: 'es2022',
  };
}

export default defineConfig(() => {
  // not by `clean`: the two builds run side by side, and each would remove files of the other
  rmSync('dist', { recursive: true, force: true });
  const dual = entries.filter((entry) => entry.dual);
  return [build('esm', entries, bins), build('cjs', dual, [])];
});
