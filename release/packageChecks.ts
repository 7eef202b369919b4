import type { Entry } from '../entries.ts';

/** A program of this repository that looks at a packed package. */
export interface PackageCheck {
  readonly command: string;
  readonly args: readonly string[];
  /** What it looks at. */
  readonly subject: string;
}

/** The package is what its package.json says: publint, and attw for every entry and every resolution. */
export function packageChecks(tarball: string, entries: readonly Entry[]): readonly PackageCheck[] {
  return [
    { command: 'publint', args: ['--strict', tarball], subject: 'the packed package' },
    ...entries.map(({ key, dual }) => {
      const args = [tarball, '--profile', 'strict', '--entrypoints', key, '--format', 'ascii'];
      // an entry without CommonJS is an ES module to `require` too, and Node can load it
      const known = dual ? [] : ['--ignore-rules', 'cjs-resolves-to-esm'];
      const plain = ['--no-emoji', '--no-color'];
      return { command: 'attw', args: [...args, ...known, ...plain], subject: `entry ${key}` };
    }),
  ];
}
