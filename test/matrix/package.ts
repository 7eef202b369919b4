import { join } from 'node:path';
import { entries } from '../../entries.ts';
import { check } from './table.ts';
import { root, run } from './workspace.ts';

const bin = (name: string): string => join(root, 'node_modules/.bin', name);

/** What the package says of itself is what it holds: publint, and attw for every entry. */
export function checkPackage(tarball: string): void {
  check('publint --strict', 'the packed package', () => run(bin('publint'), ['--strict', tarball]));
  for (const { key, dual } of entries) {
    const args = [tarball, '--profile', 'strict', '--entrypoints', key, '--format', 'ascii'];
    // what has no CommonJS is an ES module to `require` too, which Node can load
    const known = dual ? [] : ['--ignore-rules', 'cjs-resolves-to-esm'];
    check('are the types wrong', `entry ${key}`, () => {
      const result = run(bin('attw'), [...args, ...known, '--no-emoji', '--no-color']);
      return result.ok ? { ok: true, output: 'clean' } : result;
    });
  }
}
