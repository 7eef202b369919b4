import { join } from 'node:path';
import { entries } from '../../entries.ts';
import { packageChecks } from '../../release/packageChecks.ts';
import { check } from './table.ts';
import { root, run } from './workspace.ts';

/** What a release checks too. */
export function checkPackage(tarball: string): void {
  for (const { command, args, subject } of packageChecks(tarball, entries)) {
    check(command, subject, () => {
      const result = run(join(root, 'node_modules/.bin', command), args);
      return result.ok ? { ok: true, output: 'clean' } : result;
    });
  }
}
