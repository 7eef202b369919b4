import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fitsLock } from '../../bench/lib/install.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bench-test-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

type Packages = Record<string, { version: string; optional?: boolean }>;

/** A folder with a lock file, and with packages that npm has installed. */
function write(wanted: Packages, installed: Packages, onDisk = Object.keys(installed)): void {
  const files: Record<string, object> = {
    'package-lock.json': { packages: { '': { name: 'bench' }, ...wanted } },
    'node_modules/.package-lock.json': { packages: installed },
  };
  for (const path of onDisk) files[`${path}/package.json`] = {};
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), JSON.stringify(content));
  }
}

const opossum = { 'node_modules/opossum': { version: '10.0.0' } };
const older = { 'node_modules/opossum': { version: '9.0.0' } };
const optional = { 'node_modules/other-platform': { version: '1.0.0', optional: true } };

describe('the packages of the bench', () => {
  it('fit the lock file that npm has installed', () => {
    write(opossum, opossum);
    expect(fitsLock(folder)).toBe(true);
  });

  it('fit without an optional package', () => {
    write({ ...opossum, ...optional }, opossum);
    expect(fitsLock(folder)).toBe(true);
  });

  it('do not fit when nothing is installed', () => {
    expect(fitsLock(folder)).toBe(false);
  });

  it.each<[string, Packages, Packages, string[]?]>([
    ['another version', opossum, older],
    [
      'a package that is missing',
      { ...opossum, 'node_modules/effect': { version: '4.1.0' } },
      opossum,
    ],
    ['a package too many', {}, opossum],
    ['a package whose folder is gone', opossum, opossum, []],
  ])('do not fit with %s', (_, wanted, installed, onDisk) => {
    write(wanted, installed, onDisk);
    expect(fitsLock(folder)).toBe(false);
  });
});
