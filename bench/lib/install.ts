// The packages that the bench compares with.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { command } from './command.ts';

interface Package {
  readonly version?: string;
  readonly optional?: boolean;
}

function packagesOf(file: string): Map<string, Package> {
  const { packages = {} } = JSON.parse(readFileSync(file, 'utf8'));
  return new Map(Object.entries<Package>(packages).filter(([path]) => path !== ''));
}

/** Whether `node_modules` of the folder holds what its lock file asks for, so that `npm ci` would change nothing. */
export function fitsLock(folder: string): boolean {
  // npm notes here what it has installed
  const installed = join(folder, 'node_modules/.package-lock.json');
  if (!existsSync(installed)) return false;
  const there = packagesOf(installed);
  const wanted = packagesOf(join(folder, 'package-lock.json'));
  for (const [path, { version, optional = false }] of wanted) {
    const found = there.get(path);
    if (found === undefined ? !optional : found.version !== version) return false;
    if (found !== undefined && !existsSync(join(folder, path, 'package.json'))) return false;
  }
  return [...there.keys()].every((path) => wanted.has(path));
}

/** Installs the packages of the bench, unless they are there. */
export async function install(folder: string): Promise<void> {
  if (fitsLock(folder)) return;
  const { code, said } = await command('npm', ['ci', '--no-audit', '--no-fund'], folder);
  if (code !== 0) throw new Error(`npm ci failed in bench/:\n${said}`);
}
