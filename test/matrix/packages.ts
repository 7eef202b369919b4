import { globSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import ts from 'typescript';
import { type Entry, entries } from '../../entries.ts';
import { root } from './workspace.ts';

/** The packages that an entry imports beside rxjs, without Node's own modules: `@angular/core`. */
export function packagesOf({ folder }: Entry): readonly string[] {
  if (folder === null) return [];
  const specifiers = globSync(`src/${folder}/**/*.ts`, { cwd: root }).flatMap((path) =>
    ts
      .preProcessFile(readFileSync(join(root, path), 'utf8'))
      .importedFiles.map(({ fileName }) => fileName),
  );
  const packages = specifiers
    .filter((specifier) => !specifier.startsWith('.') && !isBuiltin(specifier))
    .map((specifier) => specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/'));
  return [...new Set(packages)].filter((name) => name !== 'rxjs').sort();
}

/** The entries that work wherever RxJS is installed. */
export const plainEntries: readonly Entry[] = entries.filter(
  (entry) => packagesOf(entry).length === 0,
);

/** The entries for users of another package, each of which has a part of its own in the matrix. */
export const entriesWithPackages: readonly Entry[] = entries.filter(
  (entry) => packagesOf(entry).length > 0,
);
